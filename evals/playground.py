"""Where scenarios are played: one PostgreSQL for all, a fresh database for each, and the server's own log."""

import fcntl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from evals.picture import Picture, take
from evals.server_log import Logged, read_log
from protocol.errors import Refused
from tools.engines.embedded import EmbeddedServer


class Playground:
    """`folder` keeps the journal and the dump of each scenario's last run."""

    def __init__(self, server: EmbeddedServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self._golds: dict[tuple[str, str], Picture] = {}

    def gold(self, seed: str, gold: str) -> Picture:
        """Look at what the gold SQL makes of the seed, once."""
        if (seed, gold) not in self._golds:
            with self.database("gold", seed, gold) as dsn:
                self._golds[seed, gold] = take(dsn)
        return self._golds[seed, gold]

    @contextmanager
    def database(self, name: str, *scripts: str) -> Iterator[str]:
        """Yield the DSN of a new database that the scripts have filled; every later statement in it is logged."""
        unique = f"{name[:40]}_{uuid.uuid4().hex[:8]}"
        dsn = self.server.create_database(unique)
        try:
            with psycopg.connect(dsn, autocommit=True) as connection:
                for script in scripts:
                    connection.execute(script.encode())
                connection.execute(
                    sql.SQL("ALTER DATABASE {} SET log_statement = 'all'").format(sql.Identifier(unique))
                )
            yield dsn
        finally:
            with psycopg.connect(self.server.dsn(), autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(unique)))

    def log_end(self) -> int:
        """Bytes in the server's log; each backend writes a statement down before it runs it."""
        return self.server.log.stat().st_size

    def log_since(self, start: int, approved_at: int | None) -> tuple[Logged, ...]:
        return read_log(self.server.log, start, approved_at)


@contextmanager
def own_playground(state: Path) -> Iterator[Playground]:
    """Start a server below the state folder and stop it afterwards; refuse a second one beside it."""
    home = state / "evals"
    server = EmbeddedServer(home / "postgres")
    server.start()
    try:
        with _alone(home / "lock"):
            yield Playground(server, home / "last")
    finally:
        server.stop()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Two at once would read each other's statements in the log."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("Another `whimbrel eval` is running on this machine; wait for it.") from None
        yield
