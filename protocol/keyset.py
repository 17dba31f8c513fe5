"""Walk a table along a unique key, batch by batch: the SQL of a keyset backfill."""

from collections.abc import Callable

from protocol import rates
from protocol.figure import Figure
from protocol.key import Key
from protocol.names import TableName, quoted
from protocol.steps import Backfill, LockMode

Write = Callable[[str], str]
"""Gives the statement for the rows of a batch; takes the condition on the key that tells which they are."""


def keyset_backfill(
    *,
    table: TableName,
    key: Key,
    assign: str,
    to_do: str,
    rows: Figure,
    title: str,
    why: str,
    id_: str = "backfill",
) -> Backfill:
    """Fill columns of the table's own rows; `to_do` is true for a row that still lacks its value."""

    def update(batch: str) -> str:
        return f"UPDATE {table.sql} SET {assign} WHERE {batch} AND {to_do}"

    left = f"SELECT count(*) FROM {table.sql} WHERE {to_do}"
    return keyset_walk(table=table, key=key, write=update, left_sql=left, rows=rows, title=title, why=why, id_=id_)


def keyset_walk(
    *,
    table: TableName,
    key: Key,
    write: Write,
    left_sql: str,
    rows: Figure,
    title: str,
    why: str,
    id_: str = "backfill",
    lock: LockMode = "ROW EXCLUSIVE",
) -> Backfill:
    """Build the step; parameters are `$1…`, keys travel as text and are cast back to their type."""
    names = [quoted(column.name) for column in key.columns]
    width = len(names)
    columns = ", ".join(names)
    as_text = ", ".join(f"batch.{name}::text" for name in names)
    down = ", ".join(f"batch.{name} DESC" for name in names)
    after, up_to = _row(key, 1), _row(key, width + 1)
    this_row = columns if width == 1 else f"({columns})"

    def bound(where: str, limit_at: int) -> str:
        batch = f"SELECT {columns} FROM {table.sql}{where} ORDER BY {columns} LIMIT ${limit_at}::bigint"
        return f"SELECT {as_text}, (count(*) OVER ())::int FROM ({batch}) AS batch ORDER BY {down} LIMIT 1"

    return Backfill(
        id=id_,
        title=title,
        why=why,
        lock=lock,
        held=rates.NO_LOCK,
        duration=rates.time_for(rows, rates.BACKFILL_ROWS_PER_SECOND, "written in batches"),
        table=table,
        key=key,
        first_sql=bound("", 1),
        bound_sql=bound(f" WHERE {this_row} > {after}", width + 1),
        from_start_sql=write(f"{this_row} <= {after}"),
        update_sql=write(f"{this_row} > {after} AND {this_row} <= {up_to}"),
        left_sql=left_sql,
    )


def _row(key: Key, start: int) -> str:
    cast = [f"${start + i}::{column.type}" for i, column in enumerate(key.columns)]
    return cast[0] if len(cast) == 1 else f"({', '.join(cast)})"
