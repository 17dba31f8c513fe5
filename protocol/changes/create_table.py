"""Create a table: by itself, and each foreign key to a live table in a short step of its own (T11)."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import ValidationError

from protocol.changes import create_table_ways
from protocol.changes.base import Change
from protocol.clauses import Unclear
from protocol.discovery import TYPE, Group, Question
from protocol.facts import Facts, Figure, Key, KeyColumn, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.names import TableName, quoted
from protocol.recipes.definition import DefinedColumn, Definition, read
from protocol.schema import Column, Constraint, Table
from protocol.situation import Situation, new_name
from protocol.steps import Check
from protocol.strategy import Strategy

TABLE_NAME = Question(id="table_name", group=Group.KIND, text="What is the new table called?", form="new_table")
DEFINITION = Question(
    id="definition",
    group=Group.HANDLING,
    text="What are its columns and constraints?",
    form="clause",
    hint="What stands between the parentheses of CREATE TABLE: id bigint PRIMARY KEY, name text NOT NULL, …",
)

EMPTY = Figure(value=0, unit="rows", source="measured", how="it is new")
NOTHING = Figure(value=0, unit="bytes", source="measured", how="it is new")


class CreateTable(Change):
    """`columns` are as the server spells their types."""

    label: ClassVar[str] = "create a table"
    about: ClassVar[str] = (
        "Create a new table. table_name may carry a schema; definition is what stands between the parentheses of "
        "CREATE TABLE: columns with types and constraints, and table constraints, separated by commas. No LIKE."
    )

    kind: Literal["create_table"] = "create_table"
    table: TableName
    definition: str
    columns: tuple[Column, ...]

    @classmethod
    def questions(cls) -> tuple[Question, ...]:
        return (TABLE_NAME, DEFINITION)

    @classmethod
    def conflicts(cls, situation: Situation) -> dict[str, str]:
        name, said = _name(situation), situation.text("definition")
        if name is None:
            return {}
        found: dict[str, str] = {}
        if situation.facts.find(name) is not None:
            found["table_name"] = f"there is, or will be by then, a table `{name}`."
        if name.schema_name not in situation.facts.schemas:
            found["table_name"] = f"there is no schema `{name.schema_name}`. Create it first, or say another one."
        reason = _unread(said, name) if said else None
        return found | ({"definition": reason} if reason else {})

    @classmethod
    def inquiries(cls, situation: Situation) -> tuple[Inquiry, ...]:
        name, said = _name(situation), situation.text("definition")
        if name is None:
            return ()
        free = Inquiry(question="table_name", table=name, use="free name")
        if said is None or _unread(said, name):
            return (free,)
        definition = read(said, name)
        parents = dict.fromkeys(key.parent for key in definition.foreign_keys if key.parent != name)
        asked = [
            Inquiry(question="definition", table=p, use="table there") for p in parents if not situation.facts.find(p)
        ]
        return (*(_asked_of(column) for column in definition.columns), free, *asked)

    @classmethod
    def from_situation(cls, situation: Situation) -> "CreateTable":
        name = _name(situation)
        assert name is not None, "it is built once every question has an answer"
        definition = read(situation.need("definition"), name)
        types = [value.type for value in situation.values if value.question == "definition" and value.type]
        columns = tuple(
            Column(name=column.name, type=type_, nullable=column.nullable, default=column.default)
            for column, type_ in zip(definition.columns, types, strict=True)
        )
        return cls(table=name, definition=situation.need("definition"), columns=columns)

    @property
    def parts(self) -> Definition:
        """The definition, cut into its parts."""
        return read(self.definition, self.table)

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return ()

    @property
    def brings(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        definition = self.parts
        types = {column.name: column.type for column in self.columns}
        index = f"{self.table.name}_pkey"
        parts = tuple(KeyColumn(name=name, type=types[name]) for name in definition.key if name in types)
        primary = Constraint(
            name=index,
            kind="p",
            definition=f"PRIMARY KEY ({', '.join(quoted(name) for name in definition.key)})",
            columns=definition.key,
        )
        table = Table(name=self.table, columns=self.columns, constraints=(primary,) if parts else ())
        return facts.with_table(
            TableFacts(
                table=table,
                rows=EMPTY,
                heap_bytes=NOTHING,
                index_bytes=NOTHING,
                writes_per_second=EMPTY,
                sessions=EMPTY,
                key=Key(index=index, columns=parts) if parts else None,
            )
        )

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        return create_table_ways.strategies(self, situation)

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - the change says it all
        return create_table_ways.checks(self)

    @property
    def title(self) -> str:
        return f"Create table {self.table}"

    @property
    def summary(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Table", f"`{self.table}`"),
            ("Action", "Create it"),
            ("Columns", ", ".join(f"`{column.name}` {column.type}" for column in self.columns)),
        )

    @property
    def outcome(self) -> str:
        return f"Table {self.table} is there, and empty."

    def impact(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - it is new to everyone
        yield holds("No statement of the application changes")
        yield warns("Roles of the application have no privilege on it until they are granted")
        for key in self.parts.foreign_keys:
            yield warns(f"A row of {key.parent} that it points to cannot be deleted as before; {key.name} has no index")


def _name(situation: Situation) -> TableName | None:
    said = situation.text("table_name")
    return situation.tables.get("table_name") or (new_name(said) if said else None)


def _unread(said: str, name: TableName) -> str | None:
    """Why a definition cannot be read, as a sentence."""
    try:
        for column in read(said, name).columns:
            TYPE.validate_python(column.type)
            _asked_of(column)
    except Unclear as error:
        return f"{error}."
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ") + "."
    return None


def _asked_of(column: DefinedColumn) -> Inquiry:
    return Inquiry(
        question="definition",
        type=column.type,
        expression=column.default,
        use="default",
        type_question="definition",
    )
