"""Find the SQL files a person means, in the order in which they are deployed, and read them."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from protocol.errors import UsageError
from tools.lint.frameworks import Source

SKIPPED = frozenset({"node_modules", "vendor", "venv", "site-packages", "__pycache__", "target", "dist", "build"})
"""Folders of other people's files and of what a build leaves behind; hidden ones are skipped too."""

_VERSION = re.compile(r"[VUB]([\d._]+)__")
_WAY = re.compile(r"(?:^|[._-])(up|down)$")
_DIGITS = re.compile(r"(\d+)")

_DIESEL_BARE = re.compile(r"^\s*run_in_transaction\s*=\s*false\b", re.M)
_FLYWAY_BARE = re.compile(r"^\s*executeInTransaction\s*=\s*false\b", re.M)

_OTHER_ENCODINGS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))

Key = tuple[tuple[int, tuple[tuple[int, int, str], ...], int], ...]


def sql_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files named, in the order named, and those of the folders named, in the order of deployment.

    A folder's are its `*.sql` at any depth: numbers count as numbers, what undoes comes after what it undoes, Flyway's
    repeatable files come last. Raises UsageError where a folder has none.
    """
    return [file for path in paths for file in (_of_folder(path) if path.is_dir() else [path])]


def read(path: Path) -> Source:
    """Read a file; raise UsageError with a sentence where it cannot be read, or is not UTF-8."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}. It was not judged.") from None
    return Source(text=decoded(content, str(path)), name=str(path), beside=_said_beside(path))


def decoded(content: bytes, name: str) -> str:
    """Return the text of UTF-8 bytes, without a byte order mark and with `\\n` at line ends; raise UsageError."""
    for mark, encoding in _OTHER_ENCODINGS:
        if content.startswith(mark):
            raise UsageError(f"{name} is {encoding} text, and was not judged. Save it as UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name} is not UTF-8 text (line {line}), and was not judged. Save it as UTF-8.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _of_folder(folder: Path) -> list[Path]:
    found = sorted(_walked(folder), key=lambda file: _order(file.relative_to(folder)))
    if not found:
        raise UsageError(f"{folder} holds no .sql file; nothing was judged.")
    return found


def _walked(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in SKIPPED]
        yield from (Path(place, name) for name in files if name.lower().endswith(".sql") and not name.startswith("."))


def _refuse(error: OSError) -> None:
    raise UsageError(f"{error.filename} cannot be read: {error.strerror}. Nothing of it was judged.") from None


def _order(file: Path) -> Key:
    *folders, name = file.parts
    return (*((0, _natural(folder), 0) for folder in folders), _file_order(name))


def _file_order(name: str) -> tuple[int, tuple[tuple[int, int, str], ...], int]:
    stem = name[: -len(".sql")]
    version = _VERSION.match(name)
    if version:
        numbers = tuple((0, int(number), "") for number in re.findall(r"\d+", version[1]))
        return (0, numbers, int(name.startswith("U")))
    way = _WAY.search(stem)
    rest = stem[: way.start()] if way else stem
    return (int(name.startswith("R__")), _natural(rest), int(bool(way) and stem.endswith("down")))


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Split into numbers and what is between, so that 10 comes after 9."""
    parts = _DIGITS.split(text)
    return tuple((0, int(part), "") if at % 2 else (1, 0, part) for at, part in enumerate(parts) if part)


def _said_beside(path: Path) -> Literal["", "transaction", "none"]:
    """Read what stands beside a file: Diesel's metadata.toml, Flyway's .conf, the sums by which Atlas is known."""
    diesel = _beside(path.with_name("metadata.toml")) if path.name in {"up.sql", "down.sql"} else ""
    flyway = _beside(path.with_name(path.name + ".conf"))
    if _DIESEL_BARE.search(diesel) or _FLYWAY_BARE.search(flyway):
        return "none"
    return "transaction" if path.with_name("atlas.sum").exists() else ""


def _beside(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
