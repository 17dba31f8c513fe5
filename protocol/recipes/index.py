"""Build or drop an index while reads and writes go on; an invalid one is removed and built again (R1, R3, R4)."""

from collections.abc import Sequence

from protocol import rates
from protocol.facts import Figure, Target
from protocol.names import TableName, literal, quoted
from protocol.recipes.instant import undo_outside
from protocol.steps import Concurrently, Guard

INDEXED_ROWS_PER_SECOND = 370_000
"""CREATE INDEX CONCURRENTLY on the reference table under load: 2.5 M rows in 6.7 s."""


def is_valid(index: TableName, on: TableName | None = None) -> str:
    """A query that gives true where the index stands and is valid; `on` is the table it has to stand on."""
    return f"SELECT coalesce(bool_and(indisvalid), false) FROM pg_index WHERE {_this(index, on)}"


def is_gone(index: TableName) -> str:
    return f"SELECT {_oid(index)} IS NULL"


def build(
    id_: str,
    table: TableName,
    name: str,
    keys: str,
    *,
    rows: Figure,
    unique: bool = False,
    why: str = "",
    tail: str = "",
    guard: Guard | None = None,
) -> Concurrently:
    """CREATE INDEX CONCURRENTLY. `keys` is what stands behind the table's name from the method or parenthesis on."""
    index = TableName(schema_name=table.schema_name, name=name)
    create = f"CREATE {'UNIQUE ' if unique else ''}INDEX CONCURRENTLY {quoted(name)} ON {table.sql} {keys}{tail}"
    return Concurrently(
        id=id_,
        title=f"Build index {name}",
        why=why
        or "Reads and writes go on. It waits for older snapshots of any table, so a short lock_timeout would "
        "only leave an invalid index.",
        lock="SHARE UPDATE EXCLUSIVE",
        held=rates.NO_LOCK,
        duration=rates.time_for(rows, INDEXED_ROWS_PER_SECOND, "indexed"),
        sql=create,
        guard=guard,
        done_sql=is_valid(index, table),
        leftover_sql=f"SELECT coalesce(bool_or(NOT indisvalid), false) FROM pg_index WHERE {_this(index, table)}",
        clear_sql=_drop(index),
        undo=undo_outside(id_, _drop(index), is_gone(index)),
    )


def drop(id_: str, index: TableName, create_again: str, *, rows: Figure) -> Concurrently:
    """DROP INDEX CONCURRENTLY; `create_again` is the server's own definition of it, which the undo builds again."""
    definition = create_again.replace("CREATE INDEX ", "CREATE INDEX CONCURRENTLY ", 1).replace(
        "CREATE UNIQUE INDEX ", "CREATE UNIQUE INDEX CONCURRENTLY ", 1
    )
    rebuild = undo_outside(id_, definition, is_valid(index), costs="Building it again takes time, and nothing else.")
    back = rebuild.steps[0].model_copy(
        update={
            "duration": rates.time_for(rows, INDEXED_ROWS_PER_SECOND, "indexed"),
            "leftover_sql": f"SELECT coalesce(bool_or(NOT indisvalid), false) FROM pg_index "
            f"WHERE indexrelid = {_oid(index)}",
            "clear_sql": _drop(index),
        }
    )
    return Concurrently(
        id=id_,
        title=f"Drop index {index.name}",
        why="Outside a transaction nobody has to wait; a plain DROP INDEX holds ACCESS EXCLUSIVE on the table.",
        lock="SHARE UPDATE EXCLUSIVE",
        held=rates.NO_LOCK,
        duration=rates.INSTANT,
        sql=_drop(index),
        done_sql=is_gone(index),
        undo=rebuild.model_copy(update={"steps": (back,)}),
    )


def corrupts(target: Target) -> str:
    """Why this server must not build an index concurrently; empty where it may (release notes of 14.4)."""
    if not 14_00_00 <= target.version_num < 14_00_04:
        return ""
    return (
        f"PostgreSQL {target.version} may corrupt an index that is built concurrently; upgrade to 14.4 or later first"
    )


def key_list(columns: Sequence[str]) -> str:
    """Plain columns in parentheses."""
    return "(" + ", ".join(quoted(column) for column in columns) + ")"


def _drop(index: TableName) -> str:
    return f"DROP INDEX CONCURRENTLY IF EXISTS {index.sql}"


def _this(index: TableName, on: TableName | None) -> str:
    where = f"indexrelid = {_oid(index)}"
    return where if on is None else f"{where} AND indrelid = to_regclass({literal(on.sql)})"


def _oid(index: TableName) -> str:
    return f"to_regclass({literal(index.sql)})"
