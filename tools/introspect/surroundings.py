"""Read what goes on around tables: wear, sessions, replication, room. Catalogue and statistics only, nothing waits.

Each part is read on its own: what the role may not see becomes a sentence, never a failure.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import psycopg

from protocol.facts import Figure
from protocol.names import TableName
from protocol.surroundings import (
    OpenTransaction,
    PreparedTransaction,
    Replica,
    RunningVacuum,
    Setting,
    Slot,
    Surroundings,
    TableWear,
)
from tools.engines.postgres import Connection
from tools.introspect.table_wear import Sizes, measured, sum_of, wear_of
from tools.named_sql import queries

SQL = queries("tools.introspect", "surroundings.sql")

NO_DISK = "SQL cannot tell how much room is left on the server's disks; ask the machine itself."

Row = tuple[Any, ...]


def read_surroundings(connection: Connection, tables: Sequence[TableName]) -> Surroundings:
    """Read the surroundings of these tables; tables that do not exist are left out."""
    return _Reading(connection, tables).surroundings()


class _Reading:
    """One look around; gathers the sentences on what could not be seen."""

    def __init__(self, connection: Connection, tables: Sequence[TableName]) -> None:
        self._connection = connection
        self._not_seen: list[str] = []
        schemas, names = [table.schema_name for table in tables], [table.name for table in tables]
        rows = self._rows("tables", "the tables", schemas, names)
        self._tables = {row[0]: TableName(schema_name=row[1], name=row[2]) for row in rows}

    def surroundings(self) -> Surroundings:
        oids = list(self._tables)
        return Surroundings(
            tables=self._wear(),
            transactions=self._transactions(),
            prepared=tuple(
                PreparedTransaction(owner=owner, age=measured(age, "seconds", "pg_prepared_xacts"))
                for owner, age in self._rows("prepared", "prepared transactions")
            ),
            vacuums=tuple(
                RunningVacuum(pid=pid, table=table, phase=phase, anti_wraparound=wraparound)
                for pid, table, phase, wraparound in self._rows("vacuums", "running vacuums")
            ),
            invalid_indexes=self._names("invalid_indexes", "invalid indexes", oids),
            not_validated=self._names("not_validated", "constraints not validated", oids),
            replicas=self._replicas(),
            slots=self._slots(),
            connections=self._figure("connections", "connections", "pg_stat_activity"),
            max_connections=self._figure("max_connections", "connections", "the setting max_connections"),
            database_bytes=self._figure("database_bytes", "bytes", "pg_database_size"),
            tablespace_bytes=self._figure("tablespace_bytes", "bytes", "pg_tablespace_size of the database's own"),
            wal_bytes=self._figure("wal_bytes", "bytes", "pg_ls_waldir"),
            free_bytes=Figure.unknown(NO_DISK),
            settings=tuple(Setting(name=n, value=v, unit=u) for n, v, u in self._rows("settings", "settings")),
            not_seen=(*self._not_seen, NO_DISK),
        )

    # --- tables ----------------------------------------------------------------------------------------------------

    def _wear(self) -> tuple[TableWear, ...]:
        oids = list(self._tables)
        statistics = {row[0]: row for row in self._rows("wear", "the tables' statistics", oids)}
        counting = self._rows("counting", "since when statistics count")
        counts, since_reset, uptime = counting[0] if counting else (False, None, None)
        if not counts:
            self._not_seen.append("The server counts no rows (track_counts is off): rates and dead rows are not known.")
        sizes = self._sizes(oids)
        return tuple(
            wear_of(table, statistics.get(oid) if counts else None, since_reset, uptime, sizes[oid])
            for oid, table in self._tables.items()
        )

    def _sizes(self, oids: list[int]) -> dict[int, tuple[Figure, Figure, Figure]]:
        """Measure where that waits for nobody, else take the catalogue's pages; a partitioned table is its leaves."""
        leaves: dict[int, list[int]] = defaultdict(list)
        for root, leaf in self._rows("tree", "partitions", oids):
            leaves[root].append(leaf)
        every = [leaf for root in leaves for leaf in leaves[root]]
        locked = {row[0] for row in self._rows("locked", "locks")}
        free = [oid for oid in every if oid not in locked]
        exact = self._triples("sizes", "sizes", free)
        rough = self._triples("pages", "pages", [oid for oid in every if oid not in exact])
        return {root: sum_of(leaves.get(root, [root]), exact, rough) for root in oids}

    def _triples(self, query: str, what: str, oids: list[int]) -> Sizes:
        rows = self._rows(query, what, oids) if oids else []
        return {oid: (heap, indexes, toast) for oid, heap, indexes, toast in rows if heap is not None}

    # --- sessions and replication ----------------------------------------------------------------------------------

    def _transactions(self) -> tuple[OpenTransaction, ...]:
        for (hidden,) in self._rows("hidden_sessions", "other roles' sessions"):
            if hidden:
                self._not_seen.append(
                    f"{hidden} sessions of other roles do not show their transactions; "
                    "GRANT pg_read_all_stats (or pg_monitor) to see them."
                )
        return tuple(
            OpenTransaction(
                pid=pid, application=name, role=role, state=state, age=measured(age, "seconds", "pg_stat_activity")
            )
            for pid, name, role, state, age in self._rows("transactions", "open transactions")
        )

    def _replicas(self) -> tuple[Replica, ...]:
        rows = self._rows("replicas", "replicas")
        if any(row[5] for row in rows):
            self._not_seen.append("How far replicas are behind needs pg_read_all_stats (or pg_monitor).")
        return tuple(
            Replica(
                application=application,
                state=state,
                sync_state=sync_state,
                behind_bytes=measured(behind, "bytes", "pg_stat_replication.replay_lsn"),
                behind_seconds=measured(lag, "seconds", "pg_stat_replication.replay_lag"),
            )
            for application, state, sync_state, behind, lag, _ in rows
        )

    def _slots(self) -> tuple[Slot, ...]:
        return tuple(
            Slot(name=name, kind=kind, active=active, retained_bytes=measured(kept, "bytes", "restart_lsn"))
            for name, kind, active, kept in self._rows("slots", "replication slots")
        )

    # --- asking ----------------------------------------------------------------------------------------------------

    def _figure(self, query: str, unit: str, how: str) -> Figure:
        rows = self._rows(query, how)
        return measured(rows[0][0], unit, how) if rows else Figure.unknown(f"{how} is not shown to this role")

    def _names(self, query: str, what: str, oids: list[int]) -> tuple[str, ...]:
        return tuple(row[0] for row in self._rows(query, what, oids))

    def _rows(self, query: str, what: str, *parameters: object) -> list[Row]:
        """Run one query in a transaction or savepoint of its own, so that its refusal stays its own."""
        try:
            with self._connection.transaction():
                return self._connection.execute(SQL[query], parameters).fetchall()
        except psycopg.errors.InsufficientPrivilege:
            self._not_seen.append(f"Not shown to this role: {what}; pg_monitor would show it.")
        except (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled):
            self._not_seen.append(f"Not read in time: {what}.")
        except (psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFunction, psycopg.errors.InternalError):
            self._not_seen.append(f"This server does not tell: {what}.")
        return []
