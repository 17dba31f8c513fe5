from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from protocol.discovery import Scalar
from protocol.errors import StepFailed
from protocol.plan import Plan
from protocol.plan_markdown import markdown
from tests.tools.changes.road import (
    back_from_everywhere,
    down,
    plan_for,
    there_and_back,
    understood,
    up,
    work_steps,
)
from tests.tools.ground import Ground
from tools.running import run_step, undo_step

ASKED: dict[str, Scalar] = {"table": "The Log", "partition": "The Log 2025"}


def log(ground: Ground, *, default: bool) -> None:
    ground.ask("CREATE TABLE kinds (kind text PRIMARY KEY)")
    ground.ask("INSERT INTO kinds VALUES ('a')")
    ground.ask(
        'CREATE TABLE "The Log" ("No" int, at date, kind text DEFAULT \'a\' REFERENCES kinds, PRIMARY KEY ("No", at)) '
        "PARTITION BY RANGE (at)"
    )
    ground.ask('CREATE INDEX on_kind ON "The Log" (kind)')
    ground.ask(
        "CREATE TABLE \"The Log 2025\" PARTITION OF \"The Log\" FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"
    )
    ground.ask("INSERT INTO \"The Log\" SELECT n, '2025-01-01'::date + n FROM generate_series(1, 250) n")
    if default:
        ground.ask('CREATE TABLE rest PARTITION OF "The Log" DEFAULT')
        ground.ask("INSERT INTO \"The Log\" SELECT n, '2030-01-01'::date + n FROM generate_series(1, 250) n")


def asked(ground: Ground, **given: Scalar) -> Callable[[], Plan]:
    return lambda: plan_for(ground, ("detach_partition", ASKED), given=given)


@pytest.mark.parametrize(("default", "strategy"), [(False, "concurrently"), (True, "in_one_lock")])
def test_there_and_back(any_ground: Ground, default: bool, strategy: str) -> None:
    log(any_ground, default=default)
    plan = there_and_back(any_ground, asked(any_ground))

    assert plan.chosen == (strategy,)
    assert any_ground.value('SELECT count(*) FROM "The Log 2025"') == 250


def test_back_from_everywhere(any_ground: Ground) -> None:
    log(any_ground, default=False)
    back_from_everywhere(any_ground, asked(any_ground))


def test_one_that_was_interrupted_is_finished_by_the_next_try(any_ground: Ground) -> None:
    log(any_ground, default=False)
    plan = asked(any_ground)()
    *before, detach = work_steps(plan)
    work = any_ground.work(plan)
    up(work, before)
    with any_ground.session() as reader:
        reader.execute('SELECT count(*) FROM "The Log"')
        with any_ground.session("detacher") as other:
            other.autocommit = True
            other.execute("SET lock_timeout = '50ms'")
            with pytest.raises(Exception, match="lock timeout"):
                other.execute('ALTER TABLE "The Log" DETACH PARTITION "The Log 2025" CONCURRENTLY')
        reader.rollback()
    pending = any_ground.value("SELECT inhdetachpending FROM pg_inherits WHERE inhrelid = '\"The Log 2025\"'::regclass")
    up(work, [detach])

    assert pending is True
    assert any_ground.value("SELECT count(*) FROM pg_inherits WHERE inhrelid = '\"The Log 2025\"'::regclass") == 0


def test_writers_of_a_table_it_points_to_are_let_by_while_it_waits(any_ground: Ground) -> None:
    log(any_ground, default=False)
    plan = asked(any_ground)()
    *before, detach = work_steps(plan)
    work = any_ground.work(plan)
    up(work, before)
    for move in (run_step, undo_step):
        with any_ground.session() as busy, ThreadPoolExecutor(1) as pool:
            busy.execute(f"INSERT INTO kinds VALUES ('held {move.__name__}')")
            moved = pool.submit(move, work, detach)
            any_ground.until_waiting("whimbrel/%")
            try:
                written = write_within("10s", any_ground, f"INSERT INTO kinds VALUES ('{move.__name__}')")
            finally:
                busy.commit()
            moved.result()

        assert written
        assert is_attached(any_ground) == (move is undo_step)


