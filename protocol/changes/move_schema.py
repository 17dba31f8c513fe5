"""Move a table into another schema, with a view at the old place until no code asks for it there (R13)."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from protocol import rates
from protocol.changes.base import Change
from protocol.discovery import Group, Question
from protocol.facts import Facts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.names import Name, TableName, quoted
from protocol.recipes import stand_in
from protocol.recipes.looking import relation_is_gone, relation_is_there
from protocol.situation import Situation
from protocol.steps import Check, Statements, Undo
from protocol.strategy import Strategy

TABLE = Question(id="table", group=Group.KIND, text="Which table is moved?", form="table")
SCHEMA = Question(
    id="schema",
    group=Group.KIND,
    text="Into which schema?",
    form="name",
    hint="One that is not there yet is created.",
)

RESERVED = ("information_schema", "whimbrel")


class MoveSchema(Change):
    """The table keeps its name."""

    label: ClassVar[str] = "move a table to another schema"
    about: ClassVar[str] = (
        "Move a table into another schema under the same name. schema is the schema's name; it is created where it is "
        "missing. A view at the old place serves old code until it is dropped."
    )

    kind: Literal["move_schema"] = "move_schema"
    table: TableName
    schema_name: Name

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE, SCHEMA)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        facts, schema_name = situation.table(), situation.text("schema")
        if facts is None or schema_name is None:
            return {}
        if schema_name == facts.name.schema_name:
            return {"schema": f"`{facts.name}` is in schema `{schema_name}` already."}
        if schema_name in RESERVED or schema_name.startswith("pg_"):
            return {"schema": f"`{schema_name}` is not a schema for tables of the application; say another one."}
        if situation.facts.find(TableName(schema_name=schema_name, name=facts.name.name)) is not None:
            return {"schema": f"`{schema_name}` has, or will have by then, a table `{facts.name.name}`."}
        return {}

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        table, schema_name = situation.tables.get("table"), situation.text("schema")
        if table is None or schema_name is None or schema_name == table.schema_name:
            return ()
        there = TableName(schema_name=schema_name, name=table.name)
        return (Inquiry(question="schema", table=there, use="free name"),)

    @classmethod
    def from_situation(cls, situation: Situation) -> "MoveSchema":
        return cls(table=situation.name(), schema_name=situation.need("schema"))

    @property
    def new(self) -> TableName:
        return TableName(schema_name=self.schema_name, name=self.table.name)

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return (self.table,)

    @property
    def brings(self) -> tuple[TableName, ...]:
        return (self.new,)

    def counted(self) -> tuple[tuple[TableName, TableName], ...]:
        return ((self.table, self.new),)

    def foresee(self, facts: Facts) -> Facts:
        schemas = tuple(dict.fromkeys((*facts.schemas, self.schema_name)))
        moved = stand_in.renamed(facts.of(self.table), self.new)
        return facts.with_table(moved, instead_of=self.table).model_copy(update={"schemas": schemas})

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return stand_in.ways(
            situation,
            self.table,
            self.new,
            there=f"ALTER TABLE {self.table.sql} SET SCHEMA {quoted(self.schema_name)}",
            back=f"ALTER TABLE {self.new.sql} SET SCHEMA {quoted(self.table.schema_name)}",
            first=() if self.schema_name in situation.facts.schemas else (self._create_schema(situation),),
        )

    def _create_schema(self, situation: Situation) -> Statements:
        grantees = dict.fromkeys(grant.grantee for grant in situation.facts.of(self.table).grants)
        named = [quoted(grantee) if grantee else "PUBLIC" for grantee in grantees]
        return Statements(
            id="create_schema",
            title=f"Create schema {self.schema_name}",
            why="It is not there yet. Whoever has a right on the table may look into it.",
            lock="none",
            held=rates.NO_LOCK,
            duration=rates.INSTANT,
            sql=(
                f"CREATE SCHEMA IF NOT EXISTS {quoted(self.schema_name)}",
                *(f"GRANT USAGE ON SCHEMA {quoted(self.schema_name)} TO {name}" for name in named),
            ),
            lock_timeout_ms=situation.lock_limit,
            undo=Undo(steps=(), costs=f"Schema {self.schema_name} stays, empty."),
        )

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - the change says it all
        return (relation_is_there(self.new), relation_is_gone(self.table))

    @property
    def title(self) -> str:
        return f"Move table {self.table} to schema {self.schema_name}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (("Table", f"`{self.table}`"), ("Action", f"Move to schema `{self.schema_name}`"))

    @property
    def outcome(self) -> str:
        return f"Table {self.table} is {self.schema_name}.{self.table.name}; nothing is at the old place."

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield from stand_in.impact(situation.table(), self.table)
        yield warns(
            f"A bare `{self.table.name}` finds it only where search_path holds {self.schema_name}; its sequences move "
            f"with it, and roles need USAGE on schema {self.schema_name}"
        )

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - the same for every table
        yield holds("With the view, old and new code run side by side until it is dropped")
        yield holds("Rollback: the table moves back, as instantly")
