"""Walk a project's folder: what may be read, and what was not, counted by reason."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from protocol.errors import UsageError
from protocol.references import NotRead
from tools.code.ignored import Pattern, is_ignored, patterns

MAX_BYTES = 1_048_576
"""Larger files are data or generated; nobody wrote them by hand."""

MAX_LINE_BYTES = 5_000
"""A file whose lines are longer than this on average is minified."""

SKIPPED_FOLDERS = frozenset(
    """.git .hg .svn .idea .vscode node_modules bower_components vendor .venv venv .env env virtualenv site-packages
    __pycache__ .tox .nox .mypy_cache .pytest_cache .ruff_cache .gradle .next .nuxt .turbo .cache .terraform _build deps
    build dist out target coverage .bundle Pods DerivedData""".split()  # noqa: SIM905
)
"""Other people's code, and what tools have made."""


class SourceFile(NamedTuple):
    """`path` is relative to the folder that was searched, with slashes."""

    path: str
    data: bytes


class Tally:
    """Counts what was read and what was not."""

    def __init__(self) -> None:
        self.read = 0
        self._left: dict[str, list[str]] = {}

    def leave(self, reason: str, path: str) -> None:
        self._left.setdefault(reason, []).append(path)

    @property
    def not_read(self) -> tuple[NotRead, ...]:
        return tuple(
            NotRead(reason=reason, files=len(paths), example=min(paths)) for reason, paths in sorted(self._left.items())
        )


def source_files(root: Path, endings: frozenset[str], tally: Tally) -> Iterator[SourceFile]:
    """Yield each readable file with one of the endings; raise UsageError when `root` is no folder.

    Symbolic links are never followed, so nothing outside `root` is read.
    """
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder; no code was read. Name the folder that holds the application.")
    yield from _walk(str(root), "", _rules(root), endings, tally)


def _rules(root: Path) -> tuple[Pattern, ...]:
    file = root / ".gitignore"
    if file.is_symlink() or not file.is_file():
        return ()
    return patterns(file.read_text("utf-8", "replace"))


def _walk(
    folder: str, prefix: str, rules: tuple[Pattern, ...], endings: frozenset[str], tally: Tally
) -> Iterator[SourceFile]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        tally.leave("folder that may not be opened", prefix)
        return
    for entry in entries:
        path = prefix + entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if entry.is_symlink():
            tally.leave("symbolic link", path)
        elif is_folder and (entry.name in SKIPPED_FOLDERS or os.path.exists(f"{entry.path}/pyvenv.cfg")):
            tally.leave("folder of dependencies, builds or caches", path)
        elif rules and is_ignored(path, is_folder, rules):
            tally.leave("ignored by .gitignore", path)
        elif is_folder:
            yield from _walk(entry.path, path + "/", rules, endings, tally)
        elif entry.is_file(follow_symlinks=False):
            yield from _file(entry, path, endings, tally)


def _file(entry: os.DirEntry[str], path: str, endings: frozenset[str], tally: Tally) -> Iterator[SourceFile]:
    ending = os.path.splitext(entry.name)[1].lower()
    if ending not in endings:
        tally.leave("not in a language that is read", path)
        return
    try:
        data = _bytes(entry)
    except OSError:
        tally.leave("file that may not be opened", path)
        return
    reason = _unreadable(entry.name, data)
    if reason:
        tally.leave(reason, path)
        return
    tally.read += 1
    yield SourceFile(path, data)


def _bytes(entry: os.DirEntry[str]) -> bytes:
    with open(os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW), "rb", buffering=0) as file:
        return file.read(MAX_BYTES + 1) or b""


def _unreadable(name: str, data: bytes) -> str:
    if len(data) > MAX_BYTES:
        return "larger than 1 MiB"
    if b"\x00" in data[:8_192]:
        return "binary"
    if ".min." in name or (len(data) > MAX_LINE_BYTES and len(data) / (data.count(b"\n") + 1) > MAX_LINE_BYTES):
        return "minified"
    return ""
