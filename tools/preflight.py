"""Look before anything is touched; what stands in the way is said in a sentence."""

import psycopg

from protocol.errors import Refused
from protocol.names import TableName
from protocol.steps import Preflight
from tools import ledger
from tools.engines.postgres import lost_connection
from tools.execute import in_words
from tools.introspect.read import blockers, read_facts
from tools.introspect.table import count_rows
from tools.monitor import compare, read_signals
from tools.work import Outcome, Work

COUNT_TIMEOUT_MS = 120_000
LONG_TRANSACTION_S = 60


def run_preflight(work: Work, step: Preflight) -> Outcome:
    """Check rights and blockers, count rows, read the baseline of the watch, create schema `whimbrel`."""
    names = work.plan.facts.names
    with lost_connection(work.database), work.database.reading(timeout_ms=COUNT_TIMEOUT_MS) as connection:
        facts = read_facts(connection, work.database.alias, names)
        refuse_without_rights(facts.rights.obstacles)
        rows = {str(name): rows for name in names if (rows := _count(work, name)) is not None}
        waiting_behind = blockers(connection, names)
        signals = read_signals(connection, work.plan.watched)
    for signal, value in signals.items():
        work.emit(compare(signal, value, value.value))
    with in_words(work), work.database.writing(work.run, step.id) as connection:
        ledger.claim(connection)
        try:
            ledger.prepare(connection)
        except psycopg.Error as error:
            raise Refused(
                f"Schema `whimbrel` cannot be created: {work.database.say(error)}. Nothing was changed."
            ) from None
    longest = facts.activity.longest_transaction
    return Outcome(
        rows=rows,
        facts=(
            ("Connection", f"{facts.target.alias}, PostgreSQL {facts.target.version}, role {facts.target.role}"),
            *((f"Rows{_of(name, names)}", _counted(rows.get(str(name)))) for name in names),
            ("Longest transaction", longest.short + (" (long: steps may wait)" if _long(longest.value) else "")),
            ("Holding the table now", "; ".join(waiting_behind) or "nobody"),
            ("Checkpoints", "schema whimbrel is there"),
        ),
    )


def refuse_without_rights(obstacles: tuple[str, ...]) -> None:
    """Raise Refused when the role cannot carry a migration out."""
    if obstacles:
        raise Refused(
            f"This connection cannot carry out the migration: {'; '.join(obstacles)}. Nothing was changed. "
            "Connect as the owner of the table (or a member of that role) to the primary server."
        )


def _of(name: TableName, names: tuple[TableName, ...]) -> str:
    return "" if len(names) == 1 else f" of {name}"


def _counted(rows: int | None) -> str:
    return f"{rows:,} (counted)" if rows is not None else "not counted: it took too long"


def _count(work: Work, name: TableName) -> int | None:
    try:
        with work.database.reading(timeout_ms=COUNT_TIMEOUT_MS) as connection:
            return count_rows(connection, name)
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable):
        return None


def _long(seconds: float | None) -> bool:
    return seconds is not None and seconds > LONG_TRANSACTION_S
