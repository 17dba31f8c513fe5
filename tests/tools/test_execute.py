import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest

from protocol.errors import Refused, StepFailed, Stopped
from protocol.events import LockWaited
from protocol.limits import Limits
from protocol.steps import Statements
from tests.tools.ground import RUN, Ground, statements
from tools import execute, ledger
from tools.execute import run_statements
from tools.running import undo_step
from tools.work import Outcome, Work

RUNNER = "SELECT FROM pg_stat_activity WHERE application_name = 'whimbrel/run-1/add_column' AND query ~ 'advisory'"

THREE_TRIES = Limits(attempts=3, pause_ms=0)


@pytest.fixture
def table(ground: Ground) -> Ground:
    ground.ask("CREATE TABLE t (id bigint PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'x')")
    return ground


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(max_workers=4) as pool:
        yield pool


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(execute, "LONGEST_PAUSE_S", 0.02)


def adding(ground: Ground, limits: Limits = THREE_TRIES, lock_limit: int = 100) -> tuple[Work, Statements]:
    plan = ground.plan(default="7", limits=limits, lock_limit=lock_limit)
    return ground.work(plan), statements(plan)[0]


def columns(ground: Ground) -> list[str]:
    return [column.name for column in ground.table().columns]


def waits(ground: Ground) -> list[LockWaited]:
    return [event for event in ground.events if isinstance(event, LockWaited)]


# --- once and for all ----------------------------------------------------------------------------------------------


def test_a_step_runs_and_the_ledger_knows_it(table: Ground) -> None:
    work, step = adding(table)
    outcome = run_statements(work, step)

    assert outcome == Outcome()
    assert columns(table) == ["id", "name", "c"]
    assert table.ask("SELECT run, step, digest FROM whimbrel.step") == [(RUN, step.id, work.plan.digest)]


def test_a_done_step_is_recognised_and_does_nothing_again(table: Ground) -> None:
    work, step = adding(table)
    run_statements(work, step)
    table.ask("ALTER TABLE t DROP COLUMN c")
    outcome = run_statements(work, step)

    assert outcome.facts[0][0] == "Already done"
    assert columns(table) == ["id", "name"]


def test_a_failing_statement_takes_the_ones_before_it_and_the_ledger_back(table: Ground) -> None:
    work, step = adding(table)
    broken = step.model_copy(update={"sql": (*step.sql, "ALTER TABLE t ADD COLUMN name text")})
    with pytest.raises(StepFailed, match=r"the server refused: column \"name\" .* already exists \(SQLSTATE 42701\)"):
        run_statements(work, broken)

    assert columns(table) == ["id", "name"]
    assert table.ask("SELECT * FROM whimbrel.step") == []


def test_a_value_in_the_servers_message_stays_there(table: Ground) -> None:
    work, step = adding(table)
    table.ask("UPDATE t SET name = 'canary'")
    broken = step.model_copy(update={"sql": ("ALTER TABLE t ALTER name TYPE integer USING name::integer",)})
    with pytest.raises(StepFailed) as caught:
        run_statements(work, broken)

    assert "invalid input syntax for type integer" in caught.value.message
    assert "canary" not in caught.value.message


def test_a_ledger_out_of_reach_is_a_sentence_and_changes_nothing(table: Ground) -> None:
    work, step = adding(table)
    table.ask("DROP TABLE whimbrel.step; CREATE VIEW whimbrel.step AS SELECT 1 AS nothing")
    with pytest.raises(StepFailed, match="the server refused"):
        run_statements(work, step)

    assert columns(table) == ["id", "name"]


def test_undoing_takes_the_step_back_and_forgets_it(table: Ground) -> None:
    work, step = adding(table)
    run_statements(work, step)
    undo_step(work, step)

    assert columns(table) == ["id", "name"]
    assert table.ask("SELECT * FROM whimbrel.step") == []


def test_undoing_twice_is_undoing_once_as_after_a_kill_in_between(table: Ground) -> None:
    work, step = adding(table)
    run_statements(work, step)
    undone = undo_step(work, step), undo_step(work, step)

    assert undone == (True, False)

    assert columns(table) == ["id", "name"]


# --- a lock in the way ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("quick")
def test_a_step_gives_way_to_an_open_transaction_and_says_who_it_is(table: Ground) -> None:
    work, step = adding(table)
    with table.session("nightly report") as reader:
        reader.execute("SELECT count(*) FROM t")
        with pytest.raises(StepFailed) as caught:
            run_statements(work, step)
        pid = reader.info.backend_pid

    seen = waits(table)
    assert [(event.attempt, event.attempts) for event in seen] == [(1, 3), (2, 3), (3, 3)]
    assert all(event.step == step.id for event in seen)
    assert seen[0].blockers[0].startswith(f"process {pid} (nightly report, role postgres) is idle in transaction")
    assert "`t` was not changed: no lock after 3 tries (process" in caught.value.message
    assert "nightly report" in caught.value.message
    assert caught.value.message.endswith(
        "Let that transaction end, then resume; or plan again with a longer lock_limit."
    )
    assert columns(table) == ["id", "name"]
    assert table.ask("SELECT * FROM whimbrel.step") == []


def test_readers_go_on_while_a_step_tries_and_it_succeeds_once_released(
    table: Ground, background: ThreadPoolExecutor
) -> None:
    work, step = adding(table, Limits(attempts=40, pause_ms=0))
    slowest = 0.0
    with table.session("nightly report") as reader:
        reader.execute("SELECT count(*) FROM t")
        running = background.submit(run_statements, work, step)
        with psycopg.connect(table.dsn, autocommit=True) as application:
            while len(waits(table)) < 2:
                began = time.monotonic()
                application.execute("SELECT count(*) FROM t")
                slowest = max(slowest, time.monotonic() - began)
    outcome = running.result(timeout=30)

    assert slowest < 1.0  # a queue behind an ungiving ALTER would last as long as the report
    assert outcome.facts[0][0] == "Tries for the lock"
    assert int(outcome.facts[0][1]) > 2
    assert columns(table) == ["id", "name", "c"]


