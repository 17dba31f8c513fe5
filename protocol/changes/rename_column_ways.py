"""The ways to rename a column: both names at once until no code says the old one, or the bare statement (R13)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol import rates
from protocol.facts import Key, TableFacts
from protocol.names import derived_name, literal, quoted
from protocol.recipes import shadow
from protocol.recipes.copies import index_copy, indexes_on, unclear
from protocol.recipes.instant import UNDO_LOCK_TIMEOUT_MS, instant, undo_by
from protocol.recipes.looking import column_has_type, column_is_gone, no_leftovers, not_null_is_proved
from protocol.recipes.sync import Sync
from protocol.situation import Situation
from protocol.steps import Check, Gate, Statements, Step, Undo
from protocol.strategy import Strategy

if TYPE_CHECKING:
    from protocol.changes.rename_column import RenameColumn


def strategies(change: RenameColumn, situation: Situation) -> tuple[Strategy, ...]:
    """Both names at once where code runs that says the old one; the bare statement first where none does."""
    online, plain = _expand_contract(change, situation), _in_place(change, situation)
    return (online, plain) if _breaks(change, situation) else (plain, online)


def _breaks(change: RenameColumn, situation: Situation) -> bool:
    """Whether running code meets a column that is gone."""
    return bool(situation.yes("old_code")) and not situation.facts.of(change.table).is_empty


# --- the bare statement ----------------------------------------------------------------------------------------------


def _in_place(change: RenameColumn, situation: Situation) -> Strategy:
    breaks = _breaks(change, situation)
    sql, back = _rename(change, change.column, change.new_name), _rename(change, change.new_name, change.column)
    step = instant(
        "rename",
        f"Rename {change.column} to {change.new_name}",
        "Only the catalogue changes; indexes, constraints, defaults, privileges and views follow.",
        sql,
        limit=situation.lock_limit,
        undo=undo_by("rename", back),
    )
    obstacle = ""
    if breaks and situation.no_downtime and not situation.is_development:
        obstacle = f"code that runs says `{change.column}` and fails from that instant, and you asked for no downtime"
    return Strategy(
        id="in_place",
        title="One statement",
        sketch=(sql,),
        pros=("One command, no row is written", "Everything that belongs to the column follows"),
        cons=(f"Every application version that says `{change.column}` fails until it is replaced",) if breaks else (),
        downtime="from the rename until the new application version runs" if breaks else "none",
        steps=(step,),
        obstacle=obstacle,
        needs_window=breaks,
    )


# --- both names at once ----------------------------------------------------------------------------------------------


def _expand_contract(change: RenameColumn, situation: Situation) -> Strategy:
    facts = situation.facts.of(change.table)
    obstacle = _obstacle(change, situation, facts)
    steps = () if obstacle or facts.key is None else _steps(change, facts, facts.key, situation.lock_limit)
    return Strategy(
        id="expand_contract",
        title="Both names at once, until no code says the old one",
        sketch=tuple(line for step in steps if isinstance(step, Statements) for line in step.sql),
        pros=(
            "Old and new application versions run side by side: whichever column is written, the other follows",
            "No lock is held for longer than an instant",
            "In the end the column is the original with its new name, with all that belongs to it",
        ),
        cons=(
            f"It waits for a deploy of code that says `{change.new_name}`",
            "Writes every row once more: the table grows until vacuum has caught up",
            "Until the end each write goes to both columns and to the indexes of both",
            *_of_null(change, facts),
        ),
        downtime="none",
        steps=steps,
        obstacle=obstacle,
    )


def _of_null(change: RenameColumn, facts: TableFacts) -> tuple[str, ...]:
    column = facts.table.column(change.column)
    if column is None or column.default is None or not column.nullable:
        return ()
    return (f"Meanwhile an INSERT that says NULL for `{change.new_name}` gets the default of `{change.column}`",)


def _obstacle(change: RenameColumn, situation: Situation, facts: TableFacts) -> str:
    column, value = facts.table.column(change.column), situation.value("column")
    if column is not None and column.generated:
        return f"`{change.column}` is generated; nothing can be written to it"
    if value is not None and value.constrained_domain:
        return f"`{change.type}` is a domain with a CHECK: adding a column of it rewrites the table"
    if facts.table.kind == "partitioned table" and indexes_on(facts, change.column):
        return "an index on a partitioned table cannot be built concurrently"
    if facts.column(change.column).used_by("partition key"):
        return f"`{change.column}` is part of the partition key, which a trigger may not change"
    if shadow.has_heirs(facts):
        return f"other tables inherit from `{facts.name}`, and its triggers do not reach them"
    if facts.key is None:
        return f"`{facts.name}` has no primary key or unique index of NOT NULL columns to walk along"
    if strange := unclear(facts, change.column):
        return f"the definition of {', '.join(strange)} cannot be read for certain"
    return ""


def _steps(change: RenameColumn, facts: TableFacts, key: Key, limit: int) -> tuple[Step, ...]:
    old, new = change.column, change.new_name
    copies = (
        index_copy(facts, index, old, new, shadow.NEW, f"copy_index_{number}")
        for number, index in enumerate(indexes_on(facts, old), start=1)
    )
    backfill = shadow.fill(facts, key, new, quoted(old), id_="backfill", title=f"Fill {new} for the rows that exist")
    gate = Gate(
        id="deployed",
        title=f"Deploy the code that says {new}",
        why="From here on both columns hold the same, whichever is written.",
        lock="none",
        held=rates.NO_LOCK,
        duration=rates.NO_LOCK,
        waits_for=f"Every running application version reads and writes `{new}`; none says `{old}`, in functions and "
        "views that set or ask for it neither",
    )
    return (_expand(change, facts, limit), backfill, *copies, gate, _contract(change, facts, key, limit))


def _expand(change: RenameColumn, facts: TableFacts, limit: int) -> Statements:
    sync = shadow.in_step(change.table, change.column, change.new_name)
    return instant(
        "expand",
        f"Add {change.new_name} and keep both in step",
        f"Without a default, so that NULL tells that new code did not write it; what `{change.column}` has by default "
        "reaches it through the trigger. In one transaction, so that no write slips in between.",
        *shadow.adding(facts, change.column, change.new_name, change.type),
        *sync.create,
        limit=limit,
        undo=undo_by(
            "expand",
            *sync.drop,
            _drop(change, change.new_name),
            costs=f"Code that says `{change.new_name}` fails from then on.",
        ),
    )


def _contract(change: RenameColumn, facts: TableFacts, key: Key, limit: int) -> Statements:
    """The original stays and takes the new name, so that all that belongs to it stays too."""
    old, new = change.column, change.new_name
    step = instant(
        "contract",
        f"Leave only {new}",
        f"`{new}` is dropped and `{old}`, which holds the same, takes its name: an instant, and no index, "
        "constraint or privilege has to be moved.",
        *shadow.in_step(change.table, old, new).drop,
        _drop(change, new),
        _rename(change, old, new),
        limit=limit,
        undo=_both_again(change, facts, key),
    )
    return step.model_copy(update={"guard": shadow.none_differs(facts, quoted(new), quoted(old))})


def _both_again(change: RenameColumn, facts: TableFacts, key: Key) -> Undo:
    """At every instant both names can be read; at the end the original bears the old one again."""
    old, new, aside = change.column, change.new_name, derived_name(change.column, "whimbrel_swap")
    meanwhile, before = shadow.in_step(change.table, new, old), shadow.in_step(change.table, old, new)
    key = shadow.key_with(key, old, name=new)
    again = shadow.adding(facts, old, old, change.type)
    add = _again("again", f"Add {old} and keep both in step", *again, *meanwhile.create)
    refill = shadow.fill(facts, key, old, quoted(new), id_="refill", title=f"Fill {old} with what {new} holds")
    swap = _again(
        "swap",
        "The original takes its old name",
        *meanwhile.drop,
        _rename(change, new, aside),
        _rename(change, old, new),
        _rename(change, aside, old),
        *before.create,
    )
    return Undo(
        steps=shadow.as_undo((add, refill, swap)),
        costs=f"Writes every row once more. Code that says `{new}` must be replaced before the rollback goes on to its "
        "end.",
    )


def _again(id_: str, title: str, *sql: str) -> Statements:
    return instant(id_, title, "Only the catalogue changes.", *sql, limit=UNDO_LOCK_TIMEOUT_MS)


# --- pieces of SQL ---------------------------------------------------------------------------------------------------


def _rename(change: RenameColumn, column: str, name: str) -> str:
    return f"ALTER TABLE {change.table.sql} RENAME COLUMN {quoted(column)} TO {quoted(name)}"


def _drop(change: RenameColumn, column: str) -> str:
    return f"ALTER TABLE {change.table.sql} DROP COLUMN {quoted(column)}"


# --- verification ----------------------------------------------------------------------------------------------------


def checks(change: RenameColumn, situation: Situation) -> tuple[Check, ...]:
    proved = not_null_is_proved(change.table, change.new_name, situation.major)
    return (
        column_has_type(change.table, change.new_name, change.type),
        column_is_gone(change.table, change.column),
        *(() if change.nullable else (proved,)),
        _is_gone(shadow.in_step(change.table, change.column, change.new_name)),
        no_leftovers(change.table, change.new_name),
    )


def _is_gone(sync: Sync) -> Check:
    return Check(
        id="trigger",
        title="The trigger that kept both in step is gone",
        kind="leftovers",
        sql=f"SELECT count(*)::text FROM pg_trigger WHERE tgrelid = {literal(sync.table.sql)}::regclass "
        f"AND tgname = {literal(sync.name)}",
        expected="0",
    )
