"""Change a column's type: its fields and questions; `change_type_ways` and `change_type_shadow` have the ways."""

import re
from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import TypeAdapter, ValidationError

from protocol.changes import change_type_conflicts, change_type_ways
from protocol.changes.base import Change
from protocol.changes.change_type_conflicts import SERIAL, more_than_a_cast
from protocol.discovery import Group, Option, Question
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.names import Expression, Name, TableName, quoted
from protocol.recipes.conversion import Conversion
from protocol.recipes.copies import keys_of
from protocol.recipes.foreseeing import retyped
from protocol.recipes.shadow import other_triggers, published
from protocol.respelling import respelled
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy
from protocol.type_change import INTEGERS, cannot_fail, casts, depends_on_session

TABLE = Question(id="table", group=Group.KIND, text="Which table is it in?", form="table")
COLUMN = Question(id="column", group=Group.KIND, text="Which column gets another type?", form="column")
TYPE = Question(
    id="type",
    group=Group.KIND,
    text="Which type does it get?",
    form="type",
    options=tuple(Option(value=value, label=value) for value in ("bigint", "text", "timestamptz", "numeric", "jsonb")),
    hint="Any PostgreSQL type, also one of your own.",
)
USING = Question(
    id="using",
    group=Group.HANDLING,
    text="How does an old value become a new one? Say an expression over the row, or none for a plain cast.",
    form="default",
    safe="none",
    hint="Such as c::integer or c AT TIME ZONE 'UTC'.",
)
BACK = Question(
    id="back",
    group=Group.HANDLING,
    text="How does a new value become an old one, should it be rolled back? Say an expression, or none for a cast.",
    form="default",
    safe="none",
    hint="The same column is meant, with its new type.",
)

EXPRESSION: TypeAdapter[str] = TypeAdapter(Expression)


