"""Run a statement that cannot be inside a transaction: found done, or cleared of what a broken try left, then run.

After a pause nothing is cleared, for that would wait for the same transactions; the next try begins with it.
"""

import threading

import psycopg

from protocol.errors import Refused, StepFailed
from protocol.events import LockWaited
from protocol.steps import Concurrently
from tools import ledger
from tools.engines.postgres import Connection, one_value
from tools.execute import TRY_AGAIN, failed, heed, in_words, pause_before, who_blocks
from tools.work import Outcome, Work

STOP_SEEN_S = 0.2

CLEARING_MS = 2_000
"""DROP INDEX CONCURRENTLY waits for every transaction that uses the table; after a failure it is only tried."""


def run_concurrently(work: Work, step: Concurrently) -> Outcome:
    """Run the step once and for all; its effect in the catalogue, not the ledger alone, says whether it is done."""
    with in_words(work), work.database.writing(work.run, step.id) as connection:
        ledger.claim(connection)
        if ledger.is_done(connection, work.run, step.id):
            return Outcome(facts=(("Already done", "the ledger in the database says so; it was not run again"),))
        _begin(work, connection, step)
        for attempt in range(1, step.attempts + 1):
            _clear(connection, step)  # clearing may also finish it, as DETACH … FINALIZE does
            if _is_done(connection, step):
                return _noted(work, connection, step, attempt)
            if work.stop.is_set():
                return Outcome(paused=True)
            heed(connection, step.guard)
            if not _tried(work, connection, step, attempt):
                return Outcome(paused=True)
        if not _is_done(connection, step):
            raise StepFailed(
                f"{step.title}: after {step.attempts} tries its effect is not there. Nothing is left of them."
            )
        return _noted(work, connection, step, step.attempts)


def _begin(work: Work, connection: Connection, step: Concurrently) -> None:
    """Note that the step was begun, before its first try: only then is what stands there ours to take back."""
    if ledger.read_checkpoint(connection, work.run, step.id) is not None:
        return
    if not step.accepts_existing and _is_done(connection, step):
        raise Refused(
            f"“{step.title}”: what it makes is there already, and it is not from this run. Nothing was changed. "
            "Look at who made it; drop it or plan again."
        )
    with connection.transaction():
        ledger.note_checkpoint(connection, work.run, step.id, ledger.Checkpoint((), 0, 0))


def _tried(work: Work, connection: Connection, step: Concurrently, attempt: int) -> bool:
    """Run it; False when a pause came meanwhile. What cannot succeed by trying again is raised."""
    try:
        with _cancelled_on_stop(work, connection):
            connection.execute("SET lock_timeout = 0")
            connection.execute(step.sql)
        return True
    except psycopg.errors.QueryCanceled as error:
        if work.stop.is_set():
            return False
        raise StepFailed(_given_up(work, connection, step, error)) from None
    except TRY_AGAIN:
        held_by = who_blocks(work)
        work.emit(LockWaited(step=step.id, attempt=attempt, attempts=step.attempts, blockers=held_by))
        return not work.stop.wait(pause_before(attempt))
    except psycopg.Error as error:
        raise StepFailed(_given_up(work, connection, step, error)) from None


def _given_up(work: Work, connection: Connection, step: Concurrently, error: psycopg.Error) -> str:
    said = failed(work.database, error)
    if connection.broken:
        return said
    try:
        connection.execute("SELECT set_config('lock_timeout', $1, false)", (f"{CLEARING_MS}ms",))
        _clear(connection, step)
    except psycopg.errors.LockNotAvailable:
        return f"{said} What the try left behind cannot be removed while an older transaction runs; the next try does."
    return f"{said} What the try had left behind was removed."


def _is_done(connection: Connection, step: Concurrently) -> bool:
    return bool(one_value(connection, step.done_sql))


def _clear(connection: Connection, step: Concurrently) -> None:
    if step.leftover_sql and step.clear_sql and one_value(connection, step.leftover_sql):
        connection.execute(step.clear_sql)


def _noted(work: Work, connection: Connection, step: Concurrently, attempt: int) -> Outcome:
    with connection.transaction():
        ledger.note_done(connection, work.run, step.id, work.plan.digest)
    return Outcome(facts=() if attempt <= 2 else (("Tries", str(attempt - 1)),))


class _cancelled_on_stop:
    """Cancel the running statement when the person wants a pause: it may take hours, and holds nobody up."""

    def __init__(self, work: Work, connection: Connection) -> None:
        self.work, self.connection = work, connection
        self.over = threading.Event()
        self.watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self.watcher.start()

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.watcher.join()

    def _watch(self) -> None:
        while not self.over.is_set():
            if self.work.stop.wait(STOP_SEEN_S):
                self.connection.cancel_safe(timeout=5)
                self.over.wait(1.0)
