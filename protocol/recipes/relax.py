"""Take NOT NULL away, and set it again where every row allows it: some may be without a value by then (R8, R14)."""

from protocol import rates
from protocol.figure import Figure
from protocol.names import TableName, derived_name, dollar_quoted, literal, quoted
from protocol.recipes.instant import UNDO_LOCK_TIMEOUT_MS, instant
from protocol.recipes.not_null import NOT_NULL_NOT_VALID
from protocol.schema import Column, Table
from protocol.steps import ChangingStep, Statements, Undo

STAYS_NULLABLE = "Where a row was written without a value meanwhile, the column stays nullable."


def relax(table: Table, column: Column, *, rows: Figure, major: int, limit: int) -> Statements:
    """DROP NOT NULL, so that INSERTs which leave the column out pass."""
    return instant(
        "relax",
        f"Allow {column.name} to be left out",
        "INSERTs of code that no longer knows the column would fail, for it is NOT NULL and has no default.",
        f"ALTER TABLE {table.name.sql} ALTER COLUMN {quoted(column.name)} DROP NOT NULL",
        limit=limit,
        undo=Undo(steps=not_null_again(table, column, rows=rows, major=major, id_="undo_relax"), costs=STAYS_NULLABLE),
    )


def not_null_again(table: Table, column: Column, *, rows: Figure, major: int, id_: str) -> tuple[ChangingStep, ...]:
    """Declare it unchecked, try to prove it, and keep it only if that went well."""
    named, bare = table.name.sql, quoted(column.name)
    own = major >= NOT_NULL_NOT_VALID
    name = _name(table, column) if own else derived_name(table.name.name, column.name, "not_null")
    constraint = f"NOT NULL {bare}" if own else f"CHECK ({bare} IS NOT NULL)"
    keep = "NULL;" if own else f"ALTER TABLE {named} ALTER COLUMN {bare} SET NOT NULL;"
    drop = f"ALTER TABLE {named} DROP CONSTRAINT {quoted(name)};"
    steps = [
        _short(f"{id_}_declare", f"ALTER TABLE {named} ADD CONSTRAINT {quoted(name)} {constraint} NOT VALID"),
        _try_to_prove(f"{id_}_prove", table.name, name, rows),
        _short(f"{id_}_keep", _block(f"IF {_is_proved(table.name, name)} THEN {keep} ELSE {drop} END IF;")),
    ]
    if not own:
        steps.append(_short(f"{id_}_tidy", f"ALTER TABLE {named} DROP CONSTRAINT IF EXISTS {quoted(name)}"))
    return tuple(steps)


def _name(table: Table, column: Column) -> str:
    mine = [c.name for c in table.constraints if c.kind == "n" and c.columns == (column.name,)]
    return mine[0] if mine else derived_name(table.name.name, column.name, "not_null")


def _try_to_prove(id_: str, table: TableName, name: str, rows: Figure) -> Statements:
    return Statements(
        id=id_,
        title="See whether every row has a value",
        why="A scan that neither readers nor writers notice; a row without a value is no failure here.",
        lock="SHARE UPDATE EXCLUSIVE",
        held=rates.NO_LOCK,
        duration=rates.time_for(rows, rates.SCANNED_ROWS_PER_SECOND, "read"),
        sql=(
            _block(
                f"ALTER TABLE {table.sql} VALIDATE CONSTRAINT {quoted(name)}; "
                "EXCEPTION WHEN check_violation OR not_null_violation THEN "
                f"RAISE WARNING 'some rows have no value, so {table.name.replace(chr(39), '').replace('%', '')} "
                "stays without NOT NULL';"
            ),
        ),
        lock_timeout_ms=None,
    )


def _is_proved(table: TableName, name: str) -> str:
    return (
        "EXISTS (SELECT FROM pg_catalog.pg_constraint WHERE convalidated "
        f"AND conrelid = {literal(table.sql)}::regclass AND conname = {literal(name)})"
    )


def _block(body: str) -> str:
    return f"DO {dollar_quoted(f'BEGIN {body} END')}"


def _short(id_: str, sql: str) -> Statements:
    return instant(id_, "Take it back", "Only the catalogue changes.", sql, limit=UNDO_LOCK_TIMEOUT_MS)
