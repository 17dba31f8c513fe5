"""Put a table into a partitioned one, or take it out, without a scan under lock (R17, T24)."""

from protocol import rates
from protocol.facts import Figure, TableFacts
from protocol.names import TableName, derived_name, quoted
from protocol.recipes.bounds import Bounds
from protocol.recipes.instant import NOTHING, instant, undo_by
from protocol.recipes.not_null import validate
from protocol.schema import Constraint
from protocol.steps import LockMode, Statements, Step, Undo

DETACH_CONCURRENTLY = 14
"""First major version of DETACH PARTITION … CONCURRENTLY."""


def proof(
    table: TableName, name: str, condition: str, rows: Figure, *, id_: str, title: str, why: str, limit: int
) -> tuple[Statements, Statements]:
    """Declare a CHECK of that name unchecked, then prove it while others read and write."""
    declare = instant(
        f"declare_{id_}",
        title,
        f"{why} Unchecked at first, so the lock is held for an instant.",
        f"ALTER TABLE {table.sql} ADD CONSTRAINT {quoted(name)} CHECK ({condition}) NOT VALID",
        limit=limit,
        undo=undo_by(f"declare_{id_}", f"ALTER TABLE {table.sql} DROP CONSTRAINT IF EXISTS {quoted(name)}"),
    )
    return (declare, validate(f"prove_{id_}", f"Prove it for every row of {table}", table, name, rows))


def proof_name(table: TableName) -> str:
    """Of the CHECK that stands until the partition is attached."""
    return derived_name("whimbrel", table.name, "bounds")


def kept_name(table: TableName) -> str:
    """Of the CHECK that stays on a partition that was detached."""
    return derived_name("whimbrel", table.name, "was_within")


def drop_proof(table: TableName, id_: str, limit: int) -> Statements:
    """The CHECK has done its work; unlike the bounds it would stay for ever."""
    return instant(
        f"tidy_{id_}",
        f"Drop the CHECK on {table} that is no longer needed",
        "The bounds of the partitions say it from now on.",
        f"ALTER TABLE {table.sql} DROP CONSTRAINT {quoted(proof_name(table))}",
        limit=limit,
    )


def aside_from_default(
    facts: TableFacts, bounds: Bounds, rows: Figure, limit: int
) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """What spares the scan of the default partition under ACCESS EXCLUSIVE: steps before ATTACH, and after it."""
    default = facts.partitioning.default if facts.partitioning else None
    if default is None or bounds.condition is None:
        return (), ()
    condition = f"NOT ({bounds.condition})"
    before = proof(
        default.name,
        proof_name(default.name),
        condition,
        rows,
        id_="default",
        title=f"No row of the new partition in {default.name}",
        why="The server would look through the default partition while nobody can read or write it. "
        "From here until the partition is attached, rows for these bounds are refused.",
        limit=limit,
    )
    return before, (drop_proof(default.name, "default", limit),)


def attach_sql(parent: TableName, part: TableName, bounds: str) -> str:
    return f"ALTER TABLE {parent.sql} ATTACH PARTITION {part.sql} {bounds}"


def detach_sql(parent: TableName, part: TableName) -> str:
    return f"ALTER TABLE {parent.sql} DETACH PARTITION {part.sql}"


def attach(
    facts: TableFacts,
    part: TableName,
    bounds: Bounds,
    *,
    limit: int,
    rows: Figure,
    undo: Undo,
    first: str | None = None,
) -> Statements:
    """ATTACH PARTITION. Its lock is the strongest on a table that is there before; `rows` have to be looked at."""
    default = facts.partitioning.default if facts.partitioning else None
    parents = foreign_tables(facts)
    lock: LockMode = "SHARE ROW EXCLUSIVE" if parents else "SHARE UPDATE EXCLUSIVE"
    scan = rates.time_for(rows, rates.SCANNED_ROWS_PER_SECOND, "read") if rows.value else rates.INSTANT
    where = f" It locks its default partition {default.name} for an instant." if default else ""
    also = f" Its foreign keys keep writers of {', '.join(parents)} out for an instant." if parents else ""
    return Statements(
        id="attach",
        title=f"Attach {part} to {facts.name}",
        why=f"Reads and writes of {facts.name} go on, for it is held by SHARE UPDATE EXCLUSIVE only.{where}{also}",
        lock="ACCESS EXCLUSIVE" if default or first is None else lock,
        held=scan,
        duration=scan,
        sql=(*((first,) if first else ()), attach_sql(facts.name, part, bounds.sql)),
        lock_timeout_ms=limit,
        undo=undo,
    )


def undo_attach(facts: TableFacts, part: TableName, *more: str, costs: str = NOTHING) -> Undo:
    """DETACH, with the default partition open again for rows that go back to it."""
    default = facts.partitioning.default if facts.partitioning else None
    opened = (
        f"ALTER TABLE {default.name.sql} DROP CONSTRAINT IF EXISTS {quoted(proof_name(default.name))}"
        if default
        else ""
    )
    return undo_by("attach", detach_sql(facts.name, part), *((opened,) if opened else ()), *more, costs=costs)


def foreign_keys(facts: TableFacts) -> tuple[Constraint, ...]:
    return tuple(constraint for constraint in facts.table.constraints if constraint.kind == "f")


def foreign_tables(facts: TableFacts) -> tuple[str, ...]:
    """The tables that its foreign keys point to."""
    named = [key.definition.partition(" REFERENCES ")[2].partition("(")[0].strip() for key in foreign_keys(facts)]
    return tuple(dict.fromkeys(named))
