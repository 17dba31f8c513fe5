"""The plan's SQL to read: up with its steps as headings, down in the order in which it undoes."""

from collections.abc import Iterable

from protocol.plan import Plan
from protocol.steps import Backfill, Backup, Concurrently, Gate, Preflight, Statements, Step

GIVE_WAY = "SET lock_timeout = '1s';"
WAIT = "SET lock_timeout = 0;"


def up_sql(plan: Plan) -> str:
    """Everything the plan runs; a backfill is its UPDATE as a comment, with the advice to batch it."""
    lines = [_comment(plan.title), "-- One transaction per statement; SET lock_timeout first.", GIVE_WAY]
    return "\n".join([*lines, *(line for step in plan.steps for line in _lines(step))]) + "\n"


def down_sql(plan: Plan) -> str:
    """What undoes the whole plan."""
    undo = plan.rollback[-1].sql
    return "\n".join([_comment(f"Undo: {plan.title}"), GIVE_WAY, *(sql + ";" for sql in undo)]) + "\n"


def _lines(step: Step) -> Iterable[str]:
    match step:
        case Statements(sql=sql, lock_timeout_ms=limit):
            lines = [statement + ";" for statement in sql]
            yield from ("", _comment(step.title), *((WAIT, *lines, GIVE_WAY) if limit is None else lines))
        case Concurrently(sql=statement):
            yield from ("", _comment(f"{step.title}: outside a transaction."), WAIT, statement + ";", GIVE_WAY)
        case Backfill():
            how = f"{step.title}: run in batches of {step.batch_rows:,} rows along {step.key.index}."
            yield from ("", _comment(how), _comment(step.update_sql + ";"))
        case Gate():
            yield from ("", _comment(f"Stop here until this is true: {step.waits_for}"))
        case Preflight() | Backup():
            return


def _comment(text: str) -> str:
    """Write text as comment lines; a name, or an expression, may hold a line break."""
    return "\n".join(f"-- {line}" for line in text.splitlines())
