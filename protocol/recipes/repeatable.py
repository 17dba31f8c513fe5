"""Which expressions give the same value every time they are asked, and which may be applied twice."""

import re
from collections.abc import Iterable

from protocol.assignments import reads
from protocol.facts import TableFacts, ValueFacts

CLOCK = re.compile(
    r"\b(?:now|age|(?:transaction|statement)_timestamp)\s*\(|\b(?:current_|local)(?:timestamp|date|time)\b",
    re.IGNORECASE,
)
"""What reads the clock without being volatile: the same expression gives another value in the next transaction."""

_NAME = r"""(?:[^\W0-9]\w*|"(?:[^"]|"")+")"""
_CASE = re.compile(rf"\s*(?:(?:lower|upper|btrim|trim)\s*\(\s*)+({_NAME})[\s)]*", re.IGNORECASE)
_COALESCE = re.compile(
    rf"\s*coalesce\s*\(\s*({_NAME})\s*,\s*(?:'(?:[^']|'')*'|-?[0-9.]+|true|false)\s*\)\s*", re.IGNORECASE
)


def changes_by_itself(expression: str, values: Iterable[ValueFacts]) -> bool:
    """Volatile by the server's word, or a reader of the clock: no row filled with it could be proved right."""
    volatile = any(value.expression == expression and value.volatility == "volatile" for value in values)
    return volatile or CLOCK.search(re.sub(r"'(?:[^']|'')*'", "''", expression)) is not None


def may_be_applied_twice(expression: str, column: str) -> bool:
    """Known to give the same when applied to its own result: case, blanks cut off, and a value instead of NULL."""
    found = _CASE.fullmatch(expression) or _COALESCE.fullmatch(expression)
    if found is None:
        return False
    name = found[1]
    return (name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()) == column


def generated_among(facts: TableFacts, expression: str) -> str | None:
    """A generated column that the expression reads: a BEFORE trigger runs before it is computed."""
    generated = [column.name for column in facts.table.columns if column.generated]
    return next(iter(reads(expression, generated, facts.name.name)), None)
