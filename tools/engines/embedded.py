"""Run a private PostgreSQL for the demo, for rehearsals and for tests; reachable over a unix socket only."""

import fcntl
import hashlib
import os
import shlex
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from protocol.errors import ConfigurationError, WhimbrelError
from tools.engines.account import postgres_account
from tools.engines.binaries import reachable, shipped_binaries

START_TIMEOUT_S = 60
INITDB_TIMEOUT_S = 120
LOG_LINES = 10
PORT = 5432
"""Names the socket only; given in the DSN too, so that a PGPORT of the person's own server does not interfere."""
SOCKET_PATH_LIMIT = 103
"""Bytes: macOS allows 103, Linux 107."""

SETTINGS = """
# Written by whimbrel when this cluster was created.
listen_addresses = ''             # no network: authentication is trust
unix_socket_permissions = 0700    # only the account that runs the server, and root
shared_buffers = 256MB
max_wal_size = 4GB                # a bulk load should not wait for checkpoints
"""


class EmbeddedServer:
    """A server whose data, log and sockets live in `home`; several processes may share it, and it outlives them."""

    def __init__(self, home: Path, binaries: Path | None = None) -> None:
        self.home = home.absolute()
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self._shipped = binaries or shipped_binaries()
        self._account = postgres_account()

    def start(self) -> None:
        """Create the cluster if there is none, start it and wait until it answers; no harm if it runs already.

        Raises WhimbrelError with the log's last lines, ConfigurationError when `home` cannot be used.
        """
        self._account.make_folder(self.home)
        with self._locked():
            if self.is_running():
                return
            if not self.data.exists():
                self._create()
            self._launch()

    def stop(self) -> None:
        """Disconnect everybody, write everything to disk and stop; no harm if it does not run."""
        if not self.home.exists():
            return
        with self._locked():
            if self.is_running():
                self._must("pg_ctl", "stop", "-D", self.data, "-m", "fast", "-w", "-t", str(START_TIMEOUT_S))

    def is_running(self) -> bool:
        return self.data.exists() and self._run("pg_ctl", "status", "-D", self.data).returncode == 0

    def dsn(self, database: str = "postgres") -> str:
        """Return a libpq URI for the superuser `postgres`; it needs no password and holds no secret."""
        return f"postgresql://postgres@/{quote(database, safe='')}?host={quote(str(self._sockets()))}&port={PORT}"

    def create_database(self, name: str) -> str:
        """Create a database unless it exists, and return its DSN; raise psycopg.Error when the server is away."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection, suppress(psycopg.errors.DuplicateDatabase):
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return self.dsn(name)

    @cached_property
    def _binaries(self) -> Path:
        return reachable(self._shipped, self._account, below=self.home)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Let one process at a time start or stop; the lock falls with its holder."""
        with (self.home / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _create(self) -> None:
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._account.own(fresh)
        self._must("initdb", "-D", fresh, "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres")
        with (fresh / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(SETTINGS)
        fresh.rename(self.data)  # so that an interrupted initdb is never taken for a cluster

    def _launch(self) -> None:
        sockets = self._planned_sockets()
        self._protect(sockets)
        self.log.touch(mode=0o600)
        self._account.own(self.log)
        listed = '"' + str(sockets).replace('"', '""') + '"'  # the setting is a list; a comma would end the name
        options = f"-p {PORT} -k {shlex.quote(listed)}"
        wait = ("-w", "-t", str(START_TIMEOUT_S))
        self._must("pg_ctl", "start", "-D", self.data, "-l", self.log, *wait, "-o", options)

    def _sockets(self) -> Path:
        """Ask the running server: the process that started it may have had another TMPDIR."""
        with suppress(FileNotFoundError, IndexError):
            return Path((self.data / "postmaster.pid").read_text("utf-8").splitlines()[4])
        return self._planned_sockets()

    def _planned_sockets(self) -> Path:
        near = self.home / "sockets"
        if len(os.fsencode(near / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_LIMIT:
            return near
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"whimbrel-{digest}"

    def _protect(self, sockets: Path) -> None:
        """Trust authentication makes this folder the only door: refuse one that another user prepared."""
        with suppress(FileExistsError):
            sockets.mkdir(mode=0o700)
            self._account.own(sockets)
        found = sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_mode & 0o077 or not self._account.owns(sockets):
            raise ConfigurationError(
                f"{sockets} exists and is not a private folder of the account `{self._account.name}`;"
                " nothing was started. Remove it, or choose a shorter state folder with WHIMBREL_STATE."
            )

    def _run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return self._account.run([self._binaries / program, *arguments], timeout_s=INITDB_TIMEOUT_S)

    def _must(self, program: str, *arguments: str | Path) -> None:
        try:
            result = self._run(program, *arguments)
        except subprocess.TimeoutExpired as error:
            raise WhimbrelError(self._failure(program, f"no end after {INITDB_TIMEOUT_S} s")) from error
        if result.returncode != 0:
            raise WhimbrelError(self._failure(program, result.stderr.strip() or result.stdout.strip()))

    def _failure(self, program: str, said: str) -> str:
        lines = self.log.read_text("utf-8", errors="replace").splitlines() if self.log.exists() else []
        ending = "\n".join(["", f"The log {self.log} ends with:", *lines[-LOG_LINES:]]) if lines else ""
        what = f"The embedded PostgreSQL in {self.home} failed at `{program}`; no other database was touched"
        return f"{what}: {said}{ending}"
