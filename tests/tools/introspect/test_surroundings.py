import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest

from protocol.names import TableName
from protocol.surroundings import Surroundings
from tests.tools.ground import Ground
from tools.engines.embedded import EmbeddedServer
from tools.engines.postgres import Connection
from tools.introspect.surroundings import NO_DISK, read_surroundings

Reading = Callable[[], AbstractContextManager[Connection]]

T = TableName(name="t")


def surroundings(ground: Ground, *tables: TableName) -> Surroundings:
    with ground.reading() as connection:
        return read_surroundings(connection, tables or (T,))


def test_wear_and_sizes_of_a_table_are_read_with_their_source(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id int PRIMARY KEY, a text)")
    any_ground.ask("INSERT INTO t SELECT i, 'x' FROM generate_series(1, 1000) i")
    any_ground.ask("UPDATE t SET a = 'y' WHERE id <= 100")
    any_ground.ask("VACUUM ANALYZE t")

    def settled() -> bool:
        return bool(any_ground.value("SELECT n_tup_upd = 100 AND last_vacuum IS NOT NULL FROM pg_stat_user_tables"))

    any_ground.until(settled, "the statistics arrive")
    [wear] = surroundings(any_ground).tables

    assert wear.heap_bytes.value == any_ground.value("SELECT pg_relation_size('t')::float8")
    assert wear.index_bytes.value == any_ground.value("SELECT pg_indexes_size('t')::float8")
    assert wear.toast_bytes.value == 8192  # the TOAST table's index has its first page
    assert (wear.live_rows.value, wear.dead_rows.value) == (1000, 0)
    assert wear.hot_share.value == any_ground.value("SELECT n_tup_hot_upd / 100.0::float8 FROM pg_stat_user_tables")
    assert 0 <= (wear.since_vacuum.value or -1) < 60
    assert 0 <= (wear.since_analyze.value or -1) < 60
    assert (wear.writes_per_second.value or 0) > 0
    assert wear.heap_bytes.source == "measured"


