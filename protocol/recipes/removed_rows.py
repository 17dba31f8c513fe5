"""Take rows out of a table into one of schema `whimbrel`, in the transaction that deletes them; put them back."""

import re
from collections.abc import Collection, Iterable

from protocol.figure import Figure
from protocol.foreign_key import ForeignKey
from protocol.key import Key
from protocol.keyset import keyset_walk
from protocol.names import TableName, quoted
from protocol.recipes.instant import instant
from protocol.recipes.refusing import refusing
from protocol.schema import Column, Table
from protocol.steps import Backfill, Statements, Undo
from protocol.value import Value


class RemovedRows(Value):
    """`archive` has every column of `table` and its key; generated columns stand in it as plain ones."""

    table: TableName
    key: Key
    columns: tuple[Column, ...]
    archive: TableName
    triggers: tuple[str, ...] = ()
    """Those of `table` that an INSERT fires."""

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(quoted(column.name) for column in self.key.columns)

    def on_key(self, one: str, other: str) -> str:
        return " AND ".join(f"{one}.{key} = {other}.{key}" for key in self.keys)

    def create(self, limit: int) -> Statements:
        """Make the archive. Undoing leaves it: a row that cannot go back stays in it."""
        return instant(
            "keep_removed_rows",
            "Make a place for the rows that go",
            f"Whole rows are kept in {self.archive}, so that they can be put back. A new table blocks nobody.",
            f"CREATE TABLE {self.archive.sql} (LIKE {self.table.sql}, PRIMARY KEY ({', '.join(self.keys)}))",
            limit=limit,
            lock="ACCESS SHARE",
        )

    def remove(self, doomed: str, before: str = "", still: str = "true") -> str:
        """Move the rows of the query `doomed`, which gives keys by their names; `before` are WITH queries it needs.

        `still` is asked of `target` and `doomed` again where the row was changed by another session meanwhile: what
        `doomed` found out by a join is not (measured).
        """
        columns = ", ".join(quoted(column.name) for column in self.columns)
        return (
            f"WITH {before}doomed AS ({doomed}), gone AS (DELETE FROM {self.table.sql} AS target USING doomed "
            f"WHERE {self.on_key('target', 'doomed')} AND {still} RETURNING target.*) "
            f"INSERT INTO {self.archive.sql} ({columns}) SELECT {columns} FROM gone"
        )

    def put_back(self, rows: Figure) -> Undo:
        """Insert the rows again, where their key is still free, and only then forget them."""
        refill = keyset_walk(
            table=self.archive,
            key=self.key,
            write=self._back,
            left_sql=f"SELECT count(*) FROM {self.archive.sql} AS kept WHERE NOT EXISTS "
            f"(SELECT FROM {self.table.sql} AS target WHERE {self.on_key('target', 'kept')})",
            rows=rows,
            title="Put the removed rows back",
            why="Batch by batch, with its checkpoint inside; a row leaves the archive only once it is back.",
            id_="undo_removal",
        )
        return Undo(steps=(refill,), costs=self._costs)

    @property
    def _costs(self) -> str:
        costs = (
            f"Rows whose key was taken meanwhile stay in {self.archive}; a row that another unique constraint refuses "
            "stops it."
        )
        if not self.triggers:
            return costs
        return (
            f"{costs} Triggers of {self.table} run for each row put back and may change it: {', '.join(self.triggers)}."
        )

    def _back(self, batch: str) -> str:
        """The key is named: without it any deferrable constraint of the table makes the server refuse (measured).

        A trigger may give a row another key than it had; the archive's row of that key is not the one that is back.
        """
        columns = ", ".join(quoted(column.name) for column in self.columns if not column.generated)
        keys = ", ".join(self.keys)
        return (
            f"WITH back AS (INSERT INTO {self.table.sql} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} "
            f"FROM {self.archive.sql} WHERE {batch} ON CONFLICT ({keys}) DO NOTHING RETURNING {keys}) "
            f"DELETE FROM {self.archive.sql} AS kept USING back WHERE {self.on_key('kept', 'back')} "
            f"AND (SELECT bool_and({self._is_ours(batch)}) FROM back)"
        )

    def _is_ours(self, batch: str) -> str:
        """True for a row of `back` that has a key of the batch; any other one stops the statement."""
        ours = f"SELECT FROM {self.archive.sql} AS ours WHERE {batch} AND {self.on_key('ours', 'back')}"
        stop = refusing(
            f"a trigger of {self.table} gave another key to a row that was put back; disable that trigger, then roll "
            "back again",
            f"back.{self.keys[0]}",
        )
        return f"CASE WHEN EXISTS ({ours}) THEN true ELSE {stop} END"

    def walk(self, step: Backfill, rows: Figure) -> Backfill:
        """The step with the undo that puts the rows back."""
        return step.model_copy(update={"undo": self.put_back(rows)})


def fired_by_insert(table: Table) -> tuple[str, ...]:
    """Names of the triggers that run when a row is put back."""
    events = ((there, there.definition.partition(" ON ")[0]) for there in table.triggers if there.enabled in ("O", "A"))
    return tuple(there.name for there, said in events if re.search(r"(BEFORE|AFTER|OR) INSERT\b", said))


def deferrable_key(table: Table, columns: Collection[str]) -> str | None:
    """The constraint that keeps just these columns unique and can be deferred: ON CONFLICT takes none (measured)."""
    found = (
        there.name
        for there in table.constraints
        if there.kind in ("p", "u") and set(there.columns) == set(columns)
        if there.definition.endswith((" DEFERRABLE", " DEFERRABLE INITIALLY DEFERRED"))
    )
    return next(found, None)


def not_put_back(table: Table, key: Key) -> str | None:
    """Why rows of the table, once removed, could not be put back; None where they can."""
    name = deferrable_key(table, [column.name for column in key.columns])
    if name is None:
        return None
    return (
        f"its key is kept by `{name}`, which is DEFERRABLE, so removed rows could not be put back: "
        "make that constraint NOT DEFERRABLE first."
    )


def referenced_by(keys: Iterable[ForeignKey]) -> str:
    """Name the foreign keys, each with its table."""
    return ", ".join(f"{key.name} of {key.child}" for key in keys)
