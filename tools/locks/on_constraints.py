"""What changes to constraints lock and scan."""

from tools.lint.actions import (
    AddConstraint,
    AlterConstraint,
    DropConstraint,
    Relation,
    RenameConstraint,
    ValidateConstraint,
)
from tools.locks.names import named
from tools.locks.partitions import key_columns
from tools.locks.weigh import Weighing

INDEXED = {"unique", "primary key", "exclude"}


def add_constraint(action: AddConstraint, weigh: Weighing) -> None:
    constraint = named(action)
    _versions(constraint, weigh)
    if constraint.kind == "foreign key":
        _add_foreign_key(constraint, weigh)
    elif constraint.kind in INDEXED:
        _add_key(constraint, weigh)
    else:
        _add_check(constraint, weigh)


def _versions(constraint: AddConstraint, weigh: Weighing) -> None:
    if constraint.kind == "not null":
        weigh.needs(18, "ADD CONSTRAINT … NOT NULL")
    if not constraint.enforced:
        weigh.needs(18, "NOT ENFORCED")
    if constraint.nulls_not_distinct:
        weigh.needs(15, "NULLS NOT DISTINCT")


def _add_check(constraint: AddConstraint, weigh: Weighing) -> None:
    table, name = constraint.table, constraint.name
    weigh.lock_family(table, "ACCESS EXCLUSIVE", f"`{name}` is added")
    if constraint.not_valid:
        return
    if constraint.kind == "not null":
        columns = [weigh.find(table).column(each) for each in constraint.columns]
        if any(column is not None and not column.nullable for column in columns):
            weigh.refuse(f"`{', '.join(constraint.columns)}` has a NOT NULL already, under another name.")
        if all(weigh.proves_not_null(table, each) for each in constraint.columns):
            return
    weigh.scan(table, f"`{name}` must hold for each")


def _add_foreign_key(constraint: AddConstraint, weigh: Weighing) -> None:
    table, name, target = constraint.table, constraint.name, constraint.references
    weigh.lock_family(table, "SHARE ROW EXCLUSIVE", f"the foreign key `{name}` is added")
    if target:
        weigh.lock_family(target, "SHARE ROW EXCLUSIVE", f"the foreign key `{name}` of `{table}` points to it")
    if constraint.not_valid and weigh.is_partitioned(table):
        weigh.needs(18, "A foreign key NOT VALID on a partitioned table")
    if not constraint.not_valid:
        weigh.scan(table, f"`{name}` looks up each", name)


def _add_key(constraint: AddConstraint, weigh: Weighing) -> None:
    table, name = constraint.table, constraint.name
    weigh.lock(table, "ACCESS EXCLUSIVE", f"`{name}` is added")
    known = weigh.find(table)
    if constraint.kind == "primary key" and any(each.kind == "primary key" for each in known.constraints):
        weigh.refuse(f"`{table}` has a primary key already.")
    if constraint.using_index:
        _adopt(constraint, weigh)
    else:
        _build_key(constraint, weigh)


def _adopt(constraint: AddConstraint, weigh: Weighing) -> None:
    table = constraint.table
    if weigh.is_partitioned(table):
        weigh.refuse("ADD CONSTRAINT … USING INDEX does not work on a partitioned table.")
    index = Relation(schema_name=table.schema_name, name=constraint.using_index)
    weigh.lock(index, "SHARE UPDATE EXCLUSIVE", f"it becomes that of `{constraint.name}`")
    found = weigh.known.find_index(index)
    if constraint.kind != "primary key":
        return
    if found is None:
        weigh.doubt(
            f"The columns of `{constraint.using_index}` are not known; where one is nullable, all rows are read."
        )
    elif not all(weigh.proves_not_null(table, column) for column in found[1].columns):
        weigh.scan(table, "a column of the primary key is nullable so far")


def _build_key(constraint: AddConstraint, weigh: Weighing) -> None:
    table, name = constraint.table, constraint.name
    if weigh.is_partitioned(table):
        _build_below(constraint, weigh)
    else:
        weigh.build(table, name, f"`{name}` needs it")
    if constraint.kind == "primary key" and not all(
        weigh.proves_not_null(table, column) for column in constraint.columns
    ):
        weigh.scan(table, "a column of the primary key is nullable so far")


