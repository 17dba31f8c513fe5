"""What stands on a table and on its columns, who may use it, and how it is partitioned."""

from typing import Literal

from protocol.names import TableName
from protocol.value import Value


class Standing(Value):
    """Something that uses a column, or with an empty `column` the table or its row type.

    `goes_along` means that the server drops it silently with what it stands on; otherwise it refuses the drop (measured
    on PostgreSQL 15, 16 and 18: `pg_depend.deptype` a or i against n).
    `definition` is the server's own text of an index or of a statistics object, which can bring it back.
    """

    column: str
    kind: str
    name: str
    goes_along: bool
    definition: str = ""


class Grant(Value):
    """A privilege on the table, or on one column of it; `grantee` is empty for PUBLIC."""

    privilege: str
    grantee: str
    grantable: bool
    column: str = ""


class ColumnTraits(Value):
    """`collation` is written as SQL, None where it is the type's own; `inherited` from a parent table.

    `settings` are what ALTER COLUMN was told of storage, compression and statistics, as it takes them.
    """

    name: str
    collation: str | None = None
    inherited: bool = False
    settings: tuple[str, ...] = ()


class Partition(Value):
    """`bounds` as ATTACH PARTITION takes them; `condition` is the server's own word of which rows belong in it."""

    name: TableName
    bounds: str
    condition: str | None = None

    @property
    def is_default(self) -> bool:
        return self.bounds == "DEFAULT"


class Partitioning(Value):
    """How a partitioned table is cut; `keys` are columns or expressions as SQL, `columns` the plain columns used."""

    by: Literal["range", "list", "hash"]
    oid: int
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    partitions: tuple[Partition, ...] = ()

    @property
    def default(self) -> Partition | None:
        return next((part for part in self.partitions if part.is_default), None)

    def partition(self, name: TableName) -> Partition | None:
        return next((part for part in self.partitions if part.name == name), None)
