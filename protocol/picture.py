"""The structure of a whole database as values: everything that is there, without the texts that are slow to write out.

Definitions (`CREATE INDEX …`) are not part of it; they are read for the tables that are asked about.
"""

from typing import Literal

from protocol.facts import Figure
from protocol.names import TableName
from protocol.schema import Column
from protocol.value import Value

PAGE_BYTES = 8192
"""The block size of every build we met; a server with another one says so in `block_size`."""

TableKind = Literal["table", "partitioned table", "foreign table", "view", "materialised view"]


class ColumnShape(Column):
    """A column with what is rare: a collation other than its type's, a comment, privileges of its own."""

    collation: str = ""
    comment: str = ""
    privileges: tuple[str, ...] = ()


class IndexShape(Value):
    """An index; a column that is an expression is an empty name. `pages` are blocks at the last VACUUM or ANALYZE."""

    name: str
    columns: tuple[str, ...]
    method: str
    included: tuple[str, ...] = ()
    unique: bool = False
    primary: bool = False
    valid: bool = True
    partial: bool = False
    replica_identity: bool = False
    pages: int = 0
    comment: str = ""


class ConstraintShape(Value):
    """`kind` is pg_constraint.contype, as in `protocol.schema.Constraint`."""

    name: str
    kind: str
    columns: tuple[str, ...]
    validated: bool = True
    references: TableName | None = None
    referenced_columns: tuple[str, ...] = ()


class TriggerShape(Value):
    """`columns` are those of UPDATE OF; `enabled` is pg_trigger.tgenabled: O, D, R or A."""

    name: str
    function: str
    enabled: str
    columns: tuple[str, ...] = ()


class PolicyShape(Value):
    """`command` is pg_policy.polcmd: r select, a insert, w update, d delete, * all."""

    name: str
    command: str
    permissive: bool


class TableShape(Value):
    """A table or a view; `rows` is the planner's estimate, None where it has none."""

    name: TableName
    kind: TableKind
    owner: str
    persistence: Literal["permanent", "unlogged"] = "permanent"
    rows: float | None = None
    pages: int = 0
    columns: tuple[ColumnShape, ...] = ()
    indexes: tuple[IndexShape, ...] = ()
    constraints: tuple[ConstraintShape, ...] = ()
    triggers: tuple[TriggerShape, ...] = ()
    policies: tuple[PolicyShape, ...] = ()
    rules: tuple[str, ...] = ()
    statistics: tuple[str, ...] = ()
    publications: tuple[str, ...] = ()
    parents: tuple[TableName, ...] = ()
    partition_key: str = ""
    partition_bound: str = ""
    row_security: Literal["off", "on", "forced"] = "off"
    replica_identity: Literal["default", "nothing", "full", "index"] = "default"
    privileges: tuple[str, ...] = ()
    extension: str = ""
    comment: str = ""

    def column(self, name: str) -> ColumnShape | None:
        return next((column for column in self.columns if column.name == name), None)

    @property
    def rows_figure(self) -> Figure:
        if self.rows is None:
            return Figure.unknown("the table has no statistics; run ANALYZE")
        return Figure(value=self.rows, unit="rows", source="estimated", how="pg_class.reltuples")

    @property
    def bytes_figure(self) -> Figure:
        """The heap and its indexes, without TOAST, as of the last VACUUM or ANALYZE."""
        pages = self.pages + sum(index.pages for index in self.indexes)
        if self.rows is None:
            return Figure.unknown("the table has no statistics; run ANALYZE")
        how = "pg_class.relpages of the table and its indexes"
        return Figure(value=float(pages * PAGE_BYTES), unit="bytes", source="estimated", how=how)


class SequenceShape(Value):
    """A sequence, and the column it belongs to."""

    name: TableName
    type: str
    owned_by: TableName | None = None
    column: str = ""
    identity: bool = False


class TypeShape(Value):
    """`labels` of an enum in their order, the columns of a composite; `base` is a domain's type."""

    name: TableName
    kind: Literal["enum", "domain", "composite", "range", "base"]
    labels: tuple[str, ...] = ()
    base: str = ""
    constraints: tuple[str, ...] = ()
    extension: str = ""


class FunctionShape(Value):
    """A routine without its body; `arguments` are the types of its input."""

    name: TableName
    arguments: str
    result: str
    kind: Literal["function", "procedure", "aggregate", "window function"]
    language: str
    volatility: Literal["immutable", "stable", "volatile"]
    security_definer: bool = False
    extension: str = ""

    @property
    def signature(self) -> str:
        return f"{self.name.sql}({self.arguments})"


class PublicationShape(Value):
    name: str
    all_tables: bool = False
    schemas: tuple[str, ...] = ()


class ExtensionShape(Value):
    name: str
    version: str
    schema_name: str


class Picture(Value):
    """A whole database; `not_seen` are sentences on what this role, or a lock, kept from us."""

    database: str
    version_num: int
    fingerprint: str
    tables: tuple[TableShape, ...] = ()
    sequences: tuple[SequenceShape, ...] = ()
    types: tuple[TypeShape, ...] = ()
    functions: tuple[FunctionShape, ...] = ()
    publications: tuple[PublicationShape, ...] = ()
    extensions: tuple[ExtensionShape, ...] = ()
    event_triggers: tuple[str, ...] = ()
    not_seen: tuple[str, ...] = ()

    def table(self, name: TableName) -> TableShape | None:
        return next((table for table in self.tables if table.name == name), None)

    def children(self, name: TableName) -> tuple[TableName, ...]:
        return tuple(table.name for table in self.tables if name in table.parents)


class Definition(Value):
    """The server's own text of one part of a table; `kind` is index, constraint, trigger, rule, view or statistics."""

    table: TableName
    kind: str
    name: str
    sql: str
