"""A role with few rights, and servers set up for watching."""

import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.conftest import DEBIANS_15
from tests.tools.ground import Ground
from tools.engines.dsn import parse
from tools.engines.embedded import EmbeddedServer
from tools.engines.postgres import Connection, Database


@pytest.fixture
def as_nobody(any_ground: Ground) -> Iterator[Callable[[], AbstractContextManager[Connection]]]:
    """Read as a role that was granted nothing at all."""
    role = f"nobody_{uuid.uuid4().hex[:8]}"
    any_ground.ask(f"CREATE ROLE {role} LOGIN")

    @contextmanager
    def reading() -> Iterator[Connection]:
        with Database(parse(any_ground.dsn.replace("postgres@", f"{role}@"))).reading() as connection:
            yield connection

    yield reading
    any_ground.ask(f"DROP ROLE {role}")


@pytest.fixture(scope="package", params=[DEBIANS_15, None], ids=["15", "18"])
def counting(request: pytest.FixtureRequest) -> Iterator[EmbeddedServer]:
    """A server with pg_stat_statements, which PostgreSQL 16 of PyPI lacks, and with prepared transactions."""
    if request.param is not None and not request.param.exists():
        pytest.skip(f"PostgreSQL 15 of Debian is not installed in {request.param}")
    with tempfile.TemporaryDirectory(prefix="whimbrel-test-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # for the account that the server runs under
        server = EmbeddedServer(folder / "server", request.param)
        server.start()
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'")
            connection.execute("ALTER SYSTEM SET max_prepared_transactions = 2")
        server.stop()
        server.start()
        yield server
        server.stop()
