"""`effect_of` against the lock matrix: 115 statements on PostgreSQL 15.18, 16.2 and 18.6.

`compared` says what is compared and what is left out, and why.
"""

import pytest

from tests.tools.locks.compared import foretold, seen
from tests.tools.locks.measured import Case, matrix

CASES = matrix()


def test_the_matrix_is_whole() -> None:
    assert len(CASES) == 115
    assert all(set(case.measured) == {15, 16, 18} for case in CASES)


@pytest.mark.parametrize("major", [15, 16, 18])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_effect_is_what_was_measured(case: Case, major: int) -> None:
    told = foretold(case, major)

    assert told.said == seen(case.measured[major], told)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_is_left_in_doubt_where_the_schema_is_known(case: Case) -> None:
    assert foretold(case, 18).effect.doubts == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_lock_and_all_work_has_its_sentence(case: Case) -> None:
    effect = foretold(case, 18).effect

    assert all(sentence.endswith(".") and len(sentence) < 160 for sentence in effect.because)
    assert effect.because or not (effect.locks or effect.work)
