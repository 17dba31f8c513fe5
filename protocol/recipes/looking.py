"""Questions to the catalogue and the rows that several kinds of change are verified by."""

from protocol.names import TableName, literal, quoted
from protocol.recipes.not_null import NOT_NULL_NOT_VALID
from protocol.steps import Check


def this_column(table: TableName, column: str) -> str:
    """The condition on pg_attribute for one column."""
    return f"attrelid = {literal(table.sql)}::regclass AND attname = {literal(column)} AND NOT attisdropped"


def column_has_type(table: TableName, column: str, type_: str) -> Check:
    return Check(
        id="column",
        title=f"Column {column} exists with its type",
        kind="catalog",
        sql=f"SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE {this_column(table, column)}",
        expected=type_,
    )


def column_is_gone(table: TableName, column: str, id_: str = "gone") -> Check:
    return Check(
        id=id_,
        title=f"Column {column} is gone",
        kind="catalog",
        sql=f"SELECT count(*)::text FROM pg_attribute WHERE attrelid = to_regclass({literal(table.sql)}) "
        f"AND attname = {literal(column)} AND NOT attisdropped",
        expected="0",
    )


def not_null_is_proved(table: TableName, column: str, major: int) -> Check:
    """NOT NULL, and since 18 validated: `attnotnull` alone is true there while NULLs exist (T8)."""
    if major >= NOT_NULL_NOT_VALID:
        sql = (
            f"SELECT bool_and(attnotnull AND convalidated)::text FROM pg_attribute JOIN pg_constraint "
            f"ON conrelid = attrelid AND contype = 'n' AND attnum = ANY (conkey) WHERE {this_column(table, column)}"
        )
    else:
        sql = f"SELECT attnotnull::text FROM pg_attribute WHERE {this_column(table, column)}"
    return Check(id="not_null", title="NOT NULL is set and proved", kind="catalog", sql=sql, expected="true")


def null_is_allowed(table: TableName, column: str) -> Check:
    return Check(
        id="nullable",
        title=f"NULL is allowed in {column}",
        kind="catalog",
        sql=f"SELECT (NOT attnotnull)::text FROM pg_attribute WHERE {this_column(table, column)}",
        expected="true",
    )


def index_is_valid(index: TableName) -> Check:
    return Check(
        id="index",
        title=f"Index {index.name} is there and valid",
        kind="catalog",
        sql="SELECT coalesce(bool_and(indisvalid AND indisready), false)::text FROM pg_index "
        f"WHERE indexrelid = to_regclass({literal(index.sql)})",
        expected="true",
    )


def constraint_is_proved(table: TableName, name: str) -> Check:
    return Check(
        id="constraint",
        title=f"Constraint {name} is there and proved",
        kind="catalog",
        sql="SELECT coalesce(bool_and(convalidated), false)::text FROM pg_constraint "
        f"WHERE conrelid = to_regclass({literal(table.sql)}) AND conname = {literal(name)}",
        expected="true",
    )


def constraint_is_gone(table: TableName, name: str) -> Check:
    return Check(
        id="constraint_gone",
        title=f"Constraint {name} is gone",
        kind="catalog",
        sql="SELECT count(*)::text FROM pg_constraint "
        f"WHERE conrelid = to_regclass({literal(table.sql)}) AND conname = {literal(name)}",
        expected="0",
    )


def relation_is_there(name: TableName, id_: str = "there") -> Check:
    return Check(
        id=id_,
        title=f"{name} is there",
        kind="catalog",
        sql=f"SELECT (to_regclass({literal(name.sql)}) IS NOT NULL)::text",
        expected="true",
    )


def relation_is_gone(name: TableName, id_: str = "gone") -> Check:
    return Check(
        id=id_,
        title=f"{name} is gone",
        kind="catalog",
        sql=f"SELECT (to_regclass({literal(name.sql)}) IS NULL)::text",
        expected="true",
    )


def no_row(id_: str, title: str, table: TableName, condition: str) -> Check:
    """Count the rows of which `condition` is true; none may be left."""
    sql = f"SELECT count(*)::text FROM {table.sql} WHERE {condition}"
    return Check(id=id_, title=title, kind="data", sql=sql, expected="0")


def no_row_without_value(table: TableName, column: str) -> Check:
    return no_row("no_null", "No row is without a value", table, f"{quoted(column)} IS NULL")


def no_leftovers(table: TableName, column: str | None = None) -> Check:
    """No NOT VALID constraint (on the column, if one is named) and no invalid index is left on the table."""
    where = f" AND attname = {literal(column)}" if column else ""
    return Check(
        id="leftovers",
        title="No unproved constraint and no invalid index is left on the table",
        kind="leftovers",
        sql="SELECT ((SELECT count(*) FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid "
        f"AND attnum = ANY (conkey) WHERE conrelid = r AND NOT convalidated{where}) "
        "+ (SELECT count(*) FROM pg_index WHERE indrelid = r AND NOT indisvalid))::text "
        f"FROM (SELECT {literal(table.sql)}::regclass::oid AS r) AS this_table",
        expected="0",
    )
