"""Add a CHECK constraint."""

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry, Trial
from protocol.names import Expression, Name, TableName, quoted
from protocol.recipes import constraint, guards
from protocol.recipes.foreseen import with_constraint
from protocol.recipes.instant import undo_by
from protocol.recipes.looking import constraint_is_proved, no_leftovers, no_row
from protocol.recipes.naming import name_or_auto, taken
from protocol.recipes.ways import online_way, plain_way
from protocol.schema import Constraint
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table is it?", form="table")
CONDITION = Question(
    id="condition",
    group=Group.KIND,
    text="What must be true of every row?",
    form="expression",
    hint="An SQL condition over the row's columns, such as `amount > 0`. A condition that is NULL passes.",
)
NAME = Question(id="constraint_name", group=Group.KIND, text="What is it called?", form="name", safe="auto")

COPY = "whimbrel_copy"


class AddCheck(Change):
    """Add one CHECK constraint to one table."""

    label: ClassVar[str] = "add a CHECK"
    about: ClassVar[str] = (
        "Add a CHECK constraint. condition is an SQL condition over columns of the row; constraint_name is a name or "
        "auto."
    )

    kind: Literal["add_check"] = "add_check"
    table: TableName
    condition: Expression
    constraint_name: Name

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, CONDITION, NAME)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts = situation.table()
        reason = taken(situation.text("constraint_name"), facts) if facts else ""
        return {"constraint_name": reason} if reason else {}

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        condition, table = situation.text("condition"), situation.tables.get("table")
        if condition is None or table is None:
            return ()
        return (Inquiry(question="condition", expression=condition, table=table, use="condition"),)

    @classmethod
    def trials(cls, situation: Situation) -> tuple[Trial, ...]:
        condition, table = situation.text("condition"), situation.tables.get("table")
        if condition is None or table is None:
            return ()
        sql = f"ALTER TABLE pg_temp.{quoted(COPY)} ADD CHECK ({condition})"
        return (Trial(copies=((COPY, table),), tries=(("condition", sql),)),)

    @classmethod
    def from_situation(cls, situation: Situation) -> "AddCheck":
        facts, condition = situation.facts.of(situation.name()), situation.need("condition")
        columns = _columns_in(condition, facts)
        middle = columns if len(columns) == 1 else []
        name = name_or_auto(situation.text("constraint_name"), facts, middle, "check")
        return cls(table=facts.name, condition=condition, constraint_name=name)

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        columns = tuple(_columns_in(self.condition, facts.of(self.table)))
        added = Constraint(name=self.constraint_name, kind="c", definition=self._definition, columns=columns)
        return with_constraint(facts, self.table, added)

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        facts = situation.facts.of(self.table)
        ways = (self._online(situation, facts), self._plain(situation, facts))
        return ways[::-1] if facts.is_empty else ways

    def _online(self, situation: Situation, facts: TableFacts) -> Strategy:
        declare = constraint.declare(
            "declare_check",
            self.table,
            self.constraint_name,
            self._definition,
            limit=situation.lock_limit,
            guard=guards.rows_that_break(self.table, self.condition),
        )
        proof = constraint.prove("validate_check", self.table, self.constraint_name, facts.rows)
        return online_way(
            (declare, proof),
            pros=(
                "The lock is held for an instant; the proof reads the table while others write",
                "Rows that break it are counted before anything is locked",
            ),
            cons=("Two steps instead of one",),
        )

    def _plain(self, situation: Situation, facts: TableFacts) -> Strategy:
        add = f"ALTER TABLE {self.table.sql} ADD CONSTRAINT {quoted(self.constraint_name)} {self._definition}"
        return plain_way(
            situation,
            facts,
            id_="one_statement",
            step="add_check",
            title=f"Add CHECK {self.constraint_name}",
            why="The server reads the whole table under ACCESS EXCLUSIVE to prove it.",
            sql=(add,),
            lock="ACCESS EXCLUSIVE",
            takes=constraint.estimated_scan(facts.rows),
            undo=undo_by("add_check", constraint.drop_sql(self.table, self.constraint_name)),
            waits=f"reads and writes of `{self.table}` wait",
            guard=guards.rows_that_break(self.table, self.condition),
        )

    @property
    def _definition(self) -> str:
        return f"CHECK ({self.condition})"

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - nothing depends on it
        return (
            constraint_is_proved(self.table, self.constraint_name),
            no_row("no_breach", "No row breaks the condition", self.table, f"NOT ({self.condition})"),
            no_leftovers(self.table),
        )

    @property
    def title(self) -> str:
        return f"Add CHECK {self.constraint_name} to {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Add CHECK `{self.constraint_name}`"),
            ("Condition", f"`{self.condition}`"),
        )

    @property
    def outcome(self) -> str:
        return f"For every row of {self.table}, {self.condition} holds or is NULL."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield warns(f"INSERTs and UPDATEs that break `{self.condition}` fail from the first step on")
        yield holds("A row for which the condition is NULL passes")
        value = situation.value("condition")
        if value is not None and value.volatility != "immutable":
            yield warns(
                "The condition may use something that is not immutable, such as the clock: a row that passed once is "
                "not checked again, and a restore of the backup may refuse it"
            )

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield warns("Code that may write such rows has to be changed before this runs")
        yield holds("Rollback: the constraint is dropped in an instant")


def _columns_in(condition: str, facts: TableFacts) -> list[str]:
    """The columns that a condition names, as far as words tell."""
    words = re.findall(r'"(?:[^"]|"")+"|[^\W0-9]\w*', re.sub(r"'(?:[^']|'')*'", "", condition))
    said = {word[1:-1].replace('""', '"') if word.startswith('"') else word.lower() for word in words}
    return [column.name for column in facts.table.columns if column.name in said]
