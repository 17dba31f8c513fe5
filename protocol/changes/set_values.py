"""Give columns of existing rows new values: fields and questions; `set_values_ways` has the ways and the proof."""

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.assignments import Assignment, reads
from protocol.changes import set_values_ways
from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.names import Expression, TableName
from protocol.recipes.repeatable import changes_by_itself, generated_among, may_be_applied_twice
from protocol.recipes.said import not_writable, said_assignments, unreadable
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table's rows get new values?", form="table")
ASSIGNMENTS = Question(
    id="assignments",
    group=Group.KIND,
    text="Which columns get which values?",
    form="clause",
    hint="Such as `status = 'new', email = lower(email)`.",
)
WHERE = Question(
    id="where",
    group=Group.HANDLING,
    text="Which rows? Say a condition, or none for all of them.",
    form="default",
    safe="none",
    hint="Such as `status IS NULL`.",
)


class SetValues(Change):
    """UPDATE of a table's own rows, in batches, with the old values kept."""

    label: ClassVar[str] = "set values of existing rows"
    about: ClassVar[str] = (
        "Give one or more columns of existing rows new values (a data migration, a backfill). assignments is "
        "`column = expression, …` over the same row; where is an SQL condition, or none for all rows."
    )

    kind: Literal["set_values"] = "set_values"
    table: TableName
    assignments: tuple[Assignment, ...]
    where: Expression | None = None

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, ASSIGNMENTS, WHERE)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts = situation.table()
        found = unreadable(situation, "assignments")
        if facts is None or found:
            return found
        where = situation.expression("where")
        for one in said_assignments(situation, "assignments"):
            reason = (
                not_writable(facts, one.column)
                or _null(facts, one)
                or _generated(facts, one)
                or _restless(situation, one, where)
            )
            if reason:
                return {"assignments": reason}
        if where and changes_by_itself(where, situation.values):
            return {"where": f"`{where}` picks other rows each time it is asked; say it with a fixed value."}
        return {}

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        facts, where = situation.table(), situation.expression("where")
        if facts is None:
            return ()
        asked = [
            Inquiry(question="assignments", type=column.type, expression=one.expression, table=facts.name)
            for one in said_assignments(situation, "assignments")
            if (column := facts.table.column(one.column)) is not None
        ]
        if where:
            asked.append(Inquiry(question="where", expression=where, table=facts.name, use="condition"))
        return tuple(asked)

    @classmethod
    def from_situation(cls, situation: Situation) -> "SetValues":
        return cls(
            table=situation.name(),
            assignments=said_assignments(situation, "assignments"),
            where=situation.expression("where"),
        )

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    @property
    def once(self) -> bool:
        """Whether a second time would change the rows again, as `n = n + 1` does."""
        columns = [one.column for one in self.assignments]
        return any(
            found and not (found == (one.column,) and may_be_applied_twice(one.expression, one.column))
            for one in self.assignments
            for found in [reads(one.expression, columns, self.table.name)]
        )

    def foresee(self, facts: Facts) -> Facts:
        return facts.keeping(set_values_ways.archive_of(self, facts))

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return set_values_ways.strategies(self, situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:
        return set_values_ways.checks(self, situation)

    @property
    def title(self) -> str:
        return f"Set {', '.join(one.column for one in self.assignments)} in {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", "Give existing rows new values"),
            *((f"New `{one.column}`", f"`{one.expression}`") for one in self.assignments),
            ("Rows", f"where `{self.where}`" if self.where else "all"),
        )

    @property
    def outcome(self) -> str:
        rows = "The rows that were meant" if self.where else "All rows"
        return f"{rows} of {self.table} have their new {', '.join(one.column for one in self.assignments)}."

    def impact(self, situation: Situation) -> Iterator[Point]:
        facts = situation.facts.of(self.table)
        yield warns("Code that reads the old values finds the new ones, row by row while it runs")
        if self.once:
            yield warns("A second time would change the rows again: each row is written once, and the ledger knows it")
            yield holds("Rows that are added while it runs are left as they were written")
        if facts.table.triggers:
            names = ", ".join(trigger.name for trigger in facts.table.triggers)
            yield warns(f"Triggers of the table run for each row: {names}")

    def compatibility(self, situation: Situation) -> Iterator[Point]:
        if situation.facts.of(self.table).key is not None:
            yield holds("Rollback: old values are put back where a row still holds the new one")


def _null(facts: TableFacts, one: Assignment) -> str:
    column = facts.table.column(one.column)
    if column is not None and not column.nullable and one.expression.lower() == "null":
        return f"`{one.column}` is NOT NULL; it cannot be set to NULL."
    return ""


def _generated(facts: TableFacts, one: Assignment) -> str:
    """By a generated column an expression may read the column that it fills, and nobody would see it."""
    generated = generated_among(facts, one.expression)
    return f"`{generated}` is a generated column; write out its expression instead." if generated else ""


def _restless(situation: Situation, one: Assignment, where: str | None) -> str:
    """A value that is another each time can only fill what is empty: there it is seen which rows are done."""
    if not changes_by_itself(one.expression, situation.values) or _only_null(where, one.column):
        return ""
    return (
        f"`{one.expression}` gives another value each time it is asked, so no row could be proved done. "
        f"It can fill empty rows only: say the condition `{one.column} IS NULL`, or a fixed value."
    )


def _only_null(where: str | None, column: str) -> bool:
    """The condition, or one part of its AND, is that the column is NULL."""
    if where is None or re.search(r"\bor\b", where, re.IGNORECASE):
        return False
    name = rf'(?:(?i:{re.escape(column)})|"{re.escape(column)}")'
    parts = re.split(r"\band\b", where, flags=re.IGNORECASE)
    return any(re.fullmatch(rf"[\s(]*{name}\s+(?i:is\s+null)[\s)]*", part) for part in parts)
