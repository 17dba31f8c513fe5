"""What changes to rows, and queries, lock; how long a query takes is not weighed."""

from tools.lint.actions import Copy, Delete, Insert, Merge, Relation, Select, Update
from tools.locks.weigh import Weighing


def select(action: Select, weigh: Weighing) -> None:
    _reads(action.tables, weigh)
    for table in action.locked:
        weigh.lock_through(table, "ROW SHARE", f"rows of it are locked FOR {action.locking.upper()}")


def insert(action: Insert, weigh: Weighing) -> None:
    _reads(action.reads, weigh)
    weigh.lock_through(action.table, "ROW EXCLUSIVE", "rows are inserted")
    _looks_up(action.table, weigh)
    if not action.rows:
        weigh.rows(action.table, "as many are inserted as its query gives")


def update(action: Update, weigh: Weighing) -> None:
    _reads(action.reads, weigh)
    weigh.lock_through(action.table, "ROW EXCLUSIVE", "rows are updated")
    _looks_up(action.table, weigh, action.columns)
    weigh.rows(action.table, "those of its condition are updated" if action.has_where else "all are updated")


def delete(action: Delete, weigh: Weighing) -> None:
    _reads(action.reads, weigh)
    weigh.lock_through(action.table, "ROW EXCLUSIVE", "rows are deleted")
    for key in weigh.find(action.table).referenced_by:
        weigh.lock(key.table, "ROW SHARE", f"its foreign key `{key.name}` is checked for every row deleted")
    weigh.rows(action.table, "those of its condition are deleted" if action.has_where else "all are deleted")


def merge(action: Merge, weigh: Weighing) -> None:
    weigh.needs(15, "MERGE")
    if action.returning:
        weigh.needs(17, "MERGE … RETURNING")
    _reads(action.reads, weigh)
    weigh.lock_through(action.table, "ROW EXCLUSIVE", "rows are merged")
    _looks_up(action.table, weigh)
    weigh.rows(action.table, "as many change as its source gives")


def copy(action: Copy, weigh: Weighing) -> None:
    _reads(action.reads, weigh)
    if action.table is None:
        return
    if action.direction == "to":
        _reads((action.table,), weigh)
        weigh.scan(action.table, "COPY writes them out")
        return
    weigh.lock_through(action.table, "ROW EXCLUSIVE", "rows are copied in")
    _looks_up(action.table, weigh)
    weigh.rows(action.table, "all of the source are inserted")


def _reads(tables: tuple[Relation, ...], weigh: Weighing) -> None:
    for table in tables:
        weigh.lock_through(table, "ACCESS SHARE", "it is read")


def _looks_up(table: Relation, weigh: Weighing, columns: tuple[str, ...] = ()) -> None:
    """A new value of a foreign key is looked up, and the row it points to is locked."""
    for key in weigh.find(table).foreign_keys:
        if key.references and key.enforced and (not columns or set(columns) & set(key.columns)):
            weigh.lock(key.references, "ROW SHARE", f"`{key.name}` of `{table}` looks its keys up")
