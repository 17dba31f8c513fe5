"""What cannot stand when a column's type is to change, and what to say instead."""

import re

from protocol.facts import ColumnFacts, TableFacts
from protocol.names import derived_name, quoted
from protocol.recipes.shadow import NEW, OLD
from protocol.schema import Column
from protocol.situation import Situation
from protocol.type_change import INTEGERS, STAMP, STAMPTZ, base_of, casts, depends_on_session

SERIAL = {"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"}

REFUSED = ("view", "rule", "policy", "generated column", "function", "trigger", "publication", "partition key")
"""Users on whose account the server refuses ALTER COLUMN TYPE (measured on PostgreSQL 15, 16 and 18)."""


def conflicts(situation: Situation) -> dict[str, str]:
    facts, column = situation.table(), situation.column()
    if facts is None or column is None:
        return {}
    said = situation.text("type")
    if said is not None and said.lower() in SERIAL:
        return {"type": f"`{said}` is no type but a default from a sequence; say bigint, integer or smallint."}
    return _of_column(facts, column, facts.column(column.name)) | _of_type(situation, column)


def _of_column(facts: TableFacts, column: Column, details: ColumnFacts) -> dict[str, str]:
    if details.inherited:
        return {
            "column": f"`{column.name}` is inherited; the server changes it only in the parent table. Name that one."
        }
    if column.generated:
        return {"column": f"`{column.name}` is generated: drop it and add it again with the other type."}
    using = [f"{user.kind} {user.name}".strip() for user in details.users if user.kind in REFUSED]
    if using:
        return {
            "column": f"the server does not change the type of a column that others are built on: {', '.join(using)}. "
            "Drop them first, and create them again afterwards."
        }
    helpers = [derived_name(column.name, end) for end in (NEW, OLD)]
    taken = [name for name in helpers if facts.table.column(name) is not None]
    if taken:
        return {"column": f"a column `{taken[0]}` is there already, which the change needs for itself."}
    return {}


def _of_type(situation: Situation, column: Column) -> dict[str, str]:
    value = situation.value("type")
    if value is None:
        return {}
    if value.type == column.type:
        return {"type": f"`{column.name}` is of type {column.type} already."}
    if column.identity and value.type not in INTEGERS:
        return {"type": f"`{column.name}` is an identity column, which is smallint, integer or bigint."}
    if more_than_a_cast(situation, column, value.type) is None and depends_on_session(column.type, value.type):
        return {"using": _depends(column, value.type)}
    return {}


def _depends(column: Column, new: str) -> str:
    if {base_of(column.type), base_of(new)} == {STAMP, STAMPTZ}:
        return (
            f"a plain cast from {column.type} to {new} takes the time zone of whichever session does it. "
            f"Say which one the values mean, such as {column.name} AT TIME ZONE 'UTC'."
        )
    return (
        f"a plain cast from {column.type} to {new} depends on settings of the session, so two of them would disagree. "
        "Say an expression that does not, such as to_char with a format, or AT TIME ZONE with a zone."
    )


def more_than_a_cast(situation: Situation, column: Column, type_: str) -> str | None:
    """The expression, unless it says what the server does by itself: `c::text`, where `text` is what was asked for."""
    using, said = situation.expression("using"), situation.text("type") or ""
    if using is None or casts(column.type, type_) != "by itself":
        return using
    squeezed = re.sub(r"\s+", "", using).lower()
    names = {quoted(column.name).lower(), column.name.lower()}
    types = {re.sub(r"\s+", "", spelled).lower() for spelled in (said, type_)}
    same = {f"{name}::{type_}" for name in names for type_ in types}
    same |= {f"cast({name}as{type_})" for name in names for type_ in types} | names
    return None if squeezed in same else using
