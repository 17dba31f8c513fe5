import psycopg
import pytest

from protocol.figure import Figure
from protocol.names import TableName
from tests.tools.ground import Ground
from tools.monitor import DELETED, FLOORS, compare, read_signals

T = TableName(name="t")


def signals(ground: Ground, table: TableName = T) -> dict[str, float]:
    with ground.reading() as connection:
        return {name: figure.value or 0 for name, figure in read_signals(connection, (table,)).items()}


def figure(value: float) -> Figure:
    return Figure(value=value, source="measured", how="statistics views")


@pytest.fixture
def table(any_ground: Ground) -> Ground:
    any_ground.ask("CREATE TABLE t (id bigint PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 100)")
    return any_ground


def test_a_quiet_database_has_quiet_signals(table: Ground) -> None:
    read = signals(table)

    assert list(read) == list(FLOORS)
    assert read["sessions waiting for a lock"] == 0
    assert read["deadlocks"] == 0
    assert read[DELETED] == 0


def test_a_session_that_waits_and_the_transaction_it_waits_for_are_seen(table: Ground) -> None:
    with table.session() as holder, psycopg.connect(table.dsn, autocommit=True, application_name="waiter") as waiter:
        holder.execute("LOCK TABLE t")
        waiting = waiter.pgconn
        waiting.send_query(b"SELECT count(*) FROM t")
        table.until_waiting("waiter")
        read = signals(table)
        holder.rollback()
        while waiting.get_result():
            pass

    assert read["sessions waiting for a lock"] == 1
    assert read["longest transaction"] > 0


def test_dead_and_deleted_rows_are_counted(table: Ground) -> None:
    table.ask("DELETE FROM t WHERE id <= 30")
    table.until(lambda: signals(table)[DELETED] == 30, "the statistics know of the deleted rows")

    assert signals(table)["dead rows of the table"] == 30


def test_rows_of_partitions_are_added_up(any_ground: Ground) -> None:
    any_ground.ask('CREATE TABLE "P" (k integer) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF "P" DEFAULT')
    any_ground.ask('INSERT INTO "P" VALUES (1), (2); DELETE FROM "P"')
    name = TableName(name="P")
    any_ground.until(lambda: signals(any_ground, name)[DELETED] == 2, "the statistics know of the deleted rows")


@pytest.mark.parametrize(
    ("signal", "baseline", "now", "state"),
    [
        ("sessions waiting for a lock", 0, 1, "normal"),
        ("sessions waiting for a lock", 0, 2, "notice"),
        ("sessions waiting for a lock", 0, 6, "alarm"),
        ("sessions waiting for a lock", 10, 20, "normal"),
        ("sessions waiting for a lock", 10, 21, "notice"),
        ("sessions waiting for a lock", 10, 51, "alarm"),
        ("deadlocks", 0, 0, "normal"),
        ("deadlocks", 0, 1, "alarm"),
        ("longest transaction", 0, 60, "normal"),
        ("longest transaction", 0, 61, "notice"),
        ("longest transaction", 0, 301, "alarm"),
        (DELETED, 0, 10**12, "normal"),
    ],
)
def test_a_signal_is_judged_against_its_baseline_above_a_floor(
    signal: str, baseline: float, now: float, state: str
) -> None:
    assert compare(signal, figure(now), baseline).state == state


def test_a_signal_without_a_baseline_says_so() -> None:
    read = compare("deadlocks", figure(0), None)

    assert (read.baseline, read.state) == ("unknown", "normal")
