"""Learn what becomes of the columns, constraints and indexes of a table."""

from collections.abc import Iterable
from typing import Any

from tools.lint.actions import (
    AddColumn,
    AddConstraint,
    Column,
    CreateIndex,
    DropColumn,
    DropConstraint,
    Relation,
    RenameColumn,
    ValidateConstraint,
)
from tools.lint.grammar import NotRead, columns_in
from tools.locks.effect import same
from tools.locks.known import Known, KnownColumn, KnownIndex, KnownTable
from tools.locks.names import index_name, named

INDEXED = {"unique", "primary key", "exclude"}


def found(known: Known, table: Relation) -> KnownTable:
    return known.find(table) or KnownTable(table=table, kind="unknown", complete=False, surrounded=False)


def unviewed(known: Known, view: Relation) -> Known:
    for read in known.views.get(view.name, ()):
        table = found(known, read)
        kept = tuple(each for each in table.views if not same(each.view, view))
        known = known.with_table(table.with_(views=kept)) if len(kept) < len(table.views) else known
    return known.put("views", view.name, ()) if view.name in known.views else known


# --- columns -------------------------------------------------------------------------------------------------------


def add_column(known: Known, table: KnownTable, added: AddColumn) -> Known:
    known = known.with_table(table.with_(columns=(*table.columns, known_column(added))))
    for constraint in inline_constraints(added.table, added):
        known = constrained(known, found(known, added.table), constraint)
    return known


def without_column(known: Known, table: KnownTable, dropped: DropColumn) -> Known:
    name = dropped.column
    for view in table.views if dropped.cascade else ():
        if name in view.columns or "*" in view.columns:
            known = unviewed(known, view.view)
            table = found(known, dropped.table)
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


def column_changed(known: Known, table: KnownTable, column: str, **changes: Any) -> Known:
    if table.column(column) is None:
        table = table.with_(columns=(*table.columns, KnownColumn(name=column, type="")))
    columns = [each.model_copy(update=changes) if each.name == column else each for each in table.columns]
    return known.with_table(table.with_(columns=tuple(columns)))


def renamed(known: Known, table: KnownTable, action: RenameColumn) -> Known:
    """Constraints, indexes and views follow a column under its new name."""

    def now(columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(action.to if column == action.column else column for column in columns)

    constraints = (
        each.model_copy(update={"columns": now(each.columns), "proves": now(each.proves)}) for each in table.constraints
    )
    indexes = (each.model_copy(update={"columns": now(each.columns), "uses": now(each.uses)}) for each in table.indexes)
    views = (each.model_copy(update={"columns": now(each.columns)}) for each in table.views)
    table = table.with_(constraints=tuple(constraints), indexes=tuple(indexes), views=tuple(views))
    return column_changed(known, table, action.column, name=action.to)


def known_column(declared: Column) -> KnownColumn:
    nullable = not (declared.not_null or declared.primary or declared.identity)
    return KnownColumn(name=declared.column, type=declared.type, nullable=nullable, collation=declared.collation)


def inline_constraints(table: Relation, column: Column) -> Iterable[AddConstraint]:
    """Yield the keys and the CHECK written at a column, under the names that the server gives them."""
    columns = (column.column,)
    if column.primary:
        yield named(AddConstraint(table=table, name="", kind="primary key", columns=columns, proves=columns))
    if column.unique:
        yield named(AddConstraint(table=table, name="", kind="unique", columns=columns))
    if column.check:
        yield named(AddConstraint(table=table, name="", kind="check", columns=columns, expression=column.column))


# --- constraints and indexes ---------------------------------------------------------------------------------------


def constrained(known: Known, table: KnownTable, constraint: AddConstraint) -> Known:
    constraint = named(constraint)
    if constraint.kind in INDEXED:
        table = _indexed(table, constraint)
    known = known.with_table(table.with_(constraints=(*table.constraints, constraint)))
    if constraint.kind == "primary key" or (constraint.kind == "not null" and not constraint.not_valid):
        for column in constraint.columns:
            known = column_changed(known, found(known, constraint.table), column, nullable=False)
    if constraint.references:
        target = found(known, constraint.references)
        known = known.with_table(target.with_(referenced_by=(*target.referenced_by, constraint)))
    return known


def _indexed(table: KnownTable, constraint: AddConstraint) -> KnownTable:
    adopted = next((index for index in table.indexes if index.name == constraint.using_index), None)
    columns = adopted.columns if adopted else constraint.columns
    index = KnownIndex(name=constraint.name, columns=columns, uses=columns, unique=True, constraint=True)
    return table.with_(indexes=(*(each for each in table.indexes if each is not adopted), index))


def without_constraint(known: Known, table: KnownTable, dropped: DropConstraint) -> Known:
    constraint = table.constraint(dropped.name)
    if constraint and constraint.references:
        known = unreferenced(known, constraint)
        table = found(known, dropped.table)
    kept = tuple(each for each in table.constraints if each.name != dropped.name)
    indexes = tuple(each for each in table.indexes if each.name != dropped.name)
    known = known.with_table(table.with_(constraints=kept, indexes=indexes))
    for column in constraint.columns if constraint and constraint.kind == "not null" else ():
        known = column_changed(known, found(known, dropped.table), column, nullable=True)
    return known


def unreferenced(known: Known, constraint: AddConstraint) -> Known:
    if constraint.references is None:
        return known
    target = found(known, constraint.references)
    kept = tuple(each for each in target.referenced_by if not _is(each, constraint))
    return known.with_table(target.with_(referenced_by=kept))


def _is(one: AddConstraint, other: AddConstraint) -> bool:
    """Tell whether two are one constraint: those of partitions often share a name."""
    return one.name == other.name and same(one.table, other.table)


def validated(known: Known, table: KnownTable, action: ValidateConstraint) -> Known:
    constraints = tuple(
        each.model_copy(update={"not_valid": False}) if each.name == action.name else each for each in table.constraints
    )
    known = known.with_table(table.with_(constraints=constraints))
    valid = next((each for each in constraints if each.name == action.name), None)
    if valid and valid.references:
        target = found(unreferenced(known, valid), valid.references)
        known = known.with_table(target.with_(referenced_by=(*target.referenced_by, valid)))
    if valid and valid.kind == "not null":
        for column in valid.columns:
            known = column_changed(known, found(known, action.table), column, nullable=False)
    return known


def with_index(known: Known, table: KnownTable, created: CreateIndex) -> Known:
    index = KnownIndex(name=index_name(created), columns=created.columns, uses=uses_of(created), unique=created.unique)
    known = known.with_table(table.with_(indexes=(*table.indexes, index)))
    for partition in () if created.only else table.partitions:
        below = created.model_copy(update={"table": partition, "name": ""})
        known = with_index(known, found(known, partition), below)
    return known


def uses_of(created: CreateIndex) -> tuple[str, ...]:
    """Return every column that an index depends on; where an expression is not read, `*`."""
    texts = [key.expression for key in created.keys if key.expression] + ([created.where] if created.where else [])
    try:
        inside = [column for text in texts for column in columns_in(text)]
    except NotRead:
        inside = ["*"]
    return tuple(dict.fromkeys((*created.columns, *created.include, *inside)))


def without_index(known: Known, index: Relation) -> Known:
    found = known.find_index(index)
    if found is None:
        return known
    table, _ = found
    return known.with_table(table.with_(indexes=tuple(each for each in table.indexes if each.name != index.name)))
