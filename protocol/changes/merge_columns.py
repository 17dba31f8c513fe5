"""Merge several columns into a new one: it follows from them until the application writes it itself; they stay."""

from typing import ClassVar, Literal

from protocol.assignments import Assignment, reads
from protocol.discovery import Group, Question
from protocol.inquiry import Inquiry
from protocol.names import Name
from protocol.recipes.derived import Derived
from protocol.recipes.deriving_change import DerivingChange
from protocol.recipes.said import derived, not_derivable, own_types_of
from protocol.situation import Situation

TABLE = Question(id="table", group=Group.KIND, text="Which table are they in?", form="table")
COLUMNS = Question(id="columns", group=Group.KIND, text="Which columns are merged?", form="columns")
NEW_COLUMN = Question(id="new_column", group=Group.KIND, text="What is the merged column called?", form="name")
EXPRESSION = Question(
    id="expression",
    group=Group.KIND,
    text="How is its value made from them?",
    form="expression",
    hint="Such as `concat_ws(' ', first_name, last_name)`.",
)


class MergeColumns(DerivingChange):
    """One column made from several; dropping those is a change of its own."""

    label: ClassVar[str] = "merge columns into one"
    about: ClassVar[str] = (
        "Make one new column out of several, such as a full name. expression is SQL over the "
        "row and uses every column named. The old columns stay; dropping them is another change."
    )

    kind: Literal["merge_columns"] = "merge_columns"
    columns: tuple[Name, ...]
    target: Derived

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMNS, NEW_COLUMN, EXPRESSION)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, one = situation.table(), _said(situation)
        if facts is None or one is None:
            return {}
        columns = situation.columns()
        unused = set(columns) - set(reads(one.expression, columns, facts.name.name))
        if unused:
            return {"expression": f"`{one.expression}` does not use `{min(unused)}`; leave it out, or use it."}
        if one.column in columns:
            return {"new_column": f"`{one.column}` is one of the columns that are merged; another name is needed."}
        reason = not_derivable(situation, facts, one, (one.column,))
        return {"expression" if one.expression in reason else "new_column": reason} if reason else {}

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        facts, one = situation.table(), _said(situation)
        return () if facts is None or one is None else own_types_of("expression", facts, (one,))

    @classmethod
    def from_situation(cls, situation: Situation) -> "MergeColumns":
        facts = situation.facts.of(situation.name())
        one = Assignment(column=situation.need("new_column"), expression=situation.need("expression"))
        return cls(table=facts.name, columns=situation.columns(), target=derived(situation, facts, one))

    @property
    def targets(self) -> tuple[Derived, ...]:
        return (self.target,)

    @property
    def title(self) -> str:
        return f"Merge {', '.join(self.columns)} of {self.table} into {self.target.column.name}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Merge {', '.join(f'`{column}`' for column in self.columns)}; they stay"),
            (f"`{self.target.column.name}` {self.target.column.type}", f"`{self.target.expression}`"),
        )

    @property
    def outcome(self) -> str:
        return (
            f"{self.table} has {self.target.column.name}, made from {', '.join(self.columns)}, which are still there."
        )


def _said(situation: Situation) -> Assignment | None:
    column, expression = situation.text("new_column"), situation.text("expression")
    return None if column is None or expression is None else Assignment(column=column, expression=expression)
