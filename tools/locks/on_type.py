"""What ALTER COLUMN TYPE locks, rewrites and scans."""

from tools.lint.actions import AddConstraint, AlterColumnType, Relation
from tools.locks import types
from tools.locks.known import KnownColumn, KnownIndex
from tools.locks.partitions import key_columns
from tools.locks.weigh import Weighing, touches


def alter_type(action: AlterColumnType, weigh: Weighing) -> None:
    table, column = action.table, action.column
    weigh.lock_family(table, "ACCESS EXCLUSIVE", f"`{column}` gets another type")
    for view in weigh.find(table).views:
        if {column, "*"} & set(view.columns):
            weigh.refuse(f"`{column}` is used by the view `{view.view}`: drop it first and create it again after.")
    if column in key_columns(weigh.find(table).partition_by):
        weigh.refuse(f"`{table}` is partitioned by `{column}`.")
    old = weigh.find(table).column(column)
    rewritten = _rewritten(action, old, weigh)
    if rewritten:
        weigh.rewrite(table, rewritten)
    for each in (table, *weigh.known.below(table)):
        _indexes(action, old, each, weigh)
        _checks(action, each, weigh)
    _foreign_keys(action, old, weigh)


def _rewritten(action: AlterColumnType, old: KnownColumn | None, weigh: Weighing) -> str:
    """Say why every row has to be written; nothing where it has not."""
    column = action.column
    if old is None or not old.type:
        weigh.doubt(f"The type of `{column}` is not known; where its values look the same, no row is written.")
        return f"`{column}` may look different as `{action.type}`"
    if not types.keeps_value(action.using, column, action.type):
        return f"`{action.using}` is computed for every row"
    rewrites = types.rewrites(old.type, action.type, weigh.known)
    if rewrites is None:
        weigh.doubt("Where the session's time zone is UTC, no row is written.")
    return "" if rewrites is False else f"`{old.type}` and `{action.type}` look different on disk"


def _indexes(action: AlterColumnType, old: KnownColumn | None, table: Relation, weigh: Weighing) -> None:
    for index in weigh.find(table).indexes:
        if action.column in index.uses or "*" in index.uses:
            relation = Relation(schema_name=table.schema_name, name=index.name)
            weigh.lock(relation, "ACCESS EXCLUSIVE", f"`{action.column}` gets another type")
            reason = _built(action, old, index, weigh)
            if reason:
                weigh.build(table, index.name, reason)


def _built(action: AlterColumnType, old: KnownColumn | None, index: KnownIndex, weigh: Weighing) -> str:
    column = action.column
    if column in index.computed or "*" in index.uses:
        return f"it computes something from `{column}`"
    if old is None or old.collation != action.collation:
        return f"`{column}` may sort in another order"
    if not types.keeps_index(old.type, action.type, weigh.known):
        return f"`{action.type}` sorts by other rules than `{old.type}`"
    return ""


def _checks(action: AlterColumnType, table: Relation, weigh: Weighing) -> None:
    for constraint in weigh.find(table).constraints:
        if constraint.kind == "check" and not constraint.not_valid and touches(constraint, action.column):
            weigh.scan(table, f"`{constraint.name}` must hold for the new type of `{action.column}`")


def _foreign_keys(action: AlterColumnType, old: KnownColumn | None, weigh: Weighing) -> None:
    """A foreign key on the column, or to it, is dropped and made anew."""
    known = weigh.find(action.table)
    for key in known.foreign_keys:
        if action.column in key.columns and key.references:
            weigh.lock(key.references, "ACCESS EXCLUSIVE", f"the foreign key `{key.name}` is made anew")
            _checked_again(action, old, key, weigh)
    for key in known.referenced_by:
        if action.column in key.referenced_columns or not key.referenced_columns:
            weigh.lock(key.table, "ACCESS EXCLUSIVE", f"its foreign key `{key.name}` is made anew")
            _checked_again(action, old, key, weigh)


def _checked_again(action: AlterColumnType, old: KnownColumn | None, key: AddConstraint, weigh: Weighing) -> None:
    kept = old is not None and types.keeps_index(old.type, action.type, weigh.known)
    if not key.not_valid and not kept:
        weigh.scan(key.table, f"`{key.name}` compares by other rules now", key.name)
