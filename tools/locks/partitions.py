"""What attaching and detaching partitions locks, scans and builds."""

import re

from tools.lint.actions import AttachPartition, DetachPartition, Relation
from tools.locks.known import KnownTable
from tools.locks.weigh import Weighing

RANGE = re.compile(r"FROM \((?P<low>.*)\) TO \((?P<high>.*)\)")


def key_columns(partition_by: str) -> tuple[str, ...]:
    """Return the plain columns of a PARTITION BY; an expression is returned as its text."""
    _, _, inside = partition_by.partition("(")
    return tuple(part.strip() for part in inside.removesuffix(")").split(",") if part.strip())


def attach(action: AttachPartition, weigh: Weighing) -> None:
    parent, partition = action.table, action.partition
    weigh.lock(parent, "SHARE UPDATE EXCLUSIVE", f"`{partition}` is attached")
    weigh.lock_family(partition, "ACCESS EXCLUSIVE", f"it becomes a partition of `{parent}`")
    if not _proved(action, weigh):
        weigh.scan(partition, f"each must belong to {action.bound}, and no CHECK that is known says so")
    default = weigh.known.default_partition(parent)
    if default:
        weigh.lock(default, "ACCESS EXCLUSIVE", f"none of its rows may belong to `{partition}`")
        weigh.scan(default, f"none may belong to `{partition}`")
    if not weigh.find(parent).surrounded:
        weigh.doubt(f"Where `{parent}` has a default partition, that is locked and read as well.")
    _indexes(parent, partition, weigh)


def _proved(action: AttachPartition, weigh: Weighing) -> bool:
    """Tell whether a valid CHECK of the partition says word for word what a range of one column means."""
    keys, bound = key_columns(weigh.find(action.table).partition_by), RANGE.fullmatch(action.bound)
    if len(keys) != 1 or bound is None:
        return False
    wanted = {f"{keys[0]} >= {bound['low']}", f"{keys[0]} < {bound['high']}"}
    known = weigh.find(action.partition)
    if not weigh.proves_not_null(action.partition, keys[0]):
        return False
    checks = (each for each in known.constraints if each.kind == "check" and not each.not_valid and each.expression)
    return any(wanted <= set((check.expression or "").split(" AND ")) for check in checks)


def _indexes(parent: Relation, partition: Relation, weigh: Weighing) -> None:
    """Every index of the parent that the partition has no like of is built."""
    above, below = weigh.find(parent), weigh.find(partition)
    has = {(index.columns, index.unique) for index in below.indexes}
    for index in above.indexes:
        if (index.columns, index.unique) not in has:
            name = "_".join((partition.name, *index.columns, "key" if index.constraint else "idx"))
            weigh.build(partition, name, f"`{parent}` has `{index.name}`")
        above_it = Relation(schema_name=parent.schema_name, name=index.name)
        weigh.lock(above_it, "SHARE UPDATE EXCLUSIVE", f"that of `{partition}` is attached")


def detach(action: DetachPartition, weigh: Weighing) -> None:
    parent, partition = action.table, action.partition
    default = weigh.known.default_partition(parent)
    if action.concurrently or action.finalize:
        _detach_slowly(action, default, weigh)
        return
    weigh.lock(parent, "ACCESS EXCLUSIVE", f"`{partition}` is detached")
    weigh.lock_family(partition, "ACCESS EXCLUSIVE", f"it leaves `{parent}`")
    if default:
        weigh.lock(default, "ACCESS EXCLUSIVE", f"it may take rows that went to `{partition}`")


def _detach_slowly(action: DetachPartition, default: Relation | None, weigh: Weighing) -> None:
    """Documentation of ALTER TABLE: SHARE UPDATE EXCLUSIVE, at the end ACCESS EXCLUSIVE on the partition."""
    parent, partition = action.table, action.partition
    if action.concurrently:
        weigh.needs(14, "DETACH PARTITION … CONCURRENTLY")
        weigh.alone("DETACH PARTITION … CONCURRENTLY")
    if action.concurrently and default:
        weigh.refuse(f"DETACH … CONCURRENTLY does not work while there is a default partition, `{default}`.")
    weigh.lock(parent, "SHARE UPDATE EXCLUSIVE", f"`{partition}` is detached")
    weigh.lock(partition, "ACCESS EXCLUSIVE", f"it leaves `{parent}`, for a moment at the end")


def leave_parent(known: KnownTable, weigh: Weighing) -> None:
    """Weigh that a partition is dropped."""
    if known.partition_of:
        weigh.lock(known.partition_of, "ACCESS EXCLUSIVE", f"its partition `{known.table}` is dropped")
