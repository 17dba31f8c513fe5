import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from protocol.errors import Refused, StepFailed
from protocol.events import LockWaited, Narrative, StepProgressed
from protocol.limits import Limits
from protocol.plan import Plan
from protocol.steps import Backfill
from tests.tools.ground import RUN, Ground, backfill, statements
from tools import backfill as module
from tools import execute, ledger
from tools.backfill import run_backfill
from tools.execute import run_statements
from tools.work import Work

FILLED = "SELECT count(*) FROM t WHERE c IS NOT NULL"
TOUCHED_ONCE = "SELECT count(*) FROM t WHERE touched = 1"

RUNNER = """
import sys
from pathlib import Path
from protocol.plan import Plan
from protocol.steps import Backfill
from tools.backfill import run_backfill
from tools.engines.dsn import parse
from tools.engines.postgres import Database
from tools.work import Work

plan = Plan.model_validate_json(sys.stdin.read())
step = next(step for step in plan.steps if isinstance(step, Backfill))
run_backfill(Work(Database(parse(sys.argv[1])), sys.argv[2], plan, lambda event: None, Path(".")), step)
"""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr(execute, "LONGEST_PAUSE_S", 0.02)


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """Report every batch, not four a second."""
    monkeypatch.setattr(module, "REPORT_EVERY_S", 0.0)


def counted(ground: Ground, rows: int, key: str = "id bigint PRIMARY KEY") -> None:
    """A table that counts in `touched` how often each row was updated."""
    ground.ask(f"CREATE TABLE t ({key}, touched integer NOT NULL DEFAULT 0)")
    ground.ask(
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.touched := OLD.touched + 1; RETURN NEW; END'"
    )
    ground.ask("CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()")
    if rows:
        ground.ask(f"INSERT INTO t SELECT n FROM generate_series(1, {rows}) n")


def begun(ground: Ground, batch_rows: int = 10, pause_ms: int = 0, **wanted: Any) -> tuple[Work, Backfill]:
    """Plan, add the empty column, and stand before the backfill."""
    limits = Limits(attempts=50, batch_rows=batch_rows, pause_ms=pause_ms)
    wanted = wanted or {"type_": "uuid", "default": "gen_random_uuid()"}
    plan = ground.plan(strategy="batched", limits=limits, **wanted)
    work = ground.work(plan)
    run_statements(work, statements(plan)[0])
    return work, backfill(plan)


def hearing(work: Work, hear: Callable[[Narrative], object]) -> Work:
    """The same work, with someone who acts on what it emits."""

    def emit(event: Narrative) -> None:
        work.emit(event)
        hear(event)

    return replace(work, emit=emit)


def at_first_progress(act: Callable[[], object]) -> Callable[[Narrative], None]:
    seen: list[Narrative] = []

    def hear(event: Narrative) -> None:
        if isinstance(event, StepProgressed) and not seen:
            seen.append(event)
            act()

    return hear


def progress(ground: Ground) -> list[StepProgressed]:
    return [event for event in ground.events if isinstance(event, StepProgressed)]


# --- every kind of key ---------------------------------------------------------------------------------------------

WORDS = "(ARRAY['a', 'B', 'c', 'ä', 'Z', 'z', 'É', 'é', '', '_', '10', '9'])[n % 12 + 1] || n / 12"


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("id bigint PRIMARY KEY", "(n - 50) * 90000000007"),
        ("id integer PRIMARY KEY", "n * 7 - 400"),
        ("id smallint NOT NULL UNIQUE", "-n"),
        ("id uuid PRIMARY KEY", "gen_random_uuid()"),
        ("id text PRIMARY KEY", WORDS),
        ("id varchar(20) PRIMARY KEY", WORDS),
        ("id char(8) PRIMARY KEY", WORDS),
        ("id timestamptz PRIMARY KEY", "'2024-10-27 00:00:00.000001+02'::timestamptz + n * interval '7 min'"),
        ("id timestamp PRIMARY KEY", "CASE n WHEN 1 THEN '-infinity' ELSE '0044-03-15 BC'::timestamp + n * '1 d'::interval END"),  # noqa: E501 - one line a key
        ("id float8 PRIMARY KEY", "n / 3.0"),
        ("id numeric PRIMARY KEY", "n / 7.0"),
        ("id bytea PRIMARY KEY", "decode(lpad(to_hex(n), 4, '0'), 'hex')"),
        ('"Id" "Mixed Case" PRIMARY KEY', "n"),
    ],
)  # fmt: skip
def test_every_row_is_walked_once_along_any_key(ground: Ground, key: str, values: str) -> None:
    ground.ask('CREATE DOMAIN "Mixed Case" AS integer')
    counted(ground, 0, key)
    ground.ask(f"INSERT INTO t SELECT {values} FROM generate_series(1, 100) n")
    work, step = begun(ground, batch_rows=7)
    outcome = run_backfill(work, step)

    assert outcome.facts == (("Rows filled", "100"),)
    assert ground.value(FILLED) == 100
    assert ground.value(TOUCHED_ONCE) == 100


