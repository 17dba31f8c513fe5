"""Create a table: by itself, and each foreign key to a live table in a short step of its own (T11)."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import ValidationError

from protocol.changes.base import Change
from protocol.clauses import Unclear
from protocol.discovery import TYPE, Group, Question
from protocol.facts import Facts, Figure, Key, KeyColumn, TableFacts
from protocol.findings import Point, holds, warns
from protocol.inquiry import Inquiry
from protocol.names import TableName, literal, quoted
from protocol.recipes.definition import DefinedColumn, Definition, ForeignKey, read
from protocol.recipes.instant import instant, undo_by
from protocol.recipes.looking import constraint_is_proved, relation_is_there
from protocol.schema import Column, Constraint, Table
from protocol.situation import Situation, new_name
from protocol.steps import Check, Statements
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
    def _read(self) -> Definition:
        return read(self.definition, self.table)

    @property
    def subjects(self) -> tuple[TableName, ...]:
        return ()

    @property
    def brings(self) -> tuple[TableName, ...]:
        return (self.table,)

    def foresee(self, facts: Facts) -> Facts:
        definition = self._read
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
        definition, limit = self._read, situation.lock_limit
        create = f"CREATE TABLE {self.table.sql} ({', '.join(definition.elements)})"
        first = instant(
            "create_table",
            f"Create table {self.table}",
            "Nobody knows it yet, so nobody waits."
            + (
                " Its foreign keys follow one by one, for each locks the table it points to."
                if definition.foreign_keys
                else ""
            ),
            create,
            limit=limit,
            lock="none",
            undo=undo_by("create_table", f"DROP TABLE {self.table.sql}", costs="What was written to it is gone."),
        )
        keys = tuple(self._points_to(number, key, limit) for number, key in enumerate(definition.foreign_keys, start=1))
        return (
            Strategy(
                id="one_by_one" if keys else "one_statement",
                title="The table, then its foreign keys one by one" if keys else "One statement",
                sketch=(create, *(line for step in keys for line in step.sql)),
                pros=(
                    "Touches nothing that is there" if not keys else "Locks one live table at a time, for an instant",
                ),
                cons=tuple(f"Writers of {key.parent} wait for an instant" for key in definition.foreign_keys),
                downtime="none",
                steps=(first, *keys),
            ),
        )

    def _points_to(self, number: int, key: ForeignKey, limit: int) -> Statements:
        named = f"{self.table.sql} DROP CONSTRAINT {quoted(key.name)}"
        return instant(
            f"foreign_key_{number}",
            f"Point {key.name} to {key.parent}",
            f"SHARE ROW EXCLUSIVE on {key.parent}: readers go on, writers wait. The new table is empty, so there is "
            "nothing to check.",
            f"ALTER TABLE {self.table.sql} ADD CONSTRAINT {quoted(key.name)} {key.clause}",
            limit=limit,
            lock="SHARE ROW EXCLUSIVE",
            undo=undo_by(f"foreign_key_{number}", f"ALTER TABLE {named}"),
        )

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - the change says it all
        wanted = ", ".join(literal(f"{column.name} {column.type}") for column in self.columns)
        columns = Check(
            id="columns",
            title="It has its columns with their types",
            kind="catalog",
            sql="SELECT (array_agg(attname || ' ' || format_type(atttypid, atttypmod)) "
            f"@> ARRAY[{wanted}]::text[])::text FROM pg_attribute "
            f"WHERE attrelid = to_regclass({literal(self.table.sql)}) AND NOT attisdropped",
            expected="true",
        )
        keys = tuple(
            constraint_is_proved(self.table, key.name).model_copy(update={"id": f"foreign_key_{number}"})
            for number, key in enumerate(self._read.foreign_keys, start=1)
        )
        return (relation_is_there(self.table), columns, *keys)

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
        for key in self._read.foreign_keys:
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
