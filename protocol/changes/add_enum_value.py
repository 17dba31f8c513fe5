"""Add a value to an enumerated type, in a transaction of its own: nobody may use it before its commit (R15, T17)."""

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts
from protocol.findings import Point, holds, warns
from protocol.names import TableName, literal
from protocol.recipes import enums
from protocol.recipes.instant import instant
from protocol.schema import EnumType
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

ENUM = Question(id="enum", group=Group.KIND, text="Which enumerated type gets a value?", form="enum")
VALUE = Question(id="value", group=Group.KIND, text="What is the new value?", form="clause")
PLACE = Question(
    id="place",
    group=Group.HANDLING,
    text="Where does it stand in the order of values: last, before or after which one?",
    form="clause",
    safe="last",
    hint="`last`, `before x` or `after x`; comparisons and ORDER BY follow this order.",
)


class AddEnumValue(Change):
    """`neighbour` is the value it stands before or after; `side` is empty for the last place."""

    label: ClassVar[str] = "add a value to an enumerated type"
    about: ClassVar[str] = (
        "Add one value to an enumerated type (ALTER TYPE … ADD VALUE). enum is the type's name; value is the new label "
        "as plain text; place is last, `before x` or `after x` with a value that is there. It cannot be removed again."
    )

    kind: Literal["add_enum_value"] = "add_enum_value"
    enum: TableName
    value: str
    side: Literal["", "before", "after"] = ""
    neighbour: str = ""

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (ENUM, VALUE, PLACE)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        enum = enums.of(situation)
        if enum is None:
            return {}
        found: dict[str, str] = {}
        value = situation.text("value")
        if value is not None and (reason := enums.cannot_be_added(enum, enums.plain_text(value))):
            found["value"] = reason
        side, neighbour = _place(situation.text("place") or "last")
        if side is None:
            found["place"] = "say `last`, `before x` or `after x`, where x is a value that is there."
        elif neighbour and neighbour not in enum.labels:
            found["place"] = f"`{enum.name}` has no value `{neighbour}`. It has: {', '.join(enum.labels)}."
        return found

    @classmethod
    def from_situation(cls, situation: Situation) -> "AddEnumValue":
        side, neighbour = _place(situation.need("place"))
        return cls(
            enum=situation.name("enum"),
            value=enums.plain_text(situation.need("value")),
            side=side or "",
            neighbour=neighbour,
        )

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.enum,)

    def counted(self) -> tuple[tuple[TableName, TableName], ...]:
        return ()

    def foresee(self, facts: Facts) -> Facts:
        there = facts.enum(self.enum)
        labels = self._labels(there.labels if there else ())
        return facts.with_enum(EnumType(name=self.enum, labels=labels))

    def _labels(self, before: tuple[str, ...]) -> tuple[str, ...]:
        at = before.index(self.neighbour) + (self.side == "after") if self.side else len(before)
        return (*before[:at], self.value, *before[at:])

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        place = f" {self.side.upper()} {literal(self.neighbour)}" if self.side else ""
        sql = f"ALTER TYPE {self.enum.sql} ADD VALUE {literal(self.value)}{place}"
        step = instant(
            "add_value",
            f"Add value {self.value}",
            "A transaction of its own: before it is committed the server refuses every use of the value. "
            "There is no way back, for PostgreSQL cannot remove a value; one that nobody uses harms nothing.",
            sql,
            limit=situation.lock_limit,
            lock="none",
            final=True,
        )
        return (
            Strategy(
                id="one_statement",
                title="One statement",
                sketch=(sql,),
                pros=("Locks no table and touches no row; it is the type that gets one more value",),
                cons=("It cannot be taken back: without its use the value stays, and harms nothing",),
                downtime="none",
                steps=(step,),
            ),
        )

    def checks(self, situation: Situation) -> tuple[Check, ...]:
        there = situation.facts.enum(self.enum)
        return (enums.has_labels(self.enum, self._labels(there.labels if there else ())),)

    @property
    def title(self) -> str:
        return f"Add value {self.value} to type {self.enum}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        place = f"{self.side} `{self.neighbour}`" if self.side else "last"
        return (("Type", f"`{self.enum}`"), ("Action", f"Add value `{self.value}`"), ("Place", place))

    @property
    def outcome(self) -> str:
        return f"Columns of type {self.enum} take the value {self.value}."

    def impact(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the same for every type
        yield holds("Nothing is removed or renamed; every statement goes on working")
        yield warns(f"Code that knows a fixed list of values may stumble over {self.value} once somebody writes it")

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - as above
        yield holds("Old code goes on; let new code write the value only when every reader knows it")
        yield warns("Rollback: PostgreSQL cannot remove a value; it stays in the type, unused")


def _place(said: str) -> tuple[Literal["", "before", "after"] | None, str]:
    """The side and the neighbour; the side is None where it cannot be read."""
    if said.strip().lower() in {"last", "at the end", "none"}:
        return "", ""
    found = re.fullmatch(r"(?is)\s*(before|after)\s+(.+?)\s*", said)
    if found is None:
        return None, ""
    return ("before" if found[1].lower() == "before" else "after"), enums.plain_text(found[2])
