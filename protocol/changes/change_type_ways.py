"""The ways to change a column's type: the instant statement, a shadow column, or a rewrite in a window (R12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol import rates
from protocol.changes import change_type_shadow
from protocol.facts import Figure, TableFacts
from protocol.names import derived_name, literal, quoted
from protocol.recipes.conversion import tested
from protocol.recipes.copies import indexes_on
from protocol.recipes.instant import instant
from protocol.recipes.looking import (
    column_has_type,
    column_is_gone,
    constraint_is_proved,
    no_leftovers,
    not_null_is_proved,
)
from protocol.recipes.not_null import validate
from protocol.recipes.shadow import NEW, OLD
from protocol.recipes.switch import counting_as
from protocol.schema import Constraint
from protocol.situation import Situation
from protocol.steps import Check, Statements, Undo
from protocol.strategy import Strategy
from protocol.type_change import STRINGS, base_of, effect_of

if TYPE_CHECKING:
    from protocol.changes.change_type import ChangeType


def strategies(change: ChangeType, situation: Situation) -> tuple[Strategy, ...]:
    """The instant statement where no row is touched; else the shadow column, and on an empty table the statement."""
    facts = situation.facts.of(change.table)
    online, rewrite = change_type_shadow.strategy(change, situation), _rewrite(change, situation, facts)
    if touches_no_row(change):
        in_place = _in_place(change, situation, facts)
        return (in_place, online) if not in_place.needs_window else (online, in_place)
    return (rewrite, online) if facts.is_empty else (online, rewrite)


def touches_no_row(change: ChangeType) -> bool:
    """Whether the statement, said as we say it, changes the catalogue only."""
    touch = effect_of(change.old_type, change.type).touch
    return (touch == "none" and change.using is None) or (touch == "in utc" and change.zone == "UTC")


# --- without touching a row ------------------------------------------------------------------------------------------


def _in_place(change: ChangeType, situation: Situation, facts: TableFacts) -> Strategy:
    reads = "" if facts.is_empty else _reads(change, facts)
    checks = [one for one in facts.table.constraints if one.kind == "c" and change.column in one.columns]
    step = _statement(change, facts, checks, situation.lock_limit, blocking=bool(reads))
    proofs = [_proof(change, facts, one) for one in checks if one.validated]
    return Strategy(
        id="in_place_no_rewrite",
        title="One statement that touches no row",
        sketch=step.sql,
        pros=(
            f"No row is written: {effect_of(change.old_type, change.type).reason}",
            *(() if reads else ("Holds its lock for an instant",)),
        ),
        cons=(
            *((f"Reads the table under ACCESS EXCLUSIVE: {reads}",) if reads else ()),
            *((f"The CHECK {', '.join(one.name for one in checks)} is proved again afterwards",) if checks else ()),
            *(("Going back writes the whole table again",) if step.undo and _back_rewrites(change) else ()),
        ),
        downtime="while it reads the table" if reads else "none",
        steps=(step, *proofs),
        obstacle=f"{reads}, and you asked for no downtime" if reads and situation.no_downtime else "",
        needs_window=bool(reads),
    )


def _reads(change: ChangeType, facts: TableFacts) -> str:
    """Why the server reads every row all the same: an index is built, or a foreign key proved, again (measured)."""
    other_base = base_of(change.old_type) != base_of(change.type)
    again = [
        index.name
        for index in indexes_on(facts, change.column)
        if other_base or "(" in index.definition.partition("(")[2] or " WHERE " in index.definition
    ]
    if again:
        return f"the server builds {', '.join(again)} again"
    keys = [one.name for one in facts.table.constraints if one.kind == "f" and change.column in one.columns]
    return f"the server proves {', '.join(keys)} again" if keys and other_base else ""


def _statement(
    change: ChangeType, facts: TableFacts, checks: list[Constraint], limit: int, *, blocking: bool
) -> Statements:
    """With a CHECK on the column the server would read every row; it is taken off and put back unproved in between."""
    alter = f"ALTER TABLE {change.table.sql}"
    zone = ("SET LOCAL TimeZone = 'UTC'",) if change.zone else ()
    off = tuple(f"{alter} DROP CONSTRAINT {quoted(one.name)}" for one in checks)
    on = tuple(
        f"{alter} ADD CONSTRAINT {quoted(one.name)} {one.definition.removesuffix(' NOT VALID')} NOT VALID"
        for one in checks
    )
    type_ = _with_default(change, facts, f"TYPE {change.type}{_collate(change, facts)}")
    why = f"{effect_of(change.old_type, change.type).reason.capitalize()}; the server changes the catalogue only."
    if change.zone:
        why += " In a session whose TimeZone is another one it would write every row again, so it is set here."
    step = instant(
        "change_type", f"Change {change.column} to {change.type}", why, *zone, *off, *type_, *on, limit=limit
    )
    held = rates.time_for(facts.rows, rates.SCANNED_ROWS_PER_SECOND, "read") if blocking else step.held
    return step.model_copy(update={"undo": _undo(change, facts), "held": held, "duration": held})


def _proof(change: ChangeType, facts: TableFacts, check: Constraint) -> Statements:
    id_ = derived_name("prove", check.name)
    return validate(id_, f"Prove {check.name} again", change.table, check.name, facts.rows)


# --- writing every row -----------------------------------------------------------------------------------------------


def _rewrite(change: ChangeType, situation: Situation, facts: TableFacts) -> Strategy:
    """The plain statement in a window; on an empty table there is nothing to write."""
    forward, limit = change.forward, situation.lock_limit
    duration = rates.INSTANT if facts.is_empty else _duration(facts)
    using = f"TYPE {change.type}{_collate(change, facts)} USING {forward.expression}"
    sequence = facts.column(change.column).sequence
    serial = sequence if sequence and not _is_identity(change, facts) else None
    step = Statements(
        id="change_type",
        title=f"Change {change.column} to {change.type}, writing every row",
        why="The server writes the whole table and its indexes again: "
        f"{effect_of(change.old_type, change.type).reason}.",
        lock="ACCESS EXCLUSIVE",
        held=duration,
        duration=duration,
        sql=(
            *_with_default(change, facts, using),
            *(counting_as(serial, change.old_type, change.type) if serial else ()),
        ),
        lock_timeout_ms=limit,
        undo=_undo(change, facts),
        final=change.backward is None,
    )
    return Strategy(
        id="rewrite",
        title="One statement that writes the whole table",
        sketch=step.sql,
        pros=("One command; no trigger, no second column, no bloat afterwards",),
        cons=(
            f"Nobody reads or writes `{change.table}` for {duration}",
            "Needs free disk for a second copy of table and indexes",
            *(("Nobody said how a value goes back: only the backup does",) if change.backward is None else ()),
        ),
        downtime="none" if facts.is_empty else str(duration),
        steps=tested(forward, facts, change.column, step),
        obstacle=(
            "it blocks the table while it writes it again, and you asked for no downtime"
            if situation.no_downtime and not facts.is_empty
            else ""
        ),
        needs_window=not facts.is_empty,
    )


def _undo(change: ChangeType, facts: TableFacts) -> Undo | None:
    """The statement for the other direction, which as a rule writes the table again."""
    backward = change.backward
    if backward is None:
        return None
    duration = _duration(facts) if _back_rewrites(change) else rates.INSTANT
    zone = change.zone if effect_of(change.type, change.old_type).touch == "in utc" and change.zone == "UTC" else None
    using = "" if zone else f" USING {backward.expression}"
    sequence = facts.column(change.column).sequence
    serial = sequence if sequence and not _is_identity(change, facts) else None
    sql = (
        *(("SET LOCAL TimeZone = 'UTC'",) if zone else ()),
        *_with_default(change, facts, f"TYPE {change.old_type}{_collate(change, facts, back=True)}{using}"),
        *(counting_as(serial, change.old_type, change.old_type) if serial else ()),
    )
    step = Statements(
        id=derived_name("undo", "change_type"),
        title=f"Change {change.column} back to {change.old_type}",
        why="ACCESS EXCLUSIVE while it lasts: in a window."
        if _back_rewrites(change)
        else "Only the catalogue changes.",
        lock="ACCESS EXCLUSIVE",
        held=duration,
        duration=duration,
        sql=sql,
        lock_timeout_ms=500,
    )
    costs = "Nothing."
    if _back_rewrites(change):
        costs = f"Nobody reads or writes `{change.table}` for {duration}."
    if backward.may_fail:
        costs += f" It is refused while a value does not fit {change.old_type}."
    return Undo(steps=(step,), costs=costs)


def _back_rewrites(change: ChangeType) -> bool:
    touch = effect_of(change.type, change.old_type).touch
    return not ((touch == "none" and change.back is None) or (touch == "in utc" and change.zone == "UTC"))


def _duration(facts: TableFacts) -> Figure:
    return rates.time_for(facts.rows, rates.REWRITTEN_ROWS_PER_SECOND, "rewritten")


def _is_identity(change: ChangeType, facts: TableFacts) -> bool:
    column = facts.table.column(change.column)
    return column is not None and bool(column.identity)


def _collate(change: ChangeType, facts: TableFacts, *, back: bool = False) -> str:
    """The collation is the type's own again, unless it is said."""
    collation = facts.column(change.column).collation
    return f" COLLATE {collation}" if collation and (back or base_of(change.type) in STRINGS) else ""


