"""The ways to add a column, by default, server version and key (measured: lock matrix, rules R7 and R8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol import rates
from protocol.keyset import keyset_backfill
from protocol.names import default_clause, quoted
from protocol.recipes.instant import undo_by
from protocol.recipes.not_null import set_not_null
from protocol.recipes.sync import one_way
from protocol.situation import Situation
from protocol.steps import Statements, Step, Undo
from protocol.strategy import Strategy
from protocol.table_facts import TableFacts
from protocol.value_facts import ValueFacts

if TYPE_CHECKING:
    from protocol.changes.add_column import AddColumn

FAST_DEFAULT = 11
"""First major version where ADD COLUMN … DEFAULT with a non-volatile default touches no row."""

OVERRULES = "While its trigger stands, it overrules what the application writes to the column"

VIRTUAL_COLUMNS = 18
"""First major version with GENERATED ALWAYS AS (…) VIRTUAL."""


def strategies(change: AddColumn, situation: Situation) -> tuple[Strategy, ...]:
    """Every way, the recommended one first; one that cannot be taken here carries its obstacle."""
    facts, target = situation.facts.of(change.table), situation.facts.target
    value = situation.values[0] if situation.values else ValueFacts(type=change.type)
    limit, no_downtime = situation.lock_limit, situation.no_downtime
    if change.computed:
        ways = [_batched(change, facts, target.major, limit, value)]
        if target.major >= VIRTUAL_COLUMNS and value.volatility == "immutable":
            ways.append(_virtual(change, limit))
        return tuple(ways)
    if touches_no_row(change, facts, value):
        one = _one_statement(change, value, limit)
        return (one, _batched(change, facts, target.major, limit)) if change.default else (one,)
    return (_batched(change, facts, target.major, limit, value), _rewrite(change, facts, value, limit, no_downtime))


def touches_no_row(change: AddColumn, facts: TableFacts, value: ValueFacts) -> bool:
    """Tell whether ADD COLUMN with everything in it changes only the catalogue."""
    if facts.is_empty:
        return True
    return value.volatility != "volatile" and not value.constrained_domain and not change.computed


def _one_statement(change: AddColumn, value: ValueFacts, limit: int) -> Strategy:
    sql = _add_column(change, with_everything=True)
    of_which = {"immutable": "a constant", "stable": "evaluated once", "volatile": "for no row yet"}[value.volatility]
    why = (
        f"The default is {of_which}, so since PostgreSQL {FAST_DEFAULT} the server keeps it in the catalogue and "
        "writes no row: existing rows show it at once."
        if change.default
        else "Without a default the server only notes the column in the catalogue; no row is written."
    )
    if not change.nullable:
        why += " NOT NULL needs no scan either, because no existing row can be NULL."
    step = Statements(
        id="add_column",
        title=f"Add column {change.column}",
        why=why,
        lock="ACCESS EXCLUSIVE",
        held=rates.INSTANT,
        duration=rates.INSTANT,
        sql=(sql,),
        lock_timeout_ms=limit,
        undo=_drop(change),
    )
    return Strategy(
        id="one_statement",
        title="One statement",
        sketch=(sql,),
        pros=(
            "One command; existing rows have the value at once",
            "Writes no row: no bloat, no WAL to speak of, no backfill",
            f"Holds its lock for milliseconds, and gives way after {limit} ms of waiting",
        ),
        cons=("It waits behind the longest transaction on the table, in short tries",),
        downtime="none",
        steps=(step,),
    )


def _batched(change: AddColumn, facts: TableFacts, major: int, limit: int, value: ValueFacts | None = None) -> Strategy:
    obstacle = ""
    if facts.key is None:
        obstacle = f"`{change.table}` has no primary key or unique index of NOT NULL columns to walk along"
    if change.computed and value is not None and value.volatility == "volatile":
        obstacle = (
            f"`{change.computed}` gives another value each time it is asked, so no row could ever be proved right; "
            "say it as a default instead"
        )
    if value is not None and value.constrained_domain:
        obstacle = f"`{change.type}` is a domain with a CHECK: adding such a column rewrites the table even when empty"
    steps = () if obstacle else _batched_steps(change, facts, major, limit)
    return Strategy(
        id="batched",
        title="Online, in batches",
        sketch=tuple(line for step in steps if isinstance(step, Statements) for line in step.sql),
        pros=(
            "No lock is held for longer than an instant; reads and writes go on",
            "Progress is seen; it can pause, and it resumes where it stopped",
        ),
        cons=(
            "More steps, and minutes instead of milliseconds",
            "Writes every row once more: the table grows until vacuum has caught up",
            *((OVERRULES,) if change.computed else ()),
        ),
        downtime="none",
        steps=steps,
        obstacle=obstacle,
    )


def _batched_steps(change: AddColumn, facts: TableFacts, major: int, limit: int) -> tuple[Step, ...]:
    fill = f"({change.computed})" if change.computed else "DEFAULT"
    column = quoted(change.column)
    to_do = f"{column} IS DISTINCT FROM {fill}" if change.computed else f"{column} IS NULL"
    assert facts.key is not None
    backfill = keyset_backfill(
        table=change.table,
        key=facts.key,
        assign=f"{column} = {fill}",
        to_do=to_do,
        rows=facts.rows,
        title=f"Fill {change.column} for the rows that exist",
        why="Each batch is a transaction of its own with its checkpoint inside; no reader waits, and a writer only for "
        "a row of the running batch.",
    )
    tail = (
        () if change.nullable else set_not_null(change.table, change.column, rows=facts.rows, major=major, limit=limit)
    )
    return (_add_and_keep_in_step(change, limit), backfill, *tail)


def _add_and_keep_in_step(change: AddColumn, limit: int) -> Statements:
    add = _add_column(change, with_everything=False)
    if change.computed:
        sync = one_way(change.table, change.column, change.computed)
        sql: tuple[str, ...] = (add, *sync.create)
        undo = undo_by(
            "add_column",
            *sync.drop,
            f"ALTER TABLE {change.table.sql} DROP COLUMN {quoted(change.column)}",
            costs="What was written to the column is gone.",
        )
        why = "The column comes empty, with a trigger that computes it for every new and changed row from now on."
    else:
        sql = (add, *_set_default(change))
        undo = _drop(change)
        why = (
            "Added without its default first: one that differs from row to row would rewrite the table under lock. "
            "Set in the same transaction for rows to come, so that none slips in between."
        )
    return Statements(
        id="add_column",
        title=f"Add column {change.column}, empty",
        why=why,
        lock="ACCESS EXCLUSIVE",
        held=rates.INSTANT,
        duration=rates.INSTANT,
        sql=sql,
        lock_timeout_ms=limit,
        undo=undo,
    )


def _rewrite(change: AddColumn, facts: TableFacts, value: ValueFacts, limit: int, no_downtime: bool) -> Strategy:
    sql = _add_column(change, with_everything=True)
    duration = rates.time_for(facts.rows, rates.REWRITTEN_ROWS_PER_SECOND, "rewritten")
    reason = "the type is a domain with a CHECK" if value.constrained_domain else "the default is volatile"
    step = Statements(
        id="add_column",
        title=f"Add column {change.column}, rewriting the table",
        why=f"The server writes the whole table and its indexes again, because {reason}.",
        lock="ACCESS EXCLUSIVE",
        held=duration,
        duration=duration,
        sql=(sql,),
        lock_timeout_ms=limit,
        undo=_drop(change),
    )
    return Strategy(
        id="rewrite",
        title="One statement that rewrites the table",
        sketch=(sql,),
        pros=("One command; no bloat afterwards",),
        cons=(
            f"Nobody reads or writes `{change.table}` for {duration}",
            "Needs free disk for a second copy of table and indexes",
        ),
        downtime=str(duration),
        steps=(step,),
        obstacle="it blocks the table while it rewrites it, and you asked for no downtime" if no_downtime else "",
        needs_window=True,
    )


def _virtual(change: AddColumn, limit: int) -> Strategy:
    null = "" if change.nullable else " NOT NULL"
    sql = (
        f"ALTER TABLE {change.table.sql} ADD COLUMN {quoted(change.column)} {change.type} "
        f"GENERATED ALWAYS AS ({change.computed}) VIRTUAL{null}"
    )
    step = Statements(
        id="add_column",
        title=f"Add column {change.column}, computed when read",
        why="A virtual generated column is stored nowhere; the server computes it on every read.",
        lock="ACCESS EXCLUSIVE",
        held=rates.INSTANT,
        duration=rates.INSTANT,
        sql=(sql,),
        lock_timeout_ms=limit,
        undo=_drop(change),
    )
    return Strategy(
        id="virtual_column",
        title="A virtual generated column",
        sketch=(sql,),
        pros=("One statement, no row is written, never out of step",),
        cons=(
            "The application can never write to it",
            "It cannot be indexed (PostgreSQL 18), and costs time on every read",
        ),
        downtime="none",
        steps=(step,),
        obstacle="" if change.nullable else "NOT NULL on it makes the server scan the table under lock",
    )


# --- pieces of SQL -------------------------------------------------------------------------------------------------


def _add_column(change: AddColumn, *, with_everything: bool) -> str:
    sql = f"ALTER TABLE {change.table.sql} ADD COLUMN {quoted(change.column)} {change.type}"
    if with_everything and change.default:
        sql += f" DEFAULT {default_clause(change.default)}"
    if with_everything and not change.nullable:
        sql += " NOT NULL"
    return sql


def _set_default(change: AddColumn) -> tuple[str, ...]:
    if not change.default:
        return ()
    column = f"ALTER TABLE {change.table.sql} ALTER COLUMN {quoted(change.column)}"
    return (f"{column} SET DEFAULT {default_clause(change.default)}",)


def _drop(change: AddColumn) -> Undo:
    return undo_by(
        "add_column",
        f"ALTER TABLE {change.table.sql} DROP COLUMN {quoted(change.column)}",
        costs="What was written to the column is gone; its default and constraints go with it.",
    )
