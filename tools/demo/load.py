"""Fill a database with the shop: set-based, in committed chunks, and anew when an earlier load was cut short."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import BigInteger, Connection, Table, create_engine, func, insert, inspect, literal, select
from sqlalchemy import literal_column as expression
from sqlalchemy import text as statement
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from protocol.errors import Refused, UsageError, WhimbrelError
from tools.demo.filling import as_table, sizes
from tools.demo.shop import FILL, customer_orders, metadata, order_status

Progress = Callable[[int, int], None]
"""Takes the rows written so far, of all tables, and the rows there will be."""

CHUNK = 100_000
LOCK = 0x77686D62
"""Advisory lock of whoever loads: a second loader waits and then finds the work done."""

MARK = "Whimbrel demo shop"
"""Begins the comment on a database that is ours to empty; a comment is the one place no schema reader looks at."""

BYTES_PER_USER = 370
"""Of all tables and indexes together, for one row of `users` (measured at 2.5 million: 367)."""
WAL_PER_USER, WAL_AT_MOST = 500, 5 << 30
"""Bytes of WAL kept while loading (measured: 490), up to `max_wal_size` and what a checkpoint is late."""
BYTES_BESIDES = 256 << 20
"""An empty cluster, and room for sorting."""

EMPTY = (  # and the schema `public` as `initdb` makes it
    "DROP SCHEMA IF EXISTS whimbrel, public CASCADE",
    "CREATE SCHEMA public AUTHORIZATION pg_database_owner",
    "GRANT USAGE ON SCHEMA public TO PUBLIC",
    "COMMENT ON SCHEMA public IS 'standard public schema'",
)


def load(dsn: str, rows: int, progress: Progress | None = None) -> None:
    """Make the database hold the shop with so many users; return at once when it does.

    Raises UsageError for fewer than one row, Refused when the database holds something else,
    and WhimbrelError when the disk is too small.
    """
    if rows < 1:
        raise UsageError(f"A shop with {rows} users cannot be loaded; nothing was changed. Ask for one or more.")
    with _session(dsn) as connection:
        connection.execute(select(func.pg_advisory_lock(LOCK)))
        if _mark(connection) == _finished(rows):
            return
        _refuse_foreign(connection)
        _check_disk(connection, rows)
        _set_mark(connection, f"{MARK}: half loaded")
        _create_tables(connection)
        _fill(connection, sizes(rows), progress or _silent)
        _finish(connection)
        _set_mark(connection, _finished(rows))


def is_loaded(dsn: str, rows: int) -> bool:
    """Say whether a load of this size was completed, whatever was migrated since."""
    with _session(dsn) as connection:
        return _mark(connection) == _finished(rows)


def discard(dsn: str) -> None:
    """Make the next load start anew; a database that is not the demo's is left alone."""
    with _session(dsn) as connection:
        if _mark(connection).startswith(MARK):
            _set_mark(connection, f"{MARK}: discarded")


@contextmanager
def _session(dsn: str) -> Iterator[Connection]:
    """Open a connection on which every statement commits by itself."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn), poolclass=NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def _silent(done: int, total: int) -> None:
    """Take no notice."""


def _finished(rows: int) -> str:
    return f"{MARK} with {rows} users"


def _mark(connection: Connection) -> str:
    query = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    return connection.scalar(statement(query)) or ""


def _set_mark(connection: Connection, mark: str) -> None:
    quoted = select(func.format("COMMENT ON DATABASE %I IS %L", func.current_database(), mark))
    connection.execution_options(no_parameters=True).exec_driver_sql(connection.scalars(quoted).one())


def _refuse_foreign(connection: Connection) -> None:
    tables = inspect(connection).get_table_names("public")
    if tables and not _mark(connection).startswith(MARK):
        raise Refused(
            f"This database holds {len(tables)} tables that are not the demo's, such as `{tables[0]}`;"
            " nothing was changed. Give the demo an empty database."
        )


def _check_disk(connection: Connection, rows: int) -> None:
    folder = Path(connection.scalars(statement("SHOW data_directory")).one())
    needed = rows * BYTES_PER_USER + min(rows * WAL_PER_USER, WAL_AT_MOST) + BYTES_BESIDES
    free = shutil.disk_usage(folder).free if folder.exists() else needed  # of another machine we cannot know
    if free < needed:
        raise WhimbrelError(
            f"The shop with {rows:,} users needs {needed / 1e9:.1f} GB and {folder} has {free / 1e9:.1f} GB left;"
            " nothing was changed. Ask for fewer with --rows (make demo ROWS=…), or move it with WHIMBREL_STATE."
        )


def _create_tables(connection: Connection) -> None:
    for command in EMPTY:
        connection.execute(statement(command))
    order_status.create(connection)
    for table in metadata.sorted_tables:
        connection.execute(CreateTable(table, include_foreign_key_constraints=[]))


def _fill(connection: Connection, rows: dict[str, int], progress: Progress) -> None:
    done, total = 0, sum(rows.values())
    progress(done, total)
    for name, count in rows.items():
        for first in range(1, count + 1, CHUNK):
            last = min(first + CHUNK - 1, count)
            _insert(connection, metadata.tables[name], rows, first, last)
            done += last - first + 1
            progress(done, total)


def _insert(connection: Connection, table: Table, rows: dict[str, int], first: int, last: int) -> None:
    numbers = func.generate_series(literal(first, BigInteger), literal(last, BigInteger)).alias("n")
    values = [column.info[FILL].label(column.name) for column in table.columns]
    source = select(*values).select_from(numbers).join(as_table(rows), expression("true"))
    connection.execute(insert(table).from_select(list(table.columns.keys()), source))


def _finish(connection: Connection) -> None:
    """Add what is cheaper after the rows than with each row: indexes, foreign keys, statistics."""
    connection.execute(statement("SET maintenance_work_mem = '256MB'"))
    for table in metadata.sorted_tables:
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(CreateIndex(index))
        for key in table.foreign_key_constraints:
            connection.execute(AddConstraint(key))
        top = select(func.setval(func.pg_get_serial_sequence(table.name, "id"), func.max(table.c.id)))
        connection.execute(top)
    connection.execute(customer_orders)
    connection.execute(statement("VACUUM ANALYZE"))
