"""Add an EXCLUDE constraint."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol.changes.base import Change
from protocol.discovery import Group, Option, Question
from protocol.errors import BadAnswer
from protocol.facts import Facts, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry, Trial
from protocol.names import Expression, Name, TableName, quoted
from protocol.recipes import constraint
from protocol.recipes.foreseen import with_constraint
from protocol.recipes.index_keys import KeyPart, parse_elements
from protocol.recipes.instant import undo_by
from protocol.recipes.looking import constraint_is_proved, index_is_valid, no_leftovers
from protocol.recipes.naming import name_or_auto, taken
from protocol.recipes.ways import plain_way
from protocol.schema import Constraint
from protocol.situation import Situation
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table is it?", form="table")
ELEMENTS = Question(
    id="elements",
    group=Group.KIND,
    text="Which two rows may not be there together?",
    form="clause",
    hint="Columns or expressions, each with an operator that must not be true of two rows for all of them: "
    "`room WITH =, during WITH &&`.",
)
METHOD = Question(
    id="method",
    group=Group.KIND,
    text="By which index method?",
    form="choice",
    options=tuple(Option(value=value, label=value) for value in ("gist", "spgist", "btree", "hash")),
    recommended="gist",
    safe="gist",
)
WHERE = Question(id="where", group=Group.KIND, text="Only rows of which condition?", form="default", safe="none")
NAME = Question(id="constraint_name", group=Group.KIND, text="What is it called?", form="name", safe="auto")

COPY = "whimbrel_copy"
PARTITIONED = 17
"""First major version that takes an exclusion constraint on a partitioned table (release notes of 17)."""


class Element(KeyPart):
    """A key with the operator that excludes."""

    operator: str

    @property
    def sql(self) -> str:
        return f"{super().sql} WITH {self.operator}"


class AddExclusion(Change):
    """Add one EXCLUDE constraint; there is no way to do that online (R11)."""

    label: ClassVar[str] = "add an exclusion constraint"
    about: ClassVar[str] = (
        "Forbid that two rows overlap (EXCLUDE). elements are columns or expressions, each WITH an operator, such as "
        "`room WITH =, during WITH &&`; method is mostly gist; where is a condition or none. It needs a maintenance "
        "window unless the table is empty."
    )

    kind: Literal["add_exclusion"] = "add_exclusion"
    table: TableName
    elements: tuple[Element, ...]
    method: Literal["gist", "spgist", "btree", "hash"] = "gist"
    where: Expression | None = None
    constraint_name: Name

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, ELEMENTS, METHOD, WHERE, NAME)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, said = situation.table(), situation.text("elements")
        if facts is None or said is None:
            return {}
        try:
            elements = _elements(said, facts)
        except BadAnswer as error:
            question, _, reason = error.message.partition(": ")
            return {question: reason}
        reason = taken(situation.text("constraint_name"), facts)
        found = {"constraint_name": reason} if reason else {}
        reason = _partitioned(facts, elements, situation.major)
        return found | ({"table": reason} if reason else {})

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        where, table = situation.expression("where"), situation.tables.get("table")
        if where is None or table is None:
            return ()
        return (Inquiry(question="where", expression=where, table=table, use="condition"),)

    @classmethod
    def trials(cls, situation: Situation) -> tuple[Trial, ...]:
        if situation.table() is None or situation.text("elements") is None:
            return ()
        change = cls.from_situation(situation)
        whole = change.model_copy(update={"where": None})
        alter = f"ALTER TABLE pg_temp.{quoted(COPY)} ADD"
        name = TableName(schema_name=change.table.schema_name, name=change.constraint_name)
        return (
            Trial(
                copies=((COPY, change.table),),
                tries=(("elements", f"{alter} {whole.definition}"), ("where", f"{alter} {change.definition}")),
                free=(("constraint_name", name),),
                method=change.method,
            ),
        )

    @classmethod
    def from_situation(cls, situation: Situation) -> "AddExclusion":
        facts = situation.facts.of(situation.name())
        elements = _elements(situation.need("elements"), facts)
        words = [element.word for element in elements]
        return cls.model_validate(
            {
                "table": facts.name,
                "elements": elements,
                "method": situation.text("method") or "gist",
                "where": situation.expression("where"),
                "constraint_name": name_or_auto(situation.text("constraint_name"), facts, words, "excl"),
            }
        )

    @property
    def definition(self) -> str:
        elements = ", ".join(element.sql for element in self.elements)
        return f"EXCLUDE USING {self.method} ({elements})" + (f" WHERE ({self.where})" if self.where else "")

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        columns = tuple(element.column for element in self.elements if element.column)
        added = Constraint(name=self.constraint_name, kind="x", definition=self.definition, columns=columns)
        return with_constraint(facts, self.table, added)

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        facts = situation.facts.of(self.table)
        name = quoted(self.constraint_name)
        way = plain_way(
            situation,
            facts,
            id_="one_statement",
            step="add_exclusion",
            title=f"Add exclusion constraint {self.constraint_name}",
            why="PostgreSQL has neither NOT VALID nor USING INDEX for it: the index is built under ACCESS EXCLUSIVE.",
            sql=(f"ALTER TABLE {self.table.sql} ADD CONSTRAINT {name} {self.definition}",),
            lock="ACCESS EXCLUSIVE",
            takes=constraint.estimated_build(facts.rows),
            undo=undo_by(
                "add_exclusion",
                constraint.drop_sql(self.table, self.constraint_name),
                costs="The index goes with it; building it again locks the table again.",
            ),
            waits=f"there is no online way to add it: reads and writes of `{self.table}` wait",
        )
        return (way,)

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - nothing depends on it
        return (
            constraint_is_proved(self.table, self.constraint_name),
            index_is_valid(TableName(schema_name=self.table.schema_name, name=self.constraint_name)),
            no_leftovers(self.table),
        )

    @property
    def title(self) -> str:
        return f"Add exclusion constraint {self.constraint_name} to {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", f"Add exclusion constraint `{self.constraint_name}`"),
            ("Definition", f"`{self.definition}`"),
        )

    @property
    def outcome(self) -> str:
        return f"No two rows of {self.table} collide by {', '.join(element.sql for element in self.elements)}."

    def impact(self, situation: Situation) -> Iterator[Point]:
        if not situation.facts.of(self.table).is_empty:
            yield warns(f"Every read and write of `{self.table}` waits while the index is built")
            yield warns("Rows that collide now make it fail as a whole, and leave nothing behind")
        yield warns("INSERTs and UPDATEs that collide with another row fail from then on")

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the change says it all
        yield warns("Code that may write colliding rows has to be ready for the error before this runs")
        yield holds("Rollback: constraint and index are dropped in an instant")


def _elements(said: str, facts: TableFacts) -> tuple[Element, ...]:
    return tuple(
        Element(**part.model_dump(), operator=operator) for part, operator in parse_elements("elements", said, facts)
    )


def _partitioned(facts: TableFacts, elements: tuple[Element, ...], major: int) -> str:
    if facts.table.kind != "partitioned table":
        return ""
    if major < PARTITIONED:
        return f"before PostgreSQL {PARTITIONED} a partitioned table takes none; add it to each partition instead."
    equal = {element.column for element in elements if element.operator == "="}
    missing = [column or "its expression" for column in facts.partition_columns if column not in equal]
    return f"on a partitioned table it has to hold the partition key WITH =: {', '.join(missing)}." if missing else ""
