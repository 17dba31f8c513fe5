"""Counts that have to be 0 before a step locks anything: rows that a constraint would refuse."""

from collections.abc import Sequence

from protocol.names import TableName, quoted
from protocol.recipes.index_keys import KeyPart
from protocol.steps import Guard

UNTOUCHED = "Nothing was locked or changed by this step."


def rows_that_break(table: TableName, condition: str) -> Guard:
    """Rows of which a CHECK is false; one that is NULL passes, as for the server."""
    return Guard(
        sql=f"SELECT count(*) FROM {table.sql} WHERE NOT ({condition})",
        says=f"{{count}} rows of `{table}` break `{condition}`. {UNTOUCHED} "
        "Correct them first: with the constraint in place every UPDATE of such a row would fail.",
    )


def no_nulls(table: TableName, column: str, advice: str) -> Guard:
    return Guard(
        sql=f"SELECT count(*) FROM {table.sql} WHERE {quoted(column)} IS NULL",
        says=f"{{count}} rows of `{table}` hold NULL in `{column}`. {UNTOUCHED} {advice}",
    )


def no_duplicates(
    table: TableName, values: Sequence[str], what: str, where: str | None = None, *, nulls_distinct: bool = True
) -> Guard:
    """Groups of rows with the same key; rows with NULL in it do not count, for a unique index lets them be."""
    conditions = [f"({where})"] if where else []
    conditions += [f"{value} IS NOT NULL" for value in values] if nulls_distinct else []
    filtered = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    groups = f"SELECT 1 FROM {table.sql}{filtered} GROUP BY {', '.join(values)} HAVING count(*) > 1"
    return Guard(
        sql=f"SELECT count(*) FROM ({groups}) AS twice",
        says=f"{{count}} values of {what} in `{table}` are there more than once. {UNTOUCHED} "
        "Remove the duplicates first; “deduplicate” is a change of its own.",
    )


def values_of(parts: Sequence[KeyPart]) -> tuple[str, ...]:
    return tuple(part.value for part in parts)


def no_orphans(child: TableName, columns: Sequence[str], parent: TableName, keys: Sequence[str]) -> Guard:
    """Rows that point to no row of the parent; one with a NULL among its columns points nowhere (MATCH SIMPLE)."""
    pairs = " AND ".join(
        f"there.{quoted(key)} = this.{quoted(column)}" for column, key in zip(columns, keys, strict=True)
    )
    points = " AND ".join(f"this.{quoted(column)} IS NOT NULL" for column in columns)
    return Guard(
        sql=f"SELECT count(*) FROM {child.sql} AS this WHERE {points} "
        f"AND NOT EXISTS (SELECT FROM {parent.sql} AS there WHERE {pairs})",
        says=f"{{count}} rows of `{child}` point to no row of `{parent}`. {UNTOUCHED} "
        "Delete them, correct them or set them NULL first.",
    )
