"""Read settings from TOML files and remember on which line each one stood."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from protocol.errors import ConfigurationError

Key = tuple[str, ...]
_TABLE: Key = ("tool", "whimbrel")
_HEADER = re.compile(r"\s*(\[.+?])\s*(?:#.*)?$")
_ASSIGNMENT = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")


@dataclass(frozen=True)
class Found:
    """A value as it was written; `origin` is a file and line, a variable or a flag, in words."""

    value: object
    origin: str


Entries = dict[Key, Found]


def user_file() -> Path:
    return platformdirs.user_config_path("whimbrel") / "config.toml"


def project_files(directory: Path) -> Iterator[Path]:
    """Yield where a project's settings may stand, nearest first: from the directory up to the repository's root.

    Outside a repository only the directory itself counts: what lies above may belong to somebody else.
    """
    folders = [directory, *directory.parents]
    repository = next((place for place, folder in enumerate(folders) if (folder / ".git").exists()), 0)
    for folder in folders[: repository + 1]:
        yield folder / "whimbrel.toml"
        yield folder / "pyproject.toml"


def project_file(directory: Path) -> Path | None:
    """Return the nearest file that holds settings; the others are not read."""
    return next((path for path in project_files(directory) if path.is_file() and _is_ours(path)), None)


def _is_ours(path: Path) -> bool:
    return path.name == "whimbrel.toml" or ("whimbrel" in _text(path) and bool(entries_of(path)))


def entries_of(path: Path) -> Entries:
    """Return what a file sets; raise ConfigurationError if it cannot be read."""
    text = _text(path)
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}.") from None
    prefix = _TABLE if path.name == "pyproject.toml" else ()
    lines = lines_of(text)
    found = {key: Found(value, f"{path}, line {_line(lines, key)}") for key, value in _flat(content)}
    return {key[len(prefix) :]: entry for key, entry in found.items() if key[: len(prefix)] == prefix != key}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ConfigurationError(f"{path} cannot be read: {reason}.") from None


def lines_of(text: str) -> dict[Key, int]:
    """Return the line, counted from 1, on which each table and key first stands (tomllib does not say)."""
    lines: dict[Key, int] = {}
    table: Key = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _key_in(header[1])
            lines.setdefault(table, number)
        elif assignment := _ASSIGNMENT.match(line):
            lines.setdefault(table + _key_in(f"{assignment[1]} = 0"), number)
    return lines


def _key_in(toml: str) -> Key:
    try:
        content: object = tomllib.loads(toml)
    except tomllib.TOMLDecodeError:  # a line inside a multi-line string
        return ()
    names: list[str] = []
    while isinstance(content, dict | list) and content:
        if isinstance(content, dict):
            names.append(next(iter(content)))
        content = content[names[-1]] if isinstance(content, dict) else content[0]
    return tuple(names)


def _line(lines: Mapping[Key, int], key: Key) -> int:
    return next((lines[key[:length]] for length in range(len(key), 0, -1) if key[:length] in lines), 1)


def _flat(content: Mapping[str, object], above: Key = ()) -> Iterator[tuple[Key, object]]:
    for name, value in content.items():
        if isinstance(value, dict) and value:
            yield from _flat(value, (*above, name))
        else:
            yield (*above, name), value


def under(directory: Path, written: str) -> Path:
    """Return a path as a file in `directory` means it: relative to that directory, `~` being the person's home."""
    return directory / os.path.expanduser(written)
