"""What happens to an index."""

from typing import Literal

from protocol.value import Value
from tools.lint.actions.base import Action, Relation


class IndexKey(Value):
    """One key of an index: a column, or else the text of an expression."""

    column: str = ""
    expression: str = ""
    descending: bool = False
    collation: str = ""
    operator_class: str = ""


class CreateIndex(Action):
    """`only` leaves a partitioned table's partitions out; `where` is the text of a partial index's condition."""

    table: Relation
    name: str = ""
    concurrently: bool = False
    if_not_exists: bool = False
    unique: bool = False
    only: bool = False
    method: str = "btree"
    keys: tuple[IndexKey, ...] = ()
    include: tuple[str, ...] = ()
    where: str | None = None
    nulls_not_distinct: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys that are plain columns."""
        return tuple(key.column for key in self.keys if key.column)


class DropIndex(Action):
    index: Relation
    concurrently: bool = False
    if_exists: bool = False
    cascade: bool = False


class RenameIndex(Action):
    index: Relation
    to: str


class AttachIndex(Action):
    index: Relation
    partition: Relation


class Reindex(Action):
    """`relation` is the index or the table; `name` the schema or the database, empty for the current one."""

    kind: Literal["index", "table", "schema", "database", "system"]
    relation: Relation | None = None
    name: str = ""
    concurrently: bool = False
