from concurrent.futures import ThreadPoolExecutor

import pytest

from protocol.errors import NoConnection
from protocol.events import CheckDone
from protocol.plan import Plan
from protocol.steps import Backfill, Statements
from tests.tools.ground import Ground, statements
from tools.backfill import run_backfill
from tools.engines.postgres import lost_connection
from tools.execute import run_statements
from tools.monitor import DELETED, read_signals
from tools.verify import Before, run_checks

ROWS = 100

READERS = "SELECT FROM pg_stat_activity WHERE application_name = 'whimbrel/read' AND datname = current_database()"


@pytest.fixture
def table(any_common_ground: Ground) -> Ground:
    any_common_ground.ask("DROP SCHEMA IF EXISTS whimbrel CASCADE; DROP TABLE IF EXISTS t")
    any_common_ground.ask("CREATE TABLE t (id bigint PRIMARY KEY, name text)")
    any_common_ground.ask(f"INSERT INTO t SELECT n, 'n' || n FROM generate_series(1, {ROWS}) n; ANALYZE t")
    return any_common_ground


def migrated(ground: Ground, steps: int | None = None) -> Plan:
    """Carry out the first `steps` steps of a plan that fills a NOT NULL column in batches."""
    plan = ground.plan(strategy="batched", default="gen_random_uuid()", type_="uuid", nullable=False)
    work = ground.work(plan)
    for step in [step for step in plan.steps if isinstance(step, Statements | Backfill)][:steps]:
        if isinstance(step, Backfill):
            run_backfill(work, step)
        else:
            run_statements(work, step)
    return plan


def denied(ground: Ground, plan: Plan, rows: int | None = ROWS, deleted: float = 0) -> list[str]:
    return [check.check for check in results(ground, plan, rows, deleted) if check.passed is False]


def results(ground: Ground, plan: Plan, rows: int | None = ROWS, deleted: float = 0) -> list[CheckDone]:
    return list(run_checks(ground.database, plan, Before({} if rows is None else {"t": rows}, deleted), patience_s=0))


def test_a_migration_that_went_well_is_confirmed(table: Ground) -> None:
    plan = migrated(table)
    found = results(table, plan)

    assert [check.passed for check in found if check.check != "application"].count(None) == 1  # the query plan
    assert denied(table, plan) == []
    assert [check.check for check in found][-2:] == ["rows", "application"]
    assert found[-1].passed is None


def test_a_migration_that_was_not_carried_out_is_denied(table: Ground) -> None:
    plan = migrated(table, steps=0)

    assert {"column", "default", "no_null", "not_null"} <= set(denied(table, plan))


def test_another_type_is_denied(table: Ground) -> None:
    plan = migrated(table)
    table.ask("ALTER TABLE t ALTER c DROP DEFAULT, ALTER c TYPE text, ALTER c SET DEFAULT gen_random_uuid()::text")
    column = next(check for check in results(table, plan) if check.check == "column")

    assert (column.passed, column.observed) == (False, "text")
    assert denied(table, plan) == ["column"]


def test_a_default_that_is_gone_is_denied(table: Ground) -> None:
    plan = migrated(table)
    table.ask("ALTER TABLE t ALTER c DROP DEFAULT")

    assert denied(table, plan) == ["default"]


def test_a_null_that_was_left_is_denied(table: Ground) -> None:
    plan = migrated(table)
    table.ask("ALTER TABLE t ALTER c DROP NOT NULL; UPDATE t SET c = NULL WHERE id IN (3, 4)")
    nulls = next(check for check in results(table, plan) if check.check == "no_null")

    assert nulls.observed == "2"
    assert denied(table, plan) == ["not_null", "no_null"]


def test_a_not_null_that_nobody_proved_is_denied(table: Ground) -> None:
    plan = migrated(table, steps=3)  # declared, never validated; on 18 attnotnull says NOT NULL all the same
    table.ask("ALTER TABLE t DISABLE TRIGGER ALL")

    assert {"not_null", "leftovers"} <= set(denied(table, plan))


