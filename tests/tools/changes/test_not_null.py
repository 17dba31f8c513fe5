"""set_not_null and drop_not_null on real servers."""

from collections.abc import Mapping

import psycopg
import pytest

from protocol.errors import Refused, StepFailed
from protocol.plan import Plan
from tests.tools.changes.road import (
    back_from_everywhere,
    counts,
    down,
    failed_checks,
    picture,
    plan_for,
    there_and_back,
    understood,
    up,
    work_steps,
)
from tests.tools.ground import Ground

ROWS = 250
TABLE = "Weird Name"
PROVED = "SELECT count(*) FROM pg_constraint WHERE conrelid = '\"Weird Name\"'::regclass AND NOT convalidated"


@pytest.fixture
def weird(any_ground: Ground) -> Ground:
    """A table with a composite key of text and number, NULL in every fifth row of `Mail`."""
    any_ground.ask(
        'CREATE TABLE "Weird Name" (k1 text, "K 2" integer, "Mail" text, name text, full_name text, '
        'PRIMARY KEY (k1, "K 2"))'
    )
    any_ground.ask(
        "INSERT INTO \"Weird Name\" SELECT 'k' || n % 7, n, CASE WHEN n % 5 > 0 THEN 'm' || n END, 'n' || n, 'f' || n "
        f"FROM generate_series(1, {ROWS}) n"
    )
    any_ground.ask('ANALYZE "Weird Name"')
    return any_ground


def plan(ground: Ground, column: str = "name", **answers: str) -> Plan:
    strategies = [answers.pop("strategy")] if "strategy" in answers else []
    given: Mapping[str, str] = {"downtime": "at night"} if strategies else {}
    wanted = ("set_not_null", {"table": TABLE, "column": column, **answers})
    return plan_for(ground, wanted, strategies=strategies, given=given)


@pytest.mark.parametrize("strategy", ["online", "one_statement"])
def test_a_column_without_null_becomes_not_null_and_back(weird: Ground, strategy: str) -> None:
    there_and_back(weird, lambda: plan(weird, strategy=strategy))
    weird.ask('ALTER TABLE "Weird Name" ALTER name DROP NOT NULL')
    back_from_everywhere(weird, lambda: plan(weird, column="full_name", strategy=strategy))


@pytest.mark.parametrize("strategy", ["online", "one_statement"])
def test_nulls_are_filled_and_keep_their_value_on_the_way_back(weird: Ground, strategy: str) -> None:
    made = plan(weird, "Mail", fill="name || '@x'", strategy=strategy)
    before, rows, work = picture(weird, made.watched), counts(weird, made), weird.work(made)
    up(work, work_steps(made))

    assert made.errors == ()
    assert failed_checks(weird, made, rows) == []
    assert weird.value('SELECT count(*) FROM "Weird Name" WHERE "Mail" = name || \'@x\'') == ROWS // 5
    down(work, work_steps(made))
    assert picture(weird, made.watched).shapes == before.shapes
    assert "keep their value" in made.rollback[-1].costs


def test_nulls_written_between_the_steps_are_filled_or_refused(weird: Ground) -> None:
    """A writer inserts a row with NULL, and updates one, before every step."""
    made = plan(weird, "Mail", fill="'late'")
    work, refused = weird.work(made), 0
    for number, step in enumerate(work_steps(made)):
        for sql in (
            f'INSERT INTO "Weird Name" (k1, "K 2") VALUES (\'a\', {1000 + number})',
            f"UPDATE \"Weird Name\" SET full_name = 'x' WHERE k1 = 'a' AND \"K 2\" = {999 + number}",
        ):
            try:
                weird.ask(sql)
            except (psycopg.errors.NotNullViolation, psycopg.errors.CheckViolation):
                refused += 1
        up(work, [step])

    assert weird.value(PROVED) == 0
    assert weird.value('SELECT count(*) FROM "Weird Name" WHERE "Mail" IS NULL') == 0
    assert refused > 0


def test_null_without_a_fill_is_counted_and_nothing_is_locked(weird: Ground) -> None:
    made = plan(weird, "Mail")
    work = weird.work(made)

    with pytest.raises(Refused, match=r"50 rows of `Weird Name` hold NULL in `Mail`\. Nothing was locked"):
        up(work, work_steps(made))
    assert weird.value(PROVED) == 0


