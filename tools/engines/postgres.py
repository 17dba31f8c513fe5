"""Connections to PostgreSQL: one kind that can only read, one that only the runner opens."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from protocol.errors import NoConnection, Refused
from tools.engines.dsn import Dsn, without_secrets

Connection = psycopg.Connection[TupleRow]

OLDEST = 13
"""Oldest major version whose recipes were checked."""

CONNECT_TIMEOUT_S = 10
READ_TIMEOUT_MS = 10_000

TRANSACTION_TIMEOUT = 17_00_00
"""First version with the setting transaction_timeout, which would cut a long VALIDATE short."""

DATA_EXCEPTION = "22"
"""The class of SQLSTATE whose messages quote the value they are about (documentation, appendix A)."""


@dataclass(frozen=True)
class Database:
    """A database that can be reached; holds the secret and never shows it."""

    dsn: Dsn
    read_timeout_ms: int = READ_TIMEOUT_MS

    @property
    def alias(self) -> str:
        return self.dsn.alias

    @contextmanager
    def reading(self, timeout_ms: int | None = None) -> Iterator[Connection]:
        """Open a connection on which every transaction is read-only; raise NoConnection with a sentence."""
        with self._open("whimbrel/read") as connection:
            _set(connection, default_transaction_read_only="on", statement_timeout=timeout_ms or self.read_timeout_ms)
            _set(connection, lock_timeout=2_000)
            yield connection

    @contextmanager
    def writing(self, run: str, step: str) -> Iterator[Connection]:
        """Open the runner's connection; `application_name` says which run and step it serves."""
        with self._open(f"whimbrel/{run}/{step}"[:63]) as connection:
            _set(connection, statement_timeout=0, idle_in_transaction_session_timeout=60_000)
            # keys travel as text: these spellings lose nothing, whatever the role's own settings are
            _set(connection, DateStyle="ISO", IntervalStyle="postgres", extra_float_digits=1)
            if connection.info.server_version >= TRANSACTION_TIMEOUT:
                _set(connection, transaction_timeout=0)
            yield connection

    def say(self, error: psycopg.Error) -> str:
        """The server's message as one line, without a secret and without a row's value."""
        text = error.diag.message_primary or str(error)
        if (error.sqlstate or "").startswith(DATA_EXCEPTION):
            text = re.sub(r'".*"', '"…"', text, flags=re.DOTALL)
        return without_secrets(" ".join(text.split()), self.dsn)

    @contextmanager
    def _open(self, application_name: str) -> Iterator[Connection]:
        connection = self._connect(application_name)
        try:
            yield connection
        finally:
            connection.close()

    def _connect(self, application_name: str) -> Connection:
        settings: dict[str, Any] = {"connect_timeout": CONNECT_TIMEOUT_S, **self.dsn.conninfo()}
        try:
            connection = psycopg.connect(
                **settings | {"application_name": application_name}, autocommit=True, cursor_factory=psycopg.RawCursor
            )
        except psycopg.Error as error:
            raise NoConnection(
                f"{self.alias} cannot be reached: {self.say(error).rstrip('.?')}. Nothing was changed. "
                "Check that the server runs and that the address, the role and the password are right."
            ) from None  # the cause's own text may hold the password
        if connection.info.server_version // 10_000 < OLDEST:
            version = connection.info.server_version // 10_000
            connection.close()
            raise Refused(
                f"PostgreSQL {version} is older than {OLDEST}, the oldest Whimbrel knows. Nothing was changed."
            )
        _set(connection, standard_conforming_strings="on", client_min_messages="warning")
        return connection


@contextmanager
def lost_connection(database: Database) -> Iterator[None]:
    """Turn a connection that breaks, or an answer that does not come, while reading into NoConnection."""
    try:
        yield
    except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled) as error:
        raise NoConnection(
            f"{database.alias} did not answer in time: {database.say(error)}. Nothing was changed. "
            "Another session may hold a lock; try again."
        ) from None
    except psycopg.OperationalError as error:
        raise NoConnection(f"{database.alias} was lost: {database.say(error)}. Nothing was changed.") from None
    except psycopg.Error as error:
        raise Refused(f"{database.alias} refused to be read: {database.say(error)}. Nothing was changed.") from None


def _set(connection: Connection, **settings: str | int) -> None:
    for name, value in settings.items():
        connection.execute("SELECT set_config($1, $2, false)", (name, str(value)))


def one_value(connection: Connection, sql: str, parameters: tuple[object, ...] = ()) -> Any:
    """Run a query and return the first column of its first row, or None."""
    row = connection.execute(sql, parameters).fetchone()
    return None if row is None else row[0]