class ChangeType(Change):
    """Give one column another type."""

    label: ClassVar[str] = "change a column's type"
    about: ClassVar[str] = (
        "Give a column of a table another type. using is an SQL expression over the row that makes a new value of an "
        "old one, back one for the other direction; none for a plain cast."
    )

    kind: Literal["change_type"] = "change_type"
    table: TableName
    column: Name
    old_type: str
    type: str
    nullable: bool
    using: Expression | None = None
    back: Expression | None = None

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, COLUMN, TYPE, USING, BACK)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        return change_type_conflicts.conflicts(situation)

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        column, type_, table = situation.column(), situation.text("type"), situation.tables.get("table")
        if column is None or type_ is None or type_.lower() in SERIAL:
            return ()
        using, back = situation.expression("using"), situation.expression("back")
        asked = [Inquiry(question="type", type=type_)]
        if using:
            asked.append(Inquiry(question="using", type=type_, expression=using, table=table, use="using"))
        else:
            itself = '"' + column.name.replace('"', '""') + '"'
            asked.append(Inquiry(question="using", type=type_, expression=itself, table=table))
        spelled = respelled(back, column.name, f"CAST(NULL AS {type_})") if back else None
        if spelled:
            asked.append(Inquiry(question="back", type=column.type, expression=spelled, table=table, use="using"))
        if column.default and not column.generated and _is_expression(column.default):
            asked.append(Inquiry(question="type", type=type_, expression=column.default, use="default"))
        facts = situation.table()
        conditions = () if facts is None else _conditions(facts, column.name, type_)
        asked += [Inquiry(question="type", expression=said, table=table, use="condition") for said in conditions]
        return tuple(asked)

    @classmethod
    def from_situation(cls, situation: Situation) -> "ChangeType":
        column, value = situation.column(), situation.value("type")
        assert column is not None, "understanding has found the column"
        return cls(
            table=situation.name(),
            column=column.name,
            old_type=column.type,
            type=value.type if value else situation.need("type"),
            nullable=column.nullable,
            using=more_than_a_cast(situation, column, value.type if value else ""),
            back=situation.expression("back"),
        )

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        return facts.with_table(retyped(facts.of(self.table), self.column, self.type))

    # --- how values change -------------------------------------------------------------------------------------------

    @property
    def zone(self) -> str | None:
        """The time zone, where the values are said to be of one."""
        column = re.escape(quoted(self.column))
        found = re.fullmatch(rf"\(?\s*{column}\s*\)?\s+at time zone\s+'([^']+)'", _lower(self))
        return None if found is None else found[1]

    @property
    def forward(self) -> Conversion:
        safe = (self.using is None and cannot_fail(self.old_type, self.type)) or self.zone is not None
        return Conversion(
            table=self.table,
            expression=self.using or quoted(self.column),
            type=self.type,
            may_fail=not safe,
            required=not self.nullable,
        )

    @property
    def backward(self) -> Conversion | None:
        """None where nobody said how a value goes back, and no cast does it alike in every session."""
        expression = self._way_back()
        if expression is None:
            return None
        safe = (self.back is None and cannot_fail(self.type, self.old_type)) or self.zone is not None
        return Conversion(
            table=self.table,
            expression=expression,
            type=self.old_type,
            may_fail=not safe,
            required=not self.nullable,
        )

    def _way_back(self) -> str | None:
        if self.back or self.zone is not None:
            return self.back or self.using
        if depends_on_session(self.type, self.old_type):
            return None
        match casts(self.type, self.old_type):
            case "by itself":
                return quoted(self.column)
            case "when told":
                return f"CAST({quoted(self.column)} AS {self.old_type})"
            case _:
                return None

    # --- what to do --------------------------------------------------------------------------------------------------

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return change_type_ways.strategies(self, situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:
        return change_type_ways.checks(self, situation)

    @property
    def title(self) -> str:
        return f"Change the type of {self.column} in {self.table} to {self.type}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        backward = self.backward
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Change the type of `{self.column}`"),
            ("Type", f"`{self.old_type}` becomes `{self.type}`"),
            ("Values", f"`{self.forward.expression}`"),
            ("Back", f"`{backward.expression}`" if backward else "no way is known"),
        )

    @property
    def outcome(self) -> str:
        return f"Column {self.column} of {self.table} is of type {self.type}; it was {self.old_type}."

    def impact(self, situation: Situation) -> Iterator[Point]:
        facts = situation.facts.of(self.table)
        yield warns(
            "Prepared statements that return the column fail once with “cached plan must not change result type”"
        )
        for one in facts.referencing:
            if self.column in one.referenced:
                there = ", ".join(f"{part.name} ({part.type})" for part in one.columns)
                yield warns(
                    f"`{one.table}` points to it with {there}: that stays legal, but its type does not grow along. "
                    "Change it too, as a change of its own"
                )
        sequence = facts.column(self.column).sequence
        if sequence and self.type in INTEGERS:
            yield holds(f"Sequence `{sequence.name}` counts on where it stands, as {self.type}")
        if self.using and self.zone is None and depends_on_session(self.old_type, self.type):
            yield warns(
                f"`{self.using}` may read settings of the session, such as TimeZone or DateStyle: where two sessions "
                "differ in them, so do their values, and the switch is refused"
            )
        yield from published(facts)
        yield from other_triggers(facts, self.column)
        yield warns("Statistics of the column start anew; ANALYZE the table afterwards")

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield warns(f"The application has to read and write `{self.column}` both as {self.old_type} and as {self.type}")
        if self.backward is None:
            yield warns(f"Rollback: how a {self.type} becomes a {self.old_type} is not known, so the switch is final")
        elif self.backward.may_fail:
            yield warns(f"Rollback: possible as long as every value fits {self.old_type} again")


def _lower(change: ChangeType) -> str:
    """The expression with its keywords in small letters; the column and the zone keep theirs."""
    return re.sub(r"(?i)\bat\s+time\s+zone\b", "at time zone", (change.using or "").strip())


def _conditions(facts: TableFacts, column: str, type_: str) -> Iterator[str]:
    """The CHECKs and the predicates of indexes that name the column, as they will have to hold for the other type."""
    checks = (one.definition.removesuffix(" NOT VALID") for one in facts.table.constraints if one.kind == "c")
    bodies = [re.sub(r"^CHECK | NO INHERIT$| NOT ENFORCED$", "", check) for check in checks]
    predicates = [keys_of(index).partition(" WHERE ")[2] for index in facts.table.indexes]
    for text in (*bodies, *predicates):
        spelled = respelled(text, column, f"CAST(NULL AS {type_})")
        if spelled is not None and spelled != text and _is_expression(spelled):
            yield spelled


def _is_expression(text: str) -> bool:
    try:
        EXPRESSION.validate_python(text)
    except ValidationError:
        return False
    return True
