"""The journal of a run: append-only, fsynced, one event a line; a torn last line is cut off on opening."""

import errno
import fcntl
import json
import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO

from pydantic import ValidationError

from protocol.errors import Refused, WhimbrelError
from protocol.events import Entry, Move, Narrative

FILE = "journal.jsonl"


class JournalBroken(WhimbrelError):
    """The journal cannot be read or written; nothing was changed."""


class Journal:
    """Append-only. One process writes at a time; `read` never locks."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = folder / FILE
        self._lock = threading.Lock()
        self._file: IO[bytes] = self.path.open("ab", buffering=0)
        try:
            _only_writer(self._file, self.path)
            self.entries = list(read(self.path))
            _cut_torn_tail(self.path, self._file)
        except BaseException:
            self._file.close()
            raise

    def append(self, event: Move | Narrative) -> Entry:
        """Write the event and return when it is on disk; raise JournalBroken, and nothing of it stays, if it cannot."""
        with self._lock:
            entry = Entry(n=len(self.entries) + 1, at=datetime.now(UTC).isoformat(timespec="milliseconds"), event=event)
            self._write(entry.model_dump_json().encode() + b"\n")
            self.entries.append(entry)
            return entry

    def _write(self, line: bytes) -> None:
        start = self.path.stat().st_size
        try:
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(start)
            raise JournalBroken(
                f"{self.path} cannot be written: {error.strerror}. The run stops here, and what is not in its journal "
                "is found out from the database. Make room, then resume."
            ) from None

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read(path: Path) -> Iterator[Entry]:
    """Yield the entries; a torn last line is passed over, anything else that cannot be read raises JournalBroken."""
    if not path.exists():
        return
    whole, _ = _split(path.read_bytes())
    for number, line in enumerate(whole, start=1):
        try:
            entry = Entry.model_validate_json(line)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            raise JournalBroken(f"{path}, line {number}, is damaged ({first['msg']}); nothing was changed.") from None
        if entry.n != number:
            raise JournalBroken(f"{path}, line {number}: entry {entry.n} stands there; a line is missing or doubled.")
        yield entry


def _split(content: bytes) -> tuple[list[bytes], bytes]:
    """Whole lines, and what stands after the last newline: a write that was cut off."""
    *whole, tail = content.split(b"\n")
    if tail and _is_json(tail):
        return [*whole, tail], b""
    return whole, tail


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _cut_torn_tail(path: Path, file: IO[bytes]) -> None:
    content = path.read_bytes()
    _, tail = _split(content)
    if tail:
        file.truncate(len(content) - len(tail))
    elif content and not content.endswith(b"\n"):
        file.write(b"\n")
    os.fsync(file.fileno())


def _only_writer(file: IO[bytes], path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refused(f"Another whimbrel works on this run ({path.parent.name}); this one did nothing.") from None
