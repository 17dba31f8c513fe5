"""What lint, pre-flight and verification report, and the points a plan makes."""

from enum import StrEnum
from typing import Literal

from protocol.value import Value


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


class Finding(Value):
    """One remark on one statement; line and column count from 1."""

    rule: str
    severity: Severity
    message: str
    recipe: str
    statement: str
    line: int = 1
    column: int = 1


class Point(Value):
    """One line that holds (✓), warns (!) or cannot be known (?)."""

    mark: Literal["holds", "warns", "unknown"]
    text: str


def holds(text: str) -> Point:
    return Point(mark="holds", text=text)


def warns(text: str) -> Point:
    return Point(mark="warns", text=text)