def test_null_written_after_the_count_fails_the_proof_and_goes_back(weird: Ground) -> None:
    made = plan(weird)
    before, work, steps = picture(weird, made.watched), weird.work(made), work_steps(made)
    declare = steps[0].model_copy(update={"guard": None})
    weird.ask('INSERT INTO "Weird Name" (k1, "K 2") VALUES (\'a\', 1000)')
    up(work, [declare])
    with pytest.raises(StepFailed, match="the server refused"):
        up(work, steps[1:2])
    down(work, steps)
    weird.ask('DELETE FROM "Weird Name" WHERE "K 2" = 1000')

    assert picture(weird, made.watched) == before


def test_a_not_null_left_not_valid_is_proved(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id integer PRIMARY KEY, c integer)")
    ground.ask("INSERT INTO t SELECT n, n FROM generate_series(1, 250) n")
    ground.ask("ALTER TABLE t ADD CONSTRAINT nn NOT NULL c NOT VALID")

    made = there_and_back(ground, lambda: plan_for(ground, ("set_not_null", {"table": "t", "column": "c"})))
    assert [step.id for step in work_steps(made)] == ["validate_not_null"]


def test_an_empty_table_takes_the_short_way(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id integer PRIMARY KEY, c integer)")
    made = there_and_back(any_ground, lambda: plan_for(any_ground, ("set_not_null", {"table": "t", "column": "c"})))

    assert [step.id for step in work_steps(made)] == ["not_null"]


def test_a_partitioned_table_and_its_partitions(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id integer, c integer) PARTITION BY RANGE (id)")
    any_ground.ask("CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100)")
    any_ground.ask("CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (100) TO (1000)")
    any_ground.ask("INSERT INTO t SELECT n, n FROM generate_series(1, 250) n")
    there_and_back(any_ground, lambda: plan_for(any_ground, ("set_not_null", {"table": "t", "column": "c"})))

    with pytest.raises(Exception, match="null value"):
        any_ground.ask("INSERT INTO t1 (id) VALUES (50)")


def test_null_is_allowed_and_forbidden_again_under_the_same_name(weird: Ground) -> None:
    weird.ask('ALTER TABLE "Weird Name" ALTER name SET NOT NULL')
    wanted = ("drop_not_null", {"table": TABLE, "column": "name"})
    made = there_and_back(weird, lambda: plan_for(weird, wanted))

    assert [step.id for step in work_steps(made)] == ["drop_not_null"]


def test_the_way_back_counts_the_nulls_written_meanwhile(weird: Ground) -> None:
    weird.ask('ALTER TABLE "Weird Name" ALTER name SET NOT NULL')
    made = plan_for(weird, ("drop_not_null", {"table": TABLE, "column": "name"}))
    work = weird.work(made)
    up(work, work_steps(made))
    weird.ask('INSERT INTO "Weird Name" (k1, "K 2") VALUES (\'a\', 1000)')
    with pytest.raises(Refused, match="1 rows of `Weird Name` were written with NULL in `name`"):
        down(work, work_steps(made))
    weird.ask("UPDATE \"Weird Name\" SET name = '' WHERE name IS NULL")
    down(work, work_steps(made))

    assert weird.value(PROVED) == 0


@pytest.mark.parametrize(
    ("kind", "answers", "question", "reason"),
    [
        ("set_not_null", {"column": "k1"}, "column", "is NOT NULL already"),
        ("set_not_null", {"column": "Mail", "fill": "name = 1"}, "fill", "the server refuses"),
        ("set_not_null", {"column": "Mail", "fill": "count(*)"}, "fill", "the server refuses"),
        ("drop_not_null", {"column": "Mail"}, "column", "may be NULL already"),
        ("drop_not_null", {"column": "k1"}, "column", "belongs to the primary key"),
    ],
)
def test_what_cannot_stand_is_said(
    weird: Ground, kind: str, answers: dict[str, str], question: str, reason: str
) -> None:
    assert reason in understood(weird, (kind, {"table": TABLE, **answers})).problems[question]


def test_filling_needs_a_key_to_walk_along(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (c integer)")
    ground.ask("INSERT INTO t SELECT NULL FROM generate_series(1, 250)")
    with pytest.raises(Refused, match="no primary key or unique index"):
        plan_for(ground, ("set_not_null", {"table": "t", "column": "c", "fill": "0"}))
    given = {"downtime": "at night"}
    made = plan_for(ground, ("set_not_null", {"table": "t", "column": "c", "fill": "0"}), given=given)
    up(ground.work(made), work_steps(made))

    assert ground.value("SELECT count(*) FROM t WHERE c = 0") == 250
