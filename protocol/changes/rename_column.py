"""Rename a column: its fields and questions; `rename_column_ways` has the ways to do it."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes import rename_column_ways
from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.names import Name, TableName
from protocol.recipes.foreseeing import renamed
from protocol.recipes.shadow import other_triggers, published
from protocol.schema import Column
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table is it in?", form="table")
COLUMN = Question(id="column", group=Group.KIND, text="Which column is renamed?", form="column")
NEW_NAME = Question(id="new_name", group=Group.KIND, text="What is it called from now on?", form="name")

SYSTEM_COLUMNS = {"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"}
"""The server refuses these names (SQLSTATE 42701; documentation, “System Columns”)."""


class RenameColumn(Change):
    """Give one column another name."""

    label: ClassVar[str] = "rename a column"
    about: ClassVar[str] = (
        "Give a column of a table another name; its type and values stay. column is its name now, new_name the one "
        "it gets."
    )

    kind: Literal["rename_column"] = "rename_column"
    table: TableName
    column: Name
    new_name: Name
    type: str
    nullable: bool

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMN, NEW_NAME)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, new = situation.table(), situation.text("new_name")
        found: dict[str, str] = {}
        if facts is None:
            return found
        column = situation.column()
        if new in SYSTEM_COLUMNS:
            found["new_name"] = f"`{new}` is a system column of every table; another name is needed."
        elif new and (there := facts.table.column(new)) is not None:
            same = column is not None and column.name == new
            found["new_name"] = (
                "it is called that already." if same else f"`{facts.name}` already has a column `{new}` ({there.type})."
            )
        if column is not None and facts.column(column.name).inherited:
            found["column"] = (
                f"`{column.name}` is inherited; the server renames it only in the parent table. Name that one."
            )
        return found

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        column = situation.column()
        return () if column is None else (Inquiry(question="column", type=column.type, type_question="column"),)

    @classmethod
    def from_situation(cls, situation: Situation) -> "RenameColumn":
        column = _column(situation)
        return cls(
            table=situation.name(),
            column=column.name,
            new_name=situation.need("new_name"),
            type=column.type,
            nullable=column.nullable,
        )

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        return facts.with_table(renamed(facts.of(self.table), self.column, self.new_name))

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return rename_column_ways.strategies(self, situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:
        return rename_column_ways.checks(self, situation)

    @property
    def title(self) -> str:
        return f"Rename column {self.column} of {self.table} to {self.new_name}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Rename column `{self.column}` to `{self.new_name}`"),
            ("Type", f"`{self.type}`, as before"),
        )

    @property
    def outcome(self) -> str:
        return f"Column {self.column} of {self.table} is called {self.new_name}. Its values are as before."

    def impact(self, situation: Situation) -> Iterator[Point]:
        facts = situation.facts.of(self.table)
        yield warns(
            f"What names `{self.column}` breaks when the old name goes: application SQL, prepared statements, "
            "functions in PL/pgSQL or with SQL as text"
        )
        followers = facts.column(self.column).used_by("view", "rule", "policy", "trigger", "function")
        if followers:
            yield holds(f"These follow the new name by themselves: {', '.join(followers)}")
            yield warns(f"Views go on calling their own column `{self.column}`, unless it is renamed there too")
        yield from published(facts)
        yield from other_triggers(facts, self.column)

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield warns(f"Old code names `{self.column}`, new code `{self.new_name}`: only both columns at once serve both")
        yield holds("Rollback: no row and no value is lost, those written meanwhile included")


def _column(situation: Situation) -> Column:
    found = situation.column()
    assert found is not None, "understanding has found the column"
    return found
