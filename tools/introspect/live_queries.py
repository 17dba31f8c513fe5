"""Find the statements that touch a table in pg_stat_statements, where that is installed and the role may read it."""

from collections.abc import Iterator
from typing import Any, Literal

import psycopg
from psycopg import sql

from protocol.facts import Figure
from protocol.live_queries import LiveQueries, LiveQuery
from protocol.names import TableName
from tools.engines.postgres import Connection, one_value
from tools.introspect.bodies import name_pattern, read_statement, references_to
from tools.introspect.dependants import SQL as DEPENDANTS
from tools.lint import grammar
from tools.named_sql import queries

SQL = queries("tools.introspect", "live_queries.sql")

STATEMENTS = """
SELECT query, sum(calls)::float8, (sum(total_exec_time) / sum(calls))::float8, sum(rows)::float8
FROM {}.pg_stat_statements
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND query ~* $1 AND calls > 0
GROUP BY query
ORDER BY 2 DESC
LIMIT 1000
"""
"""Not among the named queries: those have to be understood by every server, and most have no such view."""

Kind = Literal["select", "insert", "update", "delete", "merge"]
KINDS: dict[str, Kind] = {
    "select_stmt": "select",
    "insert_stmt": "insert",
    "update_stmt": "update",
    "delete_stmt": "delete",
    "merge_stmt": "merge",
}
"""What is shown. Of other statements servers before 16 keep the constants, and they may be secrets."""

MISSING = (
    "pg_stat_statements is not installed in this database, so which statements the application runs is not known. "
    "Add it to shared_preload_libraries, restart the server, then CREATE EXTENSION pg_stat_statements."
)
NOT_LOADED = (
    "pg_stat_statements is installed but not loaded, so which statements the application runs is not known. "
    "Add it to shared_preload_libraries and restart the server."
)
TOO_OLD = (
    "pg_stat_statements is of a version before PostgreSQL 13's, so which statements the application runs is not known. "
    "Run ALTER EXTENSION pg_stat_statements UPDATE."
)
FORBIDDEN = "pg_stat_statements may not be read by this role; GRANT pg_read_all_stats to it."
OWN_ONLY = "Only this role's own statements are shown; GRANT pg_read_all_stats (or pg_monitor) to see all."
LATE = "pg_stat_statements did not answer in time; which statements the application runs is not known."


def read_live_queries(connection: Connection, table: TableName, column: str | None = None) -> LiveQueries:
    """Return the statements that touch the table, or a column of it; a missing right or extension is a sentence."""
    schema = one_value(connection, SQL["statements_schema"])
    if schema is None:
        return LiveQueries(not_seen=(MISSING,))
    asked = sql.SQL(STATEMENTS).format(sql.Identifier(schema))
    pattern = name_pattern([table.name])
    try:
        with connection.transaction():
            rows = connection.execute(asked, (pattern,)).fetchall()
    except psycopg.errors.ObjectNotInPrerequisiteState:
        return LiveQueries(not_seen=(NOT_LOADED,))
    except psycopg.errors.UndefinedColumn:
        return LiveQueries(not_seen=(TOO_OLD,))
    except psycopg.errors.InsufficientPrivilege:
        return LiveQueries(not_seen=(FORBIDDEN,))
    except psycopg.errors.QueryCanceled:
        return LiveQueries(not_seen=(LATE,))
    every = one_value(connection, SQL["sees_all"])
    touching = tuple(_touching(rows, _Table(connection, table), column))
    return LiveQueries(queries=touching, not_seen=() if every else (OWN_ONLY,))


class _Table:
    """The table asked about: its columns, and whether its bare name means another one on the search_path."""

    def __init__(self, connection: Connection, table: TableName) -> None:
        self.name = table
        found = connection.execute(DEPENDANTS["tables"], ([table.schema_name], [table.name])).fetchone()
        schemas: list[str] = found[5] if found else []
        self.columns: tuple[str, ...] = tuple(found[6]) if found else ()
        path: list[str] = one_value(connection, DEPENDANTS["search_path"])
        first = next((schema for schema in path if schema in schemas), table.schema_name)
        self.hidden = first != table.schema_name


def _touching(rows: list[tuple[Any, ...]], table: _Table, column: str | None) -> Iterator[LiveQuery]:
    for text, calls, mean, affected in rows:
        kind = _kind(text)
        body = read_statement(text)
        references = list(references_to(body, table.name.name, table.name.schema_name, table.hidden))
        if kind is None or not references:
            continue
        used = {name for reference in references for name in body.columns[reference]}
        if column is None or column in used or "*" in used:
            yield LiveQuery(
                text=grammar.without_values(text),
                kind=kind,
                columns=tuple(name for name in table.columns if name in used),
                all_columns="*" in used,
                calls=_measured(calls, "calls"),
                mean=_measured(mean, "milliseconds"),
                rows=_measured(affected, "rows"),
            )


def _kind(text: str) -> Kind | None:
    try:
        return KINDS.get(grammar.tree(text).WhichOneof("node"))
    except (grammar.NotRead, IndexError):
        return None


def _measured(value: float, unit: str) -> Figure:
    return Figure(value=value, unit=unit, source="measured", how="pg_stat_statements, since it was reset")
