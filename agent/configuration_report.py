"""What `whimbrel config show`, `path` and `validate` say, as lines."""

import json
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path

from pydantic import SecretStr

from agent.configuration import Configuration, load
from agent.settings import Settings, resolve_database
from agent.settings_files import Key, project_file, project_files, user_file
from agent.settings_names import PLAIN_KEYS, dotted, unknown_variables
from protocol.errors import ConfigurationError, UsageError


def show(configuration: Configuration) -> tuple[str, ...]:
    """Return `key = value  # source` for every setting that counts; secrets are `***`."""
    settings, origins = configuration.settings, configuration.origins
    plain = [_line(key, reduce(getattr, key, settings), origins.get(key, "default")) for key in PLAIN_KEYS]
    return (*plain, *(line for name in settings.profiles for line in _of_profile(name, configuration)))


def _of_profile(name: str, configuration: Configuration) -> Iterator[str]:
    above: Key = ("profiles", name)
    for key, origin in configuration.origins.items():
        if key[:2] == above and key[2:]:
            yield _line(key, reduce(getattr, key[2:], configuration.settings.profiles[name]), origin)


def _line(key: Key, value: object, source: str) -> str:
    if value is None:
        return f"# {dotted(key)} is not set"
    return f"{dotted(key)} = {_written(value)}  # {source}"


def _written(value: object) -> str:
    match value:
        case SecretStr():
            return '"***"'
        case bool() | int() | float():
            return json.dumps(value)
        case _:
            return json.dumps(str(value), ensure_ascii=False)


def path(directory: Path, user: Path | None = None) -> tuple[str, ...]:
    """Return the files that are looked at, lowest first, and whether each one is read."""
    chosen = project_file(directory)
    person = user or user_file()
    candidates = [*project_files(directory)]
    return (
        f"{person}: {'read' if person.is_file() else 'not there'}",
        *(f"{each}: {_state(each, chosen, candidates)}" for each in candidates),
    )


def _state(candidate: Path, chosen: Path | None, candidates: list[Path]) -> str:
    if candidate == chosen:
        return "read"
    if not candidate.is_file():
        return "not there"
    if chosen is not None and candidates.index(candidate) > candidates.index(chosen):
        return "not read, a nearer one is"
    return "has no [tool.whimbrel]"


def validate(
    directory: Path, environ: Mapping[str, str], flags: Mapping[str, object] | None = None, user: Path | None = None
) -> tuple[str, ...]:
    """Return what was checked; raise ConfigurationError with every problem, a sentence a line."""
    settings = load(directory, environ, flags, user).settings
    if problems := list(_malformed_databases(settings, environ)):
        raise ConfigurationError("\n".join(problems))
    ignored = [f"{name} is not a setting and is ignored." for name in unknown_variables(environ)]
    return ("Every setting is right.", *ignored)


def _malformed_databases(settings: Settings, environ: Mapping[str, str]) -> Iterator[str]:
    unchosen = settings.model_copy(update={"profile": None})
    for name in (None, *settings.profiles):
        try:
            resolve_database(None, name, environ if name is None else {}, unchosen)
        except UsageError as error:
            yield error.message
