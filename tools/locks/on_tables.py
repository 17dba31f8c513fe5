"""What is done to a whole table locks, rewrites and scans."""

from collections.abc import Callable
from typing import Any

from protocol.steps import LockMode
from tools.lint.actions import (
    Analyze,
    Cluster,
    CreateTable,
    CreateTrigger,
    DropTable,
    Inherit,
    LockTable,
    Relation,
    SetAccessMethod,
    SetCluster,
    SetLogged,
    SetOptions,
    SetReplicaIdentity,
    SetTablespace,
    SetTablespaceAll,
    Truncate,
    Vacuum,
)
from tools.locks.effect import MODES, same
from tools.locks.on_constraints import drop_pointing
from tools.locks.partitions import leave_parent
from tools.locks.weigh import Weighing

LIGHT_OPTIONS = ("autovacuum_", "vacuum_", "toast.autovacuum_", "toast.vacuum_", "log_autovacuum_")
LIGHT = {"fillfactor", "parallel_workers", "toast_tuple_target", "deduplicate_items"}
"""Storage parameters that need SHARE UPDATE EXCLUSIVE only; all others ACCESS EXCLUSIVE."""

Handler = Callable[[Any, Weighing], None]


def catalog_only(mode: LockMode, what: str, *, family: bool = False) -> Handler:
    """Build the handler of an action that changes the catalogue only, under one lock on its table."""

    def handler(action: Any, weigh: Weighing) -> None:
        lock = weigh.lock_family if family else weigh.lock
        lock(action.table, mode, what)

    return handler


# --- tables come and go --------------------------------------------------------------------------------------------


def create_table(action: CreateTable, weigh: Weighing) -> None:
    """Nobody can wait for the lock on the new table itself, so that is left out."""
    table, parent = action.table, action.partition_of
    if action.if_not_exists and weigh.known.find(table):
        return
    if parent:
        weigh.lock(parent, "ACCESS EXCLUSIVE", f"its partition `{table}` is created")
        _under_default(parent, table, weigh)
    for above in action.inherits:
        weigh.lock(above, "SHARE UPDATE EXCLUSIVE", f"`{table}` inherits from it")
    for key in action.constraints:
        if key.references and not same(key.references, table):
            weigh.lock_family(key.references, "SHARE ROW EXCLUSIVE", f"a foreign key of `{table}` points to it")
    if action.as_query:
        weigh.rows(table, "it is filled by its query")


def _under_default(parent: Relation, table: Relation, weigh: Weighing) -> None:
    default = weigh.known.default_partition(parent)
    if default:
        weigh.lock(default, "ACCESS EXCLUSIVE", f"none of its rows may belong to `{table}`")
        weigh.scan(default, f"none may belong to `{table}`")
    elif not weigh.find(parent).surrounded:
        weigh.doubt(f"Where `{parent}` has a default partition, that is locked and read as well.")


def drop_table(action: DropTable, weigh: Weighing) -> None:
    table = action.table
    known = weigh.find(table)
    weigh.lock_family(table, "ACCESS EXCLUSIVE", "it is dropped")
    leave_parent(known, weigh)
    for key in known.foreign_keys:
        if key.references:
            weigh.lock(key.references, "ACCESS EXCLUSIVE", f"the foreign key `{key.name}` goes with `{table}`")
    for key in known.referenced_by:
        if not same(key.table, table):
            drop_pointing(key, weigh, cascade=action.cascade)
    for view in known.views:
        if action.cascade:
            weigh.lock(view.view, "ACCESS EXCLUSIVE", f"it is dropped with `{table}`")
        else:
            weigh.refuse(f"The view `{view.view}` depends on `{table}`.")
    if not known.surrounded:
        weigh.doubt(f"Views, and foreign keys of other tables, may depend on `{table}`; they are not known.")
    if not known.complete:
        weigh.doubt(f"Tables that the foreign keys of `{table}` point to are locked too, in the same way.")


def truncate(action: Truncate, weigh: Weighing) -> None:
    emptied = list(action.tables)
    for table in emptied:
        weigh.lock(table, "ACCESS EXCLUSIVE", "it is emptied")
        weigh.lock_indexes(table, "ACCESS EXCLUSIVE", f"`{table}` is emptied")
        emptied += [below for below in weigh.known.below(table) if below not in emptied]
        for key in weigh.find(table).referenced_by:
            if any(same(key.table, each) for each in emptied):
                continue
            if not action.cascade:
                weigh.refuse(f"The foreign key `{key.name}` of `{key.table}` points to `{table}`.")
            emptied.append(key.table)


# --- rewrites ------------------------------------------------------------------------------------------------------


def set_logged(action: SetLogged, weigh: Weighing) -> None:
    weigh.lock(action.table, "ACCESS EXCLUSIVE", "it becomes logged" if action.logged else "it becomes unlogged")
    logged = weigh.find(action.table).logged
    if logged is None:
        weigh.doubt(f"Where `{action.table}` is so already, nothing is written.")
    if logged is not action.logged:
        weigh.rewrite(action.table, "all of it goes to the log" if action.logged else "it leaves the log")


