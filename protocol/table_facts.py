"""Everything that was read about one table."""

from protocol.column_facts import ColumnFacts
from protocol.dependants import Change, Dependant, Kind
from protocol.figure import Figure
from protocol.foreign_key import ForeignKey
from protocol.grant import Grant
from protocol.key import Key
from protocol.names import TableName
from protocol.partitioning import Partition, Partitioning
from protocol.schema import Index, Table
from protocol.value import Value


class TableFacts(Value):
    """`foreseen` when an earlier change of the request altered it.

    `foreign_keys` are its own and those of others that point to it, `grants` those on the table as a whole.
    `inherited` names constraints and indexes that belong to a parent's.
    """

    table: Table
    rows: Figure
    heap_bytes: Figure
    index_bytes: Figure
    writes_per_second: Figure
    sessions: Figure
    key: Key | None = None
    columns: tuple[ColumnFacts, ...] = ()
    dependants: tuple[Dependant, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    grants: tuple[Grant, ...] = ()
    inherited: tuple[str, ...] = ()
    partitioning: Partitioning | None = None
    partition_of: TableName | None = None
    foreseen: bool = False

    @property
    def name(self) -> TableName:
        return self.table.name

    @property
    def is_empty(self) -> bool:
        return self.rows.source == "measured" and self.rows.value == 0

    def column(self, name: str) -> ColumnFacts:
        """What was read about a column; of one that an earlier change brings, nothing more than its name."""
        return next((column for column in self.columns if column.name == name), ColumnFacts(name=name))

    @property
    def outgoing(self) -> tuple[ForeignKey, ...]:
        """The foreign keys of the table."""
        return tuple(key for key in self.foreign_keys if key.child == self.name)

    @property
    def incoming(self) -> tuple[ForeignKey, ...]:
        """The foreign keys that point to it, its own among them where it points to itself."""
        return tuple(key for key in self.foreign_keys if key.parent == self.name)

    @property
    def partitions(self) -> tuple[Partition, ...]:
        """Those of every depth, from the top down."""
        return self.partitioning.tree if self.partitioning else ()

    @property
    def heirs(self) -> tuple[str, ...]:
        """The tables that inherit from it, partitions or not."""
        return tuple(one.name for one in self.dependants if one.kind in ("partition", "inheriting table"))

    def users(self, column: str, *kinds: Kind) -> tuple[str, ...]:
        """The names of what uses the column directly, among these kinds."""
        return tuple(one.name for one in self.dependants if one.kind in kinds and column in one.columns)

    def refusing(self, change: Change, column: str | None = None) -> tuple[Dependant, ...]:
        """What makes the server refuse a change of the table, or of a column, without CASCADE."""
        to_itself = {key.name for key in self.foreign_keys if key.child == key.parent} if column is None else set()
        return tuple(
            one
            for one in self.dependants
            if one.depth == 1
            and getattr(one.fate, change) == "blocks"
            and (column is None or column in one.columns)
            and not (one.kind == "foreign key from elsewhere" and one.name in to_itself)
        )

    def indexes_on(self, column: str) -> tuple[Index, ...]:
        """The indexes that name the column, in their keys or elsewhere, without those of constraints."""
        names = self.users(column, "index")
        return tuple(index for index in self.table.indexes if index.name in names)
