"""The ways to detach a partition, and how each is taken back (R17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol import rates
from protocol.names import literal, quoted
from protocol.partitioning import Partition
from protocol.recipes import partition as recipe
from protocol.recipes.instant import UNDO_LOCK_TIMEOUT_MS, instant, undo_by
from protocol.recipes.partition_checks import inherits_sql
from protocol.situation import Situation
from protocol.steps import Concurrently, Statements, Undo
from protocol.strategy import Strategy
from protocol.table_facts import TableFacts

if TYPE_CHECKING:
    from protocol.changes.detach_partition import DetachPartition


TRIES = 20
"""Of a statement that gives way, also to every transaction that is older than it."""


def strategies(change: DetachPartition, situation: Situation) -> tuple[Strategy, ...]:
    facts = situation.facts.of(change.table)
    ways = _concurrently(change, facts, situation), _in_one_lock(change, facts, situation)
    return ways if not ways[0].obstacle else ways[::-1]


def _part(change: DetachPartition, facts: TableFacts) -> Partition:
    part = facts.partitioning.partition(change.partition) if facts.partitioning else None
    assert part is not None, "one that is no partition is no answer"
    return part


def _concurrently(change: DetachPartition, facts: TableFacts, situation: Situation) -> Strategy:
    part, default = _part(change, facts), facts.partitioning.default if facts.partitioning else None
    obstacle = ""
    if situation.major < recipe.DETACH_CONCURRENTLY:
        obstacle = f"PostgreSQL has it from {recipe.DETACH_CONCURRENTLY} on"
    elif default is not None:
        obstacle = f"the server refuses it while there is a default partition, `{default.name}`"
    step = _step(change, facts, part, situation.lock_limit)
    return Strategy(
        id="concurrently",
        title="While everybody goes on",
        sketch=(step.sql,),
        pros=("Reads and writes of the table go on", "Interrupted, it is finished by the next try"),
        cons=(
            "It waits for every transaction that uses the table",
            *((_check_stays(change),) if _proof(change, facts, part, situation) else ()),
        ),
        downtime="none",
        steps=() if obstacle else (*_proof(change, facts, part, situation), step),
        obstacle=obstacle,
    )


def _check_stays(change: DetachPartition) -> str:
    return f"Its CHECK {recipe.kept_name(change.partition)} stays, so that it can be attached again without a scan"


def _proof(change: DetachPartition, facts: TableFacts, part: Partition, situation: Situation) -> tuple[Statements, ...]:
    """A CHECK of ours in place of the one that the server would leave under a name of its choice."""
    by_hash = facts.partitioning is not None and facts.partitioning.by == "hash"
    there = [check.name for check in situation.facts.of(change.partition).table.constraints]
    if part.condition is None or part.is_default or by_hash or recipe.kept_name(change.partition) in there:
        return ()
    return recipe.proof(
        change.partition,
        recipe.kept_name(change.partition),
        part.condition,
        situation.facts.of(change.partition).rows,
        id_="bounds",
        title=f"Note the bounds of {change.partition}",
        why="With it the partition can be attached again without a scan; the server leaves such a CHECK anyway.",
        limit=situation.lock_limit,
    )


def _step(change: DetachPartition, facts: TableFacts, part: Partition, limit: int) -> Concurrently:
    """Waiting for a table that its foreign keys point to, it holds up that table's writers: then it gives way."""
    back = Concurrently(
        id="undo_detach",
        title="Attach it again",
        why=f"Reads and writes of {change.table} go on.",
        lock="ACCESS EXCLUSIVE",
        held=rates.INSTANT,
        duration=rates.INSTANT,
        sql=recipe.attach_sql(change.table, change.partition, _spoken(part)),
        done_sql=f"SELECT ({inherits_sql(change.table, change.partition)}) = '1'",
        leftover_sql=_pending(change),
        clear_sql=f"{recipe.detach_sql(change.table, change.partition)} FINALIZE",
        lock_timeout_ms=UNDO_LOCK_TIMEOUT_MS,
        attempts=TRIES,
    )
    parents = recipe.foreign_tables(facts)
    also = f" Writers of {', '.join(parents)} wait for an instant, for its foreign keys." if parents else ""
    return Concurrently(
        id="detach",
        title=f"Detach {change.partition}",
        why="Outside a transaction: the table itself is held by SHARE UPDATE EXCLUSIVE only, the partition by "
        f"ACCESS EXCLUSIVE at the end.{also}",
        lock="ACCESS EXCLUSIVE",
        held=rates.INSTANT,
        duration=rates.INSTANT,
        sql=f"{recipe.detach_sql(change.table, change.partition)} CONCURRENTLY",
        done_sql=f"SELECT ({inherits_sql(change.table, change.partition)}) = '0'",
        leftover_sql=_pending(change),
        clear_sql=f"{recipe.detach_sql(change.table, change.partition)} FINALIZE",
        lock_timeout_ms=limit if parents else None,
        attempts=TRIES,
        undo=Undo(steps=(back,), costs="Rows written to it meanwhile come with it."),
    )


def _pending(change: DetachPartition) -> str:
    return (
        "SELECT coalesce(bool_or(inhdetachpending), false) FROM pg_inherits "
        f"WHERE inhrelid = to_regclass({literal(change.partition.sql)})"
    )


def _in_one_lock(change: DetachPartition, facts: TableFacts, situation: Situation) -> Strategy:
    part = _part(change, facts)
    step = instant(
        "detach",
        f"Detach {change.partition}",
        "Only the catalogue changes, so the lock on table and partition is held for an instant.",
        recipe.detach_sql(change.table, change.partition),
        limit=situation.lock_limit,
        undo=_back(change, facts, part),
    )
    refused = facts.incoming and situation.no_downtime and not facts.is_empty
    return Strategy(
        id="in_one_lock",
        title="In one short lock",
        sketch=step.sql,
        pros=("One statement, in a transaction; gives way when it has to wait",),
        cons=("Nobody reads or writes the whole table for that instant",),
        downtime="none",
        steps=(step,),
        obstacle="foreign keys point to the table, and are checked while it is locked" if refused else "",
        needs_window=True,
    )


def _back(change: DetachPartition, facts: TableFacts, part: Partition) -> Undo:
    """Rows for its bounds that went to the default partition meanwhile come back before it is attached."""
    default = facts.partitioning.default if facts.partitioning else None
    attach = recipe.attach_sql(change.table, change.partition, _spoken(part))
    if default is None or part.is_default or part.condition is None:
        return undo_by("detach", attach, costs="The server reads the partition once before it takes it back.")
    columns = ", ".join(quoted(column.name) for column in facts.table.columns if not column.generated)
    return undo_by(
        "detach",
        f"LOCK TABLE {default.name.sql} IN ACCESS EXCLUSIVE MODE",
        f"INSERT INTO {change.partition.sql} ({columns}) OVERRIDING SYSTEM VALUE "
        f"SELECT {columns} FROM {default.name.sql} WHERE {part.condition}",
        f"DELETE FROM {default.name.sql} WHERE {part.condition}",
        attach,
        costs=f"The server reads the partition and {default.name} once while they are locked. Where both were given "
        "a row of the same key meanwhile, it is refused: look at those rows first.",
    )


def _spoken(part: Partition) -> str:
    return part.bounds if part.is_default else f"FOR VALUES {part.bounds}"
