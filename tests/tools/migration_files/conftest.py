"""Projects of every form, each on a database of its own."""

import shutil
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.tools.ground import Ground
from tests.tools.migration_files.projects import AlembicProject, DjangoProject, KnexProject, PlainProject, Project
from tools.engines.embedded import EmbeddedServer

KNEX, PG = "knex@3.3.0", "pg@8.23.1"

FORMS = ("plain", "alembic", "django", "knex")
SETTINGS = ("alembic, a transaction each", "django, DEBUG", "knex, modules")
"""The same forms in projects that are set up in another way."""


@pytest.fixture(scope="session")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with knex and the driver in it."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are needed to run knex, and are not installed")
    folder = tmp_path_factory.mktemp("node")
    command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), KNEX, PG]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not install knex within two minutes")
    if done.returncode != 0:
        pytest.skip("npm could not install knex: no registry can be reached from here")
    return folder


@pytest.fixture
def other_ground(server18: EmbeddedServer, tmp_path: Path) -> Iterator[Ground]:
    """A second database on the same server, to compare with."""
    name = f"other_{uuid.uuid4().hex[:12]}"
    yield Ground(server18.create_database(name), tmp_path)
    with psycopg.connect(server18.dsn(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def make_project(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str, str], Project]:
    """Make a project of one of FORMS or SETTINGS on the database at a DSN."""

    def make(form: str, dsn: str) -> Project:
        folder = tmp_path / "project"
        match form:
            case "plain":
                if shutil.which("psql") is None:
                    pytest.skip("psql is needed to run plain files, and is not installed")
                return PlainProject(folder, dsn)
            case "alembic":
                return AlembicProject(folder, dsn)
            case "alembic, a transaction each":
                return AlembicProject(folder, dsn, "transaction_per_migration=True")
            case "django":
                return DjangoProject(folder, dsn)
            case "django, DEBUG":
                return DjangoProject(folder, dsn, debug=True)
            case "knex":
                return KnexProject(folder, dsn, request.getfixturevalue("node_modules"))
            case _:
                return KnexProject(folder, dsn, request.getfixturevalue("node_modules"), is_module=True)

    return make
