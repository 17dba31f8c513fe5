"""The ways to set NOT NULL: filled and proved online, or under lock in a window (R8; measured on 15, 16 and 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol import rates
from protocol.facts import TableFacts
from protocol.keyset import keyset_backfill
from protocol.names import quoted
from protocol.recipes import guards
from protocol.recipes.instant import undo_by
from protocol.recipes.not_null import free_name, prove_existing, set_not_null, unproved
from protocol.recipes.ways import online_way, plain_way
from protocol.situation import Situation
from protocol.steps import Backfill, Guard, Step, Undo
from protocol.strategy import Strategy

if TYPE_CHECKING:
    from protocol.changes.set_not_null import SetNotNull

KEPT = Undo(steps=(), costs="Rows that were filled keep their value: which of them held NULL is not remembered.")


def strategies(change: SetNotNull, situation: Situation) -> tuple[Strategy, ...]:
    """Online first, except where the table is empty."""
    facts = situation.facts.of(change.table)
    ways = (_online(change, situation, facts), _plain(change, situation, facts))
    return ways[::-1] if facts.is_empty and unproved(facts, change.column) is None else ways


def _online(change: SetNotNull, situation: Situation, facts: TableFacts) -> Strategy:
    obstacle = ""
    if change.fill and facts.key is None:
        obstacle = f"`{change.table}` has no primary key or unique index of NOT NULL columns to walk along"
    return online_way(
        () if obstacle else _steps(change, situation, facts),
        pros=(
            "No lock is held for longer than an instant; reads and writes go on",
            "The proof reads the table while others write",
        ),
        cons=(
            "Several steps instead of one",
            *(("Writes every row that holds NULL once more",) if change.fill else ()),
        ),
        obstacle=obstacle,
    )


def _steps(change: SetNotNull, situation: Situation, facts: TableFacts) -> tuple[Step, ...]:
    """Fill before the constraint stands, for with it an UPDATE of a row that holds NULL fails; again for late rows."""
    first = (_fill(change, facts, "fill", f"Fill {change.column} where it is NULL"),) if change.fill else ()
    there = unproved(facts, change.column)
    if there is not None:
        return (*first, prove_existing(facts, there, None if change.fill else _guard(change)))
    again = (_fill(change, facts, "fill_late", "Fill what was written without a value meanwhile"),) if first else ()
    steps = set_not_null(
        change.table,
        change.column,
        rows=facts.rows,
        major=situation.major,
        limit=situation.lock_limit,
        name=free_name(facts, change.column),
        guard=None if change.fill else _guard(change),
        between=again,
    )
    return (*first, *steps)


def _fill(change: SetNotNull, facts: TableFacts, id_: str, title: str) -> Backfill:
    assert facts.key is not None
    assert change.fill is not None
    column = quoted(change.column)
    walk = keyset_backfill(
        table=change.table,
        key=facts.key,
        assign=f"{column} = ({change.fill})",
        to_do=f"{column} IS NULL",
        rows=facts.rows,
        title=title,
        why="Each batch is a transaction of its own with its checkpoint inside; only rows that hold NULL are written.",
        id_=id_,
    )
    return walk.model_copy(update={"undo": KEPT})


def _guard(change: SetNotNull) -> Guard:
    return guards.no_nulls(change.table, change.column, "Fill them, or answer `fill` with what they shall get.")


def _plain(change: SetNotNull, situation: Situation, facts: TableFacts) -> Strategy:
    column = f"ALTER TABLE {change.table.sql} ALTER COLUMN {quoted(change.column)}"
    name = quoted(change.column)
    fill = (f"UPDATE {change.table.sql} SET {name} = ({change.fill}) WHERE {name} IS NULL",) if change.fill else ()
    back = f"{column} DROP NOT NULL"
    return plain_way(
        situation,
        facts,
        id_="one_statement",
        step="not_null",
        title=f"Set NOT NULL on {change.column}",
        why="The server reads the whole table under ACCESS EXCLUSIVE to prove it.",
        sql=(*fill, f"{column} SET NOT NULL"),
        lock="ACCESS EXCLUSIVE",
        takes=rates.time_for(facts.rows, rates.SCANNED_ROWS_PER_SECOND, "read"),
        undo=undo_by("not_null", back, costs=KEPT.costs if change.fill else "Nothing."),
        waits=f"reads and writes of `{change.table}` wait",
        guard=None if change.fill else _guard(change),
    )
