"""Run the statements of a step: one transaction, its own lock_timeout, retries with backoff, noted in the ledger."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from protocol.errors import Refused, StepFailed, WhimbrelError
from protocol.events import LockWaited
from protocol.plan import Plan
from protocol.recipes.refusing import SPEAKS
from protocol.steps import Guard, Statements
from tools import ledger
from tools.engines.postgres import Connection, Database, one_value
from tools.introspect.read import blockers
from tools.work import Outcome, Work

TRY_AGAIN = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 10.0


def run_statements(work: Work, step: Statements) -> Outcome:
    """Run the step once and for all; a step the ledger knows is not run again. Raise StepFailed with the reason."""
    with in_words(work), work.database.writing(work.run, step.id) as connection:
        ledger.claim(connection)
        if ledger.is_done(connection, work.run, step.id):
            return Outcome(facts=(("Already done", "the ledger in the database says so; it was not run again"),))
        heed(connection, step.guard)

        def once() -> None:
            for sql in step.sql:
                connection.execute(sql)
            ledger.note_done(connection, work.run, step.id, work.plan.digest)

        tries = with_retries(work, connection, step.id, step.lock_timeout_ms, step.attempts, once)
    return Outcome(paused=tries == 0, facts=() if tries <= 1 else (("Tries for the lock", str(tries)),))


def heed(connection: Connection, guard: Guard | None) -> None:
    """Ask what has to be 0 before anything is locked; raise Refused with the guard's sentence when it is not."""
    if guard is None:
        return
    with connection.transaction():
        connection.execute("SET TRANSACTION READ ONLY")
        count = int(one_value(connection, guard.sql))
    if count:
        raise Refused(guard.says.replace("{count}", f"{count:,}"))


def with_retries(
    work: Work,
    connection: Connection,
    step: str,
    lock_timeout_ms: int | None,
    attempts: int,
    once: Callable[[], None],
    *,
    pausable: bool = True,
) -> int:
    """Run `once` in a transaction until it commits; return the number of tries, 0 when a pause came in between."""
    for attempt in range(1, attempts + 1):
        try:
            with connection.transaction():
                connection.execute("SELECT set_config('lock_timeout', $1, true)", (f"{lock_timeout_ms or 0}ms",))
                once()
            return attempt
        except TRY_AGAIN as error:
            held_by = who_blocks(work)
            work.emit(LockWaited(step=step, attempt=attempt, attempts=attempts, blockers=held_by))
            if attempt == attempts:
                raise StepFailed(_gave_up(work, attempts, held_by, error)) from None
        except psycopg.Error as error:
            raise StepFailed(failed(work.database, error)) from None
        if pausable and work.stop.wait(pause_before(attempt)):
            return 0
        if not pausable:
            time.sleep(pause_before(attempt))
    raise AssertionError("the last attempt returns or raises")


@contextmanager
def in_words(work: Work) -> Iterator[None]:
    """Turn what the server says outside of a try into StepFailed."""
    try:
        yield
    except psycopg.Error as error:
        raise StepFailed(failed(work.database, error)) from None


def pause_before(attempt: int) -> float:
    """Seconds until the next try: doubling, capped, with jitter so that two runners do not march in step."""
    doubled: float = FIRST_PAUSE_S * 2 ** (attempt - 1)
    return min(doubled, LONGEST_PAUSE_S) * random.uniform(0.5, 1.0)


def who_blocks(work: Work) -> tuple[str, ...]:
    """Say in words who holds a lock on the plan's tables; empty where that cannot be read quickly."""
    try:
        with work.database.reading(timeout_ms=1_000) as connection:
            return blockers(connection, work.plan.watched)
    except (psycopg.Error, WhimbrelError):
        return ()


def tables_of(plan: Plan) -> str:
    return ", ".join(f"`{name}`" for name in plan.facts.names) or "The database"


def _gave_up(work: Work, attempts: int, held_by: tuple[str, ...], error: psycopg.Error) -> str:
    who = "; ".join(held_by) or work.database.say(error)
    return (
        f"{tables_of(work.plan)} was not changed: no lock after {attempts} tries ({who}). "
        "Let that transaction end, then resume; or plan again with a longer lock_limit."
    )


def failed(database: Database, error: psycopg.Error) -> str:
    if isinstance(error, psycopg.OperationalError) and error.sqlstate is None:
        return (
            f"the connection to {database.alias} broke: {database.say(error)}. Whether the last transaction was "
            "committed is not known here; `whimbrel resume` finds it out from the database and repeats nothing."
        )
    said = database.say(error)
    ours = said.partition(SPEAKS)[2].rstrip('"')
    if ours and error.sqlstate == "42704":  # undefined_object
        return f"{ours}. The transaction was rolled back."
    return f"the server refused: {said} (SQLSTATE {error.sqlstate}). The transaction was rolled back."
