"""How a constraint is dropped, and made again on the way back (R4, R6, R9, R10)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from protocol.facts import TableFacts
from protocol.names import derived_name, quoted
from protocol.recipes import constraint, partitioned
from protocol.recipes.instant import UNDO_LOCK_TIMEOUT_MS, instant, undo_by
from protocol.recipes.ways import online_way
from protocol.schema import Constraint
from protocol.situation import Situation
from protocol.steps import Concurrently, Statements, Undo
from protocol.strategy import Strategy

if TYPE_CHECKING:
    from protocol.changes.drop_constraint import DropConstraint

STEP = "drop_constraint"
PARENT_NOT_VALID = 18
"""First major version that takes a NOT VALID foreign key on a partitioned table."""


def strategies(change: DropConstraint, situation: Situation) -> tuple[Strategy, ...]:
    """One short statement; what differs by kind is the way back."""
    facts = situation.facts.of(change.table)
    there = next(one for one in facts.table.constraints if one.name == change.constraint)
    step = instant(
        STEP,
        f"Drop constraint {change.constraint}",
        _why(change, facts),
        f"ALTER TABLE {change.table.sql} DROP CONSTRAINT {quoted(change.constraint)}",
        limit=situation.lock_limit,
        undo=_undo(facts, there, situation.major),
    )
    return (
        online_way(
            (step,),
            id_="one_statement",
            title="One statement",
            pros=("Only the catalogue changes, in an instant", "Its definition is kept for the way back"),
            cons=("The way back has to prove it again, and needs every row to obey",),
        ),
    )


def _why(change: DropConstraint, facts: TableFacts) -> str:
    key = next((one for one in facts.foreign_keys if (one.child, one.name) == (change.table, change.constraint)), None)
    if key is None or key.parent == change.table:
        return "Only the catalogue changes; no row is read."
    return (
        f"Only the catalogue changes, but both `{key.child}` and `{key.parent}` are locked for that instant, "
        "because the triggers of a foreign key stand on both."
    )


def _undo(facts: TableFacts, there: Constraint, major: int) -> Undo:
    if there.kind == "x" or "WITHOUT OVERLAPS" in there.definition:
        return undo_by(
            STEP,
            f"ALTER TABLE {facts.name.sql} ADD CONSTRAINT {quoted(there.name)} {there.definition}",
            costs="The table is locked while its index is built, for there is no other way.",
        )
    if there.kind in "pu":
        return _key_again(facts, there)
    if there.kind == "f" and facts.table.kind == "partitioned table" and major < PARENT_NOT_VALID:
        return _foreign_key_by_parts(facts, there)
    lock = constraint.FOREIGN_KEY_LOCK if there.kind == "f" else "ACCESS EXCLUSIVE"
    return constraint.declared_again(STEP, facts.name, there.name, there.definition, facts.rows, lock)


def _key_again(facts: TableFacts, there: Constraint) -> Undo:
    word = "PRIMARY KEY" if there.kind == "p" else "UNIQUE"
    index = next(one for one in facts.table.indexes if one.name == there.name)
    tail = "".join(re.findall(r" (?:NOT )?DEFERRABLE| INITIALLY \w+", there.definition))
    if facts.table.kind != "partitioned table":
        return constraint.built_again(STEP, facts.name, there.name, word, index.definition, tail, facts.rows)
    parts = partitioned.Parts(facts, there.name, remembered=True)
    keys = index.definition[index.definition.index(" USING ") + 1 :]
    columns = there.definition[there.definition.index("(") :].removesuffix(tail)
    nulls = " NULLS NOT DISTINCT" if "NULLS NOT DISTINCT" in there.definition else ""
    limit = UNDO_LOCK_TIMEOUT_MS
    join = partitioned.join_constraint(
        parts, word, columns, limit=limit, tail=tail, tag="undo_", whole_word=f"{word}{nulls}"
    )
    steps: tuple[Concurrently | Statements, ...] = (*partitioned.each_part(parts, keys, unique=True, tag="undo_"), join)
    bare = tuple(step.model_copy(update={"undo": None}) for step in steps)
    return Undo(steps=bare, costs="Building its index takes time; duplicates written meanwhile have to go first.")


def _foreign_key_by_parts(facts: TableFacts, there: Constraint) -> Undo:
    """Before 18: each partition by itself, then the whole, which takes them over without a second proof."""
    steps: list[Statements] = []
    for number, leaf in enumerate(partitioned.Parts(facts, there.name).leaves, start=1):
        back = constraint.declared_again(
            derived_name(STEP, f"part{number}"),
            leaf.name,
            there.name,
            there.definition,
            facts.rows,
            constraint.FOREIGN_KEY_LOCK,
        )
        steps += [step for step in back.steps if isinstance(step, Statements)]
    whole = undo_by(
        STEP,
        f"ALTER TABLE {facts.name.sql} ADD CONSTRAINT {quoted(there.name)} {there.definition}",
    )
    return Undo(steps=(*steps, *whole.steps), costs="Rows that point nowhere by then have to be corrected first.")
