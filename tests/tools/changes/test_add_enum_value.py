import pytest

from protocol.discovery import Scalar
from tests.tools.changes.road import failed_checks, plan_for, understood, up, work_steps
from tests.tools.ground import Ground


def mood(ground: Ground) -> None:
    ground.ask("CREATE TYPE \"The Mood\" AS ENUM ('sad', 'it''s ok', 'glad')")
    ground.ask("CREATE TABLE t (id int PRIMARY KEY, m \"The Mood\" NOT NULL DEFAULT 'sad' CHECK (m <> 'glad'))")
    ground.ask("INSERT INTO t SELECT n FROM generate_series(1, 250) n")


@pytest.mark.parametrize(
    ("place", "labels"),
    [
        ("last", ["sad", "it's ok", "glad", "new one"]),
        ("before sad", ["new one", "sad", "it's ok", "glad"]),
        ("AFTER 'it''s ok'", ["sad", "it's ok", "new one", "glad"]),
    ],
)
def test_a_value_is_added_in_its_place_and_there_is_no_way_back(
    any_ground: Ground, place: str, labels: list[str]
) -> None:
    mood(any_ground)
    plan = plan_for(any_ground, ("add_enum_value", {"enum": "The Mood", "value": "new one", "place": place}))
    up(any_ground.work(plan), work_steps(plan))

    assert plan.errors == ()
    assert failed_checks(any_ground, plan, {}) == []
    assert any_ground.value('SELECT enum_range(NULL::"The Mood")::text[]') == labels
    assert [(step.undo, step.final) for step in work_steps(plan)] == [(None, True)]
    assert not plan.rollback[-1].possible


def test_a_value_that_was_just_added_can_be_used_by_the_next_statement(any_ground: Ground) -> None:
    mood(any_ground)
    plan = plan_for(any_ground, ("add_enum_value", {"enum": "The Mood", "value": "new"}))
    up(any_ground.work(plan), work_steps(plan))
    any_ground.ask("INSERT INTO t VALUES (1000, 'new')")

    assert any_ground.value("SELECT m::text FROM t WHERE id = 1000") == "new"


def test_two_values_are_added_beside_each_other_in_one_request(ground: Ground) -> None:
    mood(ground)
    plan = plan_for(
        ground,
        ("add_enum_value", {"enum": "The Mood", "value": "a"}),
        ("add_enum_value", {"enum": "The Mood", "value": "b", "place": "before a"}),
    )
    up(ground.work(plan), work_steps(plan))

    assert ground.value('SELECT enum_range(NULL::"The Mood")::text[]')[-2:] == ["b", "a"]


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"value": "sad"}, {"value": "`The Mood` already has the value `sad`."}),
        (
            {"value": "x" * 64},
            {"value": f"`{'x' * 64}` is longer than 63 bytes, which the server refuses."},
        ),
        (
            {"value": "x", "place": "before y"},
            {"place": "`The Mood` has no value `y`. It has: sad, it's ok, glad."},
        ),
        (
            {"value": "x", "place": "somewhere"},
            {"place": "say `last`, `before x` or `after x`, where x is a value that is there."},
        ),
    ],
)
def test_what_cannot_stand_is_said(ground: Ground, answers: dict[str, Scalar], problem: dict[str, str]) -> None:
    mood(ground)

    assert understood(ground, ("add_enum_value", {"enum": "The Mood", **answers})).problems == problem
