"""Ask the database whether the migration is what the plan said; every check is a read-only question."""

import time
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import psycopg

from protocol.events import CheckDone
from protocol.plan import Plan
from protocol.steps import Check
from tools.engines.postgres import Connection, Database
from tools.introspect.table import count_rows
from tools.monitor import DELETED, read_signals

CHECK_TIMEOUT_MS = 600_000

STATISTICS_LATE_S = 11.0
"""A session that went idle after its DELETE reports it within ten seconds (pgstat.c, PGSTAT_IDLE_INTERVAL)."""

ASK_AGAIN_S = 0.5


class Before(NamedTuple):
    """What was counted before the first step: rows by the table's name, and rows ever deleted; None when it was not."""

    rows: Mapping[str, int]
    deleted: float | None


def run_checks(
    database: Database, plan: Plan, before: Before, patience_s: float = STATISTICS_LATE_S
) -> Iterator[CheckDone]:
    """Yield a result per check, the count of rows last; wait up to `patience_s` for the word that rows were deleted."""
    with database.reading(timeout_ms=CHECK_TIMEOUT_MS) as connection:
        for check in plan.checks:
            yield _run(database, connection, check)
        if plan.counted:
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
    title = "No row was lost"
    now = {first: count_rows(connection, last) for first, last in plan.counted}
    was = {first: before.rows[str(first)] for first in now if str(first) in before.rows}
    if len(was) < len(now):
        observed = _listed(f"{rows:,} rows" for rows in now.values()) + "; not counted before"
        return CheckDone(check="rows", title=title, observed=observed, passed=None)
    lost = sum(max(0, was[name] - now[name]) for name in now)
    deleted = _deleted_since(connection, plan, before)
    deadline = time.monotonic() + patience_s
    while lost > deleted and time.monotonic() < deadline:
        time.sleep(ASK_AGAIN_S)
        deleted = _deleted_since(connection, plan, before)
    alone = len(now) == 1
    observed = _listed(f"{'' if alone else f'{name}: '}{now[name]:,} rows now, {was[name]:,} before" for name in now)
    if lost:
        observed += f"; the application deleted {deleted:,.0f} meanwhile"
    return CheckDone(check="rows", title=title, observed=observed, passed=lost <= deleted)


def _listed(parts: Iterable[str]) -> str:
    return "; ".join(parts)


def _deleted_since(connection: Connection, plan: Plan, before: Before) -> float:
    if before.deleted is None:
        return 0
    return (read_signals(connection, plan.watched)[DELETED].value or 0) - before.deleted
