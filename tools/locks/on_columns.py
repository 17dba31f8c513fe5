"""What changes to columns lock, rewrite and scan."""

from tools.lint.actions import (
    AddColumn,
    AddConstraint,
    AddIdentity,
    Column,
    DropColumn,
    DropNotNull,
    Relation,
    RenameColumn,
    SetColumnOptions,
    SetExpression,
    SetIdentity,
    SetNotNull,
    SetStatistics,
    SetStorage,
)
from tools.locks.learn_parts import inline_constraints
from tools.locks.names import named
from tools.locks.partitions import key_columns
from tools.locks.weigh import Weighing

SERIAL = {"serial", "serial2", "serial4", "serial8", "smallserial", "bigserial"}

FAST_DEFAULT = 11
"""First major version where a default that is not volatile touches no row."""


def add_column(action: AddColumn, weigh: Weighing) -> None:
    table, column = action.table, action.column
    known = weigh.find(table)
    if action.if_not_exists and known.column(column):
        weigh.lock(table, "ACCESS EXCLUSIVE", f"ADD COLUMN looks whether `{column}` is there")
        return
    weigh.lock_family(table, "ACCESS EXCLUSIVE", f"`{column}` is added")
    if known.partition_of:
        weigh.refuse(f"`{table}` is a partition: add the column to `{known.partition_of}`.")
    if action.generated == "virtual":
        weigh.needs(18, "A virtual generated column")
    _valueless(action, weigh)
    reason = _fills(action, weigh)
    if reason:
        weigh.rewrite(table, reason)
    _checks(action, weigh)


def _valueless(action: AddColumn, weigh: Weighing) -> None:
    filled = action.default or action.identity or action.generated or action.type.lower() in SERIAL
    if filled or not (action.not_null or action.primary):
        return
    empty = weigh.find(action.table).empty
    if empty is False:
        weigh.refuse(f"`{action.column}` must not be NULL, and the rows of `{action.table}` would get no value.")
    elif empty is None:
        weigh.doubt(f"Only where `{action.table}` is empty can `{action.column}` be NOT NULL without a default.")


def _fills(action: Column, weigh: Weighing) -> str:
    """Say why every row has to be written; nothing where it has not."""
    domain = weigh.known.domains.get(action.type)
    if action.type.lower() in SERIAL or action.identity:
        return f"`{action.column}` takes a number of a sequence for every row"
    if action.generated == "stored":
        return f"`{action.column}` is computed for every row"
    if domain and domain.constrained:
        return f"the rule of `{action.type}` is checked for every row"
    if action.default is None or action.default.upper() == "NULL":
        return ""
    if weigh.major < FAST_DEFAULT:
        return f"before PostgreSQL {FAST_DEFAULT} a default is written to every row"
    return _of_default(action.default, weigh)


def _of_default(default: str, weigh: Weighing) -> str:
    volatility = weigh.volatility_of(default)
    if volatility is None:
        weigh.doubt(f"Whether `{default}` is volatile only the server knows; where it is not, no row is written.")
    return f"`{default}` may differ from row to row" if volatility in {None, "volatile"} else ""


def _checks(action: AddColumn, weigh: Weighing) -> None:
    """Weigh the constraints written at the new column."""
    table = action.table
    for constraint in inline_constraints(table, action):
        if constraint.kind == "check":
            weigh.scan(table, f"the CHECK of `{action.column}` must hold")
        else:
            weigh.build(table, constraint.name, f"`{action.column}` is {constraint.kind}")
    if action.generated == "virtual" and action.not_null:
        weigh.scan(table, f"`{action.column}` is computed, and must not be NULL")
    if action.references:
        weigh.lock(action.references, "SHARE ROW EXCLUSIVE", f"`{action.column}` of `{table}` points to it")
        if action.default or action.identity:
            weigh.scan(table, f"each value of `{action.column}` is looked up", _foreign_key(action))


