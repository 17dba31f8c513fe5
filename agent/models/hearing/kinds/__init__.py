"""How each kind of change is said: one file a kind or a family of kinds, each with its PHRASES; all are found."""

import importlib
import pkgutil
from functools import cache

from agent.models.hearing.phrase import Phrase


@cache
def phrases() -> tuple[Phrase, ...]:
    """Every phrase of every file in this folder, in the order of the files."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    return tuple(phrase for module in modules for phrase in module.PHRASES)