def test_a_pause_between_two_tries_leaves_nothing_behind(table: Ground, background: ThreadPoolExecutor) -> None:
    work, step = adding(table, Limits(attempts=1000, pause_ms=0))
    with table.session() as reader:
        reader.execute("SELECT count(*) FROM t")
        running = background.submit(run_statements, work, step)
        table.until(lambda: bool(waits(table)), "the first try ends without the lock")
        work.stop.set()
        outcome = running.result(timeout=30)

    assert outcome.paused
    assert columns(table) == ["id", "name"]
    assert table.ask("SELECT * FROM pg_locks WHERE locktype = 'advisory'") == []


def test_a_paused_step_runs_when_it_is_resumed(table: Ground) -> None:
    work, step = adding(table)
    work.stop.set()
    outcome = run_statements(work, step)

    assert not outcome.paused
    assert columns(table) == ["id", "name", "c"]


@pytest.mark.usefixtures("quick")
def test_the_tries_go_on_when_nobody_can_be_asked_who_blocks(table: Ground) -> None:
    work, step = adding(table)
    name = f"one_at_a_time_{table.value('SELECT current_database()')}"
    table.ask(f"CREATE ROLE {name} LOGIN CONNECTION LIMIT 1; ALTER TABLE t OWNER TO {name}")
    table.ask(f"GRANT ALL ON SCHEMA whimbrel TO {name}; GRANT ALL ON ALL TABLES IN SCHEMA whimbrel TO {name}")
    crowded = Ground(table.dsn.replace("postgres@", f"{name}@"), table.folder)
    work = Work(crowded.database, RUN, work.plan, table.events.append, table.folder)
    with table.session() as reader:
        reader.execute("SELECT count(*) FROM t")
        with pytest.raises(StepFailed, match="no lock after 3 tries"):
            run_statements(work, step)

    assert [event.blockers for event in waits(table)] == [(), (), ()]


def test_a_deadlock_is_tried_again(table: Ground, background: ThreadPoolExecutor) -> None:
    table.ask("CREATE TABLE u (id integer)")
    work, step = adding(table, lock_limit=10_000)
    both = step.model_copy(update={"sql": (*step.sql, "ALTER TABLE u ADD COLUMN c integer")})
    with psycopg.connect(table.dsn) as other:
        other.execute("SET deadlock_timeout = '60s'")  # so that the server picks the step
        other.execute("LOCK TABLE u")
        running: Future[Outcome] = background.submit(run_statements, work, both)
        table.until_waiting("whimbrel/%")
        other.execute("LOCK TABLE t")
    running.result(timeout=30)

    assert len(waits(table)) == 1
    assert columns(table) == ["id", "name", "c"]
    assert [column.name for column in table.table("u").columns] == ["id", "c"]


@pytest.mark.usefixtures("quick")
def test_an_undo_that_is_interrupted_says_so_and_is_done_later(table: Ground) -> None:
    work, step = adding(table)
    run_statements(work, step)
    work.stop.set()
    with table.session() as reader:
        reader.execute("SELECT count(*) FROM t")
        with pytest.raises(Stopped, match="`whimbrel rollback` goes on"):
            undo_step(work, step)
    work.stop.clear()

    assert columns(table) == ["id", "name", "c"]
    assert undo_step(work, step)
    assert columns(table) == ["id", "name"]


# --- one runner, lost connections ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("impatient")
def test_a_second_runner_is_refused_and_told_who_the_first_is(table: Ground) -> None:
    work, step = adding(table)
    with table.database.writing("run-9", "add_column") as first:
        ledger.claim(first)
        with pytest.raises(Refused) as caught:
            run_statements(work, step)
        pid = first.info.backend_pid

    assert caught.value.message == (
        f"Another run works on this database (whimbrel/run-9/add_column, process {pid}); this one did nothing. "
        "Wait for it, then resume."
    )
    assert columns(table) == ["id", "name"]


def test_runners_on_two_databases_of_one_server_do_not_meet(table: Ground, common_ground: Ground) -> None:
    work, step = adding(table)
    with common_ground.database.writing("run-9", "add_column") as elsewhere:
        ledger.claim(elsewhere)
        run_statements(work, step)

    assert columns(table) == ["id", "name", "c"]


def test_a_connection_that_is_cut_is_a_sentence_and_the_step_can_run_again(
    table: Ground, background: ThreadPoolExecutor
) -> None:
    work, step = adding(table, lock_limit=60_000)
    with table.session() as reader:
        reader.execute("SELECT count(*) FROM t")
        running = background.submit(run_statements, work, step)
        table.until_waiting("whimbrel/%")
        table.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'whimbrel/%'")
        with pytest.raises(StepFailed, match="terminating connection due to administrator command"):
            running.result(timeout=30)
    run_statements(work, step)

    assert columns(table) == ["id", "name", "c"]


def test_the_connection_of_the_step_before_is_given_the_moment_it_needs_to_end(
    table: Ground, background: ThreadPoolExecutor
) -> None:
    work, step = adding(table)
    with psycopg.connect(table.dsn, autocommit=True, application_name="whimbrel/run-1/before") as before:
        before.execute("SELECT pg_advisory_lock(%s)", (ledger.ONE_RUNNER,))
        running = background.submit(run_statements, work, step)
        table.until(lambda: table.ask(RUNNER) != [], "the next step stands before the lock")
        assert not running.done()
    running.result(timeout=30)

    assert columns(table) == ["id", "name", "c"]
