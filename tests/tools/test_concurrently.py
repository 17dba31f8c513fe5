"""A statement outside a transaction: found done, cleared of what a broken try left, cancelled by a pause."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from protocol.errors import Refused, StepFailed
from protocol.figure import Figure
from protocol.names import TableName
from protocol.recipes import index
from protocol.steps import Concurrently
from tests.tools.ground import Ground
from tools import ledger
from tools.concurrently import run_concurrently
from tools.running import undo_step, was_left_in_the_middle
from tools.work import Work

T = TableName(name="t")
ROWS = Figure(value=500, unit="rows", source="measured", how="count(*)")
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('t_a_idx')"


def building(*, unique: bool = False) -> Concurrently:
    return index.build("build_index", T, "t_a_idx", "(a)", rows=ROWS, unique=unique)


@pytest.fixture
def table(any_ground: Ground) -> Ground:
    any_ground.ask(
        "CREATE TABLE t (id bigint PRIMARY KEY, a int); INSERT INTO t SELECT g, g FROM generate_series(1, 500) g"
    )
    return any_ground


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def work_on(ground: Ground, run: str = "run-1") -> Work:
    return ground.work(ground.plan(), run=run)


def is_noted(ground: Ground) -> bool:
    with ground.reading() as connection:
        return ledger.is_done(connection, "run-1", "build_index")


def test_the_index_is_built_and_noted(table: Ground) -> None:
    run_concurrently(work_on(table), building())

    assert table.ask(VALID) == [(True,)]
    assert is_noted(table)


def begun(ground: Ground) -> Work:
    """A run that noted the step and was killed in its first try."""
    work = work_on(ground)
    with ground.database.writing("run-1", "begin") as connection:
        ledger.note_checkpoint(connection, "run-1", "build_index", ledger.Checkpoint((), 0, 0))
    return work


def test_what_an_earlier_try_of_ours_built_is_not_built_again(table: Ground) -> None:
    table.ask("CREATE INDEX t_a_idx ON t (a)")
    before = table.value("SELECT to_regclass('t_a_idx')::oid::bigint")
    run_concurrently(begun(table), building())

    assert table.value("SELECT to_regclass('t_a_idx')::oid::bigint") == before
    assert is_noted(table)


def test_what_somebody_else_made_is_neither_taken_for_ours_nor_taken_back(table: Ground) -> None:
    table.ask("CREATE INDEX t_a_idx ON t (id)")
    work, step = work_on(table), building()
    with pytest.raises(Refused, match="it is not from this run"):
        run_concurrently(work, step)

    assert not undo_step(work, step, begun=was_left_in_the_middle(work, step))
    assert table.ask(VALID) == [(True,)]


def test_an_invalid_index_of_a_broken_try_is_dropped_and_built_again(table: Ground) -> None:
    table.ask("CREATE INDEX t_a_idx ON t (a)")
    table.ask("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_a_idx'::regclass")
    run_concurrently(work_on(table), building())

    assert table.ask(VALID) == [(True,)]


def test_a_unique_index_over_duplicates_fails_and_leaves_nothing(table: Ground) -> None:
    table.ask("UPDATE t SET a = 1 WHERE id = 2")
    with pytest.raises(StepFailed, match=r"could not create unique index.*was removed"):
        run_concurrently(work_on(table), building(unique=True))

    assert table.ask(VALID) == []
    assert not is_noted(table)


def test_a_pause_cancels_the_waiting_build_and_the_next_try_begins_anew(
    table: Ground, background: ThreadPoolExecutor
) -> None:
    work = work_on(table)
    with table.session() as application:
        application.execute("UPDATE t SET a = 7 WHERE id = 7")
        running = background.submit(run_concurrently, work, building())
        table.until_waiting("whimbrel/run-1/build_index")
        work.stop.set()
        paused = running.result(timeout=30).paused
    work.stop.clear()

    assert paused
    assert table.ask(VALID) == [(False,)]
    assert not run_concurrently(work, building()).paused
    assert table.ask(VALID) == [(True,)]


def test_a_failure_behind_an_open_transaction_is_said_at_once(table: Ground, background: ThreadPoolExecutor) -> None:
    table.ask("UPDATE t SET a = 1 WHERE id = 2")
    work = work_on(table)
    with table.session() as application, table.session() as late:
        application.execute("UPDATE t SET a = 7 WHERE id = 7")
        running = background.submit(run_concurrently, work, building(unique=True))
        table.until_waiting("whimbrel/run-1/build_index")
        late.execute("SELECT count(*) FROM t")
        application.commit()
        with pytest.raises(StepFailed, match="could not create unique index"):
            running.result(timeout=30)

    assert not is_noted(table)


def test_it_waits_out_an_older_transaction_without_giving_up(table: Ground, background: ThreadPoolExecutor) -> None:
    with table.session() as application:
        application.execute("UPDATE t SET a = 7 WHERE id = 7")
        running = background.submit(run_concurrently, work_on(table), building())
        table.until_waiting("whimbrel/run-1/build_index")
        application.commit()
    running.result(timeout=30)

    assert table.ask(VALID) == [(True,)]


def test_undoing_drops_it_and_undoing_again_does_nothing(table: Ground) -> None:
    work, step = work_on(table), building()
    run_concurrently(work, step)

    assert [undo_step(work, step), undo_step(work, step)] == [True, False]
    assert table.ask(VALID) == []


def test_what_was_left_in_the_middle_is_undone_too(table: Ground) -> None:
    table.ask("CREATE INDEX t_a_idx ON t (a)")
    table.ask("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_a_idx'::regclass")
    work, step = begun(table), building()

    assert undo_step(work, step, begun=was_left_in_the_middle(work, step))
    assert table.ask(VALID) == []