def set_access_method(action: SetAccessMethod, weigh: Weighing) -> None:
    weigh.needs(15, "SET ACCESS METHOD")
    weigh.lock(action.table, "ACCESS EXCLUSIVE", "it is stored in another way")
    weigh.doubt(f"Where `{action.table}` is stored in that way already, nothing is written.")
    weigh.rewrite(action.table, f"it is stored by {action.method or 'the default method'}")


def set_tablespace(action: SetTablespace, weigh: Weighing) -> None:
    relation = action.table
    weigh.lock(relation, "ACCESS EXCLUSIVE", f"it moves to `{action.tablespace}`")
    if weigh.known.find_index(relation):
        weigh.build(weigh.known.indexes[relation.name], relation.name, f"it is copied to `{action.tablespace}`")
    else:
        weigh.doubt(f"Where `{relation}` is in `{action.tablespace}` already, nothing is copied.")
        weigh.rows(relation, f"its files are copied to `{action.tablespace}`")


def set_tablespace_all(action: SetTablespaceAll, weigh: Weighing) -> None:
    weigh.doubt(f"Everything in `{action.source}` is locked ACCESS EXCLUSIVE and copied, one after the other.")


def cluster(action: Cluster, weigh: Weighing) -> None:
    if action.table is None:
        weigh.alone("CLUSTER without a table")
        weigh.doubt("Every table that was clustered before is locked ACCESS EXCLUSIVE and written anew.")
        return
    if weigh.is_partitioned(action.table):
        weigh.alone("CLUSTER of a partitioned table")
    weigh.lock_family(action.table, "ACCESS EXCLUSIVE", "it is written in the order of an index")
    weigh.rewrite(action.table, "its rows are put in the order of an index")


def vacuum(action: Vacuum, weigh: Weighing) -> None:
    weigh.alone("VACUUM")
    if not action.tables:
        weigh.doubt("Every table of the database is vacuumed, one after the other.")
    for table in action.tables:
        if action.full:
            weigh.lock_family(table, "ACCESS EXCLUSIVE", "VACUUM FULL writes it anew")
            weigh.rewrite(table, "VACUUM FULL leaves out what is dead")
        else:
            weigh.lock_family(table, "SHARE UPDATE EXCLUSIVE", "it is vacuumed, while others read and write")
            weigh.scan(table, "what is dead in it is found")


def analyze(action: Analyze, weigh: Weighing) -> None:
    for table in action.tables:
        weigh.lock_family(table, "SHARE UPDATE EXCLUSIVE", "a sample of it is read, while others read and write")
    if not action.tables:
        weigh.doubt("Every table of the database is locked SHARE UPDATE EXCLUSIVE for its sample.")


# --- settings ------------------------------------------------------------------------------------------------------


def set_options(action: SetOptions, weigh: Weighing) -> None:
    light = all(name in LIGHT or name.startswith(LIGHT_OPTIONS) for name in action.options)
    if "security_invoker" in action.options:
        weigh.needs(15, "security_invoker")
    if weigh.is_partitioned(action.table):
        weigh.refuse("A partitioned table has no storage parameters; set them on its partitions.")
    mode: LockMode = "SHARE UPDATE EXCLUSIVE" if light else "ACCESS EXCLUSIVE"
    weigh.lock(action.table, mode, f"{', '.join(action.options)} changes")


def set_replica_identity(action: SetReplicaIdentity, weigh: Weighing) -> None:
    weigh.lock(action.table, "ACCESS EXCLUSIVE", "its replica identity changes")
    if action.index:
        index = Relation(schema_name=action.table.schema_name, name=action.index)
        weigh.lock(index, "SHARE", f"it becomes the replica identity of `{action.table}`")


def set_cluster(action: SetCluster, weigh: Weighing) -> None:
    weigh.lock(action.table, "SHARE UPDATE EXCLUSIVE", "CLUSTER will follow another index")
    if action.index:
        index = Relation(schema_name=action.table.schema_name, name=action.index)
        weigh.lock(index, "SHARE UPDATE EXCLUSIVE", "CLUSTER will follow it")


def inherit(action: Inherit, weigh: Weighing) -> None:
    weigh.lock_family(action.table, "ACCESS EXCLUSIVE", f"it inherits from `{action.parent}`")
    weigh.lock(action.parent, "SHARE UPDATE EXCLUSIVE", f"`{action.table}` inherits from it")
    if weigh.is_partitioned(action.parent):
        weigh.refuse(f"Nothing can inherit from `{action.parent}`, for it is partitioned.")


def create_trigger(action: CreateTrigger, weigh: Weighing) -> None:
    weigh.lock_family(action.table, "SHARE ROW EXCLUSIVE", f"the trigger `{action.name}` is created")


def lock_table(action: LockTable, weigh: Weighing) -> None:
    mode = next(mode for mode in MODES if mode == action.mode)
    for table in action.tables:
        weigh.lock_through(table, mode, "LOCK TABLE asks for it")