def _foreign_key(action: AddColumn) -> str:
    key = AddConstraint(table=action.table, name="", kind="foreign key", columns=(action.column,))
    return named(key).name


def drop_column(action: DropColumn, weigh: Weighing) -> None:
    table, column = action.table, action.column
    weigh.lock_family(table, "ACCESS EXCLUSIVE", f"`{column}` is dropped")
    known = weigh.find(table)
    own_column(table, column, weigh)
    if column in key_columns(known.partition_by):
        weigh.refuse(f"`{table}` is partitioned by `{column}`.")
    for key in known.foreign_keys:
        if column in key.columns and key.references:
            weigh.lock(key.references, "ACCESS EXCLUSIVE", f"the foreign key `{key.name}` goes with `{column}`")
    for view in known.views:
        if column in view.columns or "*" in view.columns:
            _depends(action, weigh, view.view)


def own_column(table: Relation, column: str, weigh: Weighing) -> None:
    """Refuse to drop or rename a column in a partition alone."""
    parent = weigh.find(table).partition_of
    if parent:
        weigh.refuse(f"`{column}` of `{table}` is that of `{parent}`: change it there.")


def rename_column(action: RenameColumn, weigh: Weighing) -> None:
    weigh.lock_family(action.table, "ACCESS EXCLUSIVE", f"`{action.column}` is renamed")
    own_column(action.table, action.column, weigh)


def _depends(action: DropColumn, weigh: Weighing, view: Relation) -> None:
    if action.cascade:
        weigh.lock(view, "ACCESS EXCLUSIVE", f"it is dropped with `{action.column}`")
    else:
        weigh.refuse(f"`{action.column}` is used by the view `{view}`.")


def set_not_null(action: SetNotNull, weigh: Weighing) -> None:
    weigh.lock_family(action.table, "ACCESS EXCLUSIVE", f"`{action.column}` becomes NOT NULL")
    if not weigh.proves_not_null(action.table, action.column):
        weigh.scan(action.table, f"nothing proves that `{action.column}` holds no NULL")


def drop_not_null(action: DropNotNull, weigh: Weighing) -> None:
    weigh.lock_family(action.table, "ACCESS EXCLUSIVE", f"`{action.column}` may be NULL")
    keys = (each for each in weigh.find(action.table).constraints if each.kind == "primary key")
    if any(action.column in key.columns for key in keys):
        weigh.refuse(f"`{action.column}` is in the primary key.")


def add_identity(action: AddIdentity, weigh: Weighing) -> None:
    weigh.lock(action.table, "ACCESS EXCLUSIVE", f"`{action.column}` becomes an identity")
    column = weigh.find(action.table).column(action.column)
    if column and column.nullable:
        weigh.refuse(f"`{action.column}` must be NOT NULL before it can become an identity.")


def set_identity(action: SetIdentity, weigh: Weighing) -> None:
    weigh.lock(action.table, "ACCESS EXCLUSIVE", f"the identity of `{action.column}` changes")


def set_expression(action: SetExpression, weigh: Weighing) -> None:
    weigh.needs(17, "SET EXPRESSION")
    weigh.lock_family(action.table, "ACCESS EXCLUSIVE", f"the expression of `{action.column}` changes")
    weigh.rewrite(action.table, f"`{action.column}` is computed anew for every row, unless it is virtual")


def set_storage(action: SetStorage, weigh: Weighing) -> None:
    if action.storage.lower() == "default":
        weigh.needs(16, "SET STORAGE DEFAULT")
    weigh.lock_family(action.table, "ACCESS EXCLUSIVE", f"`{action.column}` is stored in another way from now on")


def set_statistics(action: SetStatistics, weigh: Weighing) -> None:
    weigh.lock_family(action.table, "SHARE UPDATE EXCLUSIVE", f"`{action.column}` gets another statistics target")


def set_column_options(action: SetColumnOptions, weigh: Weighing) -> None:
    weigh.lock(action.table, "SHARE UPDATE EXCLUSIVE", f"`{action.column}` gets other options")
