"""The road through a shadow column: every step from the empty shadow to the last drop, and its way back (R12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol import rates
from protocol.facts import Key, TableFacts
from protocol.keyset import keyset_backfill
from protocol.names import derived_name, quoted
from protocol.recipes.conversion import Conversion, make_test
from protocol.recipes.dressing import Dressing
from protocol.recipes.instant import UNDO_LOCK_TIMEOUT_MS, instant, undo_by
from protocol.recipes.not_null import set_not_null
from protocol.recipes.shadow import NEW, OLD, adding, as_undo, differ, key_with, none_differs
from protocol.recipes.switch import Switch
from protocol.recipes.sync import Sync, one_way
from protocol.situation import Situation
from protocol.steps import Backfill, ChangingStep, Concurrently, Gate, Guard, Statements, Step, Undo
from protocol.type_change import STRINGS, base_of

if TYPE_CHECKING:
    from protocol.changes.change_type import ChangeType


class Road:
    """The steps, from the empty shadow to the last drop, each with what takes it back."""

    def __init__(self, change: ChangeType, situation: Situation, facts: TableFacts, key: Key) -> None:
        self.change, self.facts, self.key = change, facts, key
        self.limit, self.major = situation.lock_limit, situation.major
        self.shadow, self.aside = derived_name(change.column, NEW), derived_name(change.column, OLD)
        self.dressing = Dressing(facts, change.column, self.shadow, NEW, self.limit)
        self.undressing = Dressing(facts, change.column, self.aside, OLD, UNDO_LOCK_TIMEOUT_MS)

    def steps(self) -> tuple[Step, ...]:
        return (
            *self._test(),
            self._expand(),
            self._fill(self.change.forward, self.shadow, self.key),
            *self._not_null(self.shadow),
            *self.dressing.steps(),
            self._gate(
                "ready",
                f"The application can read and write both {self.change.old_type} and "
                f"{self.change.type} in `{self.change.column}`",
            ),
            self._switch(),
            self._gate("observed", f"`{self.change.column}` has been observed long enough as {self.change.type}"),
            self._contract(),
        )

    # --- before the switch -------------------------------------------------------------------------------------------

    def _test(self) -> tuple[Statements, ...]:
        forward = self.change.forward
        return (make_test(forward, self.change.column, "test_conversion"),) if forward.may_fail else ()

    @property
    def _keeps_shadow(self) -> Sync:
        return one_way(self.change.table, self.shadow, self.change.forward.expression)

    def _expand(self) -> Statements:
        forward = self.change.forward
        step = instant(
            "expand",
            f"Add {self.shadow}, and fill it with every write",
            f"The shadow has the new type; a trigger gives it the value of `{self.change.column}` for every row "
            "that is written from now on.",
            *adding(self.facts, self.change.column, self.shadow, self.change.type, collated=self._takes_collation),
            *self._keeps_shadow.create,
            limit=self.limit,
            undo=undo_by("expand", *self._keeps_shadow.drop, self._alter(f"DROP COLUMN {quoted(self.shadow)}")),
        )
        if not forward.may_fail:
            return step
        return step.model_copy(update={"guard": forward.every_row_converts(self.facts, self.change.column)})

    @property
    def _takes_collation(self) -> bool:
        return base_of(self.change.type) in STRINGS

    def _fill(self, conversion: Conversion, target: str, key: Key) -> Backfill:
        return keyset_backfill(
            table=self.change.table,
            key=key,
            assign=f"{quoted(target)} = ({conversion.expression})",
            to_do=differ(quoted(target), conversion.compared),
            rows=self.facts.rows,
            title=f"Fill {target} for the rows that exist",
            why="Each batch is a transaction of its own with its checkpoint inside; no reader waits, and a writer only "
            "for a row of the running batch.",
        )

    def _not_null(self, column: str) -> tuple[ChangingStep, ...]:
        if self.change.nullable:
            return ()
        return set_not_null(self.change.table, column, rows=self.facts.rows, major=self.major, limit=self.limit)

    def _gate(self, id_: str, condition: str) -> Gate:
        return Gate(
            id=id_,
            title="Wait for the application" if id_ == "ready" else "Watch before the old column goes",
            why="What comes next changes what the application reads."
            if id_ == "ready"
            else "As long as the old column stands, going back is a matter of names.",
            lock="none",
            held=rates.NO_LOCK,
            duration=rates.NO_LOCK,
            waits_for=condition,
        )

    # --- the switch --------------------------------------------------------------------------------------------------

    @property
    def _keeps_aside(self) -> Sync | None:
        backward = self.change.backward
        return None if backward is None else backward.tolerant(self.aside)

    def _switch(self) -> Statements:
        switch = Switch(self.dressing, aside=self.aside, end=OLD, type_=self.change.type, major=self.major)
        lock, *names = switch.sql
        forward, keeps_aside = self.change.forward, self._keeps_aside
        test = (forward.drop_test(self.change.column),) if forward.may_fail else ()
        step = instant(
            "switch",
            f"{self.change.column} becomes {self.change.type}",
            "Names, default and keys change hands; every proof and every index is there already, so no row is read. "
            "A trigger keeps the old column in step from here on.",
            lock,
            *self._keeps_shadow.drop,
            *test,
            *names,
            *(keeps_aside.create if keeps_aside else ()),
            limit=self.limit,
            undo=self._switch_back(keeps_aside) if keeps_aside else None,
            final=keeps_aside is None,
        )
        guard = none_differs(self.facts, quoted(self.shadow), forward.compared)
        return step.model_copy(update={"guard": guard})

    def _switch_back(self, keeps_aside: Sync) -> Undo:
        """What only one column can have is built for the old one first; then the names go back in an instant."""
        switch = Switch(self.undressing, aside=self.shadow, end=NEW, type_=self.change.old_type, major=self.major)
        lock, *names = switch.sql
        back = instant(
            "switch",
            f"{self.change.column} is {self.change.old_type} again",
            "Only names change hands.",
            lock,
            *keeps_aside.drop,
            *names,
            *self._keeps_shadow.create,
            limit=UNDO_LOCK_TIMEOUT_MS,
        ).model_copy(update={"guard": self._every_value_went_back()})
        before = (*self._not_null(self.aside), *self.undressing.last_steps())
        steps = as_undo((*before, back))
        first = steps[0]
        if isinstance(first, Statements | Concurrently):
            steps = (first.model_copy(update={"guard": self._every_value_went_back()}), *steps[1:])
        return Undo(steps=steps, costs=self._costs)

    def _every_value_went_back(self) -> Guard | None:
        backward = self.change.backward
        if backward is None or not backward.may_fail:
            return None
        lost = f"{quoted(self.aside)} IS NULL AND {quoted(self.change.column)} IS NOT NULL"
        where = f"FROM {self.change.table.sql} WHERE {lost}"
        return Guard(
            sql=f"SELECT count(*) {where}",
            says=f"{{count}} rows of `{self.change.table}` hold a `{self.change.column}` that does not become "
            f"{self.change.old_type} again. Nothing was taken back. SELECT * {where} finds them; change them, then "
            "roll back again.",
        )

    @property
    def _costs(self) -> str:
        backward = self.change.backward
        if backward is None or not backward.may_fail:
            return "Nothing."
        fits = f"does not fit {self.change.old_type}"
        return f"It is refused while a value {fits}, and meanwhile a write that {fits} is refused."

    # --- after it ----------------------------------------------------------------------------------------------------

    def _contract(self) -> Statements:
        keeps_aside = self._keeps_aside
        return instant(
            "contract",
            f"Drop the old {self.change.column}",
            "What the conversion did not carry over is gone with it.",
            *(keeps_aside.drop if keeps_aside else ()),
            self._alter(f"DROP COLUMN {quoted(self.aside)}"),
            limit=self.limit,
            undo=self._bring_back(keeps_aside) if keeps_aside else None,
            final=True,
        )

    def _bring_back(self, keeps_aside: Sync) -> Undo:
        """The old column is made again of what the new one holds, as it stood before it was dropped."""
        backward = self.change.backward
        assert backward is not None
        test = (make_test(backward, self.change.column, "test_way_back"),) if backward.may_fail else ()
        add = instant(
            "bring",
            f"Add {self.aside}, and fill it with every write",
            "A trigger gives it the value as it would be in the old type.",
            *((backward.drop_test(self.change.column),) if test else ()),
            *adding(self.facts, self.change.column, self.aside, self.change.old_type),
            *keeps_aside.create,
            limit=UNDO_LOCK_TIMEOUT_MS,
        )
        if test:
            add = add.model_copy(update={"guard": backward.every_row_converts(self.facts, self.change.column)})
        key = key_with(self.key, self.change.column, type_=self.change.type)
        refill = self._fill(backward, self.aside, key)
        steps = as_undo((*test, add, refill, *self.undressing.first_steps()))
        named = tuple(step.model_copy(update={"id": derived_name("contract", step.id)}) for step in steps)
        return Undo(
            steps=named,
            costs="Writes every row once more. Values come back by conversion: what the new type did not hold is lost.",
        )

    # --- pieces of SQL -----------------------------------------------------------------------------------------------

    def _alter(self, tail: str) -> str:
        return f"ALTER TABLE {self.change.table.sql} {tail}"
