import psycopg
import pytest

from protocol.discovery import Scalar
from tests.tools.changes.road import plan_for, there_and_back, understood, up, work_steps
from tests.tools.ground import Ground


def mood(ground: Ground) -> None:
    ground.ask("CREATE TYPE \"The Mood\" AS ENUM ('sad', 'it''s ok', 'glad')")
    ground.ask("CREATE TABLE t (id int PRIMARY KEY, m \"The Mood\" NOT NULL DEFAULT 'sad' CHECK (m <> 'glad'))")
    ground.ask("INSERT INTO t SELECT n FROM generate_series(1, 250) n")


@pytest.mark.parametrize("strategy", ["gate_then_rename", "at_once"])
def test_a_value_is_renamed_and_renamed_back(any_ground: Ground, strategy: str) -> None:
    mood(any_ground)
    asked = {"enum": "The Mood", "value": "it's ok", "new_value": "fine"}
    there_and_back(
        any_ground,
        lambda: plan_for(
            any_ground, ("rename_enum_value", asked), strategies=[strategy], given={"downtime": "at night"}
        ),
    )


def test_rows_show_the_new_name_and_statements_with_the_old_one_fail(ground: Ground) -> None:
    mood(ground)
    plan = plan_for(ground, ("rename_enum_value", {"enum": "The Mood", "value": "sad", "new_value": "down"}))
    up(ground.work(plan), work_steps(plan))

    assert plan.chosen == ("gate_then_rename",)
    assert ground.value("SELECT DISTINCT m::text FROM t") == "down"
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        ground.ask("SELECT FROM t WHERE m = 'sad'")


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        (
            {"value": "y", "new_value": "z"},
            {"value": "`The Mood` has no value `y`. It has: sad, it's ok, glad."},
        ),
        (
            {"value": "sad", "new_value": "glad"},
            {"new_value": "`The Mood` already has the value `glad`."},
        ),
    ],
)
def test_what_cannot_stand_is_said(ground: Ground, answers: dict[str, Scalar], problem: dict[str, str]) -> None:
    mood(ground)

    assert understood(ground, ("rename_enum_value", {"enum": "The Mood", **answers})).problems == problem
