"""add_check on real servers."""

from typing import Any

import pytest

from protocol.errors import Refused
from tests.tools.changes.road import Wanted, back_from_everywhere, plan_for, there_and_back, understood, up, work_steps
from tests.tools.ground import Ground

NIGHT = {"downtime": "at night"}


@pytest.fixture
def items(any_ground: Ground) -> Ground:
    any_ground.ask(
        'CREATE TABLE "Items" (id integer PRIMARY KEY, "Price" numeric, name text CONSTRAINT named CHECK (name > \'\'))'
    )
    any_ground.ask('INSERT INTO "Items" SELECT n, nullif(n, 7), \'n\' FROM generate_series(1, 250) n; ANALYZE "Items"')
    return any_ground


def add(**answers: Any) -> tuple[str, dict[str, Any]]:
    return ("add_check", {"table": "Items", **answers})


@pytest.mark.parametrize("strategy", ["online", "one_statement"])
def test_a_check_is_declared_proved_and_dropped(items: Ground, strategy: str) -> None:
    wanted = add(condition='"Price" > 0 AND "Price" < 1000')
    made = there_and_back(items, lambda: plan_for(items, wanted, strategies=[strategy], given=NIGHT))
    assert made.changes[0].constraint_name == "Items_Price_check"  # type: ignore[attr-defined]
    other = add(condition='"Price" <> id + 1', constraint_name="Not Next")
    back_from_everywhere(items, lambda: plan_for(items, other, strategies=[strategy], given=NIGHT))


@pytest.mark.parametrize("strategy", ["online", "one_statement"])
def test_rows_that_break_it_are_counted_before_anything_is_locked(items: Ground, strategy: str) -> None:
    made = plan_for(items, add(condition='"Price" > 100'), strategies=[strategy], given=NIGHT)
    with pytest.raises(Refused, match=r'99 rows of `Items` break `"Price" > 100`\. Nothing was locked or changed'):
        up(items.work(made), work_steps(made))

    items.ask("UPDATE \"Items\" SET name = 'application goes on' WHERE id = 1")


def test_an_empty_table_takes_one_statement(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id integer PRIMARY KEY)")
    made = there_and_back(
        any_ground, lambda: plan_for(any_ground, ("add_check", {"table": "t", "condition": "id > 0"}))
    )

    assert [step.id for step in work_steps(made)] == ["add_check"]


def test_a_check_of_a_partitioned_table_and_of_a_column_of_the_same_request(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id integer PRIMARY KEY) PARTITION BY RANGE (id)")
    any_ground.ask("CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (1000)")
    any_ground.ask("INSERT INTO t SELECT generate_series(1, 250)")
    column: Wanted = ("add_column", {"table": "t", "column": "c", "type": "text", "nullable": True, "default": "none"})
    there_and_back(any_ground, lambda: plan_for(any_ground, ("add_check", {"table": "t", "condition": "id < 999"})))

    assert understood(any_ground, column, ("add_check", {"table": "t", "condition": "length(c) < 5"})).problems == {}


@pytest.mark.parametrize(
    ("answers", "question", "reason"),
    [
        ({"condition": '"Price"'}, "condition", "a condition is true or false"),
        ({"condition": "price > 0"}, "condition", "the server refuses"),
        ({"condition": 'count("Price") > 0'}, "condition", "the server refuses"),
        ({"condition": "random() > 0.5 AND unnest(ARRAY[true])"}, "condition", "the server refuses"),
        ({"condition": "id > 0", "constraint_name": "named"}, "constraint_name", "already has a constraint"),
    ],
    ids=str,
)
def test_what_cannot_stand_is_said(items: Ground, answers: dict[str, Any], question: str, reason: str) -> None:
    assert reason in understood(items, add(**answers)).problems[question]
