"""A role with few rights, and a table that somebody holds."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.tools.ground import Ground
from tools.engines.dsn import parse
from tools.engines.postgres import Connection, Database


@pytest.fixture
def as_nobody(any_ground: Ground) -> Iterator[Callable[[], Iterator[Connection]]]:
    """Read as a role that was granted nothing at all."""
    role = f"nobody_{uuid.uuid4().hex[:8]}"
    any_ground.ask(f"CREATE ROLE {role} LOGIN")

    @contextmanager
    def reading() -> Iterator[Connection]:
        with Database(parse(any_ground.dsn.replace("postgres@", f"{role}@"))).reading() as connection:
            yield connection

    yield reading  # type: ignore[misc]  # a context manager is more than the iterator it is made of
    any_ground.ask(f"DROP ROLE {role}")
