"""What is known of the tables that a statement touches; all of it may be missing."""

from collections.abc import Iterator
from typing import Any, Literal, Self

from pydantic import Field

from protocol.value import Value
from tools.lint.actions import AddConstraint, Relation
from tools.lint.search_path import first_schema
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

    `complete` is false where only a part of its columns, indexes and constraints is known, `surrounded` where views,
    partitions and foreign keys of others may stand around it unseen.
    `empty` and `logged` are None where that is not known.
    """

    table: Relation
    kind: Kind = "table"
    complete: bool = True
    surrounded: bool = True
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
    """Tables by their name without schema, indexes with their table, views with the tables they read, domains.

    Of `settings`, `timezone` and `search_path` are the session's, where they are known. A table named without a schema
    is one of the `search_path`'s first; where that is not known, of any.
    """

    tables: dict[str, tuple[KnownTable, ...]] = Field(default_factory=dict)
    indexes: dict[str, Relation] = Field(default_factory=dict)
    views: dict[str, tuple[Relation, ...]] = Field(default_factory=dict)
    domains: dict[str, KnownDomain] = Field(default_factory=dict)
    settings: dict[str, str | None] = Field(default_factory=dict)

    def find(self, relation: Relation) -> KnownTable | None:
        return next((known for known in self.tables.get(relation.name, ()) if self.same(known.table, relation)), None)

    def same(self, one: Relation, other: Relation) -> bool:
        """Tell whether two names stand for one relation."""
        path = self.settings.get("search_path")
        if path is None or one.schema_name == other.schema_name:
            return same(one, other)
        said = one.schema_name or other.schema_name
        return one.name == other.name and said == first_schema(path) and not (one.schema_name and other.schema_name)

    def find_index(self, index: Relation) -> tuple[KnownTable, KnownIndex] | None:
        owner = self.find(self.indexes[index.name]) if index.name in self.indexes else None
        found = next((each for each in owner.indexes if each.name == index.name), None) if owner else None
        return (owner, found) if owner and found else None

    def below(self, relation: Relation) -> Iterator[Relation]:
        """Yield every partition and every child of a table, at any depth, each once."""
        waiting, met = [relation], {relation}
        while waiting:
            known = self.find(waiting.pop(0))
            for child in (*known.partitions, *known.children) if known else ():
                if child not in met:
                    met.add(child)
                    waiting.append(child)
                    yield child

    def read_by(self, relation: Relation) -> Iterator[Relation]:
        """Yield every table and view that a view reads, at any depth, each once."""
        waiting, met = [relation], {relation}
        while waiting:
            for table in self.views.get(waiting.pop(0).name, ()):
                if table not in met:
                    met.add(table)
                    waiting.append(table)
                    yield table

    def default_partition(self, table: Relation) -> Relation | None:
        known = self.find(table)
        below = (self.find(partition) for partition in known.partitions) if known else ()
        return next((part.table for part in below if part and part.bound == "DEFAULT"), None)

    # --- what is learned -------------------------------------------------------------------------------------------

    def with_table(self, table: KnownTable) -> Self:
        """Know this table, in place of what was known of it."""
        before, name = self.find(table.table), table.table.name
        known = self.put("tables", name, (*self._others(table.table), table))
        for index in _fresh(before.indexes if before else (), table.indexes):
            if known.indexes.get(index.name) != table.table:
                known = known.put("indexes", index.name, table.table)
        return known

    def without(self, relation: Relation) -> Self:
        """Know nothing of this table any more."""
        return self.put("tables", relation.name, self._others(relation))

    def put(self, field: str, name: str, value: object) -> Self:
        """Return a copy with one entry of one field set."""
        return self.model_copy(update={field: getattr(self, field) | {name: value}})

    def _others(self, relation: Relation) -> tuple[KnownTable, ...]:
        """The tables of this name in other schemas."""
        return tuple(each for each in self.tables.get(relation.name, ()) if not self.same(each.table, relation))


class Growing(Known):
    """The same, changed in place: for a long file, where a copy a statement would cost the square of its length."""

    def put(self, field: str, name: str, value: object) -> Self:
        """Set one entry of one field."""
        getattr(self, field)[name] = value
        return self

    def copied(self) -> Self:
        """Return what is known now, to return to when all that follows is taken back."""
        return self.model_copy(update={field: dict(getattr(self, field)) for field in type(self).model_fields})


def _fresh(before: tuple[KnownIndex, ...], now: tuple[KnownIndex, ...]) -> tuple[KnownIndex, ...]:
    """Return what was added at the end, all where more was changed: to name each anew takes the square of them."""
    if before is now:
        return ()
    only_added = not before or (len(before) <= len(now) and now[len(before) - 1] is before[-1])
    return now[len(before) :] if only_added else now
