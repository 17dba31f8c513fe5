"""The ways to set NOT NULL: filled and proved online, or under lock in a window (R8; measured on 15, 16 and 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol import rates
from protocol.facts import Facts
from protocol.keyset import keyset_backfill
from protocol.names import TableName, quoted
from protocol.recipes import guards
from protocol.recipes.instant import undo_by
from protocol.recipes.kept_in import free_name as free_archive
from protocol.recipes.not_null import free_name, prove_existing, set_not_null, unproved
from protocol.recipes.old_values import KEEPS, NewValue, OldValues
from protocol.recipes.ways import online_way, plain_way
from protocol.situation import Situation
from protocol.steps import Backfill, Guard, Step, Undo
from protocol.strategy import Strategy
from protocol.table_facts import TableFacts

if TYPE_CHECKING:
    from protocol.changes.set_not_null import SetNotNull

KEPT = Undo(steps=(), costs="Rows that were filled keep their value: which of them held NULL is not remembered.")
LATER = Undo(steps=(), costs="Its NULLs come back with those of the first filling, once NULL is allowed again.")


def archive_of(change: SetNotNull, facts: Facts) -> TableName:
    """Where it is kept which rows held NULL."""
    return free_archive(facts, "old", change.table.name, change.column)


def keeps(change: SetNotNull, facts: TableFacts) -> bool:
    """Whether the NULLs come back: a NOT NULL that stood before, unproved, would not take them again."""
    if change.fill is None or facts.key is None or unproved(facts, change.column) is not None:
        return False
    return change.column not in {part.name for part in facts.key.columns}


def _old_values(change: SetNotNull, situation: Situation, facts: TableFacts) -> OldValues | None:
    column = facts.table.column(change.column)
    if facts.key is None or column is None or change.fill is None or not keeps(change, facts):
        return None
    value = NewValue(column=column, expression=change.fill)
    return OldValues(table=change.table, key=facts.key, values=(value,), archive=archive_of(change, situation.facts))


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
            *(("Writes every row that holds NULL once more, and its key beside it",) if change.fill else ()),
        ),
        obstacle=obstacle,
    )


def _steps(change: SetNotNull, situation: Situation, facts: TableFacts) -> tuple[Step, ...]:
    """Fill before the constraint stands, for with it an UPDATE of a row that holds NULL fails; again for late rows."""
    kept = _old_values(change, situation, facts)
    first = (_fill(change, facts, kept),) if change.fill else ()
    there = unproved(facts, change.column)
    if there is not None:
        return (*first, prove_existing(facts, there, None if change.fill else _guard(change)))
    again = tuple(_once_more(fill, kept) for fill in first)
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
    return (*((kept.create(situation.lock_limit),) if kept else ()), *first, *steps)


def _once_more(fill: Backfill, kept: OldValues | None) -> Backfill:
    """While it is undone NULL is still refused, so the first filling puts back what both have written."""
    title = "Fill what was written without a value meanwhile"
    return fill.model_copy(update={"id": "fill_late", "title": title, "undo": LATER if kept else KEPT})


def _fill(change: SetNotNull, facts: TableFacts, kept: OldValues | None) -> Backfill:
    assert facts.key is not None
    assert change.fill is not None
    column, title = quoted(change.column), f"Fill {change.column} where it is NULL"
    if kept is not None:
        return kept.backfill(
            f"{column} IS NULL",
            rows=facts.rows,
            title=title,
            why="Each batch is a transaction of its own with its checkpoint inside, and notes which rows held NULL.",
        ).model_copy(update={"id": "fill"})
    walk = keyset_backfill(
        table=change.table,
        key=facts.key,
        assign=f"{column} = ({change.fill})",
        to_do=f"{column} IS NULL",
        rows=facts.rows,
        title=title,
        why="Each batch is a transaction of its own with its checkpoint inside; only rows that hold NULL are written.",
        id_="fill",
    )
    return walk.model_copy(update={"undo": KEPT})


def _guard(change: SetNotNull) -> Guard:
    return guards.no_nulls(change.table, change.column, "Fill them, or answer `fill` with what they shall get.")


def _plain(change: SetNotNull, situation: Situation, facts: TableFacts) -> Strategy:
    alter, name = f"ALTER TABLE {change.table.sql} ALTER COLUMN {quoted(change.column)}", quoted(change.column)
    kept = _old_values(change, situation, facts)
    fill = (f"UPDATE {change.table.sql} SET {name} = ({change.fill}) WHERE {name} IS NULL",) if change.fill else ()
    undo = undo_by("not_null", f"{alter} DROP NOT NULL", costs=KEPT.costs if change.fill else "Nothing.")
    if kept is not None:
        fill = (kept.write(f"{name} IS NULL"),)
        undo = undo_by("not_null", f"{alter} DROP NOT NULL", kept.refill("true"), costs=KEEPS)
    way = plain_way(
        situation,
        facts,
        id_="one_statement",
        step="not_null",
        title=f"Set NOT NULL on {change.column}",
        why="The server reads the whole table under ACCESS EXCLUSIVE to prove it.",
        sql=(*fill, f"{alter} SET NOT NULL"),
        lock="ACCESS EXCLUSIVE",
        takes=rates.time_for(facts.rows, rates.SCANNED_ROWS_PER_SECOND, "read"),
        undo=undo,
        waits=f"reads and writes of `{change.table}` wait",
        guard=None if change.fill else _guard(change),
    )
    if kept is None:
        return way
    return way.model_copy(update={"steps": (kept.create(situation.lock_limit), *way.steps)})
