"""The watch after a migration: a few signals, each beside the value it had before."""

from collections.abc import Sequence
from typing import Literal

from protocol.events import SignalRead
from protocol.figure import Figure
from protocol.names import TableName
from tools.engines.postgres import Connection
from tools.named_sql import queries

SQL = queries("tools", "monitor.sql")

NOTICE_FACTOR = 2.0
ALARM_FACTOR = 5.0

DELETED = "rows deleted from the table"
"""Not judged: verification needs it to tell a lost row from one that the application deleted."""

FLOORS = {
    "sessions waiting for a lock": 1.0,
    "longest transaction": 60.0,
    "deadlocks": 0.0,
    "rolled back transactions": 100.0,
    "dead rows of the table": 100_000.0,
    DELETED: float("inf"),
}
"""Below these a signal is normal whatever its baseline was: small numbers double easily."""

EXPECTED_AFTER_BACKFILL = "dead rows of the table"
"""A backfill leaves one dead row a row until vacuum has come by: worth a notice, never an alarm."""

UNITS = {"longest transaction": "seconds"}


def read_signals(connection: Connection, tables: Sequence[TableName]) -> dict[str, Figure]:
    """Read every signal now; a table that is not there (any more) counts as none."""
    row = connection.execute(SQL["signals"], ([table.sql for table in tables],)).fetchone()
    assert row is not None
    return {
        name: Figure(value=float(value or 0), unit=UNITS.get(name, ""), source="measured", how="statistics views")
        for name, value in zip(FLOORS, row, strict=True)
    }


def compare(signal: str, now: Figure, baseline: float | None) -> SignalRead:
    """Judge one signal against its value before the migration."""
    return SignalRead(
        signal=signal,
        value=now.value or 0,
        now=now.short,
        baseline="unknown" if baseline is None else Figure(**now.model_dump() | {"value": baseline}).short,
        state=_state(signal, now.value or 0, baseline or 0),
    )


def _state(signal: str, now: float, baseline: float) -> Literal["normal", "notice", "alarm"]:
    floor = FLOORS.get(signal, 0)
    if now <= max(floor, baseline * NOTICE_FACTOR):
        return "normal"
    if signal == EXPECTED_AFTER_BACKFILL:
        return "notice"
    return "notice" if now <= max(floor, baseline) * ALARM_FACTOR else "alarm"