def test_an_unproved_constraint_that_was_left_is_denied(table: Ground) -> None:
    plan = migrated(table)
    table.ask("ALTER TABLE t ADD CONSTRAINT forgotten CHECK (c IS NOT NULL) NOT VALID")

    assert denied(table, plan) == ["leftovers"]


def test_a_row_that_was_lost_is_denied(table: Ground) -> None:
    plan = migrated(table)
    with table.reading() as connection:
        before = read_signals(connection, plan.watched)[DELETED].value or 0
    table.ask("TRUNCATE t")
    lost = next(check for check in results(table, plan, deleted=before) if check.check == "rows")

    assert (lost.passed, lost.observed) == (False, "0 rows now, 100 before; the application deleted 0 meanwhile")


def test_rows_that_the_application_deleted_are_not_lost(table: Ground) -> None:
    plan = migrated(table)
    with ThreadPoolExecutor(1) as background, table.session() as application:
        application.execute("DELETE FROM t WHERE id <= 7")
        application.commit()  # the session reports this when it has been idle for a while, or ends
        verifying = background.submit(lambda: list(run_checks(table.database, plan, Before({"t": ROWS}, 0))))
        table.until(lambda: len(table.ask(READERS)) == 1 or verifying.done(), "verification has begun")
        application.close()
    kept = next(check for check in verifying.result(timeout=30) if check.check == "rows")

    assert (kept.passed, kept.observed) == (True, "93 rows now, 100 before; the application deleted 7 meanwhile")


def test_rows_deleted_from_a_partition_are_counted_too(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id bigint PRIMARY KEY) PARTITION BY RANGE (id)")
    any_ground.ask("CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (50); CREATE TABLE t2 PARTITION OF t DEFAULT")
    any_ground.ask("INSERT INTO t SELECT generate_series(1, 100)")
    plan = any_ground.plan(default="7")
    run_statements(any_ground.work(plan), statements(plan)[0])
    any_ground.ask("DELETE FROM t WHERE id IN (1, 99)")
    (rows,) = (c for c in run_checks(any_ground.database, plan, Before({"t": 100}, 0)) if c.check == "rows")

    assert (rows.passed, rows.observed) == (True, "98 rows now, 100 before; the application deleted 2 meanwhile")


def test_rows_that_came_in_between_are_welcome(table: Ground) -> None:
    plan = migrated(table)
    table.ask("INSERT INTO t (id) VALUES (1000)")
    found = next(check for check in results(table, plan) if check.check == "rows")

    assert (found.passed, found.observed) == (True, "101 rows now, 100 before")


def test_rows_that_nobody_counted_before_only_inform(table: Ground) -> None:
    plan = migrated(table)
    found = next(check for check in results(table, plan, rows=None) if check.check == "rows")

    assert found.passed is None


def test_a_check_that_the_server_refuses_is_denied_and_the_others_are_asked(table: Ground) -> None:
    plan = migrated(table)
    broken = plan.checks[0].model_copy(update={"sql": "SELECT no_such_column FROM t"})
    found = results(table, plan.model_copy(update={"checks": (broken, *plan.checks[1:])}))

    assert (found[0].passed, found[0].observed) == (False, 'column "no_such_column" does not exist')
    assert [check.check for check in found if check.passed is False] == [broken.id]


def test_a_connection_that_breaks_is_no_verdict(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id bigint PRIMARY KEY)")
    plan = ground.plan(default="7")
    run_statements(ground.work(plan), statements(plan)[0])
    asking = run_checks(ground.database, plan, Before({"t": 0}, 0))
    first = next(asking)
    ground.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'whimbrel/read'")
    with pytest.raises(NoConnection, match="was lost"), lost_connection(ground.database):
        list(asking)

    assert first.passed
