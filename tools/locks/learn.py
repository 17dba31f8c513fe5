"""Learn from what statements do, or from a table read from the catalogue."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast

from protocol import schema
from protocol.names import quoted
from tools.lint.actions import (
    Action,
    AddColumn,
    AddConstraint,
    AlterColumnType,
    AttachPartition,
    Copy,
    CreateDomain,
    CreateIndex,
    CreateTable,
    CreateView,
    DetachPartition,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropNotNull,
    DropTable,
    DropView,
    Insert,
    Merge,
    Relation,
    RenameColumn,
    RenameTable,
    Select,
    SetNotNull,
    SetSetting,
    Truncate,
    ValidateConstraint,
)
from tools.lint.parse import parse
from tools.locks.effect import same
from tools.locks.known import Known, KnownColumn, KnownDomain, KnownTable, KnownView
from tools.locks.learn_parts import (
    add_column,
    column_changed,
    constrained,
    found,
    inline_constraints,
    known_column,
    renamed,
    unreferenced,
    unviewed,
    validated,
    with_index,
    without_column,
    without_constraint,
    without_index,
)

K = TypeVar("K", bound=Known)


def after(known: K, actions: Iterable[Action]) -> K:
    """Return what is known once a statement has done its actions; `Growing` is changed in place, and returned."""
    actions = tuple(actions)
    for action in actions:
        known = cast(K, _after(known, action, actions))
    return known


def of_table(table: schema.Table) -> Known:
    """Return what is known of one table, as introspection read it; what stands around it is not."""
    name = Relation(schema_name=table.name.schema_name, name=table.name.name)
    kind: Any = table.kind
    columns = tuple(KnownColumn(name=each.name, type=each.type, nullable=each.nullable) for each in table.columns)
    known = Known().with_table(KnownTable(table=name, kind=kind, columns=columns, surrounded=False))
    for constraint in table.constraints:
        words = f"ALTER TABLE {table.name.sql} ADD CONSTRAINT {quoted(constraint.name)} {constraint.definition}"
        known = after(known, parse(words)[0].actions)
    backed = {index.name for index in found(known, name).indexes}
    for index in table.indexes:
        if index.name not in backed:
            known = after(known, parse(index.definition)[0].actions)
    return known


def _after(known: Known, action: Action, actions: Sequence[Action]) -> Known:
    if not isinstance(action, LEARNT):
        return known
    match action:
        case CreateTable():
            return _created(known, action, actions)
        case CreateView(materialized=materialized):
            return _viewed(known, action, as_table=materialized)
        case DropView(view=view):
            return unviewed(known, view)
        case DropTable(table=table):
            return _gone(known, table)
        case DropIndex(index=index):
            return without_index(known, index)
        case CreateDomain(name=name, type=type_, constrained=constrained):
            domain = KnownDomain(name=name, type=type_, constrained=constrained)
            return known.put("domains", name, domain)
        case SetSetting(name=name, value=value) if name.lower() in {"timezone", "all"}:
            return known.put("settings", "timezone", value)
        case RenameTable(table=table, to=to):
            renamed = found(known, table).with_(table=Relation(schema_name=table.schema_name, name=to))
            return known.without(table).with_table(renamed)
        case Truncate(tables=tables):
            for table in tables:
                known = known.with_table(found(known, table).with_(empty=True))
            return known
        case _:
            change = CHANGES.get(type(action))
            of: Relation | None = getattr(action, "table", None) if change else None
            return change(known, found(known, of), action) if change and of else known


# --- tables --------------------------------------------------------------------------------------------------------


def _created(known: Known, created: CreateTable, actions: Sequence[Action]) -> Known:
    copied = _copied(known, created, actions)
    table = KnownTable(
        table=created.table,
        kind="partitioned table" if created.partition_by else "table",
        complete=not created.as_query or bool(copied),
        columns=tuple(map(known_column, created.columns)) + copied,
        partition_by=created.partition_by,
        partition_of=created.partition_of,
        bound=created.bound,
        logged=created.persistence == "permanent",
        empty=None if created.as_query else True,
    )
    known = known.with_table(table)
    for parent in (created.partition_of, *created.inherits):
        if parent:
            known = _under(known, parent, created.table, partition=bool(created.partition_of))
    for constraint in (*_inline(created), *created.constraints):
        known = constrained(known, found(known, created.table), constraint)
    return known


def _copied(known: Known, created: CreateTable, actions: Sequence[Action]) -> tuple[KnownColumn, ...]:
    """The columns of the tables it copies, inherits, or selects all from; none of them brings NOT NULL from a query."""
    sources = [*created.like, *created.inherits, *([created.partition_of] if created.partition_of else [])]
    columns = tuple(column for source in sources for column in found(known, source).columns)
    for query in actions:
        if created.as_query and isinstance(query, Select) and query.star and len(query.tables) == 1:
            told = found(known, query.tables[0]).columns
            columns += tuple(column.model_copy(update={"nullable": True}) for column in told)
    return columns


def _inline(created: CreateTable) -> Iterable[AddConstraint]:
    for column in created.columns:
        yield from inline_constraints(created.table, column)


def _under(known: Known, parent: Relation, child: Relation, *, partition: bool) -> Known:
    above = found(known, parent)
    if partition:
        return known.with_table(above.with_(kind="partitioned table", partitions=(*above.partitions, child)))
    return known.with_table(above.with_(children=(*above.children, child)))


def _gone(known: Known, table: Relation) -> Known:
    """Forget a table and its partitions; a table that inherits stays where the server would refuse to drop it."""
    gone = found(known, table)
    if gone.partition_of:
        known = _detached_from(known, gone.partition_of, table)
    for each in (table, *known.below(table)):
        for constraint in found(known, each).foreign_keys:
            known = unreferenced(known, constraint)
        known = known.without(each)
    return known


def _detached_from(known: Known, parent: Relation, child: Relation) -> Known:
    above = found(known, parent)
    return known.with_table(above.with_(partitions=tuple(each for each in above.partitions if not same(each, child))))


def _attached(known: Known, _: KnownTable, action: AttachPartition) -> Known:
    part = found(known, action.partition).with_(partition_of=action.table, bound=action.bound)
    return _under(known.with_table(part), action.table, action.partition, partition=True)


def _detached(known: Known, _: KnownTable, action: DetachPartition) -> Known:
    part = found(known, action.partition).with_(partition_of=None, bound="")
    return _detached_from(known.with_table(part), action.table, action.partition)


def _viewed(known: Known, created: CreateView, *, as_table: bool) -> Known:
    known = unviewed(known, created.view)
    known = known.put("views", created.view.name, created.reads)
    for table in created.reads:
        read = found(known, table)
        view = KnownView(view=created.view, columns=created.columns)
        known = known.with_table(read.with_(views=(*read.views, view)))
    if as_table:
        known = known.with_table(KnownTable(table=created.view, kind="materialized view"))
    return known


def _filled(known: Known, table: KnownTable, _: Action) -> Known:
    return known.with_table(table.with_(empty=None))


Change = Callable[[Known, KnownTable, Any], Known]

CHANGES: dict[type[Action], Change] = {
    AddColumn: add_column,
    AddConstraint: constrained,
    AlterColumnType: lambda known, table, action: column_changed(
        known, table, action.column, type=action.type, collation=action.collation
    ),
    AttachPartition: _attached,
    Copy: _filled,
    CreateIndex: with_index,
    DetachPartition: _detached,
    DropColumn: without_column,
    DropConstraint: without_constraint,
    DropNotNull: lambda known, table, action: column_changed(known, table, action.column, nullable=True),
    Insert: _filled,
    Merge: _filled,
    RenameColumn: renamed,
    SetNotNull: lambda known, table, action: column_changed(known, table, action.column, nullable=False),
    ValidateConstraint: validated,
}

LEARNT: tuple[type[Action], ...] = (
    CreateTable,
    CreateView,
    DropView,
    DropTable,
    DropIndex,
    CreateDomain,
    SetSetting,
    RenameTable,
    Truncate,
    *CHANGES,
)
"""What changes anything that is known."""
