"""Columns that follow from others of their row: kept in step by triggers, filled, then left to the application."""

from collections.abc import Iterator

from protocol import rates
from protocol.facts import Facts, Figure, TableFacts
from protocol.findings import Point, holds, warns
from protocol.keyset import keyset_backfill
from protocol.names import Expression, TableName, quoted
from protocol.recipes.compare import differs
from protocol.recipes.instant import instant, undo_by
from protocol.recipes.kept_in import free_name
from protocol.recipes.looking import column_has_type, no_leftovers
from protocol.recipes.old_values import NewValue, OldValues
from protocol.recipes.sync import Sync, one_way
from protocol.schema import Column
from protocol.situation import Situation
from protocol.steps import Backfill, Check, Gate, Statements, Step
from protocol.strategy import Strategy
from protocol.value import Value


class Derived(Value):
    """A column and the expression over its row that it follows; `is_new` where it has to be added."""

    column: Column
    expression: Expression
    is_new: bool = True

    @property
    def differs(self) -> str:
        return differs(quoted(self.column.name), f"({self.expression})::{self.column.type}", self.column.type)


class DerivedColumns(Value):
    """What is made on one table. `condition` says when the triggers may go."""

    table: TableName
    targets: tuple[Derived, ...]
    condition: str

    # --- ways ------------------------------------------------------------------------------------------------------

    def strategies(self, situation: Situation) -> tuple[Strategy, ...]:
        """Online in batches; or the filling in the transaction that adds the columns."""
        facts = situation.facts.of(self.table)
        return (self._online(situation, facts), self._at_once(situation, facts))

    def foresee(self, facts: Facts) -> Facts:
        there = facts.of(self.table)
        added = tuple(target.column for target in self.targets if target.is_new)
        table = there.table.model_copy(update={"columns": (*there.table.columns, *added)})
        later = facts.with_table(there.model_copy(update={"table": table}))
        return later.keeping(self._archive(facts)) if self._overwritten else later

    def checks(self, situation: Situation) -> tuple[Check, ...]:  # noqa: ARG002 - kinds call it so
        """That every row had its value is proved by the backfill; afterwards the application writes as it likes."""
        types = (
            column_has_type(self.table, target.column.name, target.column.type).model_copy(
                update={"id": f"column_{number}"}
            )
            for number, target in enumerate(self.targets, start=1)
        )
        names = ", ".join("'" + sync.name.replace("'", "''") + "'" for sync in self._syncs)
        return (
            *types,
            Check(
                id="triggers",
                title="The triggers that kept the columns in step are gone",
                kind="leftovers",
                sql=f"SELECT count(*)::text FROM pg_trigger WHERE tgname IN ({names}) AND NOT tgisinternal",
                expected="0",
            ),
            no_leftovers(self.table),
            Check(
                id="values",
                title="Rows in which the application wrote something else since",
                kind="data",
                sql=f"SELECT count(*)::text FROM {self.table.sql} WHERE {self._to_do}",
                expected=None,
            ),
        )

    def impact(self, situation: Situation) -> Iterator[Point]:
        yield holds("Nothing is removed or renamed; the columns it is made from stay as they are")
        yield warns("While the triggers stand, they overrule what the application writes to the new columns alone")
        for target in self._overwritten:
            yield warns(f"What `{target.column.name}` holds is overwritten; it is kept, but for rows written meanwhile")
        yield warns("`SELECT *` returns more columns, and prepared statements with it fail once")
        triggers = situation.facts.of(self.table).table.triggers
        if triggers:
            yield warns(f"Triggers of the table run for each row: {', '.join(trigger.name for trigger in triggers)}")

    def compatibility(self, situation: Situation) -> Iterator[Point]:  # noqa: ARG002 - kinds call it so
        yield holds("Old code goes on writing the columns it knows; a trigger computes the others")
        yield holds("New code may read the new columns once they are filled, and writes both until the gate")
        yield warns("What only the new columns hold is gone when the change is taken back")

    # --- pieces ----------------------------------------------------------------------------------------------------

    @property
    def _names(self) -> str:
        return ", ".join(target.column.name for target in self.targets)

    @property
    def _syncs(self) -> tuple[Sync, ...]:
        return tuple(one_way(self.table, target.column.name, target.expression) for target in self.targets)

    @property
    def _overwritten(self) -> tuple[Derived, ...]:
        return tuple(target for target in self.targets if not target.is_new)

    @property
    def _to_do(self) -> str:
        return "(" + " OR ".join(target.differs for target in self.targets) + ")"

    def _archive(self, facts: Facts) -> TableName:
        return free_name(facts, "old", self.table.name, *(target.column.name for target in self._overwritten))

    def _alter(self) -> tuple[str, ...]:
        return tuple(
            f"ALTER TABLE {self.table.sql} ADD COLUMN {quoted(target.column.name)} {target.column.type}"
            for target in self.targets
            if target.is_new
        )

    def _undo_alter(self) -> tuple[str, ...]:
        return tuple(
            f"ALTER TABLE {self.table.sql} DROP COLUMN IF EXISTS {quoted(target.column.name)}"
            for target in self.targets
            if target.is_new
        )

    def _drop_triggers(self) -> tuple[str, ...]:
        return tuple(line for sync in self._syncs for line in sync.drop)

    def _add(self, limit: int, *and_then: str, held: Figure = rates.INSTANT) -> Statements:
        step = instant(
            "add_columns",
            f"Add {self._names}, kept in step from now on" if self._alter() else f"Keep {self._names} in step",
            "Nullable and without a default nothing is written; the triggers compute the value for every row that is "
            "written from now on, so that the filling afterwards misses none.",
            *self._alter(),
            *(line for sync in self._syncs for line in sync.create),
            *and_then,
            limit=limit,
            undo=undo_by(
                "add_columns",
                *self._drop_triggers(),
                *self._undo_alter(),
                costs="What only the new columns hold is gone.",
            ),
        )
        return step.model_copy(update={"held": held, "duration": held})

    def _leave(self, situation: Situation) -> tuple[Step, ...]:
        gate = Gate(
            id="application_writes",
            title="The application writes the columns itself",
            why="Until then the triggers keep them in step with what old code writes.",
            lock="none",
            held=rates.NO_LOCK,
            duration=Figure.unknown("it depends on the deployment"),
            waits_for=self.condition,
        )
        drop = instant(
            "drop_triggers",
            "Drop the triggers",
            "From now on the application's own values stand.",
            *self._drop_triggers(),
            limit=situation.lock_limit,
            undo=undo_by("drop_triggers", *(line for sync in self._syncs for line in sync.create)),
        )
        return (gate, drop)

    def _fill(self, situation: Situation, facts: TableFacts) -> tuple[Step, ...]:
        assert facts.key is not None
        title = f"Fill {self._names} for the rows that exist"
        if not self._overwritten:
            assign = ", ".join(
                f"{quoted(target.column.name)} = ({target.expression})::{target.column.type}" for target in self.targets
            )
            why = (
                "Each batch is a transaction of its own with its checkpoint inside; done rows are told by their values."
            )
            return (
                keyset_backfill(
                    table=self.table,
                    key=facts.key,
                    assign=assign,
                    to_do=self._to_do,
                    rows=facts.rows,
                    title=title,
                    why=why,
                ),
            )
        kept = OldValues(
            table=self.table,
            key=facts.key,
            values=tuple(NewValue(column=target.column, expression=target.expression) for target in self.targets),
            archive=self._archive(situation.facts),
        )
        fill = kept.backfill(
            self._to_do, rows=facts.rows, title=title, why="The old values are kept in the transaction of each batch."
        )
        undo = kept.put_back(facts.rows, before=self._drop_triggers())
        return (kept.create(situation.lock_limit), fill.model_copy(update={"undo": undo}))

    # --- strategies ------------------------------------------------------------------------------------------------

    def _online(self, situation: Situation, facts: TableFacts) -> Strategy:
        obstacle = ""
        if facts.key is None:
            obstacle = f"`{self.table}` has no primary key or unique index of NOT NULL columns to walk along"
        steps = () if obstacle else self._online_steps(situation, facts)
        return Strategy(
            id="online",
            title="Online, in batches",
            sketch=tuple(line for step in steps for line in _shown(step)),
            pros=(
                "No lock is held for longer than an instant; reads and writes go on",
                "Old code and new code both find right values until the gate",
            ),
            cons=("Waits for a deployment", "Writes every row once more: the table grows until vacuum has caught up"),
            downtime="none",
            steps=steps,
            obstacle=obstacle,
        )

    def _online_steps(self, situation: Situation, facts: TableFacts) -> tuple[Step, ...]:
        # an existing column's old values are kept before the trigger overwrites the first of them
        *keep, fill = self._fill(situation, facts)
        return (*keep, self._add(situation.lock_limit), fill, *self._leave(situation))

    def _at_once(self, situation: Situation, facts: TableFacts) -> Strategy:
        assign = ", ".join(
            f"{quoted(target.column.name)} = ({target.expression})::{target.column.type}" for target in self.targets
        )
        update = f"UPDATE {self.table.sql} SET {assign} WHERE {self._to_do}"
        duration = rates.time_for(facts.rows, rates.BACKFILL_ROWS_PER_SECOND, "written")
        obstacle = ""
        if self._overwritten:
            obstacle = "a column that is there already would lose its values, which only the batches keep"
        elif situation.no_downtime and not facts.is_empty:
            obstacle = "nobody could read the table while it is filled, and you asked for no downtime"
        step = self._add(situation.lock_limit, update, held=duration)
        return Strategy(
            id="at_once",
            title="Added and filled in one transaction",
            sketch=step.sql,
            pros=("One transaction; the columns appear with their values", "Needs no key to walk along"),
            cons=(
                f"Nobody reads or writes `{self.table}` for {duration.short}",
                "The table may grow to twice its size",
            ),
            downtime=str(duration),
            steps=(step, *self._leave(situation)),
            obstacle=obstacle,
            needs_window=True,
        )


def _shown(step: Step) -> tuple[str, ...]:
    match step:
        case Statements(sql=sql):
            return sql
        case Backfill(update_sql=sql):
            return (sql,)
        case _:
            return ()