def test_one_that_gave_way_half_done_says_so_and_is_finished_later_or_taken_back(any_ground: Ground) -> None:
    log(any_ground, default=False)
    plan = asked(any_ground)()
    *before, detach = work_steps(plan)
    hasty = detach.model_copy(update={"lock_timeout_ms": 50, "attempts": 2})
    for number, way in enumerate((run_step, undo_step)):
        work = any_ground.work(plan, run=f"run-{number}")
        up(work, before if number == 0 else [])
        with any_ground.session() as reader:
            reader.execute('SELECT count(*) FROM "The Log"')
            with pytest.raises(StepFailed, match=r"Half of it is there .* resume"):
                run_step(work, hasty)
            reader.rollback()
        if way is run_step:
            run_step(work, detach)
            assert not is_attached(any_ground)
            undo_step(work, detach)
        else:
            undo_step(work, detach, begun=True)
        assert is_attached(any_ground)


def is_attached(ground: Ground) -> bool:
    return bool(ground.value("SELECT count(*) FROM pg_inherits WHERE inhrelid = '\"The Log 2025\"'::regclass"))


def write_within(time: str, ground: Ground, sql: str) -> bool:
    """Write from another session; False when it had to wait for longer."""
    with ground.session("a writer") as writer:
        writer.execute(f"SET statement_timeout = '{time}'")
        try:
            writer.execute(sql)
        except psycopg.errors.QueryCanceled:
            return False
    return True


def test_a_detach_that_may_hold_writers_up_says_how_long_it_waits(ground: Ground) -> None:
    log(ground, default=False)
    ground.ask("CREATE TABLE alone (n int) PARTITION BY RANGE (n)")
    ground.ask("CREATE TABLE alone_1 PARTITION OF alone FOR VALUES FROM (0) TO (9)")
    bound = markdown(asked(ground)())
    free = markdown(plan_for(ground, ("detach_partition", {"table": "alone", "partition": "alone_1"})))

    assert "- lock_timeout: 500 ms, then it gives way and tries again; it runs outside a transaction" in bound
    assert "- lock_timeout: none; it runs outside a transaction and holds nobody up while it waits" in free


def test_a_row_of_the_same_key_in_the_default_partition_is_named_as_a_price(ground: Ground) -> None:
    log(ground, default=True)
    plan = asked(ground)()
    work = ground.work(plan)
    up(work, work_steps(plan))
    ground.ask("INSERT INTO \"The Log\" VALUES (1, '2025-01-02')")
    with pytest.raises(StepFailed, match="duplicate key"):
        down(work, work_steps(plan))

    assert "a row of the same key meanwhile" in plan.rollback[-1].costs


def test_rows_that_went_elsewhere_meanwhile_come_back(any_ground: Ground) -> None:
    log(any_ground, default=True)
    plan = asked(any_ground)()
    work = any_ground.work(plan)
    up(work, work_steps(plan))
    any_ground.ask("INSERT INTO \"The Log\" VALUES (9000, '2025-05-05')")
    went_to = any_ground.value("SELECT count(*) FROM rest WHERE at = '2025-05-05'")
    any_ground.ask("INSERT INTO \"The Log 2025\" VALUES (9001, '2025-05-06')")
    down(work, work_steps(plan))

    assert went_to == 1
    assert any_ground.value('SELECT count(*) FROM "The Log 2025"') == 252


@pytest.mark.parametrize(
    ("parent", "bounds", "row"),
    [
        ("LIST (c)", "IN ('a', NULL)", "(1, 'a')"),
        ("LIST (c)", "DEFAULT", "(1, 'z')"),
        ("HASH (n)", "WITH (MODULUS 1, REMAINDER 0)", "(1, 'a')"),
    ],
)
def test_other_bounds(any_ground: Ground, parent: str, bounds: str, row: str) -> None:
    any_ground.ask(f"CREATE TABLE p (n int, c varchar(9)) PARTITION BY {parent}")
    any_ground.ask(f"CREATE TABLE p_1 PARTITION OF p {'' if bounds == 'DEFAULT' else 'FOR VALUES '}{bounds}")
    any_ground.ask(f"INSERT INTO p VALUES {row}")
    there_and_back(any_ground, lambda: plan_for(any_ground, ("detach_partition", {"table": "p", "partition": "p_1"})))


def test_one_that_is_no_partition_of_it_is_said(ground: Ground) -> None:
    log(ground, default=True)

    assert understood(ground, ("detach_partition", {**ASKED, "partition": "kinds"})).problems == {
        "partition": "`kinds` is no partition of `The Log`. It has: The Log 2025, rest."
    }
    assert understood(ground, ("detach_partition", {"table": "kinds", "partition": "rest"})).problems == {
        "table": "`kinds` is not partitioned, so it has no partitions."
    }
