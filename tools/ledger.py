"""What was done, kept in the target database itself (schema `whimbrel`), in the transaction that did it."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from protocol.errors import Refused
from tools.engines.postgres import Connection, one_value
from tools.named_sql import queries
from tools.work import Work

SQL = queries("tools", "ledger.sql")

ONE_RUNNER = int.from_bytes(b"whimbrel", "big")
"""Key of the advisory lock that keeps a second runner out; advisory locks are per database."""

PATIENCE_S = 2.0
ASK_AGAIN_S = 0.02


class Checkpoint(NamedTuple):
    """How far a backfill came: its last key as text, rows written, rows walked over."""

    last_key: tuple[str, ...]
    filled: int
    seen: int


def prepare(connection: Connection) -> None:
    """Create schema `whimbrel` and its two tables where they are missing."""
    if exists(connection):
        return
    with connection.transaction():
        for name in ("create_schema", "create_step", "create_checkpoint"):
            connection.execute(SQL[name])


def exists(connection: Connection) -> bool:
    return bool(one_value(connection, SQL["exists"]))


def is_done(connection: Connection, run: str, step: str) -> bool:
    return exists(connection) and bool(one_value(connection, SQL["is_done"], (run, step)))


def note_done(connection: Connection, run: str, step: str, digest: str) -> None:
    connection.execute(SQL["note_done"], (run, step, digest))


def forget(connection: Connection, run: str, step: str) -> None:
    connection.execute(SQL["forget"], (run, step))
    connection.execute(SQL["forget_checkpoint"], (run, step))


def forget_all(work: Work, steps: Sequence[str]) -> None:
    """Forget steps together: after this none of them counts as done."""
    with work.database.writing(work.run, "forget") as connection:
        claim(connection)
        if exists(connection):
            with connection.transaction():
                for step in steps:
                    forget(connection, work.run, step)


def read_checkpoint(connection: Connection, run: str, step: str) -> Checkpoint | None:
    row = connection.execute(SQL["read_checkpoint"], (run, step)).fetchone()
    return None if row is None else Checkpoint(tuple(row[0]), row[1], row[2])


def note_checkpoint(connection: Connection, run: str, step: str, at: Checkpoint) -> None:
    connection.execute(SQL["note_checkpoint"], (run, step, list(at.last_key), at.filled, at.seen))


def claim(connection: Connection) -> None:
    """Take the one-runner lock for the life of the connection; raise Refused and name the holder.

    A connection that was closed or killed just now, such as the one of the step before, holds it a moment longer.
    """
    deadline = time.monotonic() + PATIENCE_S
    while not one_value(connection, SQL["lock"], (ONE_RUNNER,)):
        if time.monotonic() > deadline:
            raise _refused(connection)
        time.sleep(ASK_AGAIN_S)


def _refused(connection: Connection) -> Refused:
    holder = connection.execute(SQL["holder"], (ONE_RUNNER,)).fetchone()
    who = f"{holder[0]}, process {holder[1]}" if holder else "another session"
    return Refused(f"Another run works on this database ({who}); this one did nothing. Wait for it, then resume.")
