"""Every statement of common DDL and DML is read as what it is; what is not read says so.

In `vocabulary.txt`, a line is a statement, and before it the kinds of action it is read as, in order.
"""

from pathlib import Path

import pytest

from tools.lint.parse import parse

LINES = Path(__file__).with_name("vocabulary.txt").read_text(encoding="utf-8").splitlines()
READ = {sql: kinds for kinds, _, sql in (line.partition(" | ") for line in LINES)}


@pytest.mark.parametrize("sql", READ)
def test_a_statement_is_of_its_kinds(sql: str) -> None:
    [statement] = parse(sql)

    assert " ".join(type(action).__name__ for action in statement.actions) == READ[sql]
