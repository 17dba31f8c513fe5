"""Double rows go, one stays, all are kept and come back, on every server we have."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from protocol.discovery import Scalar
from protocol.errors import StepFailed
from tests.tools.changes.road import (
    back_from_everywhere,
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


@pytest.fixture
def people(any_ground: Ground) -> Ground:
    any_ground.ask("""CREATE TABLE "People" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "E Mail" text, n int,
                      low text GENERATED ALWAYS AS (lower("E Mail")) STORED)""")
    any_ground.ask("""INSERT INTO "People" ("E Mail", n) SELECT CASE WHEN i % 5 <> 0 THEN 'm' || i % 90 END, i
                      FROM generate_series(1, 260) i""")
    return any_ground


def wanted(**more: Scalar) -> tuple[str, dict[str, Scalar]]:
    return "deduplicate", {"table": "People", "columns": '"E Mail"', **more}


@pytest.mark.parametrize(("keep", "which"), [("first", "min"), ("last", "max")])
def test_there_and_back(people: Ground, keep: str, which: str) -> None:
    stay = people.ask(f'SELECT {which}(id) FROM "People" WHERE low IS NOT NULL GROUP BY low ORDER BY 1')
    there_and_back(people, lambda: plan_for(people, wanted(keep=keep)))

    assert people.ask('SELECT id FROM "People" WHERE low IS NOT NULL ORDER BY 1') == stay
    assert people.value('SELECT count(*) FROM "People" WHERE low IS NULL') == 52
    assert "twins" not in str(people.table("People").indexes)


def test_back_from_everywhere(people: Ground) -> None:
    back_from_everywhere(people, lambda: plan_for(people, wanted()))


def test_a_composite_key_and_an_index_that_is_there(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (a text, b int, c int, d int, PRIMARY KEY (a, b))")
    any_ground.ask("INSERT INTO t SELECT 'k' || i % 7, i, i % 40, i % 2 FROM generate_series(1, 260) i")
    any_ground.ask("CREATE INDEX here ON t (d, c)")
    plan = there_and_back(any_ground, lambda: plan_for(any_ground, ("deduplicate", {"table": "t", "columns": "c, d"})))

    assert [step.id for step in work_steps(plan)] == ["keep_removed_rows", "remove"]
    assert any_ground.value("SELECT count(*) FROM t") == 40


def test_a_key_that_was_taken_meanwhile_keeps_the_row_in_the_archive(people: Ground) -> None:
    plan = plan_for(people, wanted())
    work = people.work(plan)
    up(work, work_steps(plan))
    assert failed_checks(people, plan, {}) == []
    [gone] = people.ask('SELECT id FROM whimbrel."removed_People_E Mail" ORDER BY id LIMIT 1')
    people.ask('INSERT INTO "People" (id, "E Mail") OVERRIDING SYSTEM VALUE VALUES ($1, \'mine\')', *gone)
    down(work, work_steps(plan))

    assert people.value('SELECT low FROM "People" WHERE id = $1', *gone) == "mine"
    assert people.ask('SELECT id FROM whimbrel."removed_People_E Mail"') == [gone]
    assert people.value('SELECT count(*) FROM "People"') == 260
    after = plan_for(people, wanted())
    before = picture(people, after.watched)
    up(people.work(after, run="run-2"), work_steps(after))
    down(people.work(after, run="run-2"), work_steps(after))
    assert picture(people, after.watched) == before
    assert people.ask('SELECT id FROM whimbrel."removed_People_E Mail"') == [gone]


def test_a_row_that_lost_its_twin_is_seen(people: Ground) -> None:
    plan = plan_for(people, wanted())
    up(people.work(plan), work_steps(plan))
    people.ask('DELETE FROM "People" WHERE "E Mail" = \'m1\'')

    assert failed_checks(people, plan, {}) == ["Every removed row has its twin in the table: 2"]


CONFLICTS: list[tuple[dict[str, Any], str, str]] = [
    ({"table": "parent", "columns": "n"}, "table", "child_parent_fkey of child"),
    ({"table": "keyless", "columns": "n"}, "table", "has no key"),
    ({"table": "child", "columns": "id, n"}, "columns", "keeps them unique already"),
    ({"table": "child", "columns": "j"}, "columns", "the server refuses"),
    ({"table": "child", "columns": "m"}, "columns", "no column `m`"),
]


@pytest.mark.parametrize(("answers", "question", "reason"), CONFLICTS)
def test_what_cannot_stand_is_said(common_ground: Ground, answers: dict[str, Any], question: str, reason: str) -> None:
    common_ground.ask("DROP TABLE IF EXISTS parent, child, keyless CASCADE")
    common_ground.ask("CREATE TABLE parent (id int PRIMARY KEY, n int)")
    common_ground.ask("CREATE TABLE child (id int PRIMARY KEY, n int, j json, parent int REFERENCES parent)")
    common_ground.ask("CREATE TABLE keyless (n int)")

    found = understood(common_ground, ("deduplicate", answers))

    assert reason in found.problems[question]


def test_a_row_whose_twin_is_being_deleted_stays(people: Ground) -> None:
    people.ask('CREATE INDEX ON "People" ("E Mail")')
    plan = plan_for(people, wanted())
    work = people.work(plan)
    with ThreadPoolExecutor(1) as pool, people.session() as application:
        application.execute('DELETE FROM "People" WHERE id = 1')
        running = pool.submit(up, work, work_steps(plan))
        people.until_waiting("whimbrel%")
        application.commit()
        running.result()

    assert people.ask('SELECT id FROM "People" WHERE "E Mail" = \'m1\' ORDER BY id') == [(91,)]
    assert failed_checks(people, plan, {}) == []


def test_a_deferrable_constraint_on_other_columns_is_no_obstacle(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id int PRIMARY KEY, n int UNIQUE DEFERRABLE, c int)")
    any_ground.ask("INSERT INTO t SELECT i, i, i % 9 FROM generate_series(1, 150) i")

    there_and_back(any_ground, lambda: plan_for(any_ground, ("deduplicate", {"table": "t", "columns": "c"})))


@pytest.mark.parametrize("how", ["DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"])
def test_a_deferrable_key_is_refused(ground: Ground, how: str) -> None:
    ground.ask(f"CREATE TABLE t (id int PRIMARY KEY {how}, c int)")
    found = understood(ground, ("deduplicate", {"table": "t", "columns": "c"}))

    assert "no key of NOT NULL columns that is checked at once (not DEFERRABLE)" in found.problems["table"]


def test_the_triggers_that_rows_put_back_pass_are_named(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id int PRIMARY KEY, c int)")
    ground.ask("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'")
    ground.ask("CREATE TRIGGER both_of BEFORE UPDATE OR INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()")
    ground.ask("CREATE TRIGGER off BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()")
    ground.ask("ALTER TABLE t DISABLE TRIGGER off")
    ground.ask('CREATE TRIGGER "my INSERT" BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()')
    steps = work_steps(plan_for(ground, ("deduplicate", {"table": "t", "columns": "c"})))
    costs = [step.undo.costs for step in steps if step.id == "remove" and step.undo]

    assert "for each row put back and may change it: both_of." in costs[0]


def test_a_trigger_that_gives_rows_put_back_another_key_stops_the_rollback(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id int PRIMARY KEY, c int)")
    any_ground.ask("INSERT INTO t VALUES (1, 1), (2, 1), (3, 1)")
    plan = plan_for(any_ground, ("deduplicate", {"table": "t", "columns": "c"}))
    work = any_ground.work(plan)
    up(work, work_steps(plan))
    any_ground.ask(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.id := new.id + 1; RETURN new; END'"
    )
    any_ground.ask("CREATE TRIGGER other_key BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()")
    with pytest.raises(StepFailed, match=r"^a trigger of t gave another key to a row that was put back; disable"):
        down(work, work_steps(plan))
    assert any_ground.ask("SELECT id FROM t") == [(1,)]
    assert any_ground.ask("SELECT id FROM whimbrel.removed_t_c ORDER BY id") == [(2,), (3,)]

    any_ground.ask("ALTER TABLE t DISABLE TRIGGER other_key")
    down(work, work_steps(plan))
    assert any_ground.ask("SELECT id FROM t ORDER BY id") == [(1,), (2,), (3,)]


def test_a_row_that_is_no_longer_double_stays(people: Ground) -> None:
    people.ask('CREATE INDEX ON "People" ("E Mail")')
    plan = plan_for(people, wanted())
    work = people.work(plan)
    with ThreadPoolExecutor(1) as pool, people.session() as application:
        application.execute("""UPDATE "People" SET "E Mail" = 'its own' WHERE id = 91""")
        running = pool.submit(up, work, work_steps(plan))
        people.until_waiting("whimbrel%")
        application.commit()
        running.result()

    assert people.value('SELECT low FROM "People" WHERE id = 91') == "its own"
    assert failed_checks(people, plan, {}) == []


def test_rows_that_others_point_to_are_refused_and_a_foreign_key_of_its_own_is_no_obstacle(ground: Ground) -> None:
    ground.ask("CREATE TABLE up (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, c int, up int REFERENCES up)")
    ask = ("deduplicate", {"table": "t", "columns": "c"})
    free = understood(ground, ask).problems
    ground.ask("CREATE TABLE below (t int CONSTRAINT to_t REFERENCES t)")

    assert free == {}
    assert "(to_t of below)" in understood(ground, ask).problems["table"]
