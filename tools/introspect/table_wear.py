"""Say how worn and how large a table is, each number with where it comes from."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from protocol.facts import Figure
from protocol.names import TableName
from protocol.surroundings import TableWear

STATISTICS = "pg_stat_all_tables"
NEVER = "never, as far as the statistics go back"
SIZES = ("pg_relation_size", "pg_indexes_size", "pg_total_relation_size of the TOAST table")

Sizes = Mapping[int, tuple[float, float, float]]
"""Bytes of heap, indexes and TOAST for each table's identity."""


def wear_of(
    table: TableName,
    row: Sequence[Any] | None,
    since_reset: float | None,
    uptime: float | None,
    sizes: tuple[Figure, Figure, Figure],
) -> TableWear:
    """Put a row of the query `wear` into words; without one, nothing is known but the sizes."""
    heap, indexes, toast = sizes
    _, live, dead, writes, updates, hot, vacuumed, analyzed, never_v, never_a = row or [None] * 10
    nothing = Figure.unknown("no statistics of this table")
    return TableWear(
        table=table,
        live_rows=estimated(live, "rows", STATISTICS) if row else nothing,
        dead_rows=estimated(dead, "rows", STATISTICS) if row else nothing,
        writes_per_second=_rate(writes, since_reset, uptime) if row else nothing,
        hot_share=_share(hot, updates) if row else nothing,
        heap_bytes=heap,
        index_bytes=indexes,
        toast_bytes=toast,
        since_vacuum=_since(vacuumed, never_v) if row else nothing,
        since_analyze=_since(analyzed, never_a) if row else nothing,
    )


def sum_of(leaves: Sequence[int], exact: Sizes, rough: Sizes) -> tuple[Figure, Figure, Figure]:
    """Add up heap, indexes and TOAST of the leaves; one that was only estimated makes the whole an estimate."""
    known = [exact.get(leaf) or rough.get(leaf) for leaf in leaves]
    if any(sizes is None for sizes in known):
        unknown = Figure.unknown("the size could not be read")
        return unknown, unknown, unknown
    heap, indexes, toast = (sum(sizes[part] for sizes in known if sizes) for part in range(3))
    if all(leaf in exact for leaf in leaves):
        return (
            measured(heap, "bytes", SIZES[0]),
            measured(indexes, "bytes", SIZES[1]),
            measured(toast, "bytes", SIZES[2]),
        )
    how = "pg_class.relpages; the table is locked"
    return estimated(heap, "bytes", how), estimated(indexes, "bytes", how), estimated(toast, "bytes", how)


def measured(value: float | None, unit: str, how: str) -> Figure:
    return _said(value, unit, "measured", how)


def estimated(value: float | None, unit: str, how: str) -> Figure:
    return _said(value, unit, "estimated", how)


def _said(value: float | None, unit: str, source: Literal["measured", "estimated"], how: str) -> Figure:
    if value is None:
        return Figure.unknown(f"{how} does not say")
    return Figure(value=value, unit=unit, source=source, how=how)


def _share(hot: float, updates: float) -> Figure:
    return measured(hot / updates, "of 1", STATISTICS) if updates else Figure.unknown("no row was updated yet")


def _since(seconds: float | None, never: bool) -> Figure:
    return Figure.unknown(NEVER) if never else measured(seconds, "seconds", STATISTICS)


def _rate(writes: float, since_reset: float | None, uptime: float | None) -> Figure:
    unit = "rows a second"
    if since_reset:
        return measured(writes / since_reset, unit, "average since the statistics were reset")
    if uptime:
        how = "at most: all counted writes over the time since the server's start; the statistics were never reset"
        return estimated(writes / uptime, unit, how)
    return Figure.unknown("how long the statistics count is not known")
