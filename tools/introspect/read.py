"""Read one table and its surroundings into `protocol.facts`: catalogue and statistics only, never a row's value."""

from collections.abc import Sequence
from typing import Any, Literal

import psycopg

from protocol.discovery import nearest
from protocol.errors import Refused
from protocol.facts import (
    Activity,
    Facts,
    Figure,
    ForeignKey,
    Key,
    KeyColumn,
    Partition,
    PartitionIndex,
    Rights,
    TableFacts,
    Target,
)
from protocol.names import TableName
from protocol.schema import Column, Constraint, EnumType, Index, Snapshot, Table, Trigger
from tools.engines.postgres import Connection, one_value
from tools.introspect.columns import read_columns, read_referencing
from tools.introspect.dependants import read_dependants
from tools.introspect.standing import (
    read_comments,
    read_grants,
    read_partition_of,
    read_partitioning,
    read_schemas,
    read_standing,
    read_traits,
)
from tools.named_sql import queries

SQL = queries("tools.introspect", "postgres.sql")

COUNT_BELOW = 200_000
"""Tables that the planner takes for smaller are counted; larger ones are estimated from its statistics."""


def candidates(
    connection: Connection, said: str, kind: Literal["tables", "enums", "partitions"] = "tables"
) -> tuple[tuple[TableName, ...], TableName | None]:
    """Find the tables (or enumerated types) that `said` names, and the nearest other one; a schema may be given."""
    said = said.replace('"', "")
    schema_name, _, name = said.rpartition(".")
    every = [TableName(schema_name=row[0], name=row[1]) for row in connection.execute(SQL[kind])]
    here = [table for table in every if not schema_name or table.schema_name.lower() == schema_name.lower()]
    exact = [table for table in here if table.name == name] or [t for t in here if t.name.lower() == name.lower()]
    if exact:
        return tuple(exact), None
    dotted = tuple(table for table in every if table.name == said)
    if dotted:
        return dotted, None
    close = nearest(name, [table.name for table in every])
    return (), next((table for table in every if table.name == close), None)


def read_target(connection: Connection, alias: str) -> Target:
    database, role, version_num, version = _row(connection, "target")
    try:
        identifier = str(one_value(connection, SQL["system_identifier"]))
    except psycopg.errors.InsufficientPrivilege:
        identifier = f"{connection.info.host}:{connection.info.port}"
    return Target(
        alias=alias,
        database=database,
        system_identifier=identifier,
        role=role,
        version_num=version_num,
        version=version,
    )


def read_table(connection: Connection, name: TableName) -> Table:
    """Read the structure of a table; raise Refused when it is gone."""
    oid, kind, row_security, *_ = _table_row(connection, name)
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
        comments=read_comments(connection, oid),
    )


def read_facts(
    connection: Connection, alias: str, names: Sequence[TableName], enums: Sequence[TableName] = ()
) -> Facts:
    """Read everything a plan rests on: these tables, these enumerated types, and what is around them."""
    may_create, read_only, in_recovery = _row(connection, "rights")
    owns = all(_row(connection, "owns", _table_row(connection, name)[0])[0] for name in names)
    longest, replicas, sees_all = _row(connection, "activity")
    seen = "pg_stat_activity" if sees_all else "pg_stat_activity, own role's sessions only"
    return Facts(
        target=read_target(connection, alias),
        tables=tuple(read_table_facts(connection, name) for name in names),
        enums=tuple(enum for name in enums if (enum := read_enum(connection, name)) is not None),
        database_bytes=_database_bytes(connection),
        rights=Rights(owns=owns, can_create_schema=may_create, read_only=bool(read_only), in_recovery=in_recovery),
        activity=Activity(
            longest_transaction=_measured(longest or 0, "seconds", seen),
            replicas=_measured(replicas, "replicas", "pg_stat_replication"),
        ),
        schemas=read_schemas(connection),
        kept=tuple(row[0] for row in _rows(connection, "kept")),
    )


def read_table_facts(connection: Connection, name: TableName) -> TableFacts:
    """Read one table with its sizes, its activity, and what stands on it."""
    oid, _, _, reltuples, heap, indexes = _table_row(connection, name)
    sessions, writes, seconds = _row(connection, "table_activity", oid)
    rate = Figure.unknown("no statistics yet")
    if writes is not None and seconds:
        rate = _measured(writes / seconds, "rows a second", "average since the statistics were reset")
    return TableFacts(
        table=read_table(connection, name),
        rows=_rows_figure(connection, name, reltuples),
        heap_bytes=_measured(heap, "bytes", "pg_table_size"),
        index_bytes=_measured(indexes, "bytes", "pg_indexes_size"),
        writes_per_second=rate,
        sessions=_measured(sessions, "sessions", "pg_locks"),
        key=_key(connection, oid),
        dependants=read_dependants(connection, (name,)),
        partitions=_partitions(connection, oid),
        partition_columns=tuple(row[0] for row in _rows(connection, "partition_columns", oid)),
        partition_indexes=tuple(
            PartitionIndex(of=of, name=_named(xs, x), table=_named(ts, t))
            for of, xs, x, ts, t in _rows(connection, "partition_indexes", oid)
        ),
        foreign_keys=tuple(
            ForeignKey(name=n, child=_named(cs, c), parent=_named(ps, p), index=i)
            for n, cs, c, ps, p, i in _rows(connection, "foreign_keys", oid)
        ),
        inherited=tuple(row[0] for row in _rows(connection, "inherited", oid)),
        standing=read_standing(connection, oid),
        grants=read_grants(connection, oid),
        traits=read_traits(connection, oid),
        partitioning=read_partitioning(connection, oid),
        partition_of=read_partition_of(connection, oid),
        columns=read_columns(connection, oid),
        referencing=read_referencing(connection, oid),
    )


