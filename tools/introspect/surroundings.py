"""Read what goes on around tables: wear, sessions, replication, room. Catalogue and statistics only, nothing waits.

Each part is read on its own: what the role may not see becomes a sentence, never a failure.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Literal

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
from tools.named_sql import queries

SQL = queries("tools.introspect", "surroundings.sql")

NO_DISK = "SQL cannot tell how much room is left on the server's disks; ask the machine itself."

Row = tuple[Any, ...]
Sizes = dict[int, tuple[float, float, float]]


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
                PreparedTransaction(owner=owner, age=_measured(age, "seconds", "pg_prepared_xacts"))
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
            _wear(table, statistics.get(oid) if counts else None, since_reset, uptime, sizes[oid])
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
        measured = self._triples("sizes", "sizes", free)
        rest = self._triples("pages", "pages", [oid for oid in every if oid not in measured])
        return {root: _sum_of(leaves.get(root, [root]), measured, rest) for root in oids}

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
                pid=pid, application=name, role=role, state=state, age=_measured(age, "seconds", "pg_stat_activity")
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
                behind_bytes=_measured(behind, "bytes", "pg_stat_replication.replay_lsn"),
                behind_seconds=_measured(lag, "seconds", "pg_stat_replication.replay_lag"),
            )
            for application, state, sync_state, behind, lag, _ in rows
        )

    def _slots(self) -> tuple[Slot, ...]:
        return tuple(
            Slot(name=name, kind=kind, active=active, retained_bytes=_measured(kept, "bytes", "restart_lsn"))
            for name, kind, active, kept in self._rows("slots", "replication slots")
        )

    # --- asking ----------------------------------------------------------------------------------------------------

    def _figure(self, query: str, unit: str, how: str) -> Figure:
        rows = self._rows(query, how)
        return _measured(rows[0][0], unit, how) if rows else Figure.unknown(f"{how} is not shown to this role")

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


def _wear(
    table: TableName,
    row: Row | None,
    since_reset: float | None,
    uptime: float | None,
    sizes: tuple[Figure, Figure, Figure],
) -> TableWear:
    heap, indexes, toast = sizes
    if row is None:
        nothing = Figure.unknown("no statistics of this table")
        live = dead = rate = hot = vacuum = analyze = nothing
    else:
        _, live_rows, dead_rows, writes, updates, hot_updates, vacuumed, analyzed, never_v, never_a = row
        seen = "pg_stat_all_tables"
        live, dead = _estimated(live_rows, "rows", seen), _estimated(dead_rows, "rows", seen)
        rate = _rate(writes, since_reset, uptime)
        hot = _measured(hot_updates / updates, "of 1", seen) if updates else Figure.unknown("no row was updated yet")
        vacuum = (
            Figure.unknown("never, as far as the statistics go back")
            if never_v
            else _measured(vacuumed, "seconds", seen)
        )
        analyze = (
            Figure.unknown("never, as far as the statistics go back")
            if never_a
            else _measured(analyzed, "seconds", seen)
        )
    return TableWear(
        table=table,
        live_rows=live,
        dead_rows=dead,
        writes_per_second=rate,
        hot_share=hot,
        heap_bytes=heap,
        index_bytes=indexes,
        toast_bytes=toast,
        since_vacuum=vacuum,
        since_analyze=analyze,
    )


def _rate(writes: float, since_reset: float | None, uptime: float | None) -> Figure:
    unit = "rows a second"
    if since_reset:
        return _measured(writes / since_reset, unit, "average since the statistics were reset")
    if uptime:
        how = "at most: all counted writes over the time since the server's start; the statistics were never reset"
        return _estimated(writes / uptime, unit, how)
    return Figure.unknown("how long the statistics count is not known")


def _sum_of(leaves: list[int], measured: Sizes, rest: Sizes) -> tuple[Figure, Figure, Figure]:
    """Add up the leaves; one that could only be estimated makes the whole an estimate."""
    names = ("pg_relation_size", "pg_indexes_size", "pg_total_relation_size of the TOAST table")
    known = [measured.get(leaf) or rest.get(leaf) for leaf in leaves]
    if any(sizes is None for sizes in known):
        unknown = Figure.unknown("the size could not be read")
        return unknown, unknown, unknown
    exact = all(leaf in measured for leaf in leaves)
    totals = [sum(sizes[part] for sizes in known if sizes) for part in range(3)]
    heap, indexes, toast = (
        _measured(total, "bytes", name)
        if exact
        else _estimated(total, "bytes", "pg_class.relpages; the table is locked")
        for total, name in zip(totals, names, strict=True)
    )
    return heap, indexes, toast


def _measured(value: float | None, unit: str, how: str) -> Figure:
    return _said(value, unit, "measured", how)


def _estimated(value: float | None, unit: str, how: str) -> Figure:
    return _said(value, unit, "estimated", how)


def _said(value: float | None, unit: str, source: Literal["measured", "estimated"], how: str) -> Figure:
    if value is None:
        return Figure.unknown(f"{how} does not say")
    return Figure(value=value, unit=unit, source=source, how=how)
