"""How each setting is called in a file and in the environment, and what a misspelt name was meant to be."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import get_args

from pydantic import BaseModel

from agent.settings import Settings
from agent.settings_files import Entries, Key

PREFIX = "WHIMBREL_"
ANY = "*"
"""Stands for a name that the person chose, such as a profile's."""


def _keys(model: type[BaseModel]) -> Iterator[Key]:
    for name, field in model.model_fields.items():
        match field.annotation, get_args(field.annotation):
            case type() as table, () if issubclass(table, BaseModel):
                yield from ((name, *key) for key in _keys(table))
            case _, (_, type() as table) if issubclass(table, BaseModel):
                yield from ((name, ANY, *key) for key in _keys(table))
            case _:
                yield (name,)


KEYS = tuple(_keys(Settings))
"""Every setting, in the order of the fields."""

PLAIN_KEYS = tuple(key for key in KEYS if ANY not in key)
"""Those that variables and flags can set."""


def dotted(key: Key) -> str:
    return ".".join(key)


def variable(key: Key) -> str:
    return PREFIX + "_".join(key).upper()


def flag(key: Key) -> str:
    return "the argument" if key == ("database_url",) else "--" + key[-1].replace("_", "-")


def unknown_variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    ours = {variable(key) for key in PLAIN_KEYS}
    return tuple(sorted(name for name in environ if name.startswith(PREFIX) and name not in ours))


def misspelt_variables(environ: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each variable that is nearly one of ours.

    Others are left alone: Kubernetes, for one, sets WHIMBREL_PORT when a service is named whimbrel.
    """
    ours = [variable(key).removeprefix(PREFIX) for key in PLAIN_KEYS]
    for name in unknown_variables(environ):
        for near in get_close_matches(name.removeprefix(PREFIX), ours, n=1, cutoff=0.75):
            yield f"{name} is not a setting; did you mean {PREFIX}{near}?"


def misspelt_keys(entries: Entries, known: tuple[Key, ...] = KEYS) -> Iterator[str]:
    """Yield a sentence for each key that is no setting, naming the nearest one, and where it stands."""
    tables = {key[:length] for key in known for length in range(1, len(key))}
    for key, found in entries.items():
        pattern = as_pattern(key)
        if pattern in tables and found.value != {}:
            yield f"{found.origin}: `{dotted(key)}` must be a table."
        elif pattern not in tables and pattern not in known:
            yield f"{found.origin}: `{dotted(key)}` is not a setting; {_meant(key, known)}"


def as_pattern(key: Key) -> Key:
    return ("profiles", ANY, *key[2:]) if key[0] == "profiles" and len(key) > 1 else key


def _meant(key: Key, known: tuple[Key, ...]) -> str:
    """Look for a name like the whole key first, then for one like its last part, in a table or out of it."""
    by_whole = {dotted(each): each for each in known}
    by_last = {each[-1]: each for each in sorted(known, key=len, reverse=True)}
    for wanted, candidates in ((dotted(as_pattern(key)), by_whole), (key[-1], by_last)):
        for near in get_close_matches(wanted, candidates, n=1):
            name = key[1] if key[0] == "profiles" and len(key) > 1 else "NAME"
            return f"did you mean `{dotted(candidates[near]).replace(ANY, name)}`?"
    return f"settings are {', '.join(dict.fromkeys(each[0] for each in known))}."