def read_enum(connection: Connection, name: TableName) -> EnumType | None:
    """Read the labels of an enumerated type, in their order; None where there is no such type."""
    rows = _rows(connection, "enum", name.schema_name, name.name)
    return EnumType(name=name, labels=tuple(row[0] for row in rows)) if rows else None


def read_snapshot(connection: Connection, watched: Sequence[TableName]) -> Snapshot:
    """Read the structure behind every name a plan watches, whatever is there."""
    tables = [(name, read_table(connection, name) if _is_table(connection, name) else None) for name in watched]
    enums = (read_enum(connection, name) for name in watched)
    return Snapshot(tables=tuple(tables), enums=tuple(enum for enum in enums if enum is not None))


def table_of_index(connection: Connection, said: str) -> tuple[tuple[TableName, str], ...]:
    """Find the indexes that `said` names: the table each stands on, and its name."""
    schema_name, _, name = said.replace('"', "").rpartition(".")
    found = connection.execute(SQL["indexes_named"], (name, schema_name))
    return tuple((TableName(schema_name=row[0], name=row[1]), row[2]) for row in found)


def blockers(connection: Connection, names: Sequence[TableName]) -> tuple[str, ...]:
    """Say in words who holds a lock on the tables; no query text, it may hold row values."""
    said = []
    for pid, application, role, state, since, modes in connection.execute(
        SQL["blockers"], ([name.sql for name in names],)
    ):
        age = "" if since is None else f", in its transaction for {since:.0f} s"
        said.append(f"process {pid} ({application}, role {role}) is {state}{age} and holds {modes}")
    return tuple(said)


def count_rows(connection: Connection, name: TableName) -> int:
    return int(one_value(connection, f"SELECT count(*) FROM {name.sql}"))


def _rows_figure(connection: Connection, name: TableName, reltuples: float) -> Figure:
    if reltuples > COUNT_BELOW:
        return Figure(value=round(reltuples), unit="rows", source="estimated", how="the planner's statistics")
    try:
        return _measured(count_rows(connection, name), "rows", "count(*)")
    except (psycopg.errors.QueryCanceled, psycopg.errors.LockNotAvailable):
        return Figure.unknown("the table has no statistics and counting took too long; run ANALYZE")


def _database_bytes(connection: Connection) -> Figure:
    """pg_table_size waits for every table's lock; one that is held must not keep us from reading about another."""
    try:
        return _measured(one_value(connection, SQL["database_bytes"]), "bytes", "pg_table_size of every table")
    except psycopg.errors.LockNotAvailable:
        return _measured(one_value(connection, SQL["database_size"]), "bytes", "pg_database_size, with indexes")


def _key(connection: Connection, oid: int) -> Key | None:
    found = connection.execute(SQL["key"], (oid,)).fetchone()
    if found is None:
        return None
    index, names, types = found
    return Key(index=index, columns=tuple(KeyColumn(name=n, type=t) for n, t in zip(names, types, strict=True)))


def _partitions(connection: Connection, oid: int) -> tuple[Partition, ...]:
    kinds: dict[str, Literal["table", "partitioned table", "foreign table"]]
    kinds = {"p": "partitioned table", "f": "foreign table"}
    return tuple(
        Partition(name=_named(s, n), parent=_named(ps, p), kind=kinds.get(k, "table"))
        for s, n, ps, p, k in _rows(connection, "partition_tree", oid)
    )


def _named(schema_name: str, name: str) -> TableName:
    return TableName(schema_name=schema_name, name=name)


def _is_table(connection: Connection, name: TableName) -> bool:
    return connection.execute(SQL["table"], (name.schema_name, name.name)).fetchone() is not None


def _table_row(connection: Connection, name: TableName) -> tuple[Any, ...]:
    found = connection.execute(SQL["table"], (name.schema_name, name.name)).fetchone()
    if found is None:
        raise Refused(f"There is no table `{name}` (any more); nothing was changed.")
    return found


def _measured(value: float, unit: str, how: str) -> Figure:
    source: Literal["measured"] = "measured"
    return Figure(value=float(value), unit=unit, source=source, how=how)


def _row(connection: Connection, query: str, *parameters: object) -> tuple[Any, ...]:
    found = connection.execute(SQL[query], parameters).fetchone()
    assert found is not None, query
    return found


def _rows(connection: Connection, query: str, *parameters: object) -> list[tuple[Any, ...]]:
    return connection.execute(SQL[query], parameters).fetchall()
