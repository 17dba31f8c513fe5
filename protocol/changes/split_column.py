"""Split a column into several: they follow from it until the application writes them itself; it stays."""

from typing import ClassVar, Literal

from protocol.assignments import reads
from protocol.discovery import Group, Question
from protocol.inquiry import Inquiry
from protocol.names import Name
from protocol.recipes.derived import Derived
from protocol.recipes.deriving_change import DerivingChange
from protocol.recipes.said import derived, not_derivable, own_types_of, said_assignments, unreadable
from protocol.situation import Situation

TABLE = Question(id="table", group=Group.KIND, text="Which table is it in?", form="table")
COLUMN = Question(id="column", group=Group.KIND, text="Which column is split?", form="column")
INTO = Question(
    id="into",
    group=Group.KIND,
    text="Into which columns, and how is each made from it?",
    form="clause",
    hint="Such as `first_name = split_part(name, ' ', 1), last_name = split_part(name, ' ', 2)`.",
)


class SplitColumn(DerivingChange):
    """New columns made from one; dropping the old one is a change of its own."""

    label: ClassVar[str] = "split a column"
    about: ClassVar[str] = (
        "Make several columns out of one, such as first and last name. into is `new_column = expression, …` "
        "over the row; columns that are not there are added. The old column stays; dropping it is another change."
    )

    kind: Literal["split_column"] = "split_column"
    column: Name
    into: tuple[Derived, ...]

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMN, INTO)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, source = situation.table(), situation.column()
        found = unreadable(situation, "into")
        if facts is None or source is None or found:
            return found
        said = said_assignments(situation, "into")
        for one in said:
            if not reads(one.expression, [source.name], facts.name.name):
                return {
                    "into": f"`{one.expression}` does not use `{source.name}`; to set other values, say set values."
                }
            reason = not_derivable(situation, facts, one, tuple(other.column for other in said))
            if reason:
                return {"into": reason}
        return {}

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        facts = situation.table()
        return () if facts is None else own_types_of("into", facts, said_assignments(situation, "into"))

    @classmethod
    def from_situation(cls, situation: Situation) -> "SplitColumn":
        facts, source = situation.facts.of(situation.name()), situation.column()
        return cls(
            table=facts.name,
            column=source.name if source else situation.need("column"),
            into=tuple(derived(situation, facts, one) for one in said_assignments(situation, "into")),
        )

    @property
    def targets(self) -> tuple[Derived, ...]:
        return self.into

    @property
    def title(self) -> str:
        return f"Split {self.column} of {self.table} into {self.names}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Split column `{self.column}`; it stays"),
            *((f"`{target.column.name}` {target.column.type}", f"`{target.expression}`") for target in self.into),
        )

    @property
    def outcome(self) -> str:
        return f"{self.table} has {self.names}, made from {self.column}, which is still there."
