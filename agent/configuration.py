"""Which of several settings counts, and where it was set.

Lowest to highest: user file < project file < WHIMBREL_* variables < the chosen profile < flags.
A profile stands above the variables because it was chosen for one database: WHIMBREL_ENVIRONMENT=development, left over
in a shell, must not make a development database of the one that the profile calls production.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from agent.settings import Settings, profile_named
from agent.settings_files import Entries, Found, Key, entries_of, project_file, under, user_file
from agent.settings_names import PLAIN_KEYS, dotted, flag, misspelt_keys, misspelt_variables, variable
from protocol.errors import ConfigurationError

_DATABASE_URL: Key = ("database_url",)
_PROFILE: Key = ("profile",)
_ENVIRONMENT: Key = ("environment",)
_PATHS: tuple[Key, ...] = (("state",), ("backup", "directory"))

_EXPECTED = {
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "is": "a path in quotes",
    "string": "text in quotes, not empty",
    "greater": "at least {ge}",
    "literal": "{expected}",
    "finite": "a finite number",
}
"""By the first word of pydantic's error type; `is_instance_of` is a path's."""


@dataclass(frozen=True)
class Configuration:
    """Settings and, for each key that was set, the file and line, variable or flag that set it."""

    settings: Settings
    origins: Mapping[Key, str]


def load(
    directory: Path, environ: Mapping[str, str], flags: Mapping[str, object] | None = None, user: Path | None = None
) -> Configuration:
    """Read every source; raise ConfigurationError with all that is wrong, a sentence a line.

    `directory` is where the project is looked for, `user` the person's file if it is not in the usual place.
    `flags` has dotted keys (`limits.attempts`), None meaning not given; `database_url` stands for a DSN as argument,
    with which the profile's environment does not count: it is another database's.
    """
    written = _written([user or user_file(), project_file(directory)])
    variables = {key: Found(environ[variable(key)], variable(key)) for key in PLAIN_KEYS if environ.get(variable(key))}
    given = _given(flags or {})
    _refuse([*misspelt_keys(written), *misspelt_keys(given, PLAIN_KEYS), *misspelt_variables(environ)])
    _refuse([*_misplaced(written), *_wrong(written, _strict)])
    _refuse([*_wrong(variables, Settings.model_validate_strings), *_wrong(given, Settings.model_validate_strings)])
    return _configuration(written, _typed(variables), _typed(given))


def _configuration(written: Entries, variables: Entries, given: Entries) -> Configuration:
    name = _chosen_profile(written, variables, given)
    entries = written | variables | _of_profile(written, name, given) | given
    if name is None:
        entries.pop(_PROFILE, None)
    _refuse(_wrong(entries, _strict))
    settings = _strict(nested(entries))
    if settings.profile is not None:
        profile_named(settings.profile, settings.profiles)
    return Configuration(settings, {key: found.origin for key, found in entries.items()})


def _refuse(problems: Iterable[str]) -> None:
    if sentences := "\n".join(problems):
        raise ConfigurationError(sentences)


def _written(paths: Iterable[Path | None]) -> Entries:
    entries: Entries = {}
    for path in paths:
        if path is not None and path.is_file():
            entries |= {key: _placed(key, found, path.parent) for key, found in entries_of(path).items()}
    return entries


def _placed(key: Key, found: Found, directory: Path) -> Found:
    is_path = key in _PATHS and isinstance(found.value, str)
    return Found(under(directory, str(found.value)), found.origin) if is_path else found


def _given(flags: Mapping[str, object]) -> Entries:
    keys = {tuple(name.split(".")): value for name, value in flags.items() if value is not None}
    return {key: Found(str(value), flag(key)) for key, value in keys.items()}


def _misplaced(written: Entries) -> Iterator[str]:
    if _DATABASE_URL in written:
        yield f"{written[_DATABASE_URL].origin}: `database_url` is not read from files; write `profiles.NAME.url`."


def _chosen_profile(written: Entries, variables: Entries, given: Entries) -> str | None:
    """Return the profile in use; one that only a file names gives way to a database named more directly."""
    chosen = given.get(_PROFILE) or variables.get(_PROFILE)
    if chosen is None and _DATABASE_URL not in variables | given:
        chosen = written.get(_PROFILE)
    return None if chosen is None else str(chosen.value)


def _of_profile(written: Entries, name: str | None, given: Entries) -> Entries:
    below = {key[2:]: found for key, found in written.items() if key[:2] == ("profiles", name)}
    unwanted = {_ENVIRONMENT} if _DATABASE_URL in given else set()
    return {
        key: Found(found.value, f"{found.origin} (profile {name})")
        for key, found in below.items()
        if key and key[0] in ("environment", "model", "limits") and key not in unwanted
    }


def nested(entries: Entries) -> dict[str, object]:
    """Return the entries as tables in tables."""
    tables: dict[str, object] = {}
    for key, found in entries.items():
        *above, last = key
        table = reduce(_table, above, tables)
        if found.value != {}:
            table[last] = found.value
        else:
            _table(table, last)
    return tables


def _table(tables: dict[str, object], name: str) -> dict[str, object]:
    inner = tables.setdefault(name, {})
    assert isinstance(inner, dict), "a value where a table should stand is refused before"
    return inner


def _strict(tables: object) -> Settings:
    return Settings.model_validate(tables, strict=True)


def _typed(entries: Entries) -> Entries:
    """Turn the text of variables and flags into numbers, paths and secrets."""
    settings = Settings.model_validate_strings(nested(entries))
    return {key: Found(reduce(getattr, key, settings), found.origin) for key, found in entries.items()}


def _wrong(entries: Entries, validate: Callable[[object], Settings]) -> list[str]:
    try:
        validate(nested(entries))
    except ValidationError as error:
        return [_sentence(each, entries) for each in error.errors(include_input=False, include_url=False)]
    return []


def _sentence(error: ErrorDetails, entries: Entries) -> str:
    key = tuple(map(str, error["loc"]))
    origin = next(found.origin for place, found in entries.items() if place[: len(key)] == key)
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return f"{origin}: `{dotted(key)}` {context['error']}."
    expected = _EXPECTED.get(error["type"].split("_")[0], "valid").format(**context)
    return f"{origin}: `{dotted(key)}` must be {expected}."
