"""Ground to migrate on: an empty database of a real server."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tools.ground import Ground
from tools import ledger
from tools.engines.embedded import EmbeddedServer


@pytest.fixture
def ground(database: str, tmp_path: Path) -> Ground:
    """PostgreSQL 18."""
    return Ground(database, tmp_path)


@pytest.fixture
def any_ground(any_database: str, tmp_path: Path) -> Ground:
    """Every version we have, one after the other."""
    return Ground(any_database, tmp_path)


@pytest.fixture(scope="module")
def common_ground(server18: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """One database of PostgreSQL 18 for a whole module; its tests leave it as they found it."""
    with _shared(server18, tmp_path_factory.mktemp("ground")) as ground:
        yield ground


@pytest.fixture(scope="module", params=["server15", "server16", "server18"])
def any_common_ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """The same on every version we have."""
    with _shared(request.getfixturevalue(request.param), tmp_path_factory.mktemp("ground")) as ground:
        yield ground


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second runner does not wait to see whether the first is about to end."""
    monkeypatch.setattr(ledger, "PATIENCE_S", 0.0)


@contextmanager
def _shared(server: EmbeddedServer, folder: Path) -> Iterator[Ground]:
    name = f"common_{uuid.uuid4().hex[:12]}"
    ground = Ground(server.create_database(name), folder)
    try:
        yield ground
    finally:
        Ground(server.dsn(), folder).ask(f"DROP DATABASE {name} WITH (FORCE)")
