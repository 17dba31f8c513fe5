"""add_exclusion on real servers."""

from typing import Any

import pytest

from protocol.errors import Refused, StepFailed
from tests.tools.changes.road import plan_for, there_and_back, understood, up, work_steps
from tests.tools.ground import Ground

NIGHT = {"downtime": "at night"}


@pytest.fixture
def stays(any_ground: Ground) -> Ground:
    any_ground.ask('CREATE TABLE "Stays" (id integer PRIMARY KEY, "Room" integer, during int4range, area box)')
    any_ground.ask(
        'INSERT INTO "Stays" SELECT n, n % 5, int4range(n, n + 1), box(point(n, n), point(n, n)) '
        "FROM generate_series(1, 250) n"
    )
    return any_ground


def add(**answers: Any) -> tuple[str, dict[str, Any]]:
    return ("add_exclusion", {"table": "Stays", **answers})


@pytest.mark.parametrize(
    "answers",
    [
        {"elements": "during WITH &&", "where": "id > 3"},
        {"elements": 'int4range("Room" * 1000 + id, "Room" * 1000 + id + 1) WITH &&, during WITH &&'},
        {"elements": 'id WITH =, "Room" WITH =', "method": "btree", "constraint_name": "Some Name"},
    ],
    ids=str,
)
def test_it_comes_in_a_window_and_goes(stays: Ground, answers: dict[str, Any]) -> None:
    made = there_and_back(stays, lambda: plan_for(stays, add(**answers), given=NIGHT))
    assert made.strategies[0].needs_window


def test_without_a_window_it_is_refused_with_the_reason(stays: Ground) -> None:
    with pytest.raises(Refused, match="there is no online way to add it"):
        plan_for(stays, add(elements="during WITH &&"))


def test_an_empty_table_needs_no_window(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (during int4range)")
    wanted = ("add_exclusion", {"table": "t", "elements": "during WITH &&"})
    assert not there_and_back(any_ground, lambda: plan_for(any_ground, wanted)).strategies[0].needs_window


def test_rows_that_collide_fail_it_and_leave_nothing(stays: Ground) -> None:
    stays.ask("INSERT INTO \"Stays\" VALUES (999, 1, '[1,5)')")
    made = plan_for(stays, add(elements="during WITH &&"), given=NIGHT)
    with pytest.raises(StepFailed, match="could not create exclusion constraint"):
        up(stays.work(made), work_steps(made))

    assert stays.value("SELECT count(*) FROM pg_constraint WHERE contype = 'x'") == 0


@pytest.mark.parametrize(
    ("answers", "question", "reason"),
    [
        ({"elements": '"Room" WITH =, during WITH &&'}, "elements", "extension btree_gist"),
        ({"elements": "during WITH <"}, "elements", "the server refuses it"),
        ({"elements": "durin WITH &&"}, "elements", "Did you mean `during`?"),
        ({"elements": "during"}, "elements", "has no operator"),
        ({"elements": "during WITH && /* x"}, "elements", "has no operator"),
        ({"elements": "during WITH &&", "where": "id"}, "where", "a condition is true or false"),
    ],
    ids=str,
)
def test_what_cannot_stand_is_said(stays: Ground, answers: dict[str, Any], question: str, reason: str) -> None:
    assert reason in understood(stays, add(**answers)).problems[question]
