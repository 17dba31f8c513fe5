"""Set or drop a column's default: the catalogue only, for rows to come (T3)."""

from collections.abc import Iterator

from protocol.facts import TableFacts
from protocol.findings import Point, warns
from protocol.names import TableName, quoted
from protocol.recipes.instant import instant, undo_by
from protocol.recipes.looking import this_column
from protocol.recipes.ways import online_way
from protocol.schema import Column
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy


def cannot_have_one(column: Column) -> str:
    """Why a column's default cannot be touched; empty where it can."""
    if column.generated:
        return f"`{column.name}` is a generated column; its expression is no default."
    if column.identity:
        return f"`{column.name}` is an identity column; its sequence takes the place of a default."
    return ""


def way(situation: Situation, table: TableName, column: str, action: str) -> Strategy:
    """`action` is SET DEFAULT … or DROP DEFAULT; undone by the server's own text of the default before."""
    there = situation.facts.of(table).table.column(column)
    alter = f"ALTER TABLE {table.sql} ALTER COLUMN {quoted(column)}"
    before = f"SET DEFAULT {there.default}" if there is not None and there.default is not None else "DROP DEFAULT"
    step = instant(
        "default",
        f"{'Set' if action.startswith('SET') else 'Drop'} the default of {column}",
        "Only the catalogue changes; no row is read or written, and existing rows stay as they are.",
        f"{alter} {action}",
        limit=situation.lock_limit,
        undo=undo_by("default", f"{alter} {before}", costs="Rows inserted meanwhile keep the value they got."),
    )
    return online_way(
        (step,),
        id_="one_statement",
        title="One statement",
        pros=("Only the catalogue changes, in an instant", "No row is touched"),
        cons=("It waits behind the longest transaction on the table, in short tries",),
    )


def of_partitions(facts: TableFacts | None) -> Iterator[Point]:
    if facts is not None and facts.partitions:
        yield warns("Its partitions get the same default, and a rollback gives all of them the table's from before")


def is_set(table: TableName, column: str) -> Check:
    return _check(table, column, "The default is set for new rows", "true")


def is_gone(table: TableName, column: str) -> Check:
    return _check(table, column, "The column has no default any more", "false")


def _check(table: TableName, column: str, title: str, expected: str) -> Check:
    sql = f"SELECT (atthasdef AND attgenerated = '')::text FROM pg_attribute WHERE {this_column(table, column)}"
    return Check(id="default", title=title, kind="catalog", sql=sql, expected=expected)
