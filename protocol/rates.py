"""Rates that estimates rest on, measured on one reference machine; a plan always says so.

Reference: 2 cores, PostgreSQL 18.6 with default durability, a table of 2.5 M rows of about 150 bytes with three indexes
besides its key, an application reading and writing it at 100-250 transactions/s.
`evals/bench` measures them again.
"""

from protocol.figure import Figure

REFERENCE = "at the rate of a 2-core reference machine, PostgreSQL 18"

BACKFILL_ROWS_PER_SECOND = 25_000
SCANNED_ROWS_PER_SECOND = 4_000_000
REWRITTEN_ROWS_PER_SECOND = 265_000
DUMPED_BYTES_PER_SECOND = 50_000_000

INSTANT = Figure(
    value=0.05,
    unit="seconds",
    source="estimated",
    how="catalogue only, no row is touched; 10-20 ms on the reference machine, plus the wait for the lock",
)
NO_LOCK = Figure(value=0, unit="seconds", source="estimated", how="it takes no lock that holds others up")


def time_for(amount: Figure, per_second: float, what: str) -> Figure:
    """Estimate the seconds to get through `amount`, or say that it is unknown."""
    if amount.value is None:
        return Figure.unknown(amount.how)
    how = f"{amount.short} {what} at {per_second:,.0f} a second, {REFERENCE}"
    return Figure(value=max(amount.value / per_second, 0.05), unit="seconds", source="estimated", how=how)


def total(parts: list[Figure], how: str) -> Figure:
    """Add durations up; one unknown part makes the whole unknown."""
    if any(part.value is None for part in parts):
        return Figure.unknown("one of its parts is unknown")
    return Figure(value=sum(part.value or 0 for part in parts), unit="seconds", source="estimated", how=how)
