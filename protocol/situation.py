"""What a change is planned in: the answers to its questions, what was read, and what the server said of values."""

import re

from pydantic import Field

from protocol.discovery import Sheet, name_list
from protocol.errors import BadAnswer
from protocol.facts import Facts, TableFacts, ValueFacts
from protocol.names import TableName
from protocol.pasted import Pasted
from protocol.schema import Column
from protocol.value import Value

DEFAULT_LOCK_LIMIT_MS = 100


class Situation(Value):
    """`sheet` holds this change's answers under plain ids; `tables` maps a question to the name it resolved to."""

    sheet: Sheet
    facts: Facts
    tables: dict[str, TableName] = Field(default_factory=dict)
    values: tuple[ValueFacts, ...] = ()
    pasted: tuple[Pasted, ...] = ()

    @property
    def lock_limit(self) -> int:
        """Milliseconds that a step may wait for its lock."""
        return int(self.sheet.text("lock_limit") or DEFAULT_LOCK_LIMIT_MS)

    @property
    def no_downtime(self) -> bool:
        return self.sheet.text("downtime") == "none"

    @property
    def is_development(self) -> bool:
        return self.sheet.text("environment") == "development"

    @property
    def major(self) -> int:
        return self.facts.target.major

    def text(self, question: str) -> str | None:
        return self.sheet.text(question)

    def need(self, question: str) -> str:
        """The answer to a question that cannot be open any more; raise BadAnswer."""
        said = self.sheet.text(question)
        if said is None:
            raise BadAnswer(f"An answer is needed for {question}. Nothing was changed.")
        return said

    def yes(self, question: str) -> bool | None:
        return self.sheet.yes(question)

    def expression(self, question: str) -> str | None:
        return self.sheet.expression(question)

    def list(self, question: str) -> tuple[str, ...]:
        """The names that a list answers with; none where it is open or `none`."""
        said = self.sheet.expression(question)
        return () if said is None else name_list(said)

    def table(self, question: str = "table") -> TableFacts | None:
        """What was read about the table that answers a question; None while it is not known."""
        name = self.tables.get(question)
        return None if name is None else self.facts.find(name)

    def name(self, question: str = "table") -> TableName:
        """The name of the table or type that answers a question; raise BadAnswer while it is not known."""
        if question not in self.tables:
            raise BadAnswer(f"An answer is needed for {question}. Nothing was changed.")
        return self.tables[question]

    def new_name(self, question: str, schema_of: TableName | None = None) -> TableName:
        """A name that is to be made: in the schema that is said, else in that of `schema_of`, else in public."""
        return new_name(self.need(question), schema_of)

    def column(self, question: str = "column", table: str = "table") -> Column | None:
        """The existing column that answers a question, also when it was written in another case."""
        facts, said = self.table(table), self.sheet.text(question)
        return None if facts is None or said is None else find_column(facts, said)

    def columns(self, question: str = "columns", table: str = "table") -> tuple[str, ...]:
        """The names of existing columns that answer a question, as the catalogue spells them."""
        facts = self.table(table)
        found = [find_column(facts, said) if facts else None for said in self.list(question)]
        return tuple(column.name for column in found if column is not None)

    def value(self, question: str) -> ValueFacts | None:
        """What the server said of the type or expression that answers a question."""
        return next((value for value in self.values if value.question == question), None)


def new_name(said: str, schema_of: TableName | None = None) -> TableName:
    """Read `schema.name`, or a bare name, which is put beside `schema_of`."""
    parts = re.findall(r'"((?:[^"]|"")+)"|([^".]+)', said.strip())
    names = [(quoted or bare).replace('""', '"').strip() for quoted, bare in parts]
    if len(names) > 1:
        return TableName(schema_name=names[-2], name=names[-1])
    return TableName(schema_name=schema_of.schema_name if schema_of else "public", name=names[-1] if names else said)


def find_column(facts: TableFacts, said: str) -> Column | None:
    """The column of that name, or the only one that differs by case."""
    exact = facts.table.column(said)
    if exact is not None:
        return exact
    folded = [column for column in facts.table.columns if column.name.lower() == said.lower()]
    return folded[0] if len(folded) == 1 else None
