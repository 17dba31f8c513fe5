"""NOT NULL without a scan under ACCESS EXCLUSIVE (R8): by NOT NULL … NOT VALID from 18, else by a CHECK."""

from protocol import rates
from protocol.facts import Figure
from protocol.names import TableName, derived_name, quoted
from protocol.recipes.instant import instant, undo_by
from protocol.steps import Statements

NOT_NULL_NOT_VALID = 18
"""First major version with ADD CONSTRAINT … NOT NULL … NOT VALID; `attnotnull` alone proves nothing there."""


def set_not_null(
    table: TableName, column: str, *, rows: Figure, major: int, limit: int, undoable: bool = True
) -> tuple[Statements, ...]:
    """Declare unchecked, prove, and before 18 set it and drop the CHECK. Existing rows must hold a value by then.

    `undoable` is false where the column itself goes when its change is undone.
    """
    name = derived_name(table.name, column, "not_null")
    if major >= NOT_NULL_NOT_VALID:
        return _declared(table, name, f"NOT NULL {quoted(column)}", rows, limit)
    check = _declared(table, name, f"CHECK ({quoted(column)} IS NOT NULL)", rows, limit)
    alter = f"ALTER TABLE {table.sql} ALTER COLUMN {quoted(column)}"
    set_it = instant(
        "set_not_null",
        "Set NOT NULL",
        "The proved CHECK spares the server its own scan.",
        f"{alter} SET NOT NULL",
        limit=limit,
        undo=undo_by("set_not_null", f"{alter} DROP NOT NULL") if undoable else None,
    )
    drop_it = instant(
        "drop_check",
        "Drop the CHECK that is no longer needed",
        "In a statement of its own: together with SET NOT NULL the server would scan again under ACCESS EXCLUSIVE.",
        f"ALTER TABLE {table.sql} DROP CONSTRAINT {quoted(name)}",
        limit=limit,
    )
    return (*check, set_it, drop_it)


def _declared(table: TableName, name: str, constraint: str, rows: Figure, limit: int) -> tuple[Statements, ...]:
    declare = instant(
        "declare_not_null",
        "Declare NOT NULL, unchecked",
        "New rows obey at once; existing rows are not looked at, so the lock is held for an instant.",
        f"ALTER TABLE {table.sql} ADD CONSTRAINT {quoted(name)} {constraint} NOT VALID",
        limit=limit,
        undo=undo_by("declare_not_null", f"ALTER TABLE {table.sql} DROP CONSTRAINT IF EXISTS {quoted(name)}"),
    )
    return (declare, validate("validate_not_null", "Prove NOT NULL for every row", table, name, rows))


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
