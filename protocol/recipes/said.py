"""Read assignments out of an answer, and say why one cannot stand."""

from protocol.assignments import Assignment, assignments
from protocol.facts import TableFacts
from protocol.situation import Situation

GENERATED_ALWAYS = "is computed by the server and cannot be written"


def said_assignments(situation: Situation, question: str) -> tuple[Assignment, ...]:
    """The assignments that answer a question; none while it is open or cannot be read."""
    try:
        return assignments(situation.text(question) or "")
    except ValueError:
        return ()


def unreadable(situation: Situation, question: str) -> dict[str, str]:
    """The reason why the answer is no list of assignments, if it is not."""
    said = situation.text(question)
    if said is None:
        return {}
    try:
        assignments(said)
    except ValueError as error:
        return {question: f"{error}; say it like `status = 'new', email = lower(email)`."}
    return {}


def not_writable(facts: TableFacts, column: str, *, walked: bool = True) -> str:
    """Why an existing column cannot be given values; empty when it can. `walked` says that batches go along the key."""
    there = facts.table.column(column)
    if there is None:
        known = ", ".join(c.name for c in facts.table.columns[:12])
        return f"`{facts.name}` has no column `{column}`. It has: {known}."
    if there.generated or there.identity == "always":
        return f"`{column}` {GENERATED_ALWAYS}."
    if walked and facts.key and column in {part.name for part in facts.key.columns}:
        return f"`{column}` belongs to the key that batches go along; its values cannot change under way."
    return ""