def _build_below(constraint: AddConstraint, weigh: Weighing) -> None:
    """Partitions are locked like the parent since 18 (measured; 17 is taken for the worse), under SHARE before."""
    table, name = constraint.table, constraint.name
    missing = set(key_columns(weigh.find(table).partition_by)) - set(constraint.columns)
    if missing and weigh.find(table).partition_by:
        weigh.refuse(f"A {constraint.kind} constraint of a partitioned table must include all its partition columns.")
    for below in () if constraint.only else weigh.known.below(table):
        weigh.lock(below, "ACCESS EXCLUSIVE" if weigh.major >= 17 else "SHARE", f"`{name}` covers it too")
        if not weigh.is_partitioned(below):
            part = named(constraint.model_copy(update={"table": below, "name": ""}))
            weigh.build(below, part.name, f"`{name}` needs it")


def validate(action: ValidateConstraint, weigh: Weighing) -> None:
    table, name = action.table, action.name
    constraint = weigh.find(table).constraint(name)
    weigh.lock_family(table, "SHARE UPDATE EXCLUSIVE", f"`{name}` is validated")
    if constraint is None:
        weigh.doubt(f"Where `{name}` is a foreign key, the table it points to is locked too, under ROW SHARE.")
        weigh.scan(table, f"`{name}` is checked for each")
    elif constraint.not_valid and constraint.references:
        weigh.lock(constraint.references, "ROW SHARE", f"`{name}` of `{table}` looks its keys up")
        weigh.scan(table, f"`{name}` looks up each", name)
    elif constraint.not_valid:
        weigh.scan(table, f"`{name}` is checked for each")


def alter_constraint(action: AlterConstraint, weigh: Weighing) -> None:
    table, name = action.table, action.name
    weigh.lock_family(table, "ACCESS EXCLUSIVE", f"`{name}` changes")
    if action.enforced is None:
        return
    weigh.needs(18, "ALTER CONSTRAINT … ENFORCED")
    constraint = weigh.find(table).constraint(name)
    if constraint is None:
        weigh.doubt(f"The table that `{name}` points to is locked too, under ACCESS EXCLUSIVE.")
    elif constraint.references is None:
        weigh.refuse(f"Whether `{name}` is enforced cannot be changed, for it is no foreign key.")
    else:
        weigh.lock(constraint.references, "ACCESS EXCLUSIVE", f"`{name}` of `{table}` points to it")
    if action.enforced:
        weigh.scan(table, f"`{name}` looks up each", name)


def drop_constraint(action: DropConstraint, weigh: Weighing) -> None:
    table, name = action.table, action.name
    weigh.lock_family(table, "ACCESS EXCLUSIVE", f"`{name}` is dropped")
    known = weigh.find(table)
    constraint = known.constraint(name)
    if constraint is None:
        if not known.complete:
            weigh.doubt(f"Where `{name}` is a foreign key, the table it points to is locked too, in the same way.")
        return
    if constraint.references:
        weigh.lock(constraint.references, "ACCESS EXCLUSIVE", f"the foreign key `{name}` of `{table}` is dropped")
    if constraint.kind in INDEXED:
        for key in known.referenced_by:
            drop_pointing(key, weigh, cascade=action.cascade)


def drop_pointing(key: AddConstraint, weigh: Weighing, *, cascade: bool) -> None:
    """Weigh that a foreign key loses what it points to."""
    if cascade:
        weigh.lock(key.table, "ACCESS EXCLUSIVE", f"its foreign key `{key.name}` is dropped with what it points to")
    else:
        weigh.refuse(f"The foreign key `{key.name}` of `{key.table}` depends on it.")


def rename_constraint(action: RenameConstraint, weigh: Weighing) -> None:
    table = action.table
    weigh.lock_family(table, "ACCESS EXCLUSIVE", f"`{action.name}` is renamed")
    if any(index.name == action.name for index in weigh.find(table).indexes):
        index = Relation(schema_name=table.schema_name, name=action.name)
        weigh.lock(index, "SHARE UPDATE EXCLUSIVE", "it is renamed with its constraint")
