"""What was read from the database, each number with where it comes from."""

from typing import Literal

from protocol.names import TableName
from protocol.schema import Table
from protocol.value import Value

Environment = Literal["production", "staging", "development"]


class Figure(Value):
    """A number that carries its source; `how` says what was measured, or what the estimate rests on."""

    value: float | None
    unit: str = ""
    source: Literal["measured", "estimated", "unknown"]
    how: str

    @classmethod
    def unknown(cls, how: str) -> "Figure":
        return cls(value=None, source="unknown", how=how)

    def __str__(self) -> str:
        if self.value is None:
            return f"unknown ({self.how})"
        about = "about " if self.source == "estimated" else ""
        return f"{about}{spoken(self.value, self.unit)} ({self.source}: {self.how})"

    @property
    def short(self) -> str:
        if self.value is None:
            return "unknown"
        return ("~" if self.source == "estimated" else "") + spoken(self.value, self.unit)


def spoken(value: float, unit: str) -> str:
    """Write a number with its unit for a reader; units are rows, bytes, seconds, milliseconds or free words."""
    if unit == "bytes":
        for name in ("bytes", "kB", "MB", "GB", "TB"):
            if abs(value) < 1024 or name == "TB":
                return f"{value:.0f} {name}" if name == "bytes" or value >= 100 else f"{value:.1f} {name}"
            value /= 1024
    if unit == "seconds":
        if value < 1:
            return f"{value * 1000:.0f} ms"
        if value < 120:
            return f"{value:.0f} s"
        return f"{value / 60:.0f} min" if value < 7200 else f"{value / 3600:.1f} h"
    number = f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:,.1f}"
    return f"{number} {unit}".strip()


class Target(Value):
    """Which database, under which role; never a password, never a connection string."""

    alias: str
    database: str
    system_identifier: str
    role: str
    version_num: int
    version: str

    @property
    def identity(self) -> str:
        """What an approval is bound to: this cluster, this database, this major version."""
        return f"{self.system_identifier}/{self.database}/{self.major}"

    @property
    def major(self) -> int:
        return self.version_num // 10000


class Rights(Value):
    """What the role may do here; reasons are sentences, empty when nothing stands in the way."""

    owns_table: bool
    can_create_schema: bool
    read_only: bool
    in_recovery: bool

    @property
    def obstacles(self) -> tuple[str, ...]:
        reasons = {
            "the server is a standby that only replays": self.in_recovery,
            "the role's transactions are read-only (default_transaction_read_only)": self.read_only,
            "the role does not own the table": not self.owns_table,
            "the role may not create schema `whimbrel`, where checkpoints are kept": not self.can_create_schema,
        }
        return tuple(reason for reason, holds in reasons.items() if holds)


class KeyColumn(Value):
    name: str
    type: str


class Key(Value):
    """A unique, not-null key that batches can walk along."""

    index: str
    columns: tuple[KeyColumn, ...]


class Dependant(Value):
    """Something that stands on the table: a view, a foreign key, a function …"""

    kind: str
    name: str
    note: str = ""


class Activity(Value):
    """What the server was doing when it was read."""

    longest_transaction: Figure
    writes_per_second: Figure
    sessions_on_table: Figure
    replicas: Figure


class Facts(Value):
    """Everything the database said about one table and its surroundings."""

    target: Target
    table: Table
    rows: Figure
    heap_bytes: Figure
    index_bytes: Figure
    database_bytes: Figure
    key: Key | None = None
    dependants: tuple[Dependant, ...] = ()
    rights: Rights
    activity: Activity

    @property
    def name(self) -> TableName:
        return self.table.name

    @property
    def is_empty(self) -> bool:
        return self.rows.source == "measured" and self.rows.value == 0


class ValueFacts(Value):
    """What the server says of a column's type and of the expression that fills it.

    `type` is the server's own spelling. `volatility` is the strongest `pg_proc.provolatile` of the functions used.
    """

    type: str
    constrained_domain: bool = False
    expression: str | None = None
    volatility: Literal["immutable", "stable", "volatile"] = "immutable"
    columns: tuple[str, ...] = ()
