"""Fill a column along a key in small transactions, each with its checkpoint inside: killed anywhere, it resumes."""

import statistics
import time
from collections import deque

from protocol.errors import StepFailed
from protocol.events import StepProgressed
from protocol.steps import Backfill
from tools import ledger
from tools.engines.postgres import Connection, one_value
from tools.execute import in_words, with_retries
from tools.ledger import Checkpoint
from tools.work import Outcome, Work

REPORT_EVERY_S = 0.25
REMEMBERED_BATCHES = 200

START = Checkpoint((), 0, 0)


class Pace:
    """How fast it goes: rows a second over the last batches, and what that means for the rest."""

    def __init__(self, step: str, of: int | None) -> None:
        self.step, self.of = step, of
        self.batches: deque[tuple[float, int]] = deque(maxlen=REMEMBERED_BATCHES)
        self.reported = float("-inf")

    def note(self, seconds: float, rows: int) -> None:
        self.batches.append((seconds, rows))

    def progress(self, seen: int) -> StepProgressed:
        seconds = sum(took for took, _ in self.batches)
        rate = sum(rows for _, rows in self.batches) / seconds if seconds else None
        left = (self.of - seen) / rate if self.of and rate and self.of > seen else None
        return StepProgressed(
            step=self.step,
            rows=seen,
            of=None if self.of is None else max(self.of, seen),
            rate=rate,
            seconds_left=left,
            batch_p95_ms=self._p95(),
        )

    def is_due(self, now: float) -> bool:
        due = now - self.reported >= REPORT_EVERY_S
        self.reported = now if due else self.reported
        return due

    def _p95(self) -> float | None:
        times = [took * 1000 for took, _ in self.batches]
        return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else None


def run_backfill(work: Work, step: Backfill) -> Outcome:
    """Walk the table once, then prove that nothing is left; raise StepFailed with the reason."""
    with in_words(work), work.database.writing(work.run, step.id) as connection:
        ledger.claim(connection)
        if ledger.is_done(connection, work.run, step.id):
            return Outcome(facts=(("Already done", "the ledger in the database says so; it was not run again"),))
        start = ledger.read_checkpoint(connection, work.run, step.id) or START
        reached, finished = _walk(work, connection, step, start)
        if finished and _left(work, connection, step):
            # rows can appear behind the walk with keys of their own choosing; one more walk takes them
            reached, finished = _walk(work, connection, step, Checkpoint((), reached.filled, 0))
        if not finished:
            return Outcome(facts=_facts(reached), paused=True)
        _prove(work, connection, step)
        with connection.transaction():
            ledger.note_done(connection, work.run, step.id, work.plan.digest)
    return Outcome(facts=_facts(reached))


def _walk(work: Work, connection: Connection, step: Backfill, at: Checkpoint) -> tuple[Checkpoint, bool]:
    table = work.plan.facts.find(step.table)
    rows = table.rows.value if table else None
    pace = Pace(step.id, None if rows is None else int(rows))
    if at.last_key:
        work.emit(pace.progress(at.seen))
    while not work.stop.is_set():
        began = time.monotonic()
        after = _batch(work, connection, step, at)
        if after is None:
            work.emit(pace.progress(at.seen))
            return at, True
        if after is at:
            break
        pace.note(time.monotonic() - began + step.pause_ms / 1000, after.seen - at.seen)
        at = after
        if pace.is_due(time.monotonic()):
            work.emit(pace.progress(at.seen))
        work.stop.wait(step.pause_ms / 1000)
    return at, False


def _batch(work: Work, connection: Connection, step: Backfill, at: Checkpoint) -> Checkpoint | None:
    """Do one batch; None at the end of the table, `at` itself when a pause came while waiting for a lock."""
    reached: list[Checkpoint | None] = []

    def once() -> None:
        reached[:] = [_in_transaction(work, connection, step, at)]

    tries = with_retries(work, connection, step.id, step.lock_timeout_ms, step.attempts, once)
    return reached[0] if tries else at


def _in_transaction(work: Work, connection: Connection, step: Backfill, at: Checkpoint) -> Checkpoint | None:
    """Find the batch's end, write its rows and the checkpoint; None when no row is left to walk over."""
    find, write = (step.bound_sql, step.update_sql) if at.last_key else (step.first_sql, step.from_start_sql)
    found = connection.execute(find, (*at.last_key, step.batch_rows)).fetchone()
    if found is None:
        return None
    *bound, rows = found
    filled = connection.execute(write, (*at.last_key, *bound)).rowcount
    after = Checkpoint(tuple(bound), at.filled + filled, at.seen + rows)
    ledger.note_checkpoint(connection, work.run, step.id, after)
    return after


def _left(work: Work, connection: Connection, step: Backfill) -> int:
    counted: list[int] = []

    def once() -> None:
        counted[:] = [int(one_value(connection, step.left_sql))]

    with_retries(work, connection, step.id, step.lock_timeout_ms, step.attempts, once, pausable=False)
    return counted[0]


def _prove(work: Work, connection: Connection, step: Backfill) -> None:
    """No row may be left; who still writes rows without the value has to be found first."""
    left = _left(work, connection, step)
    if left:
        raise StepFailed(
            f"{left:,} rows of `{step.table}` are still without their value after the last batch: "
            "someone writes them so. What was filled stays; find the writer, then resume."
        )


def _facts(at: Checkpoint) -> tuple[tuple[str, str], ...]:
    return (("Rows filled", f"{at.filled:,}"),)
