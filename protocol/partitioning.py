"""How a table is cut into partitions, and what stands on them."""

from typing import Literal

from protocol.names import TableName
from protocol.value import Value


class Partition(Value):
    """A partition at any depth; `parent` is the partitioned table right above it.

    `bounds` are as ATTACH PARTITION takes them; `condition` is the server's own word of which rows belong in it.
    """

    name: TableName
    parent: TableName
    kind: Literal["table", "partitioned table", "foreign table"] = "table"
    depth: int = 1
    bounds: str = ""
    condition: str | None = None

    @property
    def is_default(self) -> bool:
        return self.bounds == "DEFAULT"


class PartitionIndex(Value):
    """The part of a partitioned index that stands on one partition; `of` is the name of the whole on the root."""

    of: str
    name: TableName
    table: TableName


class Partitioning(Value):
    """`keys` are columns or expressions as SQL, `columns` the plain columns that they use.

    `tree` lists the partitions of every depth from the top down; `key_columns` are the columns of the keys of all
    depths, which a unique index has to hold, with an empty name for an expression.
    """

    by: Literal["range", "list", "hash"]
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    key_columns: tuple[str, ...] = ()
    tree: tuple[Partition, ...] = ()
    indexes: tuple[PartitionIndex, ...] = ()

    @property
    def partitions(self) -> tuple[Partition, ...]:
        """Those right below the table."""
        return tuple(part for part in self.tree if part.depth == 1)

    @property
    def default(self) -> Partition | None:
        return next((part for part in self.partitions if part.is_default), None)

    def partition(self, name: TableName) -> Partition | None:
        return next((part for part in self.partitions if part.name == name), None)

    def with_partition(self, part: Partition) -> "Partitioning":
        return self.model_copy(update={"tree": (*self.tree, part)})

    def without(self, name: TableName) -> "Partitioning":
        """Without a partition and what is below it."""
        gone = {name}
        for part in self.tree:
            gone |= {part.name} if part.parent in gone else set()
        return self.model_copy(update={"tree": tuple(part for part in self.tree if part.name not in gone)})
