"""What was read from the database, each number with where it comes from."""

from typing import Literal

from protocol.dependants import Dependant
from protocol.errors import Refused
from protocol.names import TableName
from protocol.schema import Constraint, EnumType, Snapshot, Table
from protocol.standing import ColumnTraits, Grant, Partitioning, Standing
from protocol.value import Value

Environment = Literal["production", "staging", "development"]


class Figure(Value):
    """A number that carries its source; `how` says what was measured, or what the estimate rests on."""

    value: float | None
    unit: str = ""
    source: Literal["measured", "estimated", "unknown"]
    how: str

    @classmethod
    def unknown(cls, how: str) -> "Figure":
        return cls(value=None, source="unknown", how=how)

    def __str__(self) -> str:
        if self.value is None:
            return f"unknown ({self.how})"
        about = "about " if self.source == "estimated" else ""
        return f"{about}{spoken(self.value, self.unit)} ({self.source}: {self.how})"

    @property
    def short(self) -> str:
        if self.value is None:
            return "unknown"
        return ("~" if self.source == "estimated" else "") + spoken(self.value, self.unit)


def spoken(value: float, unit: str) -> str:
    """Write a number with its unit for a reader; units are rows, bytes, seconds, milliseconds or free words."""
    if unit == "bytes":
        for name in ("bytes", "kB", "MB", "GB", "TB"):
            if abs(value) < 1024 or name == "TB":
                return f"{value:.0f} {name}" if name == "bytes" or value >= 100 else f"{value:.1f} {name}"
            value /= 1024
    if unit == "seconds":
        if value < 1:
            return f"{value * 1000:.0f} ms"
        if value < 120:
            return f"{value:.0f} s"
        return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"
    number = f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.1f}"
    return f"{number} {unit}".strip()


class Target(Value):
    """Which database, under which role; never a password, never a connection string."""

    alias: str
    database: str
    system_identifier: str
    role: str
    version_num: int
    version: str

    @property
    def identity(self) -> str:
        """What an approval is bound to: this cluster, this database, this major version."""
        return f"{self.system_identifier}/{self.database}/{self.major}"

    @property
    def major(self) -> int:
        return self.version_num // 10000


class Rights(Value):
    """What the role may do here; `owns` is false when it does not own one of the tables."""

    owns: bool
    can_create_schema: bool
    read_only: bool
    in_recovery: bool

    @property
    def obstacles(self) -> tuple[str, ...]:
        """Sentences, empty when nothing stands in the way."""
        reasons = {
            "the server is a standby that only replays": self.in_recovery,
            "the role's transactions are read-only (default_transaction_read_only)": self.read_only,
            "the role does not own the table": not self.owns,
            "the role may not create schema `whimbrel`, where checkpoints are kept": not self.can_create_schema,
        }
        return tuple(reason for reason, holds in reasons.items() if holds)


class KeyColumn(Value):
    name: str
    type: str


class Key(Value):
    """A unique, not-null key that batches can walk along."""

    index: str
    columns: tuple[KeyColumn, ...]


class Partition(Value):
    """A partition at any depth; `parent` is the partitioned table right above it."""

    name: TableName
    parent: TableName
    kind: Literal["table", "partitioned table", "foreign table"] = "table"


class PartitionIndex(Value):
    """The part of a partitioned index that stands on one partition; `of` is the name of the whole on the root."""

    of: str
    name: TableName
    table: TableName


class ForeignKey(Value):
    """`index` is the unique index of the parent that it rests on."""

    name: str
    child: TableName
    parent: TableName
    index: str


class Sequence(Value):
    """The sequence behind a serial or identity column; `options` is how it counts, as CREATE SEQUENCE says it."""

    name: TableName
    type: str
    options: str


class ColumnGrant(Value):
    """A privilege on a column of its own; `role` is written for SQL, as PUBLIC is."""

    privilege: str
    role: str
    grantable: bool


class ColumnUser(Value):
    """Something that stands on a column."""

    kind: str
    name: str


class ColumnFacts(Value):
    """What the structure does not say of a column; `users` are what would break, or go with it, when it changes.

    `collation` is set where it is not the type's own, and written for SQL.
    """

    name: str
    collation: str = ""
    comment: str | None = None
    grants: tuple[ColumnGrant, ...] = ()
    inherited: bool = False
    sequence: Sequence | None = None
    users: tuple[ColumnUser, ...] = ()

    def used_by(self, *kinds: str) -> tuple[str, ...]:
        """The names of the users of these kinds."""
        return tuple(user.name for user in self.users if user.kind in kinds)