def _with_default(change: ChangeType, facts: TableFacts, type_: str) -> tuple[str, ...]:
    """The default is taken off and set again, for the server would pile cast upon cast."""
    column = facts.table.column(change.column)
    alter = f"ALTER TABLE {change.table.sql} ALTER COLUMN {quoted(change.column)}"
    if column is None or column.default is None or column.identity:
        return (f"{alter} {type_}",)
    return (f"{alter} DROP DEFAULT", f"{alter} {type_}", f"{alter} SET DEFAULT {column.default}")


# --- verification ----------------------------------------------------------------------------------------------------


def checks(change: ChangeType, situation: Situation) -> tuple[Check, ...]:
    facts = situation.facts.of(change.table)
    pointing = [one for one in facts.referencing if change.column in one.referenced and one.constraint.validated]
    return (
        column_has_type(change.table, change.column, change.type),
        *(() if change.nullable else (not_null_is_proved(change.table, change.column, situation.major),)),
        *(column_is_gone(change.table, derived_name(change.column, end), f"gone_{end[-3:]}") for end in (NEW, OLD)),
        *(
            constraint_is_proved(one.table, one.constraint.name).model_copy(update={"id": f"pointing_{number}"})
            for number, one in enumerate(pointing, start=1)
        ),
        _no_trigger_left(change),
        no_leftovers(change.table, change.column),
    )


def _no_trigger_left(change: ChangeType) -> Check:
    names = [derived_name("whimbrel", change.table.name, derived_name(change.column, end)) for end in (NEW, OLD)]
    return Check(
        id="trigger",
        title="No trigger of the change is left",
        kind="leftovers",
        sql=f"SELECT count(*)::text FROM pg_trigger WHERE tgrelid = {literal(change.table.sql)}::regclass "
        f"AND tgname IN ({', '.join(map(literal, names))})",
        expected="0",
    )
