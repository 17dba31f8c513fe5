"""Change a type through a shadow column: whether it can be had here, and what speaks for and against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.changes.change_type_road import Road
from protocol.facts import TableFacts
from protocol.recipes.dressing import Dressing
from protocol.recipes.shadow import NEW, has_heirs
from protocol.situation import Situation
from protocol.steps import Statements
from protocol.strategy import Strategy

if TYPE_CHECKING:
    from protocol.changes.change_type import ChangeType


def strategy(change: ChangeType, situation: Situation) -> Strategy:
    """The way that blocks nobody; `obstacle` says what of the table cannot be copied for certain."""
    facts = situation.facts.of(change.table)
    obstacle = _obstacle(change, situation, facts)
    steps = () if obstacle or facts.key is None else Road(change, situation, facts, facts.key).steps()
    return Strategy(
        id="shadow_column",
        title="A shadow column, filled online and switched in an instant",
        sketch=tuple(line for step in steps if isinstance(step, Statements) for line in step.sql),
        pros=(
            "No lock is held for longer than an instant; reads and writes go on",
            *(("Until the old column goes, going back keeps every row written since",) if change.backward else ()),
        ),
        cons=(
            "Many steps, and two gates at which the application has to be ready",
            "Writes every row once more, and builds the indexes of the column a second time",
            *(
                (f"Until the switch a write whose value does not become {change.type} is refused",)
                if change.forward.may_fail
                else ()
            ),
            "The column comes last in the table",
        ),
        downtime="none",
        steps=steps,
        obstacle=obstacle,
    )


def _obstacle(change: ChangeType, situation: Situation, facts: TableFacts) -> str:
    value, using, column = situation.value("type"), situation.value("using"), facts.column(change.column)
    if facts.table.kind == "partitioned table":
        return "an index on a partitioned table cannot be built concurrently"
    if has_heirs(facts):
        return f"other tables inherit from `{facts.name}`, and its triggers do not reach them"
    if facts.key is None:
        return f"`{facts.name}` has no primary key or unique index of NOT NULL columns to walk along"
    if value is not None and value.constrained_domain:
        return f"`{change.type}` is a domain with a CHECK: adding a column of it rewrites the table"
    if using is not None and using.volatility == "volatile":
        return f"`{change.using}` gives another value each time it is asked, so no row could ever be proved right"
    if identity := column.used_by("replica identity"):
        return f"{', '.join(identity)} is the replica identity, which would be lost with its index"
    if statistics := column.used_by("statistics object"):
        return f"the statistics object {', '.join(statistics)} would be lost with the old column"
    if strange := Dressing(facts, change.column, change.column, NEW, 0).unclear:
        return f"{', '.join(strange)} cannot be copied to another column for certain"
    return ""
