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
        _wait_at_most(connection, step.lock_timeout_ms or 0)
        for attempt in range(1, step.attempts + 1):
            outcome = _attempt(work, connection, step, attempt)
            if outcome is not None:
                return outcome
        if not _is_done(connection, step):
            raise StepFailed(_without_effect(work, connection, step))
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


def _attempt(work: Work, connection: Connection, step: Concurrently, attempt: int) -> Outcome | None:
    """Clear and run it; None for another look, which also sees whether it worked."""
    try:
        _clear(connection, step)  # clearing may also finish it, as DETACH … FINALIZE does
    except TRY_AGAIN:
        return None if _waited(work, step, attempt) else Outcome(paused=True)
    if _is_done(connection, step):
        return _noted(work, connection, step, attempt)
    if work.stop.is_set():
        return Outcome(paused=True)
    heed(connection, step.guard)
    return None if _tried(work, connection, step, attempt) else Outcome(paused=True)


def _tried(work: Work, connection: Connection, step: Concurrently, attempt: int) -> bool:
    """Run it; False when a pause came meanwhile. What cannot succeed by trying again is raised."""
    try:
        with _cancelled_on_stop(work, connection):
            connection.execute(step.sql)
        return True
    except psycopg.errors.QueryCanceled as error:
        if work.stop.is_set():
            return False
        raise StepFailed(_given_up(work, connection, step, error)) from None
    except TRY_AGAIN:
        return _waited(work, step, attempt)
    except psycopg.Error as error:
        raise StepFailed(_given_up(work, connection, step, error)) from None


def _waited(work: Work, step: Concurrently, attempt: int) -> bool:
    """Say who is in the way, and let some time pass; False when a pause came meanwhile."""
    work.emit(LockWaited(step=step.id, attempt=attempt, attempts=step.attempts, blockers=who_blocks(work)))
    return not work.stop.wait(pause_before(attempt))


def _wait_at_most(connection: Connection, milliseconds: int) -> None:
    connection.execute("SELECT set_config('lock_timeout', $1, false)", (f"{milliseconds}ms",))


def _without_effect(work: Work, connection: Connection, step: Concurrently) -> str:
    said = f"{step.title}: after {step.attempts} tries its effect is not there."
    if not _is_half_there(connection, step):
        return f"{said} Nothing is left of them."
    held_by = "; ".join(who_blocks(work)) or "older transactions were in the way"
    return f"{said} Half of it is there ({held_by}). Let those end, then resume: it goes on from there."


def _given_up(work: Work, connection: Connection, step: Concurrently, error: psycopg.Error) -> str:
    said = failed(work.database, error)
    if connection.broken:
        return said
    try:
        _wait_at_most(connection, step.lock_timeout_ms or CLEARING_MS)
        _clear(connection, step)
    except psycopg.errors.LockNotAvailable:
        return f"{said} What the try left behind cannot be removed while an older transaction runs; the next try does."
    return f"{said} What the try had left behind was removed."


def _is_done(connection: Connection, step: Concurrently) -> bool:
    return bool(one_value(connection, step.done_sql))


def _clear(connection: Connection, step: Concurrently) -> None:
    if step.clear_sql and _is_half_there(connection, step):
        connection.execute(step.clear_sql)


def _is_half_there(connection: Connection, step: Concurrently) -> bool:
    return bool(step.leftover_sql) and bool(one_value(connection, str(step.leftover_sql)))


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
