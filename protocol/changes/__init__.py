"""The vocabulary of changes: one kind, one file. Every kind in this folder is found by its class."""

import importlib
import inspect
import pkgutil
from functools import cache
from typing import Annotated, Any

from pydantic import BeforeValidator, SerializeAsAny

from protocol.changes.base import Change


@cache
def kinds() -> dict[str, type[Change]]:
    """Every kind of change by its name, in the order of the names."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "base")
    modules = (importlib.import_module(f"{__name__}.{name}") for name in names)
    return {
        kind.model_fields["kind"].default: kind
        for module in modules
        for _, kind in inspect.getmembers(module, _is_kind)
        if kind.__module__ == module.__name__
    }


def _is_kind(member: object) -> bool:
    return inspect.isclass(member) and issubclass(member, Change) and not inspect.isabstract(member)


def _loaded(said: Any) -> Any:
    """Build the change that a loaded plan names; a kind that is not known is refused."""
    if isinstance(said, Change):
        return said
    kind = kinds().get(str(said.get("kind"))) if isinstance(said, dict) else None
    if kind is None:
        raise ValueError("it holds a kind of change that this version does not know")
    return kind.model_validate(said)


AnyChange = Annotated[SerializeAsAny[Change], BeforeValidator(_loaded)]

__all__ = ["AnyChange", "Change", "kinds"]
