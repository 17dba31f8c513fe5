"""NOT NULL without a scan under ACCESS EXCLUSIVE (R8): by NOT NULL … NOT VALID from 18, else by a CHECK."""

from protocol import rates
from protocol.facts import Figure, TableFacts
from protocol.names import TableName, derived_name, quoted
from protocol.recipes.instant import instant, undo_by
from protocol.recipes.naming import name_or_auto
from protocol.schema import Constraint
from protocol.steps import ChangingStep, Guard, Statements, Undo

NOT_NULL_NOT_VALID = 18
"""First major version with ADD CONSTRAINT … NOT NULL … NOT VALID; `attnotnull` alone proves nothing there."""


def set_not_null(
    table: TableName,
    column: str,
    *,
    rows: Figure,
    major: int,
    limit: int,
    undoable: bool = True,
    name: str | None = None,
    tag: str = "",
    guard: Guard | None = None,
    between: tuple[ChangingStep, ...] = (),
) -> tuple[ChangingStep, ...]:
    """Declare unchecked, prove, and before 18 set it and drop the CHECK. Existing rows must hold a value by then.

    `undoable` is false where the column itself goes when its change is undone.
    `name` is the constraint's, if it matters; `tag` goes before the ids.
    `guard` counts rows without a value first; `between` runs before the proof.
    """
    name = name or derived_name(table.name, column, "not_null")
    if major >= NOT_NULL_NOT_VALID:
        return _declared(table, name, f"NOT NULL {quoted(column)}", rows, limit, tag, guard, between)
    check = _declared(table, name, f"CHECK ({quoted(column)} IS NOT NULL)", rows, limit, tag, guard, between)
    alter = f"ALTER TABLE {table.sql} ALTER COLUMN {quoted(column)}"
    set_it = instant(
        f"{tag}set_not_null",
        "Set NOT NULL",
        "The proved CHECK spares the server its own scan.",
        f"{alter} SET NOT NULL",
        limit=limit,
        undo=undo_by(f"{tag}set_not_null", f"{alter} DROP NOT NULL") if undoable else None,
    )
    drop_it = instant(
        f"{tag}drop_check",
        "Drop the CHECK that is no longer needed",
        "In a statement of its own: together with SET NOT NULL the server would scan again under ACCESS EXCLUSIVE.",
        f"ALTER TABLE {table.sql} DROP CONSTRAINT {quoted(name)}",
        limit=limit,
    )
    return (*check, set_it, drop_it)


def set_again(facts: TableFacts, column: str, *, major: int, limit: int) -> Undo:
    """Bring NOT NULL back after it was dropped, under the name it had, without a scan under ACCESS EXCLUSIVE."""
    named = not_null_of(facts, column)
    steps = set_not_null(
        facts.name,
        column,
        rows=facts.rows,
        major=major,
        limit=limit,
        name=named.name if named else free_name(facts, column),
        tag="undo_",
        guard=Guard(
            sql=f"SELECT count(*) FROM {facts.name.sql} WHERE {quoted(column)} IS NULL",
            says=f"{{count}} rows of `{facts.name}` were written with NULL in `{column}`. NOT NULL was not set again; "
            "fill them, then roll back once more.",
        ),
        undoable=False,
    )
    back = tuple(step.model_copy(update={"undo": None}) for step in steps if isinstance(step, Statements))
    if named is not None and not named.validated:
        back = back[:1]
    return Undo(steps=back, costs="Rows written with NULL meanwhile have to be filled first.")


def not_null_of(facts: TableFacts, column: str) -> Constraint | None:
    """The NOT NULL constraint of a column, which has a name since 18."""
    return next((one for one in facts.table.constraints if one.kind == "n" and one.columns == (column,)), None)


def unproved(facts: TableFacts, column: str) -> Constraint | None:
    """A NOT NULL that stands NOT VALID: since 18 the catalogue calls the column NOT NULL while it holds NULLs (T8)."""
    named = not_null_of(facts, column)
    return named if named is not None and not named.validated else None


def prove_existing(facts: TableFacts, there: Constraint, guard: Guard | None) -> Statements:
    """Prove a NOT NULL that somebody left NOT VALID; undone by declaring it unchecked again."""
    name, column = quoted(there.name), there.columns[0]
    proof = validate("validate_not_null", "Prove NOT NULL for every row", facts.name, there.name, facts.rows)
    back = undo_by(
        "validate_not_null",
        f"ALTER TABLE {facts.name.sql} DROP CONSTRAINT {name}",
        f"ALTER TABLE {facts.name.sql} ADD CONSTRAINT {name} NOT NULL {quoted(column)} NOT VALID",
    )
    return proof.model_copy(update={"guard": guard, "undo": back})


def free_name(facts: TableFacts, column: str) -> str:
    """A name for the constraint that the table does not use yet."""
    return name_or_auto(None, facts, (column,), "not_null")


def _declared(
    table: TableName,
    name: str,
    constraint: str,
    rows: Figure,
    limit: int,
    tag: str,
    guard: Guard | None,
    between: tuple[ChangingStep, ...],
) -> tuple[ChangingStep, ...]:
    declare = instant(
        f"{tag}declare_not_null",
        "Declare NOT NULL, unchecked",
        "New rows obey at once; existing rows are not looked at, so the lock is held for an instant.",
        f"ALTER TABLE {table.sql} ADD CONSTRAINT {quoted(name)} {constraint} NOT VALID",
        limit=limit,
        undo=undo_by(f"{tag}declare_not_null", f"ALTER TABLE {table.sql} DROP CONSTRAINT IF EXISTS {quoted(name)}"),
        guard=guard,
    )
    proof = validate(f"{tag}validate_not_null", "Prove NOT NULL for every row", table, name, rows)
    return (declare, *between, proof)


def validate(id_: str, title: str, table: TableName, constraint: str, rows: Figure) -> Statements:
    """VALIDATE CONSTRAINT: a scan that neither readers nor writers notice (SHARE UPDATE EXCLUSIVE, measured)."""
    return Statements(
        id=id_,
        title=title,
        why="Reads the table once while others read and write; a short lock_timeout would only abort the scan.",
        lock="SHARE UPDATE EXCLUSIVE",
        held=rates.NO_LOCK,
        duration=rates.time_for(rows, rates.SCANNED_ROWS_PER_SECOND, "read"),
        sql=(f"ALTER TABLE {table.sql} VALIDATE CONSTRAINT {quoted(constraint)}",),
        lock_timeout_ms=None,
    )
