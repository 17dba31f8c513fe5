import pytest

from protocol.discovery import Scalar
from tests.tools.changes.road import (
    back_from_everywhere,
    failed_checks,
    plan_for,
    there_and_back,
    understood,
    up,
    work_steps,
)
from tests.tools.ground import Ground

WEIRD = """
  "The No" bigint GENERATED ALWAYS AS IDENTITY (START 5),
  "a, b" varchar(20)[] NOT NULL DEFAULT '{x,"y (z"}' CHECK ("a, b" <> '{}'),
  price numeric(10, 2) DEFAULT (1 + 2) * 3 NOT NULL,
  at timestamp with time zone DEFAULT now(), -- never mind
  n serial,
  parent int CONSTRAINT "Points" REFERENCES "The Parent" ("Id") ON DELETE SET NULL NOT NULL,
  other int REFERENCES other.parent DEFERRABLE INITIALLY DEFERRED DEFAULT 4,
  self bigint REFERENCES child ON UPDATE SET DEFAULT,
  CONSTRAINT "Un" UNIQUE ("a, b", price),
  PRIMARY KEY ("The No"),
  FOREIGN KEY (parent) REFERENCES "The Parent",
  EXCLUDE USING btree (n WITH =)
""".replace(" -- never mind", "")

ASKED: dict[str, Scalar] = {"table_name": "child", "definition": WEIRD}


def parents(ground: Ground) -> None:
    ground.ask('CREATE TABLE "The Parent" ("Id" int PRIMARY KEY)')
    ground.ask('INSERT INTO "The Parent" SELECT n FROM generate_series(1, 250) n')
    ground.ask("CREATE SCHEMA other")
    ground.ask("CREATE TABLE other.parent (id int PRIMARY KEY)")


def test_there_and_back_with_everything_a_definition_may_hold(any_ground: Ground) -> None:
    parents(any_ground)
    plan = there_and_back(any_ground, lambda: plan_for(any_ground, ("create_table", ASKED)))

    keys = [step for step in work_steps(plan) if step.id.startswith("foreign_key")]
    assert [sql for step in keys for sql in step.sql] == [  # type: ignore[union-attr]  # each is made of statements
        'ALTER TABLE public.child ADD CONSTRAINT "Points" FOREIGN KEY (parent) REFERENCES public."The Parent" ("Id") '
        "ON DELETE SET NULL",
        "ALTER TABLE public.child ADD CONSTRAINT child_other_fkey FOREIGN KEY (other) REFERENCES other.parent "
        "DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE public.child ADD CONSTRAINT child_self_fkey FOREIGN KEY (self) REFERENCES public.child "
        "ON UPDATE SET DEFAULT",
        'ALTER TABLE public.child ADD CONSTRAINT child_parent_fkey FOREIGN KEY (parent) REFERENCES public."The Parent"',
    ]


def test_it_is_the_table_that_the_server_makes_of_the_whole_definition(any_ground: Ground) -> None:
    parents(any_ground)
    any_ground.ask(f"CREATE TABLE child ({WEIRD})")
    at_once = any_ground.table("child")
    any_ground.ask("DROP TABLE child")
    plan = plan_for(any_ground, ("create_table", ASKED))
    up(any_ground.work(plan), work_steps(plan))
    ours = any_ground.table("child")

    assert ours == at_once


def test_back_from_everywhere(any_ground: Ground) -> None:
    parents(any_ground)
    back_from_everywhere(any_ground, lambda: plan_for(any_ground, ("create_table", ASKED)))


def test_what_is_made_can_be_worked_on_in_the_same_request(any_ground: Ground) -> None:
    made: dict[str, Scalar] = {"table_name": "other.things", "definition": "(id bigint PRIMARY KEY, name text)"}
    any_ground.ask("CREATE SCHEMA other")
    plan = there_and_back(
        any_ground,
        lambda: plan_for(
            any_ground,
            ("create_table", made),
            ("add_column", {"table": "other.things", "column": "n", "type": "int", "nullable": "no", "default": "0"}),
            ("add_comment", {"table": "other.things", "column": "name", "comment": "spoken"}),
        ),
    )

    assert plan.chosen == ("one_statement", "one_statement_2", "one_statement_3")


def test_only_the_writers_of_one_parent_at_a_time_have_to_wait(ground: Ground) -> None:
    parents(ground)
    plan = plan_for(ground, ("create_table", ASKED))
    with ground.session() as writer:
        writer.execute("INSERT INTO other.parent VALUES (1)")
        up(ground.work(plan), work_steps(plan)[:2])
        writer.rollback()
    up(ground.work(plan), work_steps(plan)[2:])

    assert failed_checks(ground, plan, {}) == []


@pytest.mark.parametrize(
    ("answers", "question", "problem"),
    [
        ({"definition": "id int PRIMARY KEY, x nope"}, "definition", "the server does not know the type `nope`"),
        ({"definition": "id int DEFAULT 'x'"}, "definition", "the server refuses `'x'` as integer"),
        ({"definition": "id int); DROP TABLE t; --"}, "definition", "`;` is not taken"),
        ({"definition": "id int) INHERITS (t"}, "definition", "a `)` closes nothing"),
        ({"definition": "LIKE t INCLUDING ALL"}, "definition", "name the columns; LIKE is not taken"),
        ({"definition": "id int,, x int"}, "definition", "there is a comma too many"),
        ({"definition": "id, x int"}, "definition", "`id` has no type"),
        ({"definition": "id int REFERENCES nope"}, "definition", "there is no table `nope`"),
        ({"definition": "id int REFERENCES v"}, "definition", "there is no table `v`, but a view"),
        ({"table_name": "v"}, "table_name", "`v` is taken, by a view"),
        ({"table_name": "nope.t"}, "table_name", "there is no schema `nope`"),
    ],
)
def test_what_cannot_stand_is_said(ground: Ground, answers: dict[str, Scalar], question: str, problem: str) -> None:
    ground.ask("CREATE VIEW v AS SELECT 1 AS one")
    asked: dict[str, Scalar] = {"table_name": "t", "definition": "id int", **answers}

    assert problem in understood(ground, ("create_table", asked)).problems[question]
