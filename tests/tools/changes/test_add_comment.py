from tests.tools.changes.road import plan_for, there_and_back, understood
from tests.tools.ground import Ground


def table(ground: Ground) -> None:
    ground.ask('CREATE TABLE "Weird Name" (id int PRIMARY KEY, "The Mail" text, other text)')
    ground.ask("INSERT INTO \"Weird Name\" SELECT n, 'n' || n FROM generate_series(1, 250) n")


def test_a_comment_on_a_column_comes_and_the_old_one_comes_back(any_ground: Ground) -> None:
    table(any_ground)
    any_ground.ask("COMMENT ON COLUMN \"Weird Name\".\"The Mail\" IS 'it''s old'")
    asked = {"table": "Weird Name", "column": "The Mail", "comment": "where it's sent"}
    plan = there_and_back(any_ground, lambda: plan_for(any_ground, ("add_comment", asked)))

    assert plan.steps[-1].undo is not None
    assert plan.steps[-1].undo.sql == ("COMMENT ON COLUMN public.\"Weird Name\".\"The Mail\" IS 'it''s old'",)


def test_a_comment_on_the_table_is_removed(any_ground: Ground) -> None:
    table(any_ground)
    any_ground.ask("COMMENT ON TABLE \"Weird Name\" IS 'people'")
    there_and_back(
        any_ground, lambda: plan_for(any_ground, ("add_comment", {"table": "Weird Name", "comment": "none"}))
    )

    assert any_ground.value("SELECT obj_description('\"Weird Name\"'::regclass, 'pg_class')") is None


def test_a_column_that_an_earlier_change_adds_can_be_commented_on(ground: Ground) -> None:
    table(ground)
    added = {"table": "Weird Name", "column": "age", "type": "int", "nullable": "yes", "default": "none"}
    plan = there_and_back(
        ground,
        lambda: plan_for(
            ground, ("add_column", added), ("add_comment", {"table": "Weird Name", "column": "age", "comment": "years"})
        ),
    )

    assert [step.id for step in plan.steps][-2:] == ["add_column", "comment_2"]


def test_a_column_that_is_not_there_is_said(ground: Ground) -> None:
    table(ground)
    found = understood(ground, ("add_comment", {"table": "Weird Name", "column": "nope", "comment": "x"}))

    assert found.problems == {"column": "`Weird Name` has no column `nope`."}
