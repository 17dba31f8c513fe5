"""The ways to add a foreign key: index, declaration, proof; or one statement in a window (R10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.facts import TableFacts
from protocol.names import quoted
from protocol.recipes import constraint, guards, index, partitioned
from protocol.recipes.instant import instant, undo_by
from protocol.recipes.ways import online_way, plain_way
from protocol.situation import Situation
from protocol.steps import Guard, Step
from protocol.strategy import Strategy

if TYPE_CHECKING:
    from protocol.changes.add_foreign_key import AddForeignKey

PARENT_NOT_VALID = 18
"""First major version that takes a NOT VALID foreign key on a partitioned table."""

BOTH = (
    "New rows obey at once and existing ones are not looked at. "
    "Writes to both tables wait for that instant; reads pass."
)


def strategies(change: AddForeignKey, situation: Situation) -> tuple[Strategy, ...]:
    """Online first, except where the pointing table is empty."""
    facts = situation.facts.of(change.table)
    ways = (_online(change, situation, facts), _plain(change, situation, facts))
    return ways[::-1] if facts.is_empty else ways


def _online(change: AddForeignKey, situation: Situation, facts: TableFacts) -> Strategy:
    parts = partitioned.Parts(facts, change.index_name or "")
    obstacle = index.corrupts(situation.facts.target) if change.index_name else ""
    if parts.foreign:
        obstacle = "one of its partitions is a foreign table, which takes no foreign key"
    return online_way(
        () if obstacle else (*_index(change, situation, facts), *_declared(change, situation, facts)),
        pros=(
            "Writes to both tables wait for an instant only; the proof reads while others write",
            "Rows that point nowhere are counted before anything is locked",
            *(("The index makes deletes of the other table quick",) if change.index_name else ()),
        ),
        cons=("Several steps instead of one",),
        obstacle=obstacle,
    )


def _index(change: AddForeignKey, situation: Situation, facts: TableFacts) -> tuple[Step, ...]:
    """Without it every delete from the parent reads the whole child: 1018 ms against 6 ms for 21 rows (T27)."""
    if change.index_name is None:
        return ()
    keys = f"USING btree {index.key_list(change.columns)}"
    if facts.table.kind == "partitioned table":
        parts = partitioned.Parts(facts, change.index_name)
        return partitioned.build(parts, keys, limit=situation.lock_limit)
    why = "A delete from the other table searches this one for rows that point there; reads and writes go on meanwhile."
    return (index.build("build_index", change.table, change.index_name, keys, rows=facts.rows, why=why),)


def _declared(change: AddForeignKey, situation: Situation, facts: TableFacts) -> tuple[Step, ...]:
    if facts.table.kind == "partitioned table" and situation.major < PARENT_NOT_VALID:
        return _by_parts(change, situation, facts)
    declare = constraint.declare(
        "declare_key",
        change.table,
        change.constraint_name,
        change.definition,
        limit=situation.lock_limit,
        why=BOTH,
        lock="SHARE ROW EXCLUSIVE",
        guard=_guard(change),
    )
    return (declare, constraint.prove("validate_key", change.table, change.constraint_name, facts.rows))


def _by_parts(change: AddForeignKey, situation: Situation, facts: TableFacts) -> tuple[Step, ...]:
    """Before 18: each partition by itself, then the whole, which takes them over without a second proof."""
    name, parts, steps = change.constraint_name, partitioned.Parts(facts, change.constraint_name), list[Step]()
    for number, leaf in enumerate(parts.leaves, start=1):
        declare = constraint.declare(
            f"declare_part{number}",
            leaf.name,
            name,
            change.definition,
            limit=situation.lock_limit,
            why=BOTH,
            lock="SHARE ROW EXCLUSIVE",
            guard=_guard(change) if number == 1 else None,
        )
        steps += [declare, constraint.prove(f"validate_part{number}", leaf.name, name, facts.rows)]
    join = instant(
        "join_key",
        f"Declare {name} on the whole table",
        "Every partition has it, proved, so the server takes these over and reads no row. Taking them over drops their "
        f"triggers on `{change.ref_table}`, which is locked for that instant.",
        f"ALTER TABLE {change.table.sql} ADD CONSTRAINT {quoted(name)} {change.definition}",
        limit=situation.lock_limit,
        lock="ACCESS EXCLUSIVE",
        guard=parts.guard(),
        undo=undo_by("join_key", constraint.drop_sql(change.table, name)),
    )
    return (*steps, join)


def _guard(change: AddForeignKey) -> Guard:
    return guards.no_orphans(change.table, change.columns, change.ref_table, change.ref_columns)


def _plain(change: AddForeignKey, situation: Situation, facts: TableFacts) -> Strategy:
    add = f"ALTER TABLE {change.table.sql} ADD CONSTRAINT {quoted(change.constraint_name)} {change.definition}"
    built: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    if change.index_name:
        name = quoted(change.index_name)
        built = (f"CREATE INDEX {name} ON {change.table.sql} USING btree {index.key_list(change.columns)}",)
        drop = (f"DROP INDEX IF EXISTS {quoted(change.table.schema_name)}.{name}",)
    return plain_way(
        situation,
        facts,
        id_="one_statement",
        step="add_key",
        title=f"Add foreign key {change.constraint_name}",
        why="Both tables are held under SHARE ROW EXCLUSIVE until every row is checked: reads pass, writes wait.",
        sql=(*built, add),
        lock="SHARE ROW EXCLUSIVE",
        takes=constraint.estimated_scan(facts.rows),
        undo=undo_by("add_key", constraint.drop_sql(change.table, change.constraint_name), *drop),
        waits=f"writes to `{change.table}` and `{change.ref_table}` wait",
        guard=_guard(change),
    )
