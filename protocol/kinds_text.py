"""The kinds of change as a model reads them: when each is meant, and what its questions take."""

from collections.abc import Iterable

from protocol.changes import Change, kinds
from protocol.discovery import Question
from protocol.questions import COMMON


def kinds_told() -> str:
    """One paragraph a kind, from the registry; the questions that every kind asks come last."""
    own = (line for name, kind in kinds().items() for line in _kind(name, kind))
    return "\n".join([*own, "Asked of every kind: " + "; ".join(map(_question, COMMON)) + "."])


def _kind(name: str, kind: type[Change]) -> Iterable[str]:
    yield f"- `{name}`: {kind.about}"
    yield f"  Questions: {'; '.join(map(_question, kind.questions()))}."


def _question(question: Question) -> str:
    takes = (
        ", ".join(option.value for option in question.options) if question.form == "choice" else TAKES[question.form]
    )
    assumed = "" if question.safe is None else f", {_spoken(question.safe)} if not said"
    return f"{question.id} ({takes}{assumed})"


def _spoken(value: bool | int | str) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


TAKES = {
    "yes_no": "yes or no",
    "name": "a new name",
    "new_table": "a new name, with its schema if it is said",
    "table": "a table that exists",
    "enum": "an enumerated type that exists",
    "column": "a column that exists",
    "columns": "columns that exist, separated by commas",
    "constraint": "a constraint that exists",
    "index": "an index that exists",
    "type": "a PostgreSQL type",
    "default": "an SQL expression, or none",
    "expression": "an SQL expression",
    "milliseconds": "a time such as 100 ms",
    "text": "words",
    "clause": "a piece of SQL as the person wrote it",
    "sql": "SQL exactly as the person pasted it",
}
"""What an answer of each form is; the values of a choice are listed instead."""
