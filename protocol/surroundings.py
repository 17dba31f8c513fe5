"""What goes on around tables: their wear, the sessions, the replicas, the room left; every number with its source."""

from protocol.facts import Figure
from protocol.names import TableName
from protocol.value import Value


class TableWear(Value):
    """Rows, sizes in bytes, rates and ages in seconds of one table; `hot_share` is a part of 1."""

    table: TableName
    live_rows: Figure
    dead_rows: Figure
    writes_per_second: Figure
    hot_share: Figure
    heap_bytes: Figure
    index_bytes: Figure
    toast_bytes: Figure
    since_vacuum: Figure
    since_analyze: Figure


class OpenTransaction(Value):
    """A transaction of another session of this database; never its query, which may hold values."""

    pid: int
    application: str
    role: str
    state: str
    age: Figure


class PreparedTransaction(Value):
    """A transaction that waits for COMMIT PREPARED, with its locks."""

    owner: str
    age: Figure


class RunningVacuum(Value):
    """`anti_wraparound` is None when the role may not see it; such a vacuum does not give way to a lock."""

    pid: int
    table: str
    phase: str
    anti_wraparound: bool | None = None


class Replica(Value):
    """A connected standby or subscriber; how far it is behind in bytes of WAL and in seconds."""

    application: str
    state: str
    sync_state: str
    behind_bytes: Figure
    behind_seconds: Figure


class Slot(Value):
    """A replication slot and the WAL the server keeps for it, in bytes."""

    name: str
    kind: str
    active: bool
    retained_bytes: Figure


class Setting(Value):
    """A setting as a new session of the role gets it; `unit` is the server's, such as ms or 8kB."""

    name: str
    value: str
    unit: str = ""


class Surroundings(Value):
    """`not_seen` are sentences on what this role, or a lock, kept from us, and on what SQL cannot tell."""

    tables: tuple[TableWear, ...] = ()
    transactions: tuple[OpenTransaction, ...] = ()
    prepared: tuple[PreparedTransaction, ...] = ()
    vacuums: tuple[RunningVacuum, ...] = ()
    invalid_indexes: tuple[str, ...] = ()
    not_validated: tuple[str, ...] = ()
    replicas: tuple[Replica, ...] = ()
    slots: tuple[Slot, ...] = ()
    connections: Figure
    max_connections: Figure
    database_bytes: Figure
    tablespace_bytes: Figure
    wal_bytes: Figure
    free_bytes: Figure
    settings: tuple[Setting, ...] = ()
    not_seen: tuple[str, ...] = ()

    def setting(self, name: str) -> str | None:
        return next((setting.value for setting in self.settings if setting.name == name), None)
