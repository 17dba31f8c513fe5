"""The matrix is proved, not trusted: every case, and further ones, is measured again on each server there is."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.tools.locks.compared import foretold, seen
from tests.tools.locks.measured import Bench, Case, further, matrix

pytestmark = pytest.mark.slow


@pytest.fixture
def connection(any_database: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(any_database, autocommit=True) as connection:
        yield connection


def in_order(cases: tuple[Case, ...]) -> list[Case]:
    """Cases that the same comes before stand together, so that it is run once for all of them."""
    return sorted(cases, key=lambda case: case.before)


def test_the_matrix_is_what_this_server_does(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    bench, major = Bench(connection), connection.info.server_version // 10_000

    measured = {case.name: bench.measure(case) for case in in_order(matrix())}

    assert {case.name: case.measured[major] for case in matrix()} == measured


def test_further_cases_have_the_effect_foretold(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    bench, major = Bench(connection), connection.info.server_version // 10_000

    for case in in_order(further()):
        told = foretold(case, major)

        assert (case.name, told.said) == (case.name, seen(bench.measure(case), told))
