"""What must be true after a column was added, asked of the catalogue and of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.facts import Facts, ValueFacts
from protocol.names import literal, quoted
from protocol.steps import Check

if TYPE_CHECKING:
    from protocol.changes.add_column import AddColumn

NOT_NULL_NOT_VALID = 18
"""First major version with ADD CONSTRAINT … NOT NULL … NOT VALID; `attnotnull` alone proves nothing there."""


def checks(change: AddColumn, facts: Facts, value: ValueFacts) -> tuple[Check, ...]:
    """What must be true afterwards, asked of the catalogue and of the rows."""
    return tuple(
        check
        for check in (
            _column_is_there(change),
            _not_null_is_proved(change, facts) if not change.nullable else None,
            _default_is_set(change) if change.default else None,
            _no_row_without_value(change) if change.default or not change.nullable else None,
            _every_row_computed(change) if change.computed and value.volatility != "volatile" else None,
            _no_leftovers(change),
            _query_plan(change),
        )
        if check is not None
    )


def _this_column(change: AddColumn) -> str:
    table, column = literal(change.table.sql), literal(change.column)
    return f"attrelid = {table}::regclass AND attname = {column} AND NOT attisdropped"


def _column_is_there(change: AddColumn) -> Check:
    return Check(
        id="column",
        title=f"Column {change.column} exists with its type",
        kind="catalog",
        sql=f"SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE {_this_column(change)}",
        expected=change.type,
    )


def _not_null_is_proved(change: AddColumn, facts: Facts) -> Check:
    if facts.target.major >= NOT_NULL_NOT_VALID:
        sql = (
            f"SELECT bool_and(attnotnull AND convalidated)::text FROM pg_attribute JOIN pg_constraint "
            f"ON conrelid = attrelid AND contype = 'n' AND attnum = ANY (conkey) WHERE {_this_column(change)}"
        )
    else:
        sql = f"SELECT attnotnull::text FROM pg_attribute WHERE {_this_column(change)}"
    return Check(id="not_null", title="NOT NULL is set and proved", kind="catalog", sql=sql, expected="true")


def _default_is_set(change: AddColumn) -> Check:
    return Check(
        id="default",
        title="The default is set for new rows",
        kind="catalog",
        sql=f"SELECT (atthasdef AND attgenerated = '')::text FROM pg_attribute WHERE {_this_column(change)}",
        expected="true",
    )


def _no_row_without_value(change: AddColumn) -> Check:
    return Check(
        id="no_null",
        title="No row is without a value",
        kind="data",
        sql=f"SELECT count(*)::text FROM {change.table.sql} WHERE {quoted(change.column)} IS NULL",
        expected="0",
    )


def _every_row_computed(change: AddColumn) -> Check:
    return Check(
        id="computed",
        title="Every row has the computed value",
        kind="data",
        sql=f"SELECT count(*)::text FROM {change.table.sql} "
        f"WHERE {quoted(change.column)} IS DISTINCT FROM ({change.computed})",
        expected="0",
    )


def _no_leftovers(change: AddColumn) -> Check:
    table, column = literal(change.table.sql), literal(change.column)
    return Check(
        id="leftovers",
        title="No unproved constraint and no invalid index is left on the table",
        kind="leftovers",
        sql="SELECT ((SELECT count(*) FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid "
        f"AND attnum = ANY (conkey) WHERE conrelid = r AND NOT convalidated AND attname = {column}) "
        "+ (SELECT count(*) FROM pg_index WHERE indrelid = r AND NOT indisvalid))::text "
        f"FROM (SELECT {table}::regclass::oid AS r) AS this_table",
        expected="0",
    )


def _query_plan(change: AddColumn) -> Check:
    return Check(
        id="query_plan",
        title=f"How a query on {change.column} is answered",
        kind="query plan",
        sql=f"EXPLAIN SELECT count(*) FROM {change.table.sql} WHERE {quoted(change.column)} IS NOT NULL",
        expected=None,
    )
