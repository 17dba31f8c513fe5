"""Statements that hold a strong lock for an instant only, and the steps that take something back."""

from protocol import rates
from protocol.names import derived_name
from protocol.steps import Concurrently, Guard, LockMode, Statements, Undo

UNDO_LOCK_TIMEOUT_MS = 500
"""An undo waits longer for its lock than a step does: somebody wants to be out of trouble."""

NOTHING = "Nothing."


def instant(
    id_: str,
    title: str,
    why: str,
    *sql: str,
    limit: int,
    undo: Undo | None = None,
    lock: LockMode = "ACCESS EXCLUSIVE",
    final: bool = False,
    guard: Guard | None = None,
) -> Statements:
    """One transaction that changes the catalogue and touches no row; `limit` is its lock_timeout in milliseconds."""
    return Statements(
        id=id_,
        title=title,
        why=why,
        lock=lock,
        held=rates.INSTANT,
        duration=rates.INSTANT,
        sql=sql,
        guard=guard,
        lock_timeout_ms=limit,
        undo=undo,
        final=final,
    )


def undo_by(step: str, *sql: str, costs: str = NOTHING, lock: LockMode = "ACCESS EXCLUSIVE") -> Undo:
    """Take the step of that id back in one short transaction."""
    back = instant(
        derived_name("undo", step),
        "Take it back",
        "Only the catalogue changes.",
        *sql,
        limit=UNDO_LOCK_TIMEOUT_MS,
        lock=lock,
    )
    return Undo(steps=(back,), costs=costs)


def undo_outside(step: str, sql: str, done_sql: str, costs: str = NOTHING) -> Undo:
    """Take the step of that id back by one statement outside a transaction."""
    back = Concurrently(
        id=derived_name("undo", step),
        title="Take it back",
        why="Reads and writes go on meanwhile.",
        lock="SHARE UPDATE EXCLUSIVE",
        held=rates.NO_LOCK,
        duration=rates.INSTANT,
        sql=sql,
        done_sql=done_sql,
    )
    return Undo(steps=(back,), costs=costs)
