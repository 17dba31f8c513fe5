"""What is done to indexes locks and builds."""

from protocol.steps import LockMode
from tools.lint.actions import AttachIndex, CreateIndex, DropIndex, Reindex, Relation, RenameIndex
from tools.locks.names import index_name
from tools.locks.weigh import Weighing


def create_index(action: CreateIndex, weigh: Weighing) -> None:
    name, known = index_name(action), weigh.find(action.table)
    if action.nulls_not_distinct:
        weigh.needs(15, "NULLS NOT DISTINCT")
    if action.if_not_exists and any(index.name == name for index in known.indexes):
        mode: LockMode = "SHARE UPDATE EXCLUSIVE" if action.concurrently else "SHARE"
        weigh.lock(action.table, mode, f"whether `{name}` exists is looked up; it does, and may be invalid")
        return
    if action.concurrently:
        _concurrently(action, name, weigh)
    elif action.only:
        _only(action, name, weigh)
    else:
        _with_partitions(action, name, weigh)


def _concurrently(action: CreateIndex, name: str, weigh: Weighing) -> None:
    weigh.alone("CREATE INDEX CONCURRENTLY")
    if weigh.is_partitioned(action.table):
        weigh.refuse("CREATE INDEX CONCURRENTLY does not work on a partitioned table.")
    weigh.lock(action.table, "SHARE UPDATE EXCLUSIVE", f"`{name}` is built while others read and write")
    weigh.build(action.table, name, "it is new, and older transactions are waited for")


def _only(action: CreateIndex, name: str, weigh: Weighing) -> None:
    weigh.lock(action.table, "SHARE", f"`{name}` is created")
    if not weigh.is_partitioned(action.table):
        weigh.build(action.table, name, "ONLY spares it for a partitioned table alone")


def _with_partitions(action: CreateIndex, name: str, weigh: Weighing) -> None:
    weigh.lock(action.table, "SHARE", f"`{name}` is built")
    if not weigh.is_partitioned(action.table):
        weigh.build(action.table, name, "it is new")
    for below in weigh.find(action.table).partitions:
        part = action.model_copy(update={"table": below, "name": ""})
        _with_partitions(part, index_name(part), weigh)


def drop_index(action: DropIndex, weigh: Weighing) -> None:
    found = weigh.known.find_index(action.index)
    if action.concurrently:
        _drop_concurrently(action, weigh)
        return
    weigh.lock(action.index, "ACCESS EXCLUSIVE", "it is dropped")
    if found is None:
        weigh.doubt(f"The table of `{action.index}` is locked ACCESS EXCLUSIVE as well; which one is not known.")
        return
    table, index = found
    if index.constraint:
        weigh.refuse(f"`{index.name}` belongs to a constraint of `{table.table}`: drop that one.")
    weigh.lock_family(table.table, "ACCESS EXCLUSIVE", f"its index `{index.name}` is dropped")


def _drop_concurrently(action: DropIndex, weigh: Weighing) -> None:
    weigh.alone("DROP INDEX CONCURRENTLY")
    weigh.lock(action.index, "SHARE UPDATE EXCLUSIVE", "it is dropped while others read and write")
    found = weigh.known.find_index(action.index)
    if action.cascade:
        weigh.refuse("DROP INDEX CONCURRENTLY takes no CASCADE.")
    if found is None:
        return
    table, index = found
    if table.kind == "partitioned table":
        weigh.refuse("DROP INDEX CONCURRENTLY does not work on a partitioned index.")
    if index.constraint:
        weigh.refuse(f"`{index.name}` belongs to a constraint of `{table.table}`: drop that one.")
    weigh.lock(table.table, "SHARE UPDATE EXCLUSIVE", f"its index `{index.name}` is dropped")


def reindex(action: Reindex, weigh: Weighing) -> None:
    if action.concurrently:
        weigh.alone("REINDEX CONCURRENTLY")
    if action.relation is None:
        weigh.alone(f"REINDEX {action.kind.upper()}")
        weigh.doubt(f"Every table of the {action.kind} has its indexes built again, one after the other.")
    elif action.kind == "index":
        _reindex_one(action.relation, weigh, concurrently=action.concurrently)
    else:
        _reindex_table(action.relation, weigh, concurrently=action.concurrently)


def _reindex_one(index: Relation, weigh: Weighing, *, concurrently: bool) -> None:
    found = weigh.known.find_index(index)
    if found is None:
        weigh.doubt(f"The table of `{index}` is locked as well, and writes to it wait unless CONCURRENTLY is given.")
        table = index
    else:
        table = found[0].table
        weigh.lock(table, "SHARE UPDATE EXCLUSIVE" if concurrently else "SHARE", f"`{index}` is built again")
    weigh.lock(index, "SHARE UPDATE EXCLUSIVE" if concurrently else "ACCESS EXCLUSIVE", "it is built again")
    weigh.build(table, index.name, "REINDEX")


def _reindex_table(table: Relation, weigh: Weighing, *, concurrently: bool) -> None:
    if weigh.is_partitioned(table):
        weigh.alone("REINDEX of a partitioned table")
    for each in (table, *weigh.known.below(table)):
        if concurrently:
            weigh.lock(each, "SHARE UPDATE EXCLUSIVE", "its indexes are built again while others read and write")
            for index in weigh.find(each).indexes:
                weigh.build(each, index.name, "REINDEX")
            if not weigh.find(each).complete:
                weigh.build(each, "", "REINDEX")
        elif not weigh.is_partitioned(each):
            weigh.lock(each, "SHARE", "its indexes are built again")
            weigh.build_all(each, "REINDEX")


def rename_index(action: RenameIndex, weigh: Weighing) -> None:
    weigh.lock(action.index, "SHARE UPDATE EXCLUSIVE", "it is renamed")


def attach_index(action: AttachIndex, weigh: Weighing) -> None:
    weigh.lock(action.index, "SHARE UPDATE EXCLUSIVE", f"`{action.partition}` is attached")
    weigh.lock(action.partition, "ACCESS EXCLUSIVE", f"it becomes a part of `{action.index}`")