def test_a_partitioned_table_is_the_sum_of_its_leaves(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (a int) PARTITION BY RANGE (a)")
    any_ground.ask("CREATE TABLE p PARTITION OF t FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (a)")
    any_ground.ask("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (50)")
    any_ground.ask("CREATE TABLE p2 PARTITION OF t FOR VALUES FROM (100) TO (200)")
    any_ground.ask("INSERT INTO t SELECT 1 FROM generate_series(1, 1000)")
    any_ground.ask("INSERT INTO t SELECT 150 FROM generate_series(1, 1000)")
    [wear] = surroundings(any_ground).tables

    assert wear.heap_bytes.value == any_ground.value("SELECT (pg_relation_size('p1') + pg_relation_size('p2'))::float8")


def test_a_table_never_vacuumed_or_updated_says_so_instead_of_a_number(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (a int) WITH (autovacuum_enabled = off)")
    [wear] = surroundings(any_ground).tables

    assert str(wear.since_vacuum) == "unknown (never, as far as the statistics go back)"
    assert str(wear.hot_share) == "unknown (no row was updated yet)"


def test_sizes_of_a_table_held_exclusively_are_estimated_without_waiting(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t AS SELECT generate_series(1, 10000) AS a")
    any_ground.ask("ANALYZE t")
    with any_ground.session() as other:
        other.execute("LOCK t IN ACCESS EXCLUSIVE MODE")
        [wear] = surroundings(any_ground).tables

    assert wear.heap_bytes.source == "estimated"
    assert wear.heap_bytes.value == any_ground.value("SELECT pg_relation_size('t')::float8")


def test_open_transactions_are_told_without_their_queries(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (a int)")
    with any_ground.session("billing") as other:
        other.execute("SELECT 'a secret'")
        found = surroundings(any_ground)

    [one] = [one for one in found.transactions if one.application == "billing"]
    assert (one.role, one.state) == ("postgres", "idle in transaction")
    assert (one.age.value or -1) >= 0
    assert "secret" not in found.model_dump_json()


def test_unfinished_work_is_named(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)")
    any_ground.ask("ALTER TABLE t ADD CONSTRAINT positive CHECK (a > 0) NOT VALID")
    with any_ground.session() as other:
        other.autocommit = True
        with pytest.raises(psycopg.errors.UniqueViolation):
            other.execute("CREATE UNIQUE INDEX CONCURRENTLY broken ON t (a)")
    found = surroundings(any_ground)

    assert found.invalid_indexes == ("public.broken",)
    assert found.not_validated == ("positive on public.t",)


def test_a_slot_says_what_wal_it_keeps(any_ground: Ground) -> None:
    slot = any_ground.value("SELECT current_database()")
    any_ground.ask("SELECT pg_create_physical_replication_slot($1::text, true)", slot)
    try:
        any_ground.ask("CREATE TABLE t AS SELECT generate_series(1, 1000) AS a")
        [found] = [one for one in surroundings(any_ground).slots if one.name == slot]
    finally:
        any_ground.ask("SELECT pg_drop_replication_slot($1::text)", slot)

    assert (found.kind, found.active) == ("physical", False)
    assert (found.retained_bytes.value or 0) > 10_000


def test_a_connected_replica_says_how_far_it_is_behind(any_ground: Ground) -> None:
    replica = psycopg.connect(any_ground.dsn + "&replication=database&application_name=copy", autocommit=True)
    with replica:
        found = surroundings(any_ground)

    [one] = [one for one in found.replicas if one.application == "copy"]
    assert one.state == "startup"
    assert one.behind_bytes.source == "unknown"


def test_settings_are_those_a_new_session_gets_not_our_own(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (a int)")
    name = any_ground.value("SELECT current_database()")
    any_ground.ask(f"ALTER DATABASE {name} SET statement_timeout = '7s'")
    found = surroundings(any_ground)

    assert (found.setting("statement_timeout"), found.setting("lock_timeout")) == ("7000", "0")
    assert found.setting("wal_level") == any_ground.value("SHOW wal_level")
    assert found.setting("default_transaction_read_only") == "off"


def test_room_is_told_where_sql_knows_it_and_else_said_not_to_be_knowable(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (a int)")
    found = surroundings(any_ground)

    assert (found.database_bytes.value or 0) > 1_000_000
    assert (found.tablespace_bytes.value or 0) >= (found.database_bytes.value or 0)
    assert (found.wal_bytes.value or 0) > 1_000_000
    assert found.free_bytes.source == "unknown"
    assert found.max_connections.value == float(any_ground.value("SHOW max_connections"))
    assert found.not_seen == (NO_DISK,)


def test_a_role_without_rights_is_told_what_it_cannot_see(any_ground: Ground, as_nobody: Reading) -> None:
    any_ground.ask("CREATE TABLE t (a int)")
    with any_ground.session("billing") as other, as_nobody() as connection:
        other.execute("SELECT 1")
        found = read_surroundings(connection, [T])

    said = " ".join(found.not_seen)
    assert found.transactions == ()
    assert "do not show their transactions; GRANT pg_read_all_stats" in said
    assert "Not shown to this role: pg_ls_waldir" in said
    assert str(found.wal_bytes) == "unknown (pg_ls_waldir is not shown to this role)"
    assert [wear.heap_bytes.source for wear in found.tables] == ["measured"]


def test_a_server_that_counts_no_rows_gives_no_numbers(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (a int)")
    name = any_ground.value("SELECT current_database()")
    any_ground.ask(f"ALTER DATABASE {name} SET track_counts = off")
    found = surroundings(any_ground)

    assert [wear.live_rows.source for wear in found.tables] == ["unknown"]
    assert any("track_counts is off" in sentence for sentence in found.not_seen)


def test_it_can_be_read_inside_a_transaction_of_the_caller(any_ground: Ground, as_nobody: Reading) -> None:
    any_ground.ask("CREATE TABLE t (a int)")
    with as_nobody() as connection, connection.transaction():
        found = read_surroundings(connection, [T, TableName(name="gone")])

    assert [wear.table for wear in found.tables] == [T]


def test_a_prepared_transaction_is_told(counting: EmbeddedServer, tmp_path: Path) -> None:
    ground = Ground(counting.create_database(f"test_{uuid.uuid4().hex[:12]}"), tmp_path)
    ground.ask("CREATE TABLE t (a int)")
    with psycopg.connect(ground.dsn, autocommit=True) as other:
        other.execute("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'a secret'")
        try:
            found = surroundings(ground)
        finally:
            other.execute("ROLLBACK PREPARED 'a secret'")

    [one] = found.prepared
    assert (one.owner, one.age.source) == ("postgres", "measured")


@contextmanager
def vacuuming(ground: Ground) -> Iterator[int]:
    """Vacuum a table so slowly that it is still at it; give the process that does."""
    ground.ask("CREATE TABLE t AS SELECT generate_series(1, 100000) AS a")
    running = "SELECT count(*) FROM pg_stat_progress_vacuum WHERE datname = current_database()"
    with psycopg.connect(ground.dsn, autocommit=True) as other, ThreadPoolExecutor(1) as pool:
        other.execute("SET vacuum_cost_delay = '100ms'; SET vacuum_cost_limit = 1")
        vacuum = pool.submit(other.execute, "VACUUM t")
        try:
            ground.until(lambda: ground.value(running) == 1, "the vacuum has begun")
            yield other.info.backend_pid
        finally:
            other.cancel_safe()
        assert isinstance(vacuum.exception(), psycopg.errors.QueryCanceled)


def test_a_running_vacuum_is_told(any_ground: Ground) -> None:
    with vacuuming(any_ground) as pid:
        [one] = surroundings(any_ground).vacuums

    assert (one.pid, one.table, one.anti_wraparound) == (pid, "public.t", False)
    assert one.phase


def test_a_role_without_rights_is_not_told_that_a_vacuum_is_ordinary(any_ground: Ground, as_nobody: Reading) -> None:
    with vacuuming(any_ground), as_nobody() as connection:
        [one] = read_surroundings(connection, [T]).vacuums

    assert (one.table, one.anti_wraparound) == ("a table not shown to this role", None)
