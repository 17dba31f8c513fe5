"""Bring back what vanished silently with a column, by the server's own definitions (R14, T19)."""

import re
from collections.abc import Iterator

from protocol import rates
from protocol.facts import TableFacts
from protocol.names import TableName, quoted
from protocol.recipes import index as indexes
from protocol.recipes.instant import UNDO_LOCK_TIMEOUT_MS, instant
from protocol.recipes.not_null import validate
from protocol.schema import Constraint
from protocol.standing import Standing
from protocol.steps import ChangingStep, Concurrently, LockMode, Statements

FK_NOT_VALID_ON_PARTITIONED = 18
"""First major version that takes FOREIGN KEY … NOT VALID on a partitioned table (R10, T26)."""


def vanishing(facts: TableFacts, column: str) -> tuple[str, ...]:
    """What DROP COLUMN takes along without a word, for a reader."""
    constraints = [f"constraint {c.name}" for c in _constraints(facts, column)]
    return (*constraints, *(f"{_noun(one)} {one.name}" for one in _plain(facts, column)))


def again(facts: TableFacts, column: str, major: int, id_: str) -> tuple[ChangingStep, ...]:
    """Steps for every index, constraint and statistics object that used the column; NOT NULL is no matter of theirs."""
    steps = [*_plain_again(facts, column), *_constraints_again(facts, column, major)]
    return tuple(step.model_copy(update={"id": f"{id_}_{number}"}) for number, step in enumerate(steps, start=1))


def _plain(facts: TableFacts, column: str) -> tuple[Standing, ...]:
    wanted = [one for one in facts.standing if one.column == column and one.goes_along and one.definition]
    return tuple(wanted)


def _noun(one: Standing) -> str:
    return "index" if one.kind == "index" else "statistics"


def _constraints(facts: TableFacts, column: str) -> tuple[Constraint, ...]:
    return tuple(c for c in facts.table.constraints if column in c.columns and c.kind != "n")


def _plain_again(facts: TableFacts, column: str) -> Iterator[ChangingStep]:
    for one in _plain(facts, column):
        if one.kind != "index":
            yield _short(one.definition, lock="SHARE UPDATE EXCLUSIVE")
        elif facts.partitioning:
            yield _blocking(facts, one.definition.replace(" ON ONLY ", " ON ", 1), "SHARE")
        else:
            yield _built(facts, one.name, one.definition)


def _built(facts: TableFacts, name: str, definition: str) -> Concurrently:
    """The step that `indexes.drop` would be undone by."""
    index = TableName(schema_name=facts.name.schema_name, name=name)
    undo = indexes.drop("rebuild", index, definition, rows=facts.rows).undo
    assert undo is not None
    (step,) = undo.steps
    assert isinstance(step, Concurrently)
    return step


def _constraints_again(facts: TableFacts, column: str, major: int) -> Iterator[ChangingStep]:
    for constraint in _constraints(facts, column):
        match constraint.kind:
            case "u" if not facts.partitioning:
                yield from _unique(facts, constraint)
            case "c" | "f":
                yield from _proved(facts, constraint, major)
            case _:
                yield _blocking(facts, _add(facts, constraint.name, constraint.definition), "ACCESS EXCLUSIVE")


def _unique(facts: TableFacts, constraint: Constraint) -> Iterator[ChangingStep]:
    definition = next(index.definition for index in facts.table.indexes if index.name == constraint.name)
    deferrable = re.search(r"\s(?:NOT )?DEFERRABLE.*$", constraint.definition)
    yield _built(facts, constraint.name, definition)
    adopt = f"UNIQUE USING INDEX {quoted(constraint.name)}{deferrable.group() if deferrable else ''}"
    yield _short(_add(facts, constraint.name, adopt))


def _proved(facts: TableFacts, constraint: Constraint, major: int) -> Iterator[ChangingStep]:
    definition = constraint.definition.removesuffix(" NOT VALID")
    plain = constraint.kind == "f" and facts.partitioning and major < FK_NOT_VALID_ON_PARTITIONED
    if plain or "NOT ENFORCED" in definition:
        yield _blocking(facts, _add(facts, constraint.name, definition), "SHARE ROW EXCLUSIVE")
        return
    yield _short(_add(facts, constraint.name, f"{definition} NOT VALID"))
    if constraint.validated:
        yield validate("proof", f"Prove {constraint.name}", facts.name, constraint.name, facts.rows)


def _add(facts: TableFacts, name: str, definition: str) -> str:
    return f"ALTER TABLE {facts.name.sql} ADD CONSTRAINT {quoted(name)} {definition}"


def _short(sql: str, lock: LockMode = "ACCESS EXCLUSIVE") -> Statements:
    return instant(
        "again",
        "Bring back what stood on it",
        "Only the catalogue changes.",
        sql,
        limit=UNDO_LOCK_TIMEOUT_MS,
        lock=lock,
    )


def _blocking(facts: TableFacts, sql: str, lock: LockMode) -> Statements:
    """There is no way to build it beside the traffic."""
    took = rates.time_for(facts.rows, indexes.INDEXED_ROWS_PER_SECOND, "indexed or checked")
    return _short(sql, lock).model_copy(update={"held": took, "duration": took})
