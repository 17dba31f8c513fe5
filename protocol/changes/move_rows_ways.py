"""The way to move rows, and the proof: a row has arrived when the target has it, or when this run put it there.

What the application does with a moved row in the target counts; a row that changed in the source since does not pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol import rates
from protocol.facts import Facts
from protocol.figure import Figure
from protocol.key import Key, KeyColumn
from protocol.keyset import keyset_walk
from protocol.names import TableName, literal, quoted
from protocol.recipes.compare import same, unsized
from protocol.recipes.instant import instant, undo_by
from protocol.recipes.kept_in import free_name
from protocol.recipes.removed_rows import RemovedRows, fired_by_insert
from protocol.recipes.repeatable import changes_by_itself
from protocol.schema import Column
from protocol.situation import Situation
from protocol.steps import Backfill, Check, Gate, Statements, Step, Undo
from protocol.strategy import Strategy

if TYPE_CHECKING:
    from protocol.changes.move_rows import MoveRows


def moved_in(change: MoveRows, facts: Facts) -> TableName:
    """Where the keys of the rows that this run put into the target are kept."""
    return free_name(facts, "moved", change.table.name, "to", change.target.name)


def removed_in(change: MoveRows, facts: Facts) -> TableName:
    return free_name(facts, "removed", change.table.name, "moved")


def strategies(change: MoveRows, situation: Situation) -> tuple[Strategy, ...]:
    """In batches; behind a gate, what came meanwhile and the deletion."""
    way = _Way(change, situation)
    steps = way.steps
    return (
        Strategy(
            id="batched",
            title="In batches",
            sketch=tuple(step.update_sql for step in steps if isinstance(step, Backfill)),
            pros=(
                "No lock is held for longer than a batch; reads and writes go on",
                "It can pause, and it resumes where it stopped; only rows of this run are taken out by undoing",
            ),
            cons=(
                "Rows of the source that change after they were copied stop it",
                *(("Waits for a deployment before the source's rows are deleted",) if change.delete_source else ()),
            ),
            downtime="none",
            steps=steps,
        ),
    )


def checks(change: MoveRows, situation: Situation) -> tuple[Check, ...]:
    """Every row has arrived; the deleted ones are in the target too."""
    way = _Way(change, situation)
    arrived = Check(
        id="arrived",
        title="Every row that was meant came into the target, with its values",
        kind="data",
        sql=way.missing(change.table).replace("count(*)", "count(*)::text", 1),
        expected="0",
    )
    moved = Check(
        id="moved",
        title="Rows that this run put into the target",
        kind="data",
        sql=f"SELECT count(*)::text FROM {way.moved.sql}",
        expected=None,
    )
    if not change.delete_source:
        return (arrived, moved)
    nowhere = Check(
        id="nowhere",
        title="Every deleted row came into the target",
        kind="data",
        sql=way.missing(way.removed.archive, by_key=True).replace("count(*)", "count(*)::text", 1),
        expected="0",
    )
    return (arrived, moved, nowhere)


class _Way:
    """The pieces of one move."""

    def __init__(self, change: MoveRows, situation: Situation) -> None:
        facts = situation.facts.of(change.table)
        assert facts.key is not None, "conflicts refuse a source without a key"
        self.change, self.situation, self.rows, self.key = change, situation, facts.rows, facts.key
        self.target = situation.facts.of(change.target).table
        self.moved = moved_in(change, situation.facts)
        archive = removed_in(change, situation.facts)
        self.removed = RemovedRows(
            table=change.table,
            key=facts.key,
            columns=facts.table.columns,
            archive=archive,
            triggers=fired_by_insert(facts.table),
        )
        self.place = {one.column: number for number, one in enumerate(change.mapping, start=1)}

    # --- steps -----------------------------------------------------------------------------------------------------

    @property
    def steps(self) -> tuple[Step, ...]:
        copied: tuple[Step, ...] = (self._keep(), self._copy(), *self._sequences())
        return (*copied, *self._removal()) if self.change.delete_source else copied

    def _keep(self) -> Statements:
        keys = [f"key_{n} {self._column(name).type}" for n, name in enumerate(self.change.unique, start=1)]
        values = [f"value_{self.place[name]} {self._column(name).type}" for name in self.steady]
        names = ", ".join(f"key_{n}" for n in range(1, len(self.change.unique) + 1))
        return instant(
            "keep_keys",
            "Make a place for the keys of moved rows",
            f"What this run puts into the target is noted in {self.moved} with its values, so that undoing takes out "
            "nothing else, and the application may change those rows at once.",
            f"CREATE TABLE {self.moved.sql} ({', '.join([*keys, *values])}, PRIMARY KEY ({names}))",
            limit=self.situation.lock_limit,
            undo=undo_by("keep_keys", f"DROP TABLE {self.moved.sql}", lock="none"),
            lock="none",
        )

    def _copy(self, id_: str = "copy", title: str = "Copy the rows") -> Backfill:
        step = keyset_walk(
            table=self.change.table,
            key=self.key,
            write=self._put,
            left_sql=self.missing(self.change.table),
            rows=self.rows,
            title=title,
            why="A batch is one transaction with its checkpoint inside; a row whose key is in the target is "
            "left alone, and at the end every row must have come there with its values.",
            id_=id_,
        )
        return step.model_copy(update={"undo": self._take_out() if id_ == "copy" else None})

    def _removal(self) -> tuple[Step, ...]:
        gate = Gate(
            id="application_reads_target",
            title=f"The application looks for the rows in {self.change.target}",
            why="From here on the rows go from the source.",
            lock="none",
            held=rates.NO_LOCK,
            duration=Figure.unknown("it depends on the deployment"),
            waits_for=f"no running version of the application reads or writes these rows in {self.change.table}",
        )
        again = self._copy("copy_again", "Copy the rows that came meanwhile")
        remove = keyset_walk(
            table=self.change.table,
            key=self.key,
            write=self._remove,
            left_sql=self._still_there,
            rows=self.rows,
            title="Delete the moved rows from the source",
            why="Only a row that came into the target with the values it has goes, and whole rows are kept.",
            id_="delete_source",
        )
        return (gate, again, self.removed.create(self.situation.lock_limit), self.removed.walk(remove, self.rows))

    def _sequences(self) -> tuple[Statements, ...]:
        """Numbers that were copied must not be given out again by the target's own sequences (T29)."""
        columns = [
            column
            for column in self.target.columns
            if column.name in self.place and (column.identity or "nextval(" in (column.default or ""))
        ]
        if not columns:
            return ()
        sql = (
            f"SELECT setval({sequence}, greatest(nextval({sequence}), coalesce(max({quoted(column.name)}), 1))) "
            f"FROM {self.change.target.sql}"
            for column in columns
            for sequence in [
                f"pg_get_serial_sequence({literal(self.change.target.sql)}, {literal(column.name)})::regclass"
            ]
        )
        step = instant(
            "advance_sequence",
            "Let the target's numbers begin behind the copied ones",
            "A sequence does not notice numbers that are inserted by hand; a gap harms nobody.",
            *sql,
            limit=self.situation.lock_limit,
            lock="ROW EXCLUSIVE",
        )
        return (step,)

    # --- pieces of SQL ---------------------------------------------------------------------------------------------

    def _column(self, name: str) -> Column:
        column = self.target.column(name)
        assert column is not None, "conflicts refuse a column that is not there"
        return column

    def _wanted(self, source: TableName, where: str, keys: str = "") -> str:
        """The rows as the target gets them: value_1, value_2 … in the order of the mapping."""
        values = (
            f"({one.expression})::{unsized(self._column(one.column).type)} AS value_{self.place[one.column]}"
            for one in self.change.mapping
        )
        # an expression may name the source's table, so an archive is read under that name
        name = source.sql if source == self.change.table else f"{source.sql} AS {quoted(self.change.table.name)}"
        return f"SELECT {keys}{', '.join(values)} FROM {name}{where}"

    def _where(self, batch: str = "") -> str:
        parts = [part for part in (batch, f"({self.change.where})" if self.change.where else "") if part]
        return f" WHERE {' AND '.join(parts)}" if parts else ""

    @property
    def steady(self) -> tuple[str, ...]:
        """The columns beside the key whose values are the same each time they are asked."""
        return tuple(
            one.column
            for one in self.change.mapping
            if one.column not in self.change.unique and not changes_by_itself(one.expression, self.situation.values)
        )

    def _is_moved(self, wanted: str, *, by_key: bool = False) -> str:
        """True where this run put the row into the target, whatever the application did with it there since."""
        keys = [
            f"moved.key_{n} = {wanted}.value_{self.place[name]}" for n, name in enumerate(self.change.unique, start=1)
        ]
        values = [
            same(f"moved.value_{self.place[name]}", f"{wanted}.value_{self.place[name]}", self._column(name).type)
            for name in self.steady
        ]
        conditions = " AND ".join(keys if by_key else [*keys, *values])
        return f"EXISTS (SELECT FROM {self.moved.sql} AS moved WHERE {conditions})"

    def _arrived(self, wanted: str, *, by_key: bool = False) -> str:
        """True where the target has the row, its key and its steady values, or had it from this run."""
        keys = [f"there.{quoted(name)} = {wanted}.value_{self.place[name]}" for name in self.change.unique]
        values = [
            same(f"there.{quoted(name)}", f"{wanted}.value_{self.place[name]}", self._column(name).type)
            for name in self.steady
        ]
        conditions = " AND ".join(keys if by_key else [*keys, *values])
        there = f"EXISTS (SELECT FROM {self.change.target.sql} AS there WHERE {conditions})"
        return f"({there} OR {self._is_moved(wanted, by_key=by_key)})"

    def missing(self, source: TableName, *, by_key: bool = False) -> str:
        """Counts the rows that never came into the target."""
        wanted = self._wanted(source, self._where())
        return f"SELECT count(*) FROM ({wanted}) AS wanted WHERE NOT {self._arrived('wanted', by_key=by_key)}"

    def _put(self, batch: str) -> str:
        columns = ", ".join(quoted(one.column) for one in self.change.mapping)
        values = ", ".join(f"value_{self.place[one.column]}" for one in self.change.mapping)
        keys = [f"key_{n}" for n in range(1, len(self.change.unique) + 1)]
        noted = ", ".join([*keys, *(f"value_{self.place[name]}" for name in self.steady)])
        unique = ", ".join(quoted(name) for name in self.change.unique)
        back = ", ".join(quoted(name) for name in [*self.change.unique, *self.steady])
        return (
            f"WITH batch AS ({self._wanted(self.change.table, self._where(batch))} FOR SHARE), "
            f"put AS (INSERT INTO {self.change.target.sql} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} "
            f"FROM batch WHERE NOT {self._is_moved('batch', by_key=True)} "
            f"ON CONFLICT ({unique}) DO NOTHING RETURNING {back}) "
            f"INSERT INTO {self.moved.sql} ({noted}) SELECT {back} FROM put"
        )

    def _take_out(self) -> Undo:
        key = Key(
            index=f"{self.moved.name} by key",
            columns=tuple(
                KeyColumn(name=f"key_{n}", type=self._column(name).type)
                for n, name in enumerate(self.change.unique, start=1)
            ),
        )
        joined = " AND ".join(
            f"there.{quoted(name)} = moved.key_{n}" for n, name in enumerate(self.change.unique, start=1)
        )
        numbers = range(1, len(self.change.unique) + 1)
        taken = ", ".join(f"moved.key_{n}" for n in numbers)
        forgotten = " AND ".join(f"noted.key_{n} = gone.key_{n}" for n in numbers)
        target = self.change.target.sql
        step = keyset_walk(
            table=self.moved,
            key=key,
            write=lambda batch: (
                f"WITH gone AS (DELETE FROM {target} AS there USING (SELECT * FROM {self.moved.sql} WHERE {batch}) "
                f"AS moved WHERE {joined} RETURNING {taken}) "
                f"DELETE FROM {self.moved.sql} AS noted USING gone WHERE {forgotten}"
            ),
            left_sql=f"SELECT count(*) FROM {target} AS there, {self.moved.sql} AS moved WHERE {joined}",
            rows=self.rows,
            title="Take the rows out of the target again",
            why="Only those that this run put there, batch by batch.",
            id_="undo_copy",
        )
        return Undo(steps=(step,), costs=f"What was written to the moved rows in {self.change.target} is gone.")

    def _remove(self, batch: str) -> str:
        keys = "".join(f"{key}, " for key in self.removed.keys)
        wanted = self._wanted(self.change.table, self._where(batch), keys)
        doomed = ", ".join(f"wanted.{key}" for key in self.removed.keys)
        return self.removed.remove(
            f"SELECT {doomed} FROM wanted WHERE {self._arrived('wanted')}", before=f"wanted AS ({wanted} FOR UPDATE), "
        )

    @property
    def _still_there(self) -> str:
        wanted = self._wanted(self.change.table, self._where())
        return f"SELECT count(*) FROM ({wanted}) AS wanted WHERE {self._arrived('wanted')}"
