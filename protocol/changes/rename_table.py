"""Rename a table: in one transaction with a view at the old name, which goes when no code asks for it (R13)."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts
from protocol.findings import Point, holds
from protocol.inquiry import Inquiry
from protocol.names import TableName, quoted
from protocol.recipes import stand_in
from protocol.recipes.looking import relation_is_gone, relation_is_there
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table is renamed?", form="table")
NEW_NAME = Question(id="new_name", group=Group.KIND, text="What is it called from then on?", form="name")


class RenameTable(Change):
    """The table stays in its schema."""

    label: ClassVar[str] = "rename a table"
    about: ClassVar[str] = (
        "Give a table another name in the same schema. new_name is the name alone, without a schema. A view keeps the "
        "old name alive until all code uses the new one."
    )

    kind: Literal["rename_table"] = "rename_table"
    table: TableName
    new: TableName

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, NEW_NAME)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, new = situation.table(), _new(situation)
        if facts is None or new is None:
            return {}
        if new == facts.name:
            return {"new_name": f"`{facts.name}` is called that already."}
        if situation.facts.find(new) is not None:
            return {"new_name": f"there is, or will be by then, another table `{new}`."}
        return {}

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        new = _new(situation)
        if new is None or new == situation.tables.get("table"):
            return ()
        return (Inquiry(question="new_name", table=new, use="free name"),)

    @classmethod
    def from_situation(cls, situation: Situation) -> "RenameTable":
        table = situation.name()
        return cls(table=table, new=TableName(schema_name=table.schema_name, name=situation.need("new_name")))

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    @property
    def brings(self) -> tuple[TableName, ...]:
        return (self.new,)

    def counted(self) -> tuple[tuple[TableName, TableName], ...]:
        return ((self.table, self.new),)

    def foresee(self, facts: Facts) -> Facts:
        return facts.with_table(stand_in.renamed(facts.of(self.table), self.new), instead_of=self.table)

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return stand_in.ways(
            situation,
            self.table,
            self.new,
            there=f"ALTER TABLE {self.table.sql} RENAME TO {quoted(self.new.name)}",
            back=f"ALTER TABLE {self.new.sql} RENAME TO {quoted(self.table.name)}",
        )

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - the change says it all
        return (relation_is_there(self.new), relation_is_gone(self.table))

    @property
    def title(self) -> str:
        return f"Rename table {self.table} to {self.new}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (("Table", f"`{self.table}`"), ("Action", f"Rename to `{self.new}`"))

    @property
    def outcome(self) -> str:
        return f"Table {self.table} is called {self.new}; the old name is gone."

    def impact(self, situation: Situation) -> Iterator[Point]:
        return stand_in.impact(situation.table(), self.table)

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the same for every table
        yield holds("With the view, old and new code run side by side until it is dropped")
        yield holds("Rollback: the table gets its old name back, as instantly")


def _new(situation: Situation) -> TableName | None:
    said, table = situation.text("new_name"), situation.tables.get("table")
    return TableName(schema_name=table.schema_name, name=said) if said and table else None
