"""Copy a column into a new one of the same type: it follows until the application writes it itself."""

from collections.abc import Iterable
from typing import ClassVar, Literal

from protocol.discovery import Group, Question
from protocol.findings import Point, warns
from protocol.names import Name, quoted
from protocol.recipes.derived import Derived
from protocol.recipes.deriving_change import DerivingChange
from protocol.recipes.said import SYSTEM_COLUMNS
from protocol.schema import Column
from protocol.situation import Situation

TABLE = Question(id="table", group=Group.KIND, text="Which table is it in?", form="table")
COLUMN = Question(id="column", group=Group.KIND, text="Which column is copied?", form="column")
NEW_COLUMN = Question(id="new_column", group=Group.KIND, text="What is the copy called?", form="name")


class CopyColumn(DerivingChange):
    """A new column with the values of another; its default, constraints and indexes are not copied."""

    label: ClassVar[str] = "copy a column"
    about: ClassVar[str] = (
        "Add a new column of the same type that holds what another one holds. Its default, constraints and "
        "indexes are changes of their own."
    )

    kind: Literal["copy_column"] = "copy_column"
    column: Name
    target: Derived

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMN, NEW_COLUMN)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, source, new = situation.table(), situation.column(), situation.text("new_column")
        if facts is None or source is None or new is None:
            return {}
        if source.generated:
            return {"column": f"`{source.name}` is a generated column, and a trigger runs before it is computed."}
        if new in SYSTEM_COLUMNS:
            return {"new_column": f"`{new}` is a system column of every table; another name is needed."}
        there = facts.table.column(new)
        if there is not None:
            return {
                "new_column": f"`{facts.name}` already has a column `{new}` ({there.type}); to overwrite it, set its "
                f"values: `{quoted(new)} = {quoted(source.name)}`."
            }
        return {}

    @classmethod
    def from_situation(cls, situation: Situation) -> "CopyColumn":
        source = situation.column()
        assert source is not None, "discovery refuses a column that is not there"
        new = Column(name=situation.need("new_column"), type=source.type, nullable=True)
        return cls(
            table=situation.name(), column=source.name, target=Derived(column=new, expression=quoted(source.name))
        )

    @property
    def targets(self) -> tuple[Derived, ...]:
        return (self.target,)

    @property
    def title(self) -> str:
        return f"Copy {self.column} of {self.table} to {self.target.column.name}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Copy column `{self.column}` to `{self.target.column.name}`"),
            ("Type", f"`{self.target.column.type}`"),
        )

    @property
    def outcome(self) -> str:
        return f"{self.table} has {self.target.column.name} with what {self.column} holds."

    def impact(self, situation: Situation) -> Iterable[Point]:
        yield from super().impact(situation)
        yield warns(f"Default, NOT NULL, constraints and indexes of {self.column} are not copied")
