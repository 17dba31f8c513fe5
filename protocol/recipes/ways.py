"""The two shapes of a way: online, step by step, and one statement that makes others wait."""

from protocol.facts import Figure, TableFacts
from protocol.situation import Situation
from protocol.steps import Concurrently, Guard, LockMode, Statements, Step, Undo
from protocol.strategy import Strategy


def online_way(
    steps: tuple[Step, ...],
    *,
    id_: str = "online",
    title: str = "Online, step by step",
    pros: tuple[str, ...] = ("No lock is held for longer than an instant; reads and writes go on",),
    cons: tuple[str, ...] = (),
    obstacle: str = "",
) -> Strategy:
    """Steps that hold no lock for long; with an obstacle none are shown."""
    steps = () if obstacle else steps
    sketch = tuple(line for step in steps for line in _lines(step))
    return Strategy(
        id=id_, title=title, sketch=sketch, pros=pros, cons=cons, downtime="none", steps=steps, obstacle=obstacle
    )


def _lines(step: Step) -> tuple[str, ...]:
    match step:
        case Statements(sql=sql):
            return sql
        case Concurrently(sql=statement):
            return (statement,)
        case _:
            return ()


def plain_way(
    situation: Situation,
    facts: TableFacts,
    *,
    id_: str,
    title: str,
    why: str,
    sql: tuple[str, ...],
    lock: LockMode,
    takes: Figure,
    undo: Undo,
    waits: str,
    step: str,
    guard: Guard | None = None,
    pros: tuple[str, ...] = (),
) -> Strategy:
    """`waits` says who waits meanwhile, such as "writes to `t` wait"; of an empty table nobody does for long."""
    empty = facts.is_empty
    obstacle = "" if empty or not situation.no_downtime else f"{waits} while it runs, and you want no downtime"
    statements = Statements(
        id=step,
        title=title,
        why=why,
        lock=lock,
        held=takes,
        duration=takes,
        sql=sql,
        guard=guard,
        lock_timeout_ms=situation.lock_limit,
        undo=undo,
    )
    return Strategy(
        id=id_,
        title="One statement" if empty else "In a maintenance window",
        sketch=sql,
        pros=pros or (("The table is empty: it is done in an instant",) if empty else ("One statement, done soonest",)),
        cons=() if empty else (f"{waits[0].upper()}{waits[1:]} while it runs",),
        downtime="none" if empty else "while it runs",
        steps=(statements,),
        obstacle=obstacle,
        needs_window=not empty,
    )
