"""Read what a plan rests on into `protocol.facts`: catalogue and statistics only, never a row's value."""

from collections.abc import Sequence
from typing import Any

import psycopg

from protocol.facts import Activity, Facts
from protocol.figure import Figure
from protocol.names import TableName
from protocol.schema import EnumType, Snapshot
from protocol.target import Rights, Target
from tools.engines.postgres import Connection, one_value
from tools.introspect.table import measured, read_table_facts, table_of_row, table_row
from tools.named_sql import queries

SQL = queries("tools.introspect", "postgres.sql")


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


def read_facts(
    connection: Connection, alias: str, names: Sequence[TableName], enums: Sequence[TableName] = ()
) -> Facts:
    """Read everything a plan rests on: these tables, these enumerated types, and what is around them."""
    longest, replicas, sees_all = _row(connection, "activity")
    seen = "pg_stat_activity" if sees_all else "pg_stat_activity, own role's sessions only"
    return Facts(
        target=read_target(connection, alias),
        tables=tuple(read_table_facts(connection, name) for name in names),
        enums=tuple(enum for name in enums if (enum := read_enum(connection, name)) is not None),
        database_bytes=_database_bytes(connection),
        rights=read_rights(connection, names),
        activity=Activity(
            longest_transaction=measured(longest or 0, "seconds", seen),
            replicas=measured(replicas, "replicas", "pg_stat_replication"),
        ),
        schemas=tuple(row[0] for row in connection.execute(SQL["schemas"])),
        kept=tuple(row[0] for row in connection.execute(SQL["kept"])),
    )


def read_rights(connection: Connection, tables: Sequence[TableName]) -> Rights:
    """What the role may do in the database, and whether it owns all these tables; one that is gone counts as owned."""
    may_create, read_only, in_recovery, owns = _row(connection, "rights", [table.sql for table in tables])
    return Rights(owns=owns, can_create_schema=may_create, read_only=bool(read_only), in_recovery=in_recovery)


def read_enum(connection: Connection, name: TableName) -> EnumType | None:
    """Read the labels of an enumerated type, in their order; None where there is no such type."""
    rows = connection.execute(SQL["enum"], (name.schema_name, name.name)).fetchall()
    return EnumType(name=name, labels=tuple(row[0] for row in rows)) if rows else None


def read_snapshot(connection: Connection, watched: Sequence[TableName]) -> Snapshot:
    """Read the structure behind every name a plan watches, whatever is there."""
    rows = [(name, table_row(connection, name)) for name in watched]
    enums = (read_enum(connection, name) for name in watched)
    return Snapshot(
        tables=tuple((name, table_of_row(connection, name, row) if row else None) for name, row in rows),
        enums=tuple(enum for enum in enums if enum is not None),
    )


def blockers(connection: Connection, names: Sequence[TableName]) -> tuple[str, ...]:
    """Say in words who holds a lock on the tables; no query text, it may hold row values."""
    said = []
    for pid, application, role, state, since, modes in connection.execute(
        SQL["blockers"], ([name.sql for name in names],)
    ):
        age = "" if since is None else f", in its transaction for {since:.0f} s"
        said.append(f"process {pid} ({application}, role {role}) is {state}{age} and holds {modes}")
    return tuple(said)


def _database_bytes(connection: Connection) -> Figure:
    """pg_table_size waits for every table's lock; one that is held must not keep us from reading about another."""
    try:
        return measured(one_value(connection, SQL["database_bytes"]), "bytes", "pg_table_size of every table")
    except psycopg.errors.LockNotAvailable:
        return measured(one_value(connection, SQL["database_size"]), "bytes", "pg_database_size, with indexes")


def _row(connection: Connection, query: str, *parameters: object) -> tuple[Any, ...]:
    found = connection.execute(SQL[query], parameters).fetchone()
    assert found is not None, query
    return found
