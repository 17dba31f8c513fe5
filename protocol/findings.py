"""What lint, pre-flight and verification report."""

from enum import StrEnum

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
