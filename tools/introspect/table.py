"""Read the structure of one table, and what it weighs, does and stands on."""

from typing import Any, Literal

import psycopg

from protocol.errors import Refused
from protocol.figure import Figure
from protocol.foreign_key import ForeignKey
from protocol.key import Key, KeyColumn
from protocol.names import TableName
from protocol.schema import Column, Constraint, Index, Table, Trigger
from protocol.table_facts import TableFacts
from tools.engines.postgres import Connection, one_value
from tools.introspect.columns import read_columns, read_grants
from tools.introspect.dependants import read_dependants
from tools.introspect.partitioning import read_partitioning
from tools.named_sql import queries

SQL = queries("tools.introspect", "table.sql")

COUNT_BELOW = 200_000
"""Tables that the planner takes for smaller are counted; larger ones are estimated from its statistics."""

Row = tuple[Any, ...]


def table_row(connection: Connection, name: TableName) -> Row | None:
    """The row of the query `table`, its oid first; None where there is no such table."""
    return connection.execute(SQL["table"], (name.schema_name, name.name)).fetchone()


def read_table(connection: Connection, name: TableName) -> Table:
    """Read the structure of a table; raise Refused when it is gone."""
    return table_of_row(connection, name, _row_of(connection, name))


def table_of_row(connection: Connection, name: TableName, row: Row) -> Table:
    """The structure of the table that `table_row` has found."""
    oid, kind, row_security, *_ = row
    return Table(
        name=name,
        kind="partitioned table" if kind == "p" else "table",
        row_security=row_security,
        columns=tuple(
            Column(name=n, type=t, nullable=null, default=d, generated=g, identity=i)
            for n, t, null, d, g, i in _rows(connection, "columns", oid)
        ),
        indexes=tuple(
            Index(name=n, definition=d, unique=u, primary=p, valid=v, columns=tuple(c))
            for n, d, u, p, v, c in _rows(connection, "indexes", oid)
        ),
        constraints=tuple(
            Constraint(name=n, kind=k, definition=d, validated=v, columns=tuple(c))
            for n, k, d, v, c in _rows(connection, "constraints", oid)
        ),
        triggers=tuple(Trigger(name=n, definition=d, enabled=e) for n, d, e in _rows(connection, "triggers", oid)),
        comments=tuple(_rows(connection, "comments", oid)),
        attached=tuple(row[0] for row in _rows(connection, "attached", oid)),
    )


def read_table_facts(connection: Connection, name: TableName) -> TableFacts:
    """Read one table with its sizes, its activity, and what stands on it."""
    row = _row_of(connection, name)
    oid, kind, _, reltuples, heap, indexes, parents_schema, parent = row
    grants = read_grants(connection, oid)
    sessions, writes, seconds = _rows(connection, "table_activity", oid)[0]
    rate = Figure.unknown("no statistics yet")
    if writes is not None and seconds:
        rate = measured(writes / seconds, "rows a second", "average since the statistics were reset")
    return TableFacts(
        table=table_of_row(connection, name, row),
        rows=_rows_figure(connection, name, reltuples),
        heap_bytes=measured(heap, "bytes", "pg_table_size"),
        index_bytes=measured(indexes, "bytes", "pg_indexes_size"),
        writes_per_second=rate,
        sessions=measured(sessions, "sessions", "pg_locks"),
        key=_key(connection, oid),
        columns=read_columns(connection, oid, grants),
        dependants=read_dependants(connection, (name,)),
        foreign_keys=tuple(_foreign_key(row) for row in _rows(connection, "foreign_keys", oid)),
        grants=grants.get("", ()),
        inherited=tuple(row[0] for row in _rows(connection, "inherited", oid)),
        partitioning=read_partitioning(connection, oid) if kind == "p" else None,
        partition_of=TableName(schema_name=parents_schema, name=parent) if parent else None,
    )


def _foreign_key(row: Row) -> ForeignKey:
    name, childs_schema, child, parents_schema, parent, definition, validated, index, columns, types, referenced = row
    return ForeignKey(
        name=name,
        child=TableName(schema_name=childs_schema, name=child),
        parent=TableName(schema_name=parents_schema, name=parent),
        columns=tuple(KeyColumn(name=n, type=t) for n, t in zip(columns, types, strict=True)),
        referenced=tuple(referenced),
        definition=definition,
        validated=validated,
        index=index,
    )


def count_rows(connection: Connection, name: TableName) -> int:
    return int(one_value(connection, f"SELECT count(*) FROM {name.sql}"))


def _rows_figure(connection: Connection, name: TableName, reltuples: float) -> Figure:
    if reltuples > COUNT_BELOW:
        return Figure(value=round(reltuples), unit="rows", source="estimated", how="the planner's statistics")
    try:
        return measured(count_rows(connection, name), "rows", "count(*)")
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable):
        return Figure.unknown("the table has no statistics and counting took too long; run ANALYZE")


def _key(connection: Connection, oid: int) -> Key | None:
    found = connection.execute(SQL["key"], (oid,)).fetchone()
    if found is None:
        return None
    index, names, types = found
    return Key(index=index, columns=tuple(KeyColumn(name=n, type=t) for n, t in zip(names, types, strict=True)))


def measured(value: float, unit: str, how: str) -> Figure:
    source: Literal["measured"] = "measured"
    return Figure(value=float(value), unit=unit, source=source, how=how)


def _row_of(connection: Connection, name: TableName) -> Row:
    found = table_row(connection, name)
    if found is None:
        raise Refused(f"There is no table `{name}` (any more); nothing was changed.")
    return found


def _rows(connection: Connection, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    return connection.execute(SQL[query], parameters).fetchall()
