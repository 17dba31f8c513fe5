"""Learn from what statements do, or from a table read from the catalogue."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from protocol import schema
from protocol.names import quoted
from tools.lint.actions import (
    Action,
    AddColumn,
    AddConstraint,
    AlterColumnType,
    AttachPartition,
    Column,
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
from tools.lint.grammar import NotRead, columns_in
from tools.lint.parse import parse
from tools.locks.effect import same
from tools.locks.known import Known, KnownColumn, KnownDomain, KnownIndex, KnownTable, KnownView
from tools.locks.names import index_name, named

INDEXED = {"unique", "primary key", "exclude"}


def after(known: Known, actions: Iterable[Action]) -> Known:
    """Return what is known once a statement has done its actions."""
    actions = tuple(actions)
    for action in actions:
        known = _after(known, action, actions)
    return known


def of_table(table: schema.Table) -> Known:
    """Return what is known of one table, as introspection read it."""
    name = Relation(schema_name=table.name.schema_name, name=table.name.name)
    kind: Any = table.kind
    columns = tuple(KnownColumn(name=each.name, type=each.type, nullable=each.nullable) for each in table.columns)
    known = Known().with_table(KnownTable(table=name, kind=kind, columns=columns))
    for constraint in table.constraints:
        words = f"ALTER TABLE {table.name.sql} ADD CONSTRAINT {quoted(constraint.name)} {constraint.definition}"
        known = after(known, parse(words)[0].actions)
    backed = {index.name for index in _found(known, name).indexes}
    for index in table.indexes:
        if index.name not in backed:
            known = after(known, parse(index.definition)[0].actions)
    return known


def _found(known: Known, table: Relation) -> KnownTable:
    return known.find(table) or KnownTable(table=table, kind="unknown", complete=False)


def _after(known: Known, action: Action, actions: Sequence[Action]) -> Known:
    if not isinstance(action, LEARNT):
        return known
    match action:
        case CreateTable():
            return _created(known, action, actions)
        case CreateView(materialized=materialized):
            return _viewed(known, action, as_table=materialized)
        case DropView(view=view):
            return _unviewed(known, view)
        case DropTable(table=table):
            return _gone(known, table)
        case DropIndex(index=index):
            return _without_index(known, index)
        case CreateDomain(name=name, type=type_, constrained=constrained):
            domain = KnownDomain(name=name, type=type_, constrained=constrained)
            return known.model_copy(update={"domains": known.domains | {name: domain}})
        case SetSetting(name=name, value=value) if name.lower() in {"timezone", "all"}:
            return known.model_copy(update={"timezone": value})
        case RenameTable(table=table, to=to):
            renamed = Relation(schema_name=table.schema_name, name=to)
            return known.without(table).with_table(_found(known, table).with_(table=renamed))
        case Truncate(tables=tables):
            for table in tables:
                known = known.with_table(_found(known, table).with_(empty=True))
            return known
        case _:
            change = CHANGES.get(type(action))
            of: Relation | None = getattr(action, "table", None) if change else None
            return change(known, _found(known, of), action) if change and of else known


# --- tables --------------------------------------------------------------------------------------------------------


def _created(known: Known, created: CreateTable, actions: Sequence[Action]) -> Known:
    copied = _copied(known, created, actions)
    table = KnownTable(
        table=created.table,
        kind="partitioned table" if created.partition_by else "table",
        complete=not created.as_query or bool(copied),
        columns=tuple(map(_column, created.columns)) + copied,
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
        known = _constrained(known, _found(known, created.table), constraint)
    return known


def _copied(known: Known, created: CreateTable, actions: Sequence[Action]) -> tuple[KnownColumn, ...]:
    """The columns of the tables it copies, inherits, or selects all from; none of them brings NOT NULL from a query."""
    sources = [*created.like, *created.inherits, *([created.partition_of] if created.partition_of else [])]
    columns = tuple(column for source in sources for column in _found(known, source).columns)
    for query in actions:
        if created.as_query and isinstance(query, Select) and query.star and len(query.tables) == 1:
            told = _found(known, query.tables[0]).columns
            columns += tuple(column.model_copy(update={"nullable": True}) for column in told)
    return columns


def _column(declared: Column) -> KnownColumn:
    nullable = not (declared.not_null or declared.primary or declared.identity)
    return KnownColumn(name=declared.column, type=declared.type, nullable=nullable, collation=declared.collation)


def _inline(created: CreateTable) -> Iterable[AddConstraint]:
    for column in created.columns:
        yield from inline_constraints(created.table, column)


def inline_constraints(table: Relation, column: Column) -> Iterable[AddConstraint]:
    """Yield the keys and the CHECK written at a column, under the names that the server gives them."""
    columns = (column.column,)
    if column.primary:
        yield named(AddConstraint(table=table, name="", kind="primary key", columns=columns, proves=columns))
    if column.unique:
        yield named(AddConstraint(table=table, name="", kind="unique", columns=columns))
    if column.check:
        yield named(AddConstraint(table=table, name="", kind="check", columns=columns, expression=column.column))


def _under(known: Known, parent: Relation, child: Relation, *, partition: bool) -> Known:
    above = _found(known, parent)
    if partition:
        return known.with_table(above.with_(kind="partitioned table", partitions=(*above.partitions, child)))
    return known.with_table(above.with_(children=(*above.children, child)))


def _gone(known: Known, table: Relation) -> Known:
    gone = _found(known, table)
    for constraint in gone.foreign_keys:
        known = _unreferenced(known, constraint)
    if gone.partition_of:
        known = _detached_from(known, gone.partition_of, table)
    return known.without(table)


def _detached_from(known: Known, parent: Relation, child: Relation) -> Known:
    above = _found(known, parent)
    return known.with_table(above.with_(partitions=tuple(each for each in above.partitions if not same(each, child))))


def _attached(known: Known, _: KnownTable, action: AttachPartition) -> Known:
    part = _found(known, action.partition).with_(partition_of=action.table, bound=action.bound)
    return _under(known.with_table(part), action.table, action.partition, partition=True)


def _detached(known: Known, _: KnownTable, action: DetachPartition) -> Known:
    part = _found(known, action.partition).with_(partition_of=None, bound="")
    return _detached_from(known.with_table(part), action.table, action.partition)


def _viewed(known: Known, created: CreateView, *, as_table: bool) -> Known:
    known = _unviewed(known, created.view)
    for table in created.reads:
        read = _found(known, table)
        view = KnownView(view=created.view, columns=created.columns)
        known = known.with_table(read.with_(views=(*read.views, view)))
    known = known.model_copy(update={"viewed": known.viewed | {created.view.name: created.reads}})
    if as_table:
        known = known.with_table(KnownTable(table=created.view, kind="materialized view"))
    return known


def _unviewed(known: Known, view: Relation) -> Known:
    for read in known.viewed.get(view.name, ()):
        table = known.find(read)
        if table and any(same(each.view, view) for each in table.views):
            known = known.with_table(table.with_(views=tuple(v for v in table.views if not same(v.view, view))))
    return known


def _filled(known: Known, table: KnownTable, _: Action) -> Known:
    return known.with_table(table.with_(empty=None))


# --- columns -------------------------------------------------------------------------------------------------------


def _add_column(known: Known, table: KnownTable, added: AddColumn) -> Known:
    known = known.with_table(table.with_(columns=(*table.columns, _column(added))))
    for constraint in inline_constraints(added.table, added):
        known = _constrained(known, _found(known, added.table), constraint)
    return known


def _without_column(known: Known, table: KnownTable, dropped: DropColumn) -> Known:
    name = dropped.column
    columns = [column for column in table.columns if column.name != name]
    indexes = [index for index in table.indexes if name not in index.uses]
    kept = [each for each in table.constraints if name not in each.columns and name not in each.proves]
    same_indexes = len(indexes) == len(table.indexes)
    return known.with_table(
        table.with_(
            columns=tuple(columns),
            indexes=table.indexes if same_indexes else tuple(indexes),
            constraints=tuple(kept),
        )
    )


def _column_changed(known: Known, table: KnownTable, column: str, **changes: Any) -> Known:
    if table.column(column) is None:
        table = table.with_(columns=(*table.columns, KnownColumn(name=column, type="")))
    columns = [each.model_copy(update=changes) if each.name == column else each for each in table.columns]
    return known.with_table(table.with_(columns=tuple(columns)))


def _renamed(known: Known, table: KnownTable, action: RenameColumn) -> Known:
    def now(columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(action.to if column == action.column else column for column in columns)

    constraints = (
        each.model_copy(update={"columns": now(each.columns), "proves": now(each.proves)}) for each in table.constraints
    )
    indexes = (each.model_copy(update={"columns": now(each.columns), "uses": now(each.uses)}) for each in table.indexes)
    table = table.with_(constraints=tuple(constraints), indexes=tuple(indexes))
    return _column_changed(known, table, action.column, name=action.to)


# --- constraints and indexes ---------------------------------------------------------------------------------------


def _constrained(known: Known, table: KnownTable, constraint: AddConstraint) -> Known:
    constraint = named(constraint)
    if constraint.kind in INDEXED:
        table = _indexed(table, constraint)
    known = known.with_table(table.with_(constraints=(*table.constraints, constraint)))
    if constraint.kind == "primary key" or (constraint.kind == "not null" and not constraint.not_valid):
        for column in constraint.columns:
            known = _column_changed(known, _found(known, constraint.table), column, nullable=False)
    if constraint.references:
        target = _found(known, constraint.references)
        known = known.with_table(target.with_(referenced_by=(*target.referenced_by, constraint)))
    return known


def _indexed(table: KnownTable, constraint: AddConstraint) -> KnownTable:
    adopted = next((index for index in table.indexes if index.name == constraint.using_index), None)
    columns = adopted.columns if adopted else constraint.columns
    index = KnownIndex(name=constraint.name, columns=columns, uses=columns, unique=True, constraint=True)
    return table.with_(indexes=(*(each for each in table.indexes if each is not adopted), index))


def _without_constraint(known: Known, table: KnownTable, dropped: DropConstraint) -> Known:
    constraint = table.constraint(dropped.name)
    if constraint and constraint.references:
        known = _unreferenced(known, constraint)
        table = _found(known, dropped.table)
    kept = tuple(each for each in table.constraints if each.name != dropped.name)
    indexes = tuple(each for each in table.indexes if each.name != dropped.name)
    known = known.with_table(table.with_(constraints=kept, indexes=indexes))
    for column in constraint.columns if constraint and constraint.kind == "not null" else ():
        known = _column_changed(known, _found(known, dropped.table), column, nullable=True)
    return known


def _unreferenced(known: Known, constraint: AddConstraint) -> Known:
    if constraint.references is None:
        return known
    target = _found(known, constraint.references)
    kept = tuple(each for each in target.referenced_by if each.name != constraint.name)
    return known.with_table(target.with_(referenced_by=kept))


def _validated(known: Known, table: KnownTable, action: ValidateConstraint) -> Known:
    constraints = tuple(
        each.model_copy(update={"not_valid": False}) if each.name == action.name else each for each in table.constraints
    )
    known = known.with_table(table.with_(constraints=constraints))
    valid = next((each for each in constraints if each.name == action.name), None)
    if valid and valid.kind == "not null":
        for column in valid.columns:
            known = _column_changed(known, _found(known, action.table), column, nullable=False)
    return known


def _with_index(known: Known, table: KnownTable, created: CreateIndex) -> Known:
    index = KnownIndex(name=index_name(created), columns=created.columns, uses=uses_of(created), unique=created.unique)
    known = known.with_table(table.with_(indexes=(*table.indexes, index)))
    for partition in () if created.only else table.partitions:
        below = created.model_copy(update={"table": partition, "name": ""})
        known = _with_index(known, _found(known, partition), below)
    return known


def uses_of(created: CreateIndex) -> tuple[str, ...]:
    """Return every column that an index depends on; where an expression is not read, `*`."""
    texts = [key.expression for key in created.keys if key.expression] + ([created.where] if created.where else [])
    try:
        inside = [column for text in texts for column in columns_in(text)]
    except NotRead:
        inside = ["*"]
    return tuple(dict.fromkeys((*created.columns, *created.include, *inside)))


def _without_index(known: Known, index: Relation) -> Known:
    found = known.find_index(index)
    if found is None:
        return known
    table, _ = found
    return known.with_table(table.with_(indexes=tuple(each for each in table.indexes if each.name != index.name)))


Change = Callable[[Known, KnownTable, Any], Known]

CHANGES: dict[type[Action], Change] = {
    AddColumn: _add_column,
    AddConstraint: _constrained,
    AlterColumnType: lambda known, table, action: _column_changed(
        known, table, action.column, type=action.type, collation=action.collation
    ),
    AttachPartition: _attached,
    Copy: _filled,
    CreateIndex: _with_index,
    DetachPartition: _detached,
    DropColumn: _without_column,
    DropConstraint: _without_constraint,
    DropNotNull: lambda known, table, action: _column_changed(known, table, action.column, nullable=True),
    Insert: _filled,
    Merge: _filled,
    RenameColumn: _renamed,
    SetNotNull: lambda known, table, action: _column_changed(known, table, action.column, nullable=False),
    ValidateConstraint: _validated,
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
