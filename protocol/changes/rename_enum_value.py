"""Rename a value of an enumerated type: instant, and it breaks whatever names the old one (R13)."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol import rates
from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts
from protocol.findings import Point, holds, warns
from protocol.names import TableName, literal
from protocol.recipes import enums
from protocol.recipes.instant import instant, undo_by
from protocol.schema import EnumType
from protocol.situation import Situation
from protocol.steps import Check, Gate, Statements
from protocol.strategy import Strategy

ENUM = Question(id="enum", group=Group.KIND, text="Which enumerated type is it?", form="enum")
VALUE = Question(id="value", group=Group.KIND, text="Which value is renamed?", form="clause")
NEW_VALUE = Question(id="new_value", group=Group.KIND, text="What is its new name?", form="clause")


class RenameEnumValue(Change):
    """One label of one type under another name."""

    label: ClassVar[str] = "rename a value of an enumerated type"
    about: ClassVar[str] = (
        "Rename one value of an enumerated type (ALTER TYPE … RENAME VALUE). enum is the type's name; value and "
        "new_value are labels as plain text. Rows show the new label at once; code that names the old one breaks."
    )

    kind: Literal["rename_enum_value"] = "rename_enum_value"
    enum: TableName
    value: str
    new_value: str

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (ENUM, VALUE, NEW_VALUE)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        enum = enums.of(situation)
        if enum is None:
            return {}
        found: dict[str, str] = {}
        value, new = situation.text("value"), situation.text("new_value")
        if value is not None and enums.plain_text(value) not in enum.labels:
            listed = ", ".join(enum.labels)
            found["value"] = f"`{enum.name}` has no value `{enums.plain_text(value)}`. It has: {listed}."
        if new is not None and (reason := enums.cannot_be_added(enum, enums.plain_text(new))):
            found["new_value"] = reason
        return found

    @classmethod
    def from_situation(cls, situation: Situation) -> "RenameEnumValue":
        return cls(
            enum=situation.name("enum"),
            value=enums.plain_text(situation.need("value")),
            new_value=enums.plain_text(situation.need("new_value")),
        )

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.enum,)

    def counted(self) -> tuple[tuple[TableName, TableName], ...]:
        return ()

    def foresee(self, facts: Facts) -> Facts:
        there = facts.enum(self.enum)
        return facts.with_enum(EnumType(name=self.enum, labels=self._labels(there.labels if there else ())))

    def _labels(self, before: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.new_value if label == self.value else label for label in before)

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        gated = Strategy(
            id="gate_then_rename",
            title="Rename once the application takes both names",
            sketch=(self._sql(self.value, self.new_value),),
            pros=("Nothing that runs names only the old value when it goes", "Touches no row, locks no table"),
            cons=(
                "Code has to bear both names for a while: compare `column::text`, and write what the type has",
                "Where it cannot: add the new value, let code write it, and set the rows, as changes of their own",
            ),
            downtime="none",
            steps=(self._gate(), self._rename(situation)),
        )
        at_once = Strategy(
            id="at_once",
            title="Rename at once",
            sketch=(self._sql(self.value, self.new_value),),
            pros=("One instant statement; touches no row, locks no table",),
            cons=(f"A statement that names '{self.value}' fails from then on",),
            downtime="as long as running code names the old value",
            steps=(self._rename(situation),),
            obstacle="running code would fail, and you asked for no downtime" if _is_in_use(situation) else "",
            needs_window=True,
        )
        return (gated, at_once) if situation.yes("old_code") is not False else (at_once, gated)

    def _gate(self) -> Gate:
        return Gate(
            id="both_names",
            title="Every running version bears both names",
            why=f"From the rename on the server refuses '{self.value}', and before it '{self.new_value}'.",
            lock="none",
            held=rates.NO_LOCK,
            duration=rates.INSTANT,
            waits_for=f"no running application version needs the label '{self.value}' to be called so",
        )

    def _rename(self, situation: Situation) -> Statements:
        return instant(
            "rename_value",
            f"Rename value {self.value} to {self.new_value}",
            "Rows, defaults, CHECKs and views hold the value by its number and show the new name at once.",
            self._sql(self.value, self.new_value),
            limit=situation.lock_limit,
            lock="none",
            undo=undo_by("rename_value", self._sql(self.new_value, self.value), lock="none"),
        )

    def _sql(self, old: str, new: str) -> str:
        return f"ALTER TYPE {self.enum.sql} RENAME VALUE {literal(old)} TO {literal(new)}"

    def checks(self, situation: Situation) -> tuple[Check, ...]:
        there = situation.facts.enum(self.enum)
        return (enums.has_labels(self.enum, self._labels(there.labels if there else ())),)

    @property
    def title(self) -> str:
        return f"Rename value {self.value} of type {self.enum} to {self.new_value}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (("Type", f"`{self.enum}`"), ("Action", f"Rename value `{self.value}` to `{self.new_value}`"))

    @property
    def outcome(self) -> str:
        return f"Where type {self.enum} said {self.value} it says {self.new_value}."

    def impact(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the same for every type
        yield warns(f"Statements and function bodies that name '{self.value}' fail once it is renamed")
        yield warns(f"Code that reads the column gets '{self.new_value}' at once")
        yield holds("Rows are not touched; defaults, CHECKs, indexes and views follow")

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - as above
        yield holds("Rollback: it is renamed back, as instantly")


def _is_in_use(situation: Situation) -> bool:
    return situation.no_downtime and situation.yes("old_code") is not False
