"""Keep what columns held before they are overwritten, in the transaction that overwrites them, and put it back."""

from collections.abc import Sequence

from protocol import rates
from protocol.figure import Figure
from protocol.key import Key, KeyColumn
from protocol.keyset import Write, keyset_walk
from protocol.names import TableName, quoted
from protocol.recipes.compare import differs, same, unsized
from protocol.recipes.instant import UNDO_LOCK_TIMEOUT_MS, instant, undo_by
from protocol.schema import Column
from protocol.steps import Backfill, Statements, Undo
from protocol.value import Value

KEEPS = "Rows that the application changed since keep what it wrote."


class NewValue(Value):
    """A column that is overwritten, and the expression over its row that it gets."""

    column: Column
    expression: str

    @property
    def differs(self) -> str:
        """True for a row that does not hold the value yet, as the column would round or spell it."""
        type_ = self.column.type
        return differs(quoted(self.column.name), f"({self.expression})::{unsized(type_)}", type_)


class OldValues(Value):
    """Old and new values by the table's key; `archive` is a table in schema `whimbrel` that holds them."""

    table: TableName
    key: Key
    values: tuple[NewValue, ...]
    archive: TableName

    # --- pieces of SQL ---------------------------------------------------------------------------------------------

    @property
    def _keys(self) -> str:
        return ", ".join(f"key_{n}" for n in range(1, len(self.key.columns) + 1))

    @property
    def _olds(self) -> list[str]:
        return [f"old_{n}" for n in range(1, len(self.values) + 1)]

    @property
    def _news(self) -> list[str]:
        return [f"new_{n}" for n in range(1, len(self.values) + 1)]

    def _on_key(self, target: str, other: str) -> str:
        pairs = (f"{target}.{quoted(c.name)} = {other}.key_{n}" for n, c in enumerate(self.key.columns, start=1))
        return " AND ".join(pairs)

    def _batch(self, where: str) -> str:
        """The rows to be written, locked, with what they hold and what they get; asked once for each row."""
        keys = (f"{quoted(c.name)} AS key_{n}" for n, c in enumerate(self.key.columns, start=1))
        olds = (f"{quoted(v.column.name)} AS old_{n}" for n, v in enumerate(self.values, start=1))
        news = (f"({v.expression})::{unsized(v.column.type)} AS new_{n}" for n, v in enumerate(self.values, start=1))
        return f"SELECT {', '.join([*keys, *olds, *news])} FROM {self.table.sql} WHERE {where} FOR NO KEY UPDATE"

    def _set(self, source: str) -> str:
        pairs = zip(self.values, self._news, strict=True)
        return ", ".join(f"{quoted(value.column.name)} = {source}.{new}" for value, new in pairs)

    # --- steps -----------------------------------------------------------------------------------------------------

    def create(self, limit: int, *, marked: bool = False) -> Statements:
        """Make the archive; `marked` gives it the mark that `once` needs."""
        typed = [f"key_{n} {c.type}" for n, c in enumerate(self.key.columns, start=1)]
        typed += [f"{old} {v.column.type}" for old, v in zip(self._olds, self.values, strict=True)]
        typed += [f"{new} {v.column.type}" for new, v in zip(self._news, self.values, strict=True)]
        typed += ["written boolean NOT NULL"] if marked else []
        return instant(
            "keep_old_values",
            "Make a place for the old values",
            f"What the columns hold is kept in {self.archive} by key, so that it can be put back. A new table blocks "
            "nobody.",
            f"CREATE TABLE {self.archive.sql} ({', '.join(typed)}, PRIMARY KEY ({self._keys}))",
            limit=limit,
            undo=undo_by("keep_old_values", f"DROP TABLE {self.archive.sql}", lock="none"),
            lock="none",
        )

    def write(self, where: str) -> str:
        """Overwrite the rows of which `where` is true, old values kept: right for values that may be written again.

        What an earlier walk wrote is no old value: where it still stands, the one before it stays kept.
        """
        columns = ", ".join([self._keys, *self._olds, *self._news])
        first = (
            f"old_{n} = CASE WHEN {same(f'excluded.old_{n}', f'before.new_{n}', value.column.type)} "
            f"THEN before.old_{n} ELSE excluded.old_{n} END"
            for n, value in enumerate(self.values, start=1)
        )
        again = ", ".join([*first, *(f"{new} = excluded.{new}" for new in self._news)])
        return (
            f"WITH batch AS ({self._batch(where)}), kept AS (INSERT INTO {self.archive.sql} AS before ({columns}) "
            f"SELECT {columns} FROM batch ON CONFLICT ({self._keys}) DO UPDATE SET {again}) "
            f"UPDATE {self.table.sql} AS target SET {self._set('batch')} FROM batch "
            f"WHERE {self._on_key('target', 'batch')}"
        )

    def write_once(self, where: str) -> str:
        """The same for values that must not be written again: a row that is kept already is left alone."""
        columns = ", ".join([self._keys, *self._olds, *self._news])
        kept = f"SELECT FROM {self.archive.sql} AS kept WHERE {self._on_key(self.table.sql, 'kept')}"
        returned = ", ".join(f"batch.key_{n}" for n in range(1, len(self.key.columns) + 1))
        return (
            f"WITH batch AS ({self._batch(f'{where} AND NOT EXISTS ({kept})')}), "
            f"written AS (UPDATE {self.table.sql} AS target SET {self._set('batch')} FROM batch "
            f"WHERE {self._on_key('target', 'batch')} RETURNING {returned}) "
            f"INSERT INTO {self.archive.sql} ({columns}, written) SELECT {columns}, written.key_1 IS NOT NULL "
            f"FROM batch LEFT JOIN written USING ({self._keys})"
        )

    @property
    def not_written(self) -> str:
        """Counts the rows that were kept and then not written: a trigger of the table held them back."""
        return f"SELECT count(*) FROM {self.archive.sql} WHERE NOT written"

    def backfill(self, to_do: str, *, rows: Figure, title: str, why: str) -> Backfill:
        """Walk the table; `to_do` is true for a row that still lacks its value."""
        left = f"SELECT count(*) FROM {self.table.sql} WHERE {to_do}"
        return self._walk(lambda batch: self.write(f"{batch} AND {to_do}"), left, rows, title, why)

    def backfill_once(self, where: str | None, *, rows: Figure, title: str, why: str) -> Backfill:
        also = f" AND ({where})" if where else ""
        return self._walk(lambda batch: self.write_once(batch + also), self.not_written, rows, title, why)

    def _walk(self, write: Write, left: str, rows: Figure, title: str, why: str) -> Backfill:
        step = keyset_walk(table=self.table, key=self.key, write=write, left_sql=left, rows=rows, title=title, why=why)
        return step.model_copy(update={"undo": self.put_back(rows)})

    # --- undo ------------------------------------------------------------------------------------------------------

    def put_back(self, rows: Figure, before: Sequence[str] = ()) -> Undo:
        """Put the old values back in batches along the archive; `before` are statements that have to run first."""
        refill = keyset_walk(
            table=self.archive,
            key=Key(
                index=f"{self.archive.name} by key",
                columns=tuple(
                    KeyColumn(name=f"key_{n}", type=column.type) for n, column in enumerate(self.key.columns, start=1)
                ),
            ),
            write=self.refill,
            left_sql=f"SELECT count(*) FROM {self.table.sql} AS target, {self.archive.sql} AS kept "
            f"WHERE {self._on_key('target', 'kept')} AND ({self._still_holds})",
            rows=rows,
            title="Put the old values back",
            why="Only where a row still holds what was written; batch by batch, with its checkpoint inside.",
            id_="undo_values",
        )
        if not before:
            return Undo(steps=(refill,), costs=KEEPS)
        first = instant(
            "undo_before_values", "Clear the way", "Only the catalogue changes.", *before, limit=UNDO_LOCK_TIMEOUT_MS
        )
        return Undo(steps=(first, refill), costs=KEEPS)

    def put_back_at_once(self) -> Undo:
        """The same in one statement, for what was written in one."""
        back = Statements(
            id="undo_values",
            title="Put the old values back",
            why="Only where a row still holds what was written.",
            lock="ROW EXCLUSIVE",
            held=rates.NO_LOCK,
            duration=Figure.unknown("as long as it took to write them"),
            sql=(self.refill("true"),),
            lock_timeout_ms=UNDO_LOCK_TIMEOUT_MS,
        )
        return Undo(steps=(back,), costs=KEEPS)

    def _holds(self, number: int, value: NewValue) -> str:
        return same(f"target.{quoted(value.column.name)}", f"kept.new_{number}", value.column.type)

    @property
    def _still_holds(self) -> str:
        return " OR ".join(
            f"({self._holds(n, value)} AND {differs(f'kept.old_{n}', f'kept.new_{n}', value.column.type)})"
            for n, value in enumerate(self.values, start=1)
        )

    def refill(self, batch: str) -> str:
        """Put back what the archive holds in the rows of a batch of it, where a row still holds what was written."""
        sets = (
            f"{quoted(v.column.name)} = CASE WHEN {self._holds(n, v)} THEN kept.old_{n} "
            f"ELSE target.{quoted(v.column.name)} END"
            for n, v in enumerate(self.values, start=1)
        )
        return (
            f"UPDATE {self.table.sql} AS target SET {', '.join(sets)} "
            f"FROM (SELECT * FROM {self.archive.sql} WHERE {batch}) AS kept "
            f"WHERE {self._on_key('target', 'kept')} AND ({self._still_holds})"
        )
