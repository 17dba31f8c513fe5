"""Rows go to another table, arrive with their values, are deleted if wanted, and come back, on every server we have."""

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
from tools.running import undo_step


@pytest.fixture
def shop(any_ground: Ground) -> Ground:
    any_ground.ask("""CREATE TABLE "Orders" (a text, b int, note json,
                      low text GENERATED ALWAYS AS (lower(a)) STORED, PRIMARY KEY (a, b))""")
    any_ground.ask("""INSERT INTO "Orders" SELECT 'k' || i % 3, i, '{"x": 1}' FROM generate_series(1, 250) i""")
    any_ground.ask("""CREATE TABLE old_orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name varchar(9),
                      note json, moved_at timestamptz DEFAULT now())""")
    any_ground.ask("INSERT INTO old_orders (id, name) OVERRIDING SYSTEM VALUE VALUES (900, 'mine')")
    any_ground.ask('CREATE TABLE same (LIKE "Orders" INCLUDING ALL)')
    return any_ground


MAPPING = "id = b, name = a || '/' || \"Orders\".b, note = note, moved_at = now()"


def wanted(**more: Scalar) -> tuple[str, dict[str, Scalar]]:
    return "move_rows", {"table": "Orders", "target": "old_orders", "mapping": MAPPING, **more}


@pytest.mark.parametrize(
    ("more", "left", "arrived"),
    [
        ({}, 250, 250),
        ({"where": "b <= 140"}, 250, 140),
        ({"where": "b <= 140", "delete_source": True}, 110, 140),
        ({"delete_source": True}, 0, 250),
    ],
)
def test_there_and_back(shop: Ground, more: dict[str, Scalar], left: int, arrived: int) -> None:
    there_and_back(shop, lambda: plan_for(shop, wanted(**more)))

    assert shop.value('SELECT count(*) FROM "Orders"') == left
    assert shop.value("SELECT count(*) FROM old_orders WHERE name ~ '/' AND moved_at IS NOT NULL") == arrived
    assert shop.value("INSERT INTO old_orders (name) VALUES ('x') RETURNING id") > 900


def test_the_same_names(shop: Ground) -> None:
    def make() -> Any:
        return plan_for(shop, ("move_rows", {"table": "Orders", "target": "same", "delete_source": True}))

    there_and_back(shop, make)
    assert shop.value("SELECT count(*) FROM same") == 250


def test_back_from_everywhere(shop: Ground) -> None:
    back_from_everywhere(shop, lambda: plan_for(shop, wanted(delete_source=True)))


def test_what_old_code_adds_until_the_gate_is_moved_too(shop: Ground) -> None:
    plan = plan_for(shop, wanted(delete_source=True))
    steps = work_steps(plan)
    gate = next(at for at, step in enumerate(steps) if step.kind == "gate")
    work = shop.work(plan)
    up(work, steps[:gate])
    shop.ask("INSERT INTO \"Orders\" (a, b, note) VALUES ('k0', 500, '{}')")
    shop.ask('DELETE FROM "Orders" WHERE b = 3')
    up(work, steps[gate:])

    assert shop.value('SELECT count(*) FROM "Orders"') == 0
    assert shop.value("SELECT name FROM old_orders WHERE id = 500") == "k0/500"
    assert failed_checks(shop, plan, {}) == []
    down(work, steps)
    assert shop.value('SELECT count(*) FROM "Orders"') == 250
    assert shop.ask("SELECT id, name FROM old_orders") == [(900, "mine")]


def test_a_row_that_changed_after_it_was_copied_is_not_deleted(shop: Ground) -> None:
    plan = plan_for(shop, wanted(delete_source=True))
    steps = work_steps(plan)
    gate = next(at for at, step in enumerate(steps) if step.kind == "gate")
    work = shop.work(plan)
    up(work, steps[:gate])
    shop.ask('UPDATE "Orders" SET note = \'{"x": 2}\' WHERE b = 7')

    with pytest.raises(StepFailed, match="1 rows"):
        up(work, steps[gate:])
    assert shop.value('SELECT count(*) FROM "Orders"') == 250


def test_new_code_may_delete_and_change_moved_rows_while_it_runs(shop: Ground) -> None:
    plan = plan_for(shop, wanted(delete_source=True))
    steps = work_steps(plan)
    gate = next(at for at, step in enumerate(steps) if step.kind == "gate")
    work = shop.work(plan)
    up(work, steps[:gate])
    shop.ask("DELETE FROM old_orders WHERE id = 5")
    shop.ask("UPDATE old_orders SET name = 'new' WHERE id = 6")
    shop.ask("INSERT INTO \"Orders\" (a, b, note) VALUES ('k0', 500, '{}')")
    up(work, steps[gate:])

    assert shop.value('SELECT count(*) FROM "Orders"') == 0
    assert shop.ask("SELECT id, name FROM old_orders WHERE id IN (5, 6, 500) ORDER BY id") == [
        (6, "new"),
        (500, "k0/500"),
    ]
    assert failed_checks(shop, plan, {}) == []
    down(work, steps)
    assert shop.value('SELECT count(*) FROM "Orders"') == 251
    assert shop.ask("SELECT id, name FROM old_orders ORDER BY id") == [(900, "mine")]


def test_rows_that_were_taken_out_again_can_be_moved_again(shop: Ground) -> None:
    plan = plan_for(shop, wanted())
    steps = work_steps(plan)
    work = shop.work(plan)
    up(work, steps)
    down(work, steps[1:])
    up(work, steps[1:])

    assert shop.value("SELECT count(*) FROM old_orders") == 251
    assert failed_checks(shop, plan, {}) == []


