"""Read the structure of a whole database: a few catalogue queries, none for each table.

Nothing waits for a lock on a table: what needs one (generation expressions, partition keys) is left out for the tables
another session holds with ACCESS EXCLUSIVE, and `Picture.not_seen` says so (measured on PostgreSQL 15, 16, 18).
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from psycopg.pq import TransactionStatus

from protocol.names import TableName
from protocol.picture import Definition, Picture
from tools.engines.postgres import Connection, one_value
from tools.introspect.catalogue import SQL, Catalogue
from tools.introspect.pictured_objects import (
    pictured_extensions,
    pictured_functions,
    pictured_publications,
    pictured_sequences,
    pictured_types,
)
from tools.introspect.pictured_tables import pictured_tables


def schema_fingerprint(connection: Connection) -> str:
    """Return 32 hexadecimal digits that change with any structure of this database; computed on the server.

    It names objects by their identity: the same structure elsewhere, or created again, has another fingerprint.
    """
    return str(one_value(connection, SQL["fingerprint"]))


def read_picture(connection: Connection) -> Picture:
    """Read everything under one snapshot; temporary tables, system schemas and schema `whimbrel` are left out."""
    version_num = connection.info.server_version
    with _one_snapshot(connection), _without_collector():
        catalogue = Catalogue(connection)
        tables = pictured_tables(catalogue, version_num)
        return Picture(
            database=str(one_value(connection, "SELECT current_database()")),
            version_num=version_num,
            fingerprint=schema_fingerprint(connection),
            tables=tables,
            sequences=pictured_sequences(catalogue),
            types=pictured_types(catalogue),
            functions=pictured_functions(catalogue),
            publications=pictured_publications(catalogue, version_num),
            extensions=pictured_extensions(catalogue),
            event_triggers=tuple(row[0] for row in catalogue.rows("event_triggers")),
            not_seen=tuple(catalogue.not_seen),
        )


def read_definitions(
    connection: Connection, tables: Sequence[TableName]
) -> tuple[tuple[Definition, ...], tuple[str, ...]]:
    """Read the server's texts of the parts of these tables; the second part says in sentences what was locked."""
    schemas, names = [table.schema_name for table in tables], [table.name for table in tables]
    found: list[Definition] = []
    locked: list[str] = []
    for schema, name, oid in connection.execute(SQL["identities"], (schemas, names)).fetchall():
        table = TableName(schema_name=schema, name=name)
        try:
            with connection.transaction():
                rows = connection.execute(SQL["definitions"], (oid,)).fetchall()
        except psycopg.errors.LockNotAvailable:
            locked.append(f"The definitions of `{table}` were not read: another session holds a lock on it.")
            continue
        found += [Definition(table=table, kind=kind, name=part, sql=sql) for _, kind, part, sql in rows]
    return tuple(found), tuple(locked)


@contextmanager
def _one_snapshot(connection: Connection) -> Iterator[None]:
    """See one state of the catalogue from the first query to the last, unless the caller has a transaction open."""
    if connection.info.transaction_status != TransactionStatus.IDLE:
        yield
        return
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


@contextmanager
def _without_collector() -> Iterator[None]:
    """Nothing in a picture points back: looking for cycles among its half a million parts costs a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
