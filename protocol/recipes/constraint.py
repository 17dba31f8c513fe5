"""Constraints without a scan under a lock: NOT VALID, and VALIDATE in a transaction of its own (R6, R9, R10)."""

from protocol import rates
from protocol.facts import Figure
from protocol.names import TableName, derived_name, quoted
from protocol.recipes import index
from protocol.recipes.instant import UNDO_LOCK_TIMEOUT_MS, instant, undo_by
from protocol.recipes.not_null import validate
from protocol.steps import Concurrently, Guard, LockMode, Statements, Undo

FOREIGN_KEY_LOCK: LockMode = "SHARE ROW EXCLUSIVE"
"""Held on both tables: reads pass, writes wait (measured on 15, 16 and 18)."""

AT_ONCE = "New and changed rows obey at once; existing rows are not looked at, so the lock is held for an instant."


def declare(
    id_: str,
    table: TableName,
    name: str,
    definition: str,
    *,
    limit: int,
    why: str = AT_ONCE,
    lock: LockMode = "ACCESS EXCLUSIVE",
    guard: Guard | None = None,
) -> Statements:
    """ADD CONSTRAINT … NOT VALID; undone by dropping it."""
    return instant(
        id_,
        f"Declare {name}, unchecked",
        why,
        f"ALTER TABLE {table.sql} ADD CONSTRAINT {quoted(name)} {definition} NOT VALID",
        limit=limit,
        lock=lock,
        guard=guard,
        undo=undo_by(id_, drop_sql(table, name)),
    )


def prove(id_: str, table: TableName, name: str, rows: Figure) -> Statements:
    """VALIDATE CONSTRAINT, in a transaction of its own: with NOT VALID in it the strong lock would be held (T9)."""
    return validate(id_, f"Prove {name} for every row", table, name, rows)


def adopt_index(
    id_: str, table: TableName, name: str, word: str, *, limit: int, tail: str = "", undoable: bool = True
) -> Statements:
    """ADD CONSTRAINT … UNIQUE or PRIMARY KEY USING INDEX of the same name."""
    return instant(
        id_,
        f"Make index {name} a {word} constraint",
        "The index stands and is proved; only the catalogue changes.",
        f"ALTER TABLE {table.sql} ADD CONSTRAINT {quoted(name)} {word} USING INDEX {quoted(name)}{tail}",
        limit=limit,
        undo=undo_by(id_, drop_sql(table, name), costs="The index goes with it; building it again takes time.")
        if undoable
        else None,
    )


def drop_sql(table: TableName, name: str) -> str:
    return f"ALTER TABLE {table.sql} DROP CONSTRAINT IF EXISTS {quoted(name)}"


# --- the way back of a drop ----------------------------------------------------------------------------------------


def declared_again(step: str, table: TableName, name: str, definition: str, rows: Figure, lock: LockMode) -> Undo:
    """Bring a CHECK, NOT NULL or foreign key back as the server spelled it; one that was NOT VALID stays so."""
    bare = definition.removesuffix(" NOT VALID")
    sql = f"ALTER TABLE {table.sql} ADD CONSTRAINT {quoted(name)} {bare}"
    unenforced = bare.endswith("NOT ENFORCED")
    back = instant(
        derived_name("undo", step),
        f"Declare {name} again, unchecked",
        AT_ONCE,
        sql if unenforced else f"{sql} NOT VALID",
        limit=UNDO_LOCK_TIMEOUT_MS,
        lock=lock,
    )
    steps: tuple[Statements, ...] = (back,)
    if not unenforced and bare == definition:
        steps = (back, prove(derived_name("undo", step, "prove"), table, name, rows))
    return Undo(steps=steps, costs="Rows written meanwhile that break it have to be corrected first.")


def built_again(
    step: str, table: TableName, name: str, word: str, index_definition: str, tail: str, rows: Figure
) -> Undo:
    """Bring a UNIQUE or PRIMARY KEY back: its index concurrently, then adopted."""
    there = TableName(schema_name=table.schema_name, name=name)
    dropped = index.drop(step, there, index_definition, rows=rows)
    assert dropped.undo is not None
    build = dropped.undo.steps[0]
    assert isinstance(build, Concurrently)
    adopt = adopt_index(
        derived_name("undo", step, "adopt"), table, name, word, limit=UNDO_LOCK_TIMEOUT_MS, tail=tail, undoable=False
    )
    steps: tuple[Concurrently | Statements, ...] = (build, adopt)
    return Undo(steps=steps, costs="Building its index takes time; duplicates written meanwhile have to go first.")


def estimated_scan(rows: Figure) -> Figure:
    return rates.time_for(rows, rates.SCANNED_ROWS_PER_SECOND, "read")


def estimated_build(rows: Figure) -> Figure:
    return rates.time_for(rows, index.INDEXED_ROWS_PER_SECOND, "indexed")
