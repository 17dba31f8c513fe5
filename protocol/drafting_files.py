"""The plan as plain SQL files, up and down."""

import re
from collections.abc import Iterable, Sequence

from protocol.names import derived_name
from protocol.plan import Files
from protocol.steps import Backfill, Backup, Concurrently, Gate, Preflight, Statements, Step

GIVE_WAY = "SET lock_timeout = '1s';"
WAIT = "SET lock_timeout = 0;"


def files_of(title: str, steps: Sequence[Step], undo: Iterable[str]) -> Files:
    """Write both files; a backfill is written as one UPDATE with the advice to batch it."""
    up = [_comment(title), "-- One transaction per statement; SET lock_timeout first.", GIVE_WAY]
    for step in steps:
        up += _lines(step)
    down = [_comment(f"Undo: {title}"), GIVE_WAY, *(sql + ";" for sql in undo)]
    return Files(name=_file_name(title), up="\n".join(up) + "\n", down="\n".join(down) + "\n")


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


def _file_name(title: str) -> str:
    words = re.findall(r"\w+", title.lower())
    return derived_name(*words) if words else "migration"


def _comment(text: str) -> str:
    """Write text as comment lines; a name, or an expression, may hold a line break."""
    return "\n".join(f"-- {line}" for line in text.splitlines())
