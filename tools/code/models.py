"""What a mapper's model says: which class stands for the table, and which attribute for each column."""

from collections.abc import Sequence
from typing import NamedTuple

from protocol.names import TableName
from tools.code.words import camel, pascal, snake, tails


class Field(NamedTuple):
    attribute: str
    column: str
    line: int


class Model(NamedTuple):
    """`name` is the class, `note` the kind of model, such as `Django model`."""

    name: str
    table: str
    line: int
    note: str
    fields: tuple[Field, ...]

    @property
    def field_note(self) -> str:
        """Rails models name no column but those they ignore."""
        return "Rails ignored_columns" if self.note == "Rails model" else f"{self.note} field"

    def is_of(self, table: TableName) -> bool:
        schema, _, name = self.table.rpartition(".")
        return name == table.name and schema in ("", table.schema_name)


class Known(NamedTuple):
    """How code may speak of one table: classes that stand for it, and the attribute names of each column.

    `classes` come from models that were read, `guesses` from the table's name alone.
    """

    table: TableName
    columns: tuple[str, ...]
    classes: frozenset[str]
    guesses: frozenset[str]
    attributes: dict[str, str]

    @property
    def context(self) -> frozenset[str]:
        """Words whose presence makes a file one that handles the table."""
        return frozenset({self.table.name}) | self.classes | self.guesses

    def handles(self, receiver: str) -> bool:
        """Tell whether a variable of that name is likely to hold a row of the table: `user`, `currentUser`."""
        return any(pascal(tail) in self.classes | self.guesses for tail in tails(snake(receiver)))


def attribute_names(columns: Sequence[str], models: Sequence[Model]) -> dict[str, str]:
    """Return attribute → column: as the models say, and as languages spell the column's name."""
    spelled = {form: column for column in columns for form in (column, camel(column), pascal(column))}
    told = {field.attribute: field.column for model in models for field in model.fields if field.column in columns}
    return spelled | told
