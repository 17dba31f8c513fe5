"""Read assignments out of an answer, and say why one cannot stand."""

from protocol.assignments import Assignment, assignments, reads
from protocol.facts import TableFacts
from protocol.inquiry import Inquiry
from protocol.recipes.derived import Derived
from protocol.recipes.repeatable import changes_by_itself, generated_among
from protocol.schema import Column
from protocol.situation import Situation

SYSTEM_COLUMNS = {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"}
"""The server refuses these names (SQLSTATE 42701; documentation, “System Columns”)."""

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


def not_derivable(situation: Situation, facts: TableFacts, one: Assignment, targets: tuple[str, ...]) -> str:
    """Why a column cannot follow from others by a trigger; empty when it can."""
    if changes_by_itself(one.expression, situation.values):
        return f"`{one.expression}` gives another value each time it is asked, so no row could be proved right."
    if generated := generated_among(facts, one.expression):
        return (
            f"`{generated}` is a generated column, and a trigger runs before it is computed; write out its expression."
        )
    if own := reads(one.expression, targets, facts.name.name):
        return f"`{one.expression}` reads `{own[0]}`, which is filled itself; it would change at every write."
    if one.column in SYSTEM_COLUMNS:
        return f"`{one.column}` is a system column of every table; another name is needed."
    return _existing(situation, facts, one)


def _existing(situation: Situation, facts: TableFacts, one: Assignment) -> str:
    there = facts.table.column(one.column)
    if there is None:
        return ""
    if reason := not_writable(facts, one.column):
        return reason
    if not there.nullable:
        return f"`{one.column}` is NOT NULL: where the expression is NULL, old code could not write its rows any more."
    own = own_type(situation, one.expression)
    if own is not None and there.type not in (own, "text"):
        return (
            f"`{one.column}` is of type {there.type}, and `{one.expression}` of type {own}: they have to be the same."
        )
    return ""


def own_types_of(question: str, facts: TableFacts, found: tuple[Assignment, ...]) -> tuple[Inquiry, ...]:
    """Ask the server for the type that each expression has by itself."""
    return tuple(Inquiry(question=question, expression=one.expression, table=facts.name) for one in found)


def own_type(situation: Situation, expression: str) -> str | None:
    return next((value.type for value in situation.values if value.expression == expression), None)


def derived(situation: Situation, facts: TableFacts, one: Assignment) -> Derived:
    """The column as it is there, or a nullable one of the expression's own type."""
    there = facts.table.column(one.column)
    new = Column(name=one.column, type=own_type(situation, one.expression) or "text", nullable=True)
    return Derived(column=there or new, expression=one.expression, is_new=there is None)
