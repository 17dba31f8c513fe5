"""How a table is created, and what must be true of it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.names import literal, quoted
from protocol.recipes.definition import ForeignKey
from protocol.recipes.instant import instant, undo_by
from protocol.recipes.looking import constraint_is_proved, relation_is_there
from protocol.situation import Situation
from protocol.steps import Check, Statements
from protocol.strategy import Strategy

if TYPE_CHECKING:
    from protocol.changes.create_table import CreateTable


def strategies(change: CreateTable, situation: Situation) -> tuple[Strategy, ...]:
    definition, limit = change.parts, situation.lock_limit
    create = f"CREATE TABLE {change.table.sql} ({', '.join(definition.elements)})"
    first = instant(
        "create_table",
        f"Create table {change.table}",
        "Nobody knows it yet, so nobody waits."
        + (
            " Its foreign keys follow one by one, for each locks the table it points to."
            if definition.foreign_keys
            else ""
        ),
        create,
        limit=limit,
        lock="none",
        undo=undo_by("create_table", f"DROP TABLE {change.table.sql}", costs="What was written to it is gone."),
    )
    keys = tuple(_points_to(change, number, key, limit) for number, key in enumerate(definition.foreign_keys, start=1))
    return (
        Strategy(
            id="one_by_one" if keys else "one_statement",
            title="The table, then its foreign keys one by one" if keys else "One statement",
            sketch=(create, *(line for step in keys for line in step.sql)),
            pros=("Touches nothing that is there" if not keys else "Locks one live table at a time, for an instant",),
            cons=tuple(f"Writers of {key.parent} wait for an instant" for key in definition.foreign_keys),
            downtime="none",
            steps=(first, *keys),
        ),
    )


def _points_to(change: CreateTable, number: int, key: ForeignKey, limit: int) -> Statements:
    named = f"{change.table.sql} DROP CONSTRAINT {quoted(key.name)}"
    return instant(
        f"foreign_key_{number}",
        f"Point {key.name} to {key.parent}",
        f"SHARE ROW EXCLUSIVE on {key.parent}: readers go on, writers wait. The new table is empty, so there is "
        "nothing to check.",
        f"ALTER TABLE {change.table.sql} ADD CONSTRAINT {quoted(key.name)} {key.clause}",
        limit=limit,
        lock="SHARE ROW EXCLUSIVE",
        undo=undo_by(f"foreign_key_{number}", f"ALTER TABLE {named}"),
    )


def checks(change: CreateTable) -> tuple[Check, ...]:
    wanted = ", ".join(literal(f"{column.name} {column.type}") for column in change.columns)
    columns = Check(
        id="columns",
        title="It has its columns with their types",
        kind="catalog",
        sql="SELECT (array_agg(attname || ' ' || format_type(atttypid, atttypmod)) "
        f"@> ARRAY[{wanted}]::text[])::text FROM pg_attribute "
        f"WHERE attrelid = to_regclass({literal(change.table.sql)}) AND NOT attisdropped",
        expected="true",
    )
    keys = tuple(
        constraint_is_proved(change.table, key.name).model_copy(update={"id": f"foreign_key_{number}"})
        for number, key in enumerate(change.parts.foreign_keys, start=1)
    )
    return (relation_is_there(change.table), columns, *keys)
