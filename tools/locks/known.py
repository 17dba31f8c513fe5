"""What is known of the tables that a statement touches; all of it may be missing."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from protocol.value import Value
from tools.lint.actions import AddConstraint, Relation
from tools.locks.effect import same

Kind = Literal["table", "partitioned table", "foreign table", "materialized view", "unknown"]


class KnownColumn(Value):
    """`type` as SQL writes it; `nullable` is false only where no row can hold NULL."""

    name: str
    type: str
    nullable: bool = True
    collation: str = ""


class KnownIndex(Value):
    """`columns` are its plain keys; `uses` all columns it depends on, those of its expressions and condition too.

    `constraint` says that it belongs to a constraint of its name.
    """

    name: str
    columns: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    unique: bool = False
    constraint: bool = False

    @property
    def computed(self) -> tuple[str, ...]:
        """The columns that it uses in an expression or a condition."""
        return tuple(column for column in self.uses if column not in self.columns)


class KnownView(Value):
    """`columns` are the names its query uses, `*` among them where it takes all."""

    view: Relation
    columns: tuple[str, ...] = ()


class KnownTable(Value):
    """`referenced_by` are foreign keys of other tables; `partitions` and `children` stand one level below.

    `complete` is false where only a part of it is known. `empty` and `logged` are None where that is not known.
    """

    table: Relation
    kind: Kind = "table"
    complete: bool = True
    columns: tuple[KnownColumn, ...] = ()
    indexes: tuple[KnownIndex, ...] = ()
    constraints: tuple[AddConstraint, ...] = ()
    referenced_by: tuple[AddConstraint, ...] = ()
    views: tuple[KnownView, ...] = ()
    partition_by: str = ""
    partition_of: Relation | None = None
    bound: str = ""
    logged: bool | None = None
    partitions: tuple[Relation, ...] = ()
    children: tuple[Relation, ...] = ()
    empty: bool | None = None

    def column(self, name: str) -> KnownColumn | None:
        for column in reversed(self.columns):  # a file speaks most of those it has just added
            if column.name == name:
                return column
        return None

    def constraint(self, name: str) -> AddConstraint | None:
        return next((constraint for constraint in self.constraints if constraint.name == name), None)

    @property
    def foreign_keys(self) -> tuple[AddConstraint, ...]:
        return tuple(constraint for constraint in self.constraints if constraint.kind == "foreign key")

    def with_(self, **changes: Any) -> "KnownTable":
        """Return a copy with some fields changed; they are taken as they are."""
        return self.model_copy(update=changes)


class KnownDomain(Value):
    name: str
    type: str
    constrained: bool


class Known(Value):
    """Tables by their name without schema, indexes by name with their table, domains, and the session's time zone.

    `viewed` are the tables that a view reads, by its name. A table named without a schema is one of `search_path`;
    where that is None, of any schema.
    """

    tables: dict[str, tuple[KnownTable, ...]] = Field(default_factory=dict)
    indexes: dict[str, Relation] = Field(default_factory=dict)
    domains: dict[str, KnownDomain] = Field(default_factory=dict)
    viewed: dict[str, tuple[Relation, ...]] = Field(default_factory=dict)
    timezone: str | None = None
    search_path: str | None = None

    def find(self, relation: Relation) -> KnownTable | None:
        return next((known for known in self.tables.get(relation.name, ()) if self.same(known.table, relation)), None)

    def same(self, one: Relation, other: Relation) -> bool:
        """Tell whether two names stand for one relation."""
        if self.search_path is None:
            return same(one, other)
        path = self.search_path
        return one.name == other.name and (one.schema_name or path) == (other.schema_name or path)

    def find_index(self, index: Relation) -> tuple[KnownTable, KnownIndex] | None:
        owner = self.find(self.indexes[index.name]) if index.name in self.indexes else None
        found = next((each for each in owner.indexes if each.name == index.name), None) if owner else None
        return (owner, found) if owner and found else None

    def below(self, relation: Relation) -> Iterator[Relation]:
        """Yield every partition and every child of a table, at any depth."""
        known = self.find(relation)
        for child in (*known.partitions, *known.children) if known else ():
            yield child
            yield from self.below(child)

    def default_partition(self, table: Relation) -> Relation | None:
        known = self.find(table)
        below = (self.find(partition) for partition in known.partitions) if known else ()
        return next((part.table for part in below if part and part.bound == "DEFAULT"), None)

    def with_table(self, table: KnownTable) -> "Known":
        """Return a copy that knows the table, in place of what it knew of it."""
        before = self.find(table.table)
        others = tuple(each for each in self.tables.get(table.table.name, ()) if not self.same(each.table, table.table))
        indexes = self.indexes
        if before is None or before.indexes is not table.indexes:
            fresh = _appended(before.indexes if before else (), table.indexes)
            indexes = indexes | {index.name: table.table for index in fresh}
        return self.model_copy(
            update={"tables": self.tables | {table.table.name: (*others, table)}, "indexes": indexes}
        )

    def without(self, relation: Relation) -> "Known":
        """Return a copy that knows nothing of a table."""
        others = tuple(each for each in self.tables.get(relation.name, ()) if not self.same(each.table, relation))
        return self.model_copy(update={"tables": self.tables | {relation.name: others}})


def _appended(before: tuple[KnownIndex, ...], now: tuple[KnownIndex, ...]) -> tuple[KnownIndex, ...]:
    """Return what was added at the end, all where more was changed: to name each anew takes the square of them."""
    return now[len(before) :] if now[: len(before)] == before else now