@pytest.mark.parametrize("key", ["id text COLLATE linguistic PRIMARY KEY", "id varchar(9) COLLATE blind PRIMARY KEY"])
def test_text_is_walked_in_the_order_of_its_own_collation(any_ground: Ground, key: str) -> None:
    try:
        any_ground.ask("CREATE COLLATION linguistic (provider = icu, locale = 'de')")
        any_ground.ask("CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
    except psycopg.errors.FeatureNotSupported:
        pytest.skip("this build of PostgreSQL has no ICU")
    counted(any_ground, 0, key)
    any_ground.ask(f"INSERT INTO t SELECT {WORDS} FROM generate_series(1, 100) n ON CONFLICT DO NOTHING")
    rows = any_ground.value("SELECT count(*) FROM t")
    work, step = begun(any_ground, batch_rows=7)
    run_backfill(work, step)

    assert any_ground.ask("SELECT id FROM t ORDER BY id") != any_ground.ask('SELECT id FROM t ORDER BY id COLLATE "C"')
    assert any_ground.value(TOUCHED_ONCE) == rows


@pytest.mark.parametrize("key", ["b text, a integer", "a integer, b text"])
def test_a_composite_key_is_walked_in_its_order(any_ground: Ground, key: str) -> None:
    counted(any_ground, 0, f"{key}, PRIMARY KEY (a, b)")
    any_ground.ask(f"INSERT INTO t (a, b) SELECT n % 5, {WORDS} FROM generate_series(1, 120) n")
    work, step = begun(any_ground, batch_rows=11)
    run_backfill(work, step)

    assert any_ground.value(FILLED) == 120
    assert any_ground.value(TOUCHED_ONCE) == 120


def test_an_empty_table_is_done_at_once(ground: Ground) -> None:
    counted(ground, 1)
    work, step = begun(ground)
    ground.ask("DELETE FROM t")
    outcome = run_backfill(work, step)

    assert outcome.facts == (("Rows filled", "0"),)
    assert ground.value("SELECT count(*) FROM whimbrel.step WHERE step = 'backfill'") == 1


@pytest.mark.parametrize("rows", [1, 9, 10, 11, 20])
def test_a_batch_that_ends_with_the_table_is_no_trouble(ground: Ground, rows: int) -> None:
    counted(ground, rows)
    work, step = begun(ground, batch_rows=10)
    run_backfill(work, step)

    assert ground.value(TOUCHED_ONCE) == rows


def test_rows_that_have_their_value_are_left_alone(ground: Ground) -> None:
    counted(ground, 100)
    work, step = begun(ground)
    ground.ask("UPDATE t SET c = gen_random_uuid() WHERE id % 2 = 0")
    outcome = run_backfill(work, step)

    assert outcome.facts == (("Rows filled", "50"),)
    assert ground.value(TOUCHED_ONCE) == 100


def test_a_computed_value_is_right_and_idempotent(any_ground: Ground) -> None:
    counted(any_ground, 100)
    work, step = begun(any_ground, type_="bigint", computed="id * 2")
    run_backfill(work, step)
    again = run_backfill(work, step)

    assert any_ground.value("SELECT count(*) FROM t WHERE c = id * 2 AND touched = 1") == 100
    assert again.facts[0][0] == "Already done"


# --- others write meanwhile ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("talkative")
def test_rows_that_appear_behind_and_ahead_of_the_walk_get_their_value(ground: Ground) -> None:
    counted(ground, 100)
    work, step = begun(ground)

    def others_write() -> None:
        ground.ask("INSERT INTO t (id, c) VALUES (-1, NULL), (-2, NULL), (1000, NULL)")  # explicitly without
        ground.ask("INSERT INTO t (id) VALUES (-3), (1001)")  # by their default
        ground.ask("DELETE FROM t WHERE id IN (3, 50)")

    run_backfill(hearing(work, at_first_progress(others_write)), step)

    assert ground.value(FILLED) == ground.value("SELECT count(*) FROM t") == 103
    assert ground.value("SELECT array_agg(touched ORDER BY id) FROM t WHERE id < 0 OR id > 999") == [0, 1, 1, 1, 0]


def test_someone_who_goes_on_writing_rows_without_a_value_is_named_as_the_trouble(ground: Ground) -> None:
    counted(ground, 20)
    work, step = begun(ground)
    ground.ask("CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.c := NULL; RETURN NEW; END'")
    ground.ask("CREATE TRIGGER z_spoil BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.id = 13) EXECUTE FUNCTION spoil()")
    with pytest.raises(StepFailed, match=r"^1 rows of `t` are still without their value .* then resume"):
        run_backfill(work, step)
    ground.ask("DROP TRIGGER z_spoil ON t")
    run_backfill(work, step)

    assert ground.value(FILLED) == 20


@pytest.mark.usefixtures("quick")
def test_a_row_that_another_session_holds_is_waited_for_and_never_skipped(ground: Ground) -> None:
    counted(ground, 100)
    work, step = begun(ground)
    with ThreadPoolExecutor(1) as background, ground.session("checkout") as other:
        other.execute("SELECT FROM t WHERE id = 42 FOR UPDATE")
        impatient = step.model_copy(update={"lock_timeout_ms": 30})
        running = background.submit(run_backfill, work, impatient)
        ground.until(lambda: any(isinstance(e, LockWaited) for e in ground.events), "a try ends at the held row")
        assert ground.value(FILLED) == 40
        assert not running.done()
        other.rollback()
        running.result(timeout=30)

    waited = next(event for event in ground.events if isinstance(event, LockWaited))
    assert "checkout" in waited.blockers[0]
    assert ground.value(TOUCHED_ONCE) == 100


@pytest.mark.usefixtures("quick")
def test_a_row_that_is_never_let_go_fails_the_step_and_keeps_the_batches(ground: Ground) -> None:
    counted(ground, 100)
    work, step = begun(ground)
    with ground.session("checkout") as other:
        other.execute("SELECT FROM t WHERE id = 42 FOR UPDATE")
        with pytest.raises(StepFailed, match=r"no lock after 2 tries .*checkout"):
            run_backfill(work, step.model_copy(update={"lock_timeout_ms": 30, "attempts": 2}))
    run_backfill(work, step)

    assert ground.value(TOUCHED_ONCE) == 100


@pytest.mark.usefixtures("quick")
def test_a_locked_table_does_not_keep_the_walk_from_hearing_a_pause(ground: Ground) -> None:
    counted(ground, 100)
    work, step = begun(ground)
    with ThreadPoolExecutor(1) as background, ground.session() as other:
        other.execute("LOCK TABLE t")
        running = background.submit(run_backfill, work, step.model_copy(update={"lock_timeout_ms": 30}))
        ground.until(lambda: bool(ground.events), "a try ends at the locked table")
        work.stop.set()

        assert running.result(timeout=30).paused


# --- pause, progress, failure --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("talkative")
def test_a_pause_ends_the_batch_and_resuming_goes_on_from_there(ground: Ground) -> None:
    counted(ground, 100)
    work, step = begun(ground)
    paused = run_backfill(hearing(work, at_first_progress(work.stop.set)), step)
    filled = ground.value(FILLED)
    work.stop.clear()
    resumed = run_backfill(work, step)

    assert (paused.paused, filled) == (True, 10)
    assert ground.ask("SELECT * FROM pg_locks WHERE locktype = 'advisory'") == []
    assert resumed.facts == (("Rows filled", "100"),)
    assert ground.value(TOUCHED_ONCE) == 100


@pytest.mark.usefixtures("talkative")
def test_progress_never_passes_its_goal_and_tells_rate_and_slowest_batches(ground: Ground) -> None:
    counted(ground, 95)
    work, step = begun(ground)
    ground.ask("INSERT INTO t (id) SELECT n FROM generate_series(96, 130) n")
    run_backfill(work, step)
    seen = progress(ground)

    assert [event.rows for event in seen] == sorted(event.rows for event in seen)
    assert all(event.of is not None and event.rows <= event.of for event in seen)
    assert seen[-1].rows == seen[-1].of == 130
    assert all((event.rate or 0) > 0 for event in seen)
    assert all((event.batch_p95_ms or 0) > 0 for event in seen[1:])
    assert all(event.seconds_left is None or event.seconds_left > 0 for event in seen)


def test_progress_is_told_a_few_times_a_second_only(ground: Ground) -> None:
    counted(ground, 500)
    work, step = begun(ground, batch_rows=5)
    run_backfill(work, step)

    assert 2 <= len(progress(ground)) < 50


def test_a_value_that_cannot_be_computed_fails_in_a_sentence_without_the_value(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id bigint PRIMARY KEY, name text)")
    ground.ask("INSERT INTO t SELECT n, n FROM generate_series(1, 30) n")
    work, step = begun(ground, type_="integer", computed="name::integer")
    ground.ask("ALTER TABLE t DISABLE TRIGGER USER; UPDATE t SET name = 'canary' WHERE id = 25")
    with pytest.raises(StepFailed, match="invalid input syntax for type integer") as caught:
        run_backfill(work, step)

    assert "canary" not in caught.value.message
    assert ground.value(FILLED) == 20


@pytest.mark.usefixtures("impatient")
def test_a_second_backfill_of_the_database_is_refused(ground: Ground) -> None:
    counted(ground, 10)
    work, step = begun(ground)
    with ground.database.writing("run-9", "backfill") as other:
        ledger.claim(other)
        with pytest.raises(Refused, match="whimbrel/run-9/backfill"):
            run_backfill(work, step)


# --- killed --------------------------------------------------------------------------------------------------------


@contextmanager
def another_process(ground: Ground, plan: Plan) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", RUNNER, ground.dsn, RUN]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        process.stdin.write(plan.model_dump_json())
        process.stdin.close()
        try:
            yield process
        finally:
            process.kill()


def seen_rows(watcher: psycopg.Connection[TupleRow]) -> int:
    row = watcher.execute("SELECT seen FROM whimbrel.checkpoint").fetchone()
    return 0 if row is None else int(row[0])


def test_killed_again_and_again_it_fills_every_row_and_none_twice(ground: Ground) -> None:
    rows, kills = 20_000, 4
    counted(ground, rows)
    work, step = begun(ground, batch_rows=50, pause_ms=1)
    checkpoints = [0]
    goals = sorted(random.sample(range(500, rows - 4_000), kills))
    with psycopg.connect(ground.dsn, autocommit=True) as watcher:

        def advanced(goal: int) -> bool:
            checkpoints.append(seen_rows(watcher))
            return checkpoints[-1] >= goal

        for goal in goals:
            with another_process(ground, work.plan) as process:
                ground.until(partial(advanced, goal), f"{goal} rows seen")
                process.kill()
            ground.until(lambda: ground.ask("SELECT FROM pg_locks WHERE locktype = 'advisory'") == [], "the lock falls")
        at_the_end = checkpoints[-1]
    run_backfill(work, step)

    assert at_the_end < rows
    assert checkpoints == sorted(checkpoints)
    assert ground.value(FILLED) == rows
    assert ground.value("SELECT count(DISTINCT c) FROM t") == rows
    assert ground.value(TOUCHED_ONCE) == rows
    assert ground.value("SELECT filled FROM whimbrel.checkpoint") == rows


def test_a_server_that_cuts_the_connection_loses_no_batch(ground: Ground) -> None:
    counted(ground, 5_000)
    work, step = begun(ground, batch_rows=10)
    with ThreadPoolExecutor(1) as background:
        running = background.submit(run_backfill, work, step)
        ground.until(lambda: bool(progress(ground)), "the first batch is committed")
        ground.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%/backfill'")
        with pytest.raises(StepFailed):
            running.result(timeout=30)
    ground.until(lambda: ground.ask("SELECT FROM pg_locks WHERE locktype = 'advisory'") == [], "the lock falls")
    run_backfill(work, step)

    assert ground.value(TOUCHED_ONCE) == 5_000
