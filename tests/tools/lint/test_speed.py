"""The linter's time grows in step with the file, whatever the file holds."""

import gc
import time
from collections.abc import Callable

import pytest

from evals.bench.lint_speed import script
from tools.lint.frameworks import Source
from tools.lint.lint import History

FEW, TWICE = 2_000, 4_000
ATTEMPTS = 4


def plain(statements: int) -> str:
    return script(statements)


def with_an_error(statements: int) -> str:
    return script(statements - 1) + "SELEC 1;\n"


def with_comments(statements: int) -> str:
    index = "-- whimbrel: ignore create-index-blocking: small\nCREATE INDEX ON t (a);\n"
    return "\\echo on\n" + index * statements


def in_transactions(statements: int) -> str:
    return "BEGIN;\nALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;\nROLLBACK;\n" * (statements // 3)


def cpu_of(sql: str) -> float:
    """Return CPU seconds."""
    gc.collect()
    began = time.process_time()
    History(major=16).judge(Source(text=sql))
    return time.process_time() - began


@pytest.mark.parametrize("kind", [plain, with_an_error, with_comments, in_transactions])
def test_twice_the_statements_take_about_twice_the_time(kind: Callable[[int], str]) -> None:
    """Time that grows with the square is four times as long in every attempt; a neighbour's noise is not."""
    few, twice = kind(FEW), kind(TWICE)
    cpu_of(kind(100))

    assert any(cpu_of(twice) <= 2.5 * cpu_of(few) for _ in range(ATTEMPTS))
