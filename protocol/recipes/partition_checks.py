"""What cannot stand when a table is put into a partitioned one, and how it is looked at afterwards."""

import re

from protocol.clauses import Unclear
from protocol.facts import TableFacts
from protocol.names import TableName, literal
from protocol.recipes import bounds as reading
from protocol.schema import Column, Constraint
from protocol.steps import Check

IDENTITY_REFUSED = 17
"""First major version that refuses to attach a table with an identity column (measured on 18, accepted on 15, 16)."""


def of_partitioned(facts: TableFacts, bounds: str | None) -> dict[str, str]:
    """Problems of the parent and of the bounds."""
    if facts.partitioning is None:
        return {"table": f"`{facts.name}` is not partitioned, so it cannot have partitions."}
    if bounds is None:
        return {}
    try:
        read = reading.read(bounds, facts)
    except Unclear as error:
        return {"bounds": f"{error}."}
    default = facts.partitioning.default
    if read.is_default and default is not None:
        return {"bounds": f"`{facts.name}` already has a default partition, `{default.name}`."}
    return {}


def difference(parent: TableFacts, part: TableFacts, major: int) -> str | None:
    """Why the server would not attach the table, or would build or scan under lock for it, as a sentence."""
    mine = {column.name: column for column in part.table.columns}
    for column in parent.table.columns:
        if reason := _column_differs(parent, part, column, mine.pop(column.name, None)):
            return reason
    if mine:
        return f"`{part.name}` has columns that `{parent.name}` does not have: {', '.join(mine)}."
    if major >= IDENTITY_REFUSED and (identity := [c.name for c in part.table.columns if c.identity]):
        return (
            f"`{identity[0]}` is an identity column, which the server refuses in what is attached: drop its identity."
        )
    keys_first = sorted(parent.table.constraints, key=lambda constraint: "pucfxn".find(constraint.kind))
    return next((reason for c in keys_first if (reason := _constraint_misses(part, c))), None)


def _column_differs(parent: TableFacts, part: TableFacts, wanted: Column, has: Column | None) -> str | None:
    if has is None:
        return f"`{part.name}` has no column `{wanted.name}` ({wanted.type})."
    if has.type != wanted.type:
        return f"`{wanted.name}` is {has.type} in `{part.name}` and {wanted.type} in `{parent.name}`."
    if has.nullable and not wanted.nullable:
        return f"`{wanted.name}` is NOT NULL in `{parent.name}`: set it NOT NULL in `{part.name}` first."
    if has.generated != wanted.generated or (wanted.generated and has.default != wanted.default):
        return f"`{wanted.name}` is computed in one of the tables, or otherwise there."
    if _collation(part, wanted.name) != _collation(parent, wanted.name):
        return f"`{wanted.name}` has another collation in `{part.name}`."
    return None


def _collation(facts: TableFacts, column: str) -> str | None:
    return next((trait.collation for trait in facts.traits if trait.name == column), None)


def _constraint_misses(part: TableFacts, wanted: Constraint) -> str | None:
    """A CHECK has to be there by name; a key or foreign key that is missing would be built or checked under lock."""
    same = [has for has in part.table.constraints if has.kind == wanted.kind and has.definition == wanted.definition]
    match wanted.kind:
        case "c" if wanted.name not in {has.name for has in same} and "NO INHERIT" not in wanted.definition:
            return f"`{part.name}` lacks the CHECK `{wanted.name}`: add it, as {wanted.definition}."
        case "p" | "u" if not same:
            word = "primary key" if wanted.kind == "p" else "unique constraint"
            listed = ", ".join(wanted.columns)
            return f"`{part.name}` lacks the {word} on {listed}: add it first, for it is built under lock."
        case "f" if not [has for has in same if has.validated]:
            lacking = f"`{part.name}` lacks a foreign key as `{wanted.name}`"
            return f"{lacking}: add it first, for every row is checked under lock."
    return None


def index_tails(facts: TableFacts) -> dict[str, str]:
    """Each index that no constraint needs: its name, and what stands from USING on."""
    owned = {c.name for c in facts.table.constraints if c.kind in {"p", "u", "x"}}
    return {
        index.name: re.sub(r"^.*? USING ", "USING ", index.definition, count=1)
        for index in facts.table.indexes
        if index.name not in owned
    }


def is_unique(facts: TableFacts, index: str) -> bool:
    return any(one.unique for one in facts.table.indexes if one.name == index)


def is_attached(parent: TableName, part: TableName) -> Check:
    return _inherits("attached", f"{part} is a partition of {parent}", parent, part, "1")


def is_detached(parent: TableName, part: TableName) -> Check:
    return _inherits("detached", f"{part} is no partition of {parent} any more", parent, part, "0")


def _inherits(id_: str, title: str, parent: TableName, part: TableName, expected: str) -> Check:
    return Check(id=id_, title=title, kind="catalog", sql=inherits_sql(parent, part), expected=expected)


def inherits_sql(parent: TableName, part: TableName) -> str:
    """Counts 1 where the one is a partition of the other, as text."""
    return (
        f"SELECT count(*)::text FROM pg_inherits WHERE inhparent = to_regclass({literal(parent.sql)}) "
        f"AND inhrelid = to_regclass({literal(part.sql)})"
    )