def test_new_code_may_delete_a_moved_row_while_rows_are_copied(shop: Ground) -> None:
    plan = plan_for(shop, wanted())
    steps = work_steps(plan)
    work = shop.work(plan)
    up(work, steps[:1])
    with ThreadPoolExecutor(1) as pool, shop.session() as application:
        application.execute('SELECT FROM "Orders" WHERE b = 248 FOR UPDATE')
        running = pool.submit(up, work, steps[1:])
        shop.until_waiting("whimbrel%")
        gone = shop.ask("DELETE FROM old_orders WHERE id < 900 RETURNING id")
        application.commit()
        running.result()

    assert gone
    assert shop.value("SELECT count(*) FROM old_orders WHERE id < 900") == 250 - len(gone)
    assert failed_checks(shop, plan, {}) == []


def test_a_row_that_changed_on_both_sides_is_not_deleted(shop: Ground) -> None:
    plan = plan_for(shop, wanted(delete_source=True))
    steps = work_steps(plan)
    gate = next(at for at, step in enumerate(steps) if step.kind == "gate")
    work = shop.work(plan)
    up(work, steps[:gate])
    shop.ask('UPDATE "Orders" SET note = \'{"x": 2}\' WHERE b = 7')
    shop.ask("DELETE FROM old_orders WHERE id = 7")

    with pytest.raises(StepFailed, match="1 rows"):
        up(work, steps[gate:])
    assert shop.value('SELECT count(*) FROM "Orders"') == 250


def test_another_row_of_the_same_key_in_the_target_is_neither_overwritten_nor_taken_for_the_moved_one(
    shop: Ground,
) -> None:
    shop.ask("INSERT INTO old_orders (id, name) OVERRIDING SYSTEM VALUE VALUES (7, 'other')")
    plan = plan_for(shop, wanted())
    before = picture(shop, plan.watched)
    work = shop.work(plan)

    with pytest.raises(StepFailed, match="1 rows"):
        up(work, work_steps(plan))
    assert shop.value("SELECT name FROM old_orders WHERE id = 7") == "other"
    undo_step(work, work_steps(plan)[1], begun=True)
    undo_step(work, work_steps(plan)[0])
    assert picture(shop, plan.watched) == before


def test_a_value_that_is_too_long_stops_it_instead_of_being_cut(shop: Ground) -> None:
    plan = plan_for(shop, wanted(mapping="id = b, name = repeat('x', 20)"))

    with pytest.raises(StepFailed, match="too long"):
        up(shop.work(plan), work_steps(plan))


def test_deferrable_constraints_on_other_columns_are_no_obstacle(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE a (id int PRIMARY KEY, n int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    any_ground.ask("CREATE TABLE b (id int PRIMARY KEY, n int UNIQUE DEFERRABLE)")
    any_ground.ask("INSERT INTO a SELECT i, i FROM generate_series(1, 150) i")
    answers: dict[str, Scalar] = {"table": "a", "target": "b", "delete_source": True}

    there_and_back(any_ground, lambda: plan_for(any_ground, ("move_rows", answers)))


def test_deferrable_keys_are_refused(ground: Ground) -> None:
    ground.ask("CREATE TABLE a (id int PRIMARY KEY DEFERRABLE, n int); CREATE TABLE b (id int UNIQUE)")
    ground.ask("CREATE TABLE c (id int UNIQUE DEFERRABLE); CREATE TABLE d (id int PRIMARY KEY, n int)")
    source = understood(ground, ("move_rows", {"table": "a", "target": "b"})).problems
    into = understood(ground, ("move_rows", {"table": "d", "target": "c"})).problems

    assert "table" in source
    assert "no unique key" in into["mapping"]


def test_a_key_of_the_target_that_is_deferrable_tells_no_rows_apart(shop: Ground) -> None:
    shop.ask("CREATE TABLE late (id int PRIMARY KEY DEFERRABLE)")

    assert "no unique key" in understood(shop, wanted(target="late", mapping="id = b")).problems["mapping"]


CONFLICTS: list[tuple[dict[str, Any], str, str]] = [
    ({"target": "source"}, "target", "where the rows come from"),
    ({"table": "keyless"}, "table", "no primary key"),
    ({"mapping": "x"}, "mapping", "not of the form"),
    ({"mapping": "y = id"}, "mapping", "no column `y`"),
    ({"mapping": "g = 'x'"}, "mapping", "computed by the server"),
    ({"mapping": "id = id"}, "mapping", "NOT NULL without a default"),
    ({"mapping": "must = n"}, "mapping", "no unique key"),
    ({"mapping": "id = (random() * 1000)::int, must = n"}, "mapping", "another key each time"),
    ({"mapping": "id = id, must = nothing"}, "mapping", "the server refuses"),
    ({"mapping": "id = id, must = n", "where": "random() < 1"}, "where", "other rows each time"),
    ({"mapping": "id = id, must = n", "where": "n + 1"}, "where", "the server refuses"),
    ({"mapping": "id = id, must = n", "delete_source": True}, "delete_source", "child_id_fkey of child"),
]


@pytest.mark.parametrize(("answers", "question", "reason"), CONFLICTS)
def test_what_cannot_stand_is_said(common_ground: Ground, answers: dict[str, Any], question: str, reason: str) -> None:
    common_ground.ask("DROP TABLE IF EXISTS source, target, child, keyless CASCADE")
    common_ground.ask("CREATE TABLE source (id int PRIMARY KEY, n text)")
    common_ground.ask("CREATE TABLE child (id int REFERENCES source)")
    common_ground.ask("CREATE TABLE keyless (id int, must text)")
    common_ground.ask("""CREATE TABLE target (id int UNIQUE, must text NOT NULL,
                         g text GENERATED ALWAYS AS (must || 'x') STORED)""")

    found = understood(common_ground, ("move_rows", {"table": "source", "target": "target", **answers}))

    assert reason in found.problems[question]
