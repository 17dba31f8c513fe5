"""The ways to build an index: concurrently, part by part on a partitioned table, or in a window (R1, R5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.facts import TableFacts
from protocol.names import quoted
from protocol.recipes import guards, index, partitioned
from protocol.recipes.constraint import estimated_build
from protocol.recipes.instant import undo_by
from protocol.recipes.ways import online_way, plain_way
from protocol.situation import Situation
from protocol.steps import Guard, Step
from protocol.strategy import Strategy

if TYPE_CHECKING:
    from protocol.changes.add_index import AddIndex


def strategies(change: AddIndex, situation: Situation) -> tuple[Strategy, ...]:
    """Online first, except where the table is empty."""
    facts = situation.facts.of(change.table)
    ways = (_online(change, situation, facts), _plain(change, situation, facts))
    return ways[::-1] if facts.is_empty else ways


def _online(change: AddIndex, situation: Situation, facts: TableFacts) -> Strategy:
    parts = partitioned.Parts(facts, change.index_name)
    obstacle = index.corrupts(situation.facts.target)
    if parts.foreign:
        obstacle = "one of its partitions is a foreign table, which takes no index"
    by_parts = facts.table.kind == "partitioned table"
    return online_way(
        () if obstacle else _steps(change, situation, facts, parts),
        title="Online, partition by partition" if by_parts else "Online, concurrently",
        pros=("Reads and writes go on while it is built", "What a broken try leaves behind is removed and built again"),
        cons=(
            "It takes longer than a plain one, and waits for every older snapshot of any table",
            *(("Names of the parts follow the index's name",) if by_parts else ()),
        ),
        obstacle=obstacle,
    )


def _steps(change: AddIndex, situation: Situation, facts: TableFacts, parts: partitioned.Parts) -> tuple[Step, ...]:
    if facts.table.kind == "partitioned table":
        return partitioned.build(
            parts,
            change.columns,
            limit=situation.lock_limit,
            unique=change.unique,
            tail=change.tail,
            guard=_guard(change),
        )
    return (
        index.build(
            "build_index",
            change.table,
            change.index_name,
            change.columns,
            rows=facts.rows,
            unique=change.unique,
            tail=change.tail,
            guard=_guard(change),
        ),
    )


def _guard(change: AddIndex) -> Guard | None:
    if not change.unique:
        return None
    what = ", ".join(key.value for key in change.keys)
    return guards.no_duplicates(change.table, guards.values_of(change.keys), what, change.where)


def _plain(change: AddIndex, situation: Situation, facts: TableFacts) -> Strategy:
    unique = "UNIQUE " if change.unique else ""
    sql = f"CREATE {unique}INDEX {quoted(change.index_name)} ON {change.table.sql} {change.columns}{change.tail}"
    return plain_way(
        situation,
        facts,
        id_="one_statement",
        step="create_index",
        title=f"Create index {change.index_name}",
        why="SHARE lets readers pass and makes writers wait until the index stands.",
        sql=(sql,),
        lock="SHARE",
        takes=estimated_build(facts.rows),
        undo=undo_by(
            "create_index",
            f"DROP INDEX IF EXISTS {change.name.sql}",
            costs="Building it again takes time, and nothing else.",
        ),
        waits=f"writes to `{change.table}` wait",
        guard=_guard(change),
    )
