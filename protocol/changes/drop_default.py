"""Take a column's default away."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts
from protocol.findings import Point, holds, warns
from protocol.names import Name, TableName
from protocol.recipes import default
from protocol.recipes.foreseen import with_column
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table is it?", form="table")
COLUMN = Question(id="column", group=Group.KIND, text="Which column loses its default?", form="column")


class DropDefault(Change):
    """Drop the default of a column; existing rows keep their values."""

    label: ClassVar[str] = "drop a default"
    about: ClassVar[str] = "Remove the default of an existing column; existing rows keep their values."

    kind: Literal["drop_default"] = "drop_default"
    table: TableName
    column: Name
    required: bool = False

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMN)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        column = situation.column()
        if column is None:
            return {}
        reason = default.cannot_have_one(column)
        if not reason and column.default is None:
            reason = f"`{column.name}` has no default."
        return {"column": reason} if reason else {}

    @classmethod
    def from_situation(cls, situation: Situation) -> "DropDefault":
        column = situation.column()
        if column is None:
            return cls(table=situation.name(), column=situation.need("column"))
        return cls(table=situation.name(), column=column.name, required=not column.nullable)

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        column = facts.of(self.table).table.column(self.column)
        assert column is not None
        return with_column(facts, self.table, column.model_copy(update={"default": None}))

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return (default.way(situation, self.table, self.column, "DROP DEFAULT"),)

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - nothing depends on it
        return (default.is_gone(self.table, self.column),)

    @property
    def title(self) -> str:
        return f"Drop the default of {self.table}.{self.column}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (("Table", f"`{self.table}`"), ("Action", f"Drop the default of `{self.column}`"))

    @property
    def outcome(self) -> str:
        gets = "are refused" if self.required else "get NULL"
        return f"INSERTs into {self.table} that leave {self.column} out {gets}."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield holds("Existing rows keep their values")
        if self.required:
            yield warns(f"`{self.column}` is NOT NULL: every INSERT that leaves it out fails from then on")
        else:
            yield warns(f"INSERTs that leave `{self.column}` out write NULL from then on")
        yield from default.of_partitions(situation.table())

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield warns(f"Code that relies on the default of {self.column} has to say the value before this runs")
        yield holds("Rollback: the default from before is set again")