class Referencing(Value):
    """A foreign key of another table (or of the table itself) that points to `referenced` columns of this one."""

    table: TableName
    constraint: Constraint
    columns: tuple[KeyColumn, ...]
    referenced: tuple[str, ...]


class Activity(Value):
    """What the server was doing when it was read."""

    longest_transaction: Figure
    replicas: Figure


class TableFacts(Value):
    """Everything the database said about one table; `foreseen` when an earlier change of the request altered it.

    `partitions` are listed from the top down; `partition_columns` are those of all levels, empty for an expression.
    `foreign_keys` are its own and those of others that point to it.
    `inherited` names constraints and indexes that belong to a parent's.
    """

    table: Table
    rows: Figure
    heap_bytes: Figure
    index_bytes: Figure
    writes_per_second: Figure
    sessions: Figure
    key: Key | None = None
    dependants: tuple[Dependant, ...] = ()
    partitions: tuple[Partition, ...] = ()
    partition_columns: tuple[str, ...] = ()
    partition_indexes: tuple[PartitionIndex, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    inherited: tuple[str, ...] = ()
    standing: tuple[Standing, ...] = ()
    grants: tuple[Grant, ...] = ()
    traits: tuple[ColumnTraits, ...] = ()
    partitioning: Partitioning | None = None
    partition_of: TableName | None = None
    columns: tuple[ColumnFacts, ...] = ()
    referencing: tuple[Referencing, ...] = ()
    foreseen: bool = False

    @property
    def name(self) -> TableName:
        return self.table.name

    def column(self, name: str) -> ColumnFacts:
        """What was read about a column; of one that an earlier change brings, nothing more than its name."""
        return next((column for column in self.columns if column.name == name), ColumnFacts(name=name))

    @property
    def is_empty(self) -> bool:
        return self.rows.source == "measured" and self.rows.value == 0


class Facts(Value):
    """Everything the database said about the tables and types of a request, and its surroundings.

    `kept` are the relations in schema `whimbrel`: earlier runs keep there what they took away.
    """

    target: Target
    tables: tuple[TableFacts, ...] = ()
    enums: tuple[EnumType, ...] = ()
    database_bytes: Figure
    rights: Rights
    activity: Activity
    schemas: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def main(self) -> TableFacts | None:
        """The table that screens speak of: the first one."""
        return self.tables[0] if self.tables else None

    @property
    def names(self) -> tuple[TableName, ...]:
        return tuple(facts.name for facts in self.tables)

    def find(self, name: TableName) -> TableFacts | None:
        return next((facts for facts in self.tables if facts.name == name), None)

    def of(self, name: TableName) -> TableFacts:
        """What was read about a table; raise Refused when it was not."""
        found = self.find(name)
        if found is None:
            raise Refused(f"Table `{name}` was not read. Nothing was changed.")
        return found

    def enum(self, name: TableName) -> EnumType | None:
        return next((enum for enum in self.enums if enum.name == name), None)

    def with_table(self, facts: TableFacts, instead_of: TableName | None = None) -> "Facts":
        """The same with a table as it will be; `instead_of` is the name it has until then."""
        gone = instead_of or facts.name
        foreseen = facts.model_copy(update={"foreseen": True})
        if self.find(gone) is None:
            return self.model_copy(update={"tables": (*self.tables, foreseen)})
        return self.model_copy(
            update={"tables": tuple(foreseen if there.name == gone else there for there in self.tables)}
        )

    def without_table(self, name: TableName) -> "Facts":
        return self.model_copy(update={"tables": tuple(there for there in self.tables if there.name != name)})

    def keeping(self, name: TableName) -> "Facts":
        """The same where a relation of that name stands in schema `whimbrel`."""
        return self.model_copy(update={"kept": (*self.kept, name.name)})

    def with_enum(self, enum: EnumType) -> "Facts":
        others = tuple(there for there in self.enums if there.name != enum.name)
        return self.model_copy(update={"enums": (*others, enum)})

    def snapshot(self, watched: tuple[TableName, ...]) -> Snapshot:
        """The structure a plan relies on; a watched name that was not read is not there yet."""
        tables = {facts.name: facts.table for facts in self.tables}
        enums = {enum.name: enum for enum in self.enums}
        return Snapshot(
            tables=tuple((name, tables.get(name)) for name in watched),
            enums=tuple(enums[name] for name in watched if name in enums),
        )


class ValueFacts(Value):
    """What the server says of a column's type and of the expression that fills it, as the answer to `question`.

    `type` is the server's own spelling. `volatility` is the strongest `pg_proc.provolatile` of the functions used.
    """

    question: str = ""
    type: str
    constrained_domain: bool = False
    expression: str | None = None
    volatility: Literal["immutable", "stable", "volatile"] = "immutable"
