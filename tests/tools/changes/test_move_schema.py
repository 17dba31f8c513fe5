import pytest

from protocol.discovery import Scalar
from tests.tools.changes.road import back_from_everywhere, plan_for, there_and_back, understood
from tests.tools.ground import Ground

ASKED: dict[str, Scalar] = {"table": "Weird Name", "schema": "The Shop"}


def table(ground: Ground) -> None:
    ground.ask('CREATE TABLE "Weird Name" (id serial PRIMARY KEY, "The Mail" text UNIQUE)')
    ground.ask('INSERT INTO "Weird Name" ("The Mail") SELECT \'n\' || n FROM generate_series(1, 250) n')


@pytest.mark.parametrize("strategy", ["with_view", "in_place"])
def test_there_and_back_with_a_schema_that_is_made_for_it(any_ground: Ground, strategy: str) -> None:
    table(any_ground)
    there_and_back(
        any_ground,
        lambda: plan_for(any_ground, ("move_schema", ASKED), strategies=[strategy], given={"downtime": "at night"}),
    )


def test_back_from_everywhere_with_a_schema_that_is_there(any_ground: Ground) -> None:
    table(any_ground)
    any_ground.ask('CREATE SCHEMA "The Shop"')
    plan = plan_for(any_ground, ("move_schema", ASKED))
    back_from_everywhere(any_ground, lambda: plan_for(any_ground, ("move_schema", ASKED)))

    assert "create_schema" not in [step.id for step in plan.steps]


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ("public", "`Weird Name` is in schema `public` already."),
        ("whimbrel", "`whimbrel` is not a schema for tables of the application; say another one."),
        ("other", "`other.Weird Name` is taken, by a view; another name is needed."),
    ],
)
def test_a_schema_that_cannot_be_is_said(ground: Ground, schema: str, problem: str) -> None:
    table(ground)
    ground.ask("CREATE SCHEMA other")
    ground.ask('CREATE VIEW other."Weird Name" AS SELECT 1 AS one')

    assert understood(ground, ("move_schema", {**ASKED, "schema": schema})).problems == {"schema": problem}
