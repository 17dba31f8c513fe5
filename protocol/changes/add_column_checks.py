"""What must be true after a column was added, asked of the catalogue and of the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protocol.names import quoted
from protocol.recipes.looking import (
    column_has_type,
    no_leftovers,
    no_row_without_value,
    not_null_is_proved,
    this_column,
)
from protocol.situation import Situation
from protocol.steps import Check

if TYPE_CHECKING:
    from protocol.changes.add_column import AddColumn


def checks(change: AddColumn, situation: Situation) -> tuple[Check, ...]:
    """What must be true afterwards, asked of the catalogue and of the rows."""
    volatile = any(value.volatility == "volatile" for value in situation.values)
    return tuple(
        check
        for check in (
            column_has_type(change.table, change.column, change.type),
            not_null_is_proved(change.table, change.column, situation.major) if not change.nullable else None,
            _default_is_set(change) if change.default else None,
            no_row_without_value(change.table, change.column) if change.default or not change.nullable else None,
            _every_row_computed(change) if change.computed and not volatile else None,
            no_leftovers(change.table, change.column),
            _query_plan(change),
        )
        if check is not None
    )


def _default_is_set(change: AddColumn) -> Check:
    return Check(
        id="default",
        title="The default is set for new rows",
        kind="catalog",
        sql="SELECT (atthasdef AND attgenerated = '')::text FROM pg_attribute "
        f"WHERE {this_column(change.table, change.column)}",
        expected="true",
    )


def _every_row_computed(change: AddColumn) -> Check:
    return Check(
        id="computed",
        title="Every row has the computed value",
        kind="data",
        sql=f"SELECT count(*)::text FROM {change.table.sql} "
        f"WHERE {quoted(change.column)} IS DISTINCT FROM ({change.computed})",
        expected="0",
    )


def _query_plan(change: AddColumn) -> Check:
    return Check(
        id="query_plan",
        title=f"How a query on {change.column} is answered",
        kind="query plan",
        sql=f"EXPLAIN SELECT count(*) FROM {change.table.sql} WHERE {quoted(change.column)} IS NOT NULL",
        expected=None,
    )
