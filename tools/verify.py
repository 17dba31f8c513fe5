"""Ask the database whether the migration is what the plan said; every check is a read-only question."""

import time
from collections.abc import Iterator
from typing import NamedTuple

import psycopg

from protocol.events import CheckDone
from protocol.plan import Plan
from protocol.steps import Check
from tools.engines.postgres import Connection, Database
from tools.introspect.read import count_rows
from tools.monitor import DELETED, read_signals

CHECK_TIMEOUT_MS = 600_000

STATISTICS_LATE_S = 11.0
"""A session that went idle after its DELETE reports it within ten seconds (pgstat.c, PGSTAT_IDLE_INTERVAL)."""

ASK_AGAIN_S = 0.5


class Before(NamedTuple):
    """What was counted before the first step: rows, and rows ever deleted; None when it was not."""

    rows: int | None
    deleted: float | None


def run_checks(
    database: Database, plan: Plan, before: Before, patience_s: float = STATISTICS_LATE_S
) -> Iterator[CheckDone]:
    """Yield a result per check, the count of rows last; wait up to `patience_s` for the word that rows were deleted."""
    with database.reading(timeout_ms=CHECK_TIMEOUT_MS) as connection:
        for check in plan.checks:
            yield _run(database, connection, check)
        yield _no_row_lost(connection, plan, before, patience_s)
    yield CheckDone(
        check="application",
        title="The application is healthy",
        observed="not checked: Whimbrel does not see the application yet; look at its health page, errors and latency",
        passed=None,
    )


def _run(database: Database, connection: Connection, check: Check) -> CheckDone:
    try:
        rows = connection.execute(check.sql).fetchall()
    except psycopg.Error as error:
        if connection.broken:
            raise
        return CheckDone(check=check.id, title=check.title, observed=database.say(error), passed=False)
    observed = "; ".join(str(row[0]) for row in rows[:4]) if rows else "nothing"
    passed = None if check.expected is None else observed == check.expected
    return CheckDone(check=check.id, title=check.title, observed=observed, passed=passed)


def _no_row_lost(connection: Connection, plan: Plan, before: Before, patience_s: float) -> CheckDone:
    title, now = "No row was lost", count_rows(connection, plan.facts.name)
    if before.rows is None:
        return CheckDone(check="rows", title=title, observed=f"{now:,} rows; not counted before", passed=None)
    deleted = _deleted_since(connection, plan, before)
    deadline = time.monotonic() + patience_s
    while before.rows - now > deleted and time.monotonic() < deadline:
        time.sleep(ASK_AGAIN_S)
        deleted = _deleted_since(connection, plan, before)
    observed = f"{now:,} rows now, {before.rows:,} before"
    if now < before.rows:
        observed += f"; the application deleted {deleted:,.0f} meanwhile"
    return CheckDone(check="rows", title=title, observed=observed, passed=before.rows - now <= deleted)


def _deleted_since(connection: Connection, plan: Plan, before: Before) -> float:
    if before.deleted is None:
        return 0
    return (read_signals(connection, plan.facts.name)[DELETED].value or 0) - before.deleted
