"""The ways to give rows new values, and the proof: old values are kept in the transaction that overwrites them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol import rates
from protocol.facts import Facts, TableFacts
from protocol.names import TableName, quoted
from protocol.recipes.kept_in import free_name
from protocol.recipes.looking import no_row
from protocol.recipes.old_values import NewValue, OldValues
from protocol.recipes.repeatable import changes_by_itself
from protocol.schema import Column
from protocol.situation import Situation
from protocol.steps import Check, Statements, Step
from protocol.strategy import Strategy

if TYPE_CHECKING:
    from protocol.changes.set_values import SetValues


def archive_of(change: SetValues, facts: Facts) -> TableName:
    """Where the old values are kept."""
    return free_name(facts, "old", change.table.name, *(one.column for one in change.assignments))


def strategies(change: SetValues, situation: Situation) -> tuple[Strategy, ...]:
    """In batches, or in one UPDATE that holds every row locked."""
    facts = situation.facts.of(change.table)
    return (_batched(change, situation, facts), _one_update(change, situation, facts))


def checks(change: SetValues, situation: Situation) -> tuple[Check, ...]:
    """Every row holds its value; where a second time would change it again, what was kept says so."""
    if not change.once:
        return (no_row("values", "Every row that was meant has its value", change.table, to_do(change, situation)),)
    kept = _old_values(change, situation)
    if kept is None:
        return ()
    return (
        Check(
            id="values",
            title="Every row that was kept was written",
            kind="data",
            sql=kept.not_written.replace("count(*)", "count(*)::text"),
            expected="0",
        ),
        Check(
            id="rows_written",
            title="Rows that got their new value, once",
            kind="data",
            sql=f"SELECT count(*)::text FROM {kept.archive.sql}",
            expected=None,
        ),
    )


def to_do(change: SetValues, situation: Situation) -> str:
    """True for a row that still lacks a value."""
    lacking = " OR ".join(
        f"{quoted(value.column.name)} IS NULL"
        if changes_by_itself(value.expression, situation.values)
        else value.differs
        for value in _values(change, situation)
    )
    return f"({change.where}) AND ({lacking})" if change.where else f"({lacking})"


def _values(change: SetValues, situation: Situation) -> tuple[NewValue, ...]:
    table = situation.facts.of(change.table).table
    found = ((table.column(one.column), one.expression) for one in change.assignments)
    return tuple(NewValue(column=_known(column), expression=expression) for column, expression in found)


def _known(column: Column | None) -> Column:
    assert column is not None, "conflicts refuse a column that is not there"
    return column


def _old_values(change: SetValues, situation: Situation) -> OldValues | None:
    facts = situation.facts.of(change.table)
    if facts.key is None:
        return None
    return OldValues(
        table=change.table,
        key=facts.key,
        values=_values(change, situation),
        archive=archive_of(change, situation.facts),
    )


def _batched(change: SetValues, situation: Situation, facts: TableFacts) -> Strategy:
    kept = _old_values(change, situation)
    steps = () if kept is None else _batched_steps(change, situation, facts, kept)
    return Strategy(
        id="batched",
        title="In batches, old values kept",
        sketch=tuple(step.update_sql for step in steps if step.kind == "backfill"),
        pros=(
            "No lock is held for longer than a batch; reads and writes go on",
            "What the rows held is kept, and put back by undoing",
            "It can pause, and it resumes where it stopped",
        ),
        cons=("Writes every row once more, and its old value beside it",),
        downtime="none",
        steps=steps,
        obstacle=""
        if kept
        else f"`{change.table}` has no primary key or unique index of NOT NULL columns to walk along",
    )


def _batched_steps(change: SetValues, situation: Situation, facts: TableFacts, kept: OldValues) -> tuple[Step, ...]:
    title = f"Write {', '.join(one.column for one in change.assignments)}"
    if change.once:
        fill = kept.backfill_once(
            change.where,
            rows=facts.rows,
            title=title,
            why="A second time would change a row again, so a row that is kept already is left alone; checkpoint, old "
            "value and new value are committed together.",
        )
    else:
        fill = kept.backfill(
            to_do(change, situation),
            rows=facts.rows,
            title=title,
            why="Each batch is a transaction of its own with its checkpoint and the old values inside; done rows are "
            "told by their values.",
        )
    return (kept.create(situation.lock_limit, marked=change.once), fill)


def _one_update(change: SetValues, situation: Situation, facts: TableFacts) -> Strategy:
    kept, where = _old_values(change, situation), to_do(change, situation)
    if kept is None:
        assigned = ", ".join(f"{quoted(one.column)} = {one.expression}" for one in change.assignments)
        which = (f" WHERE {change.where}" if change.where else "") if change.once else f" WHERE {where}"
        sql = f"UPDATE {change.table.sql} SET {assigned}{which}"
    elif change.once:
        sql = kept.write_once(f"({change.where})" if change.where else "true")
    else:
        sql = kept.write(where)
    duration = rates.time_for(facts.rows, rates.BACKFILL_ROWS_PER_SECOND, "written")
    update = Statements(
        id="update",
        title=f"Write {', '.join(one.column for one in change.assignments)} at once",
        why="Every row that is written stays locked until the end.",
        lock="ROW EXCLUSIVE",
        held=duration,
        duration=duration,
        sql=(sql,),
        lock_timeout_ms=situation.lock_limit,
        undo=kept.put_back_at_once() if kept else None,
        final=kept is None,
    )
    blocked = situation.no_downtime and not facts.is_empty
    return Strategy(
        id="one_update",
        title="One UPDATE",
        sketch=(sql,),
        pros=("All rows change at the same instant",),
        cons=(
            f"Writers of those rows wait for {duration.short}",
            "The table may grow to twice its size",
            *(() if kept else ("Without a key nothing is kept: only the backup brings the old values back",)),
        ),
        downtime=str(duration),
        steps=(*((kept.create(situation.lock_limit, marked=change.once),) if kept else ()), update),
        obstacle="its writers would wait until it ends, and you asked for no downtime" if blocked else "",
        needs_window=True,
    )
