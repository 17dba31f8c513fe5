import pytest

from protocol.discovery import Scalar
from protocol.steps import Gate
from tests.tools.changes.road import down, failed_checks, picture, plan_for, understood, up, work_steps
from tests.tools.ground import Ground

ASKED: dict[str, Scalar] = {"table": "Weird Name"}


def table(ground: Ground) -> None:
    ground.ask("CREATE TABLE parent (id int PRIMARY KEY)")
    ground.ask("INSERT INTO parent VALUES (1)")
    ground.ask(
        'CREATE TABLE "Weird Name" (id serial PRIMARY KEY, "The Mail" text UNIQUE CHECK ("The Mail" <> \'\'), '
        'p int DEFAULT 1 REFERENCES parent, self int REFERENCES "Weird Name")'
    )
    ground.ask('INSERT INTO "Weird Name" ("The Mail") SELECT \'n\' || n FROM generate_series(1, 250) n')
    ground.ask("COMMENT ON TABLE \"Weird Name\" IS 'old'")


def test_it_is_put_aside_then_dropped(any_ground: Ground) -> None:
    table(any_ground)
    plan = plan_for(any_ground, ("drop_table", ASKED))
    up(any_ground.work(plan), work_steps(plan))

    assert plan.errors == ()
    assert failed_checks(any_ground, plan, {}) == []
    assert [step.id for step in work_steps(plan)] == ["nobody_uses_it", "retire", "nothing_misses_it", "drop_table"]
    assert [step.id for step in plan.steps if step.final] == ["drop_table"]
    assert [point.possible for point in plan.rollback][-2:] == [True, False]
    assert any_ground.value("SELECT count(*) FROM parent") == 1


def test_until_it_is_dropped_it_comes_back_whole(any_ground: Ground) -> None:
    table(any_ground)
    plan = plan_for(any_ground, ("drop_table", ASKED))
    before, steps = picture(any_ground, plan.watched), work_steps(plan)[:3]
    work = any_ground.work(plan)
    up(work, steps)
    aside = picture(any_ground, plan.watched)
    down(work, steps)
    any_ground.ask('INSERT INTO "Weird Name" ("The Mail") VALUES (\'after\')')
    any_ground.ask('DELETE FROM "Weird Name" WHERE "The Mail" = \'after\'')

    assert aside != before
    assert picture(any_ground, plan.watched) == before


def test_a_partitioned_table_is_put_aside_and_comes_back(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE pt (id int, at date) PARTITION BY RANGE (at)")
    any_ground.ask("CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')")
    any_ground.ask("INSERT INTO pt SELECT n, '2026-01-01' FROM generate_series(1, 250) n")
    plan = plan_for(any_ground, ("drop_table", {"table": "pt"}))
    before, work = picture(any_ground, plan.watched), any_ground.work(plan)
    up(work, work_steps(plan)[:3])
    down(work, work_steps(plan)[:3])

    assert picture(any_ground, plan.watched) == before


def test_at_once_where_nobody_uses_it(any_ground: Ground) -> None:
    table(any_ground)
    any_ground.ask('TRUNCATE "Weird Name"')
    plan = plan_for(any_ground, ("drop_table", ASKED), given={"old_code": "no"})
    up(any_ground.work(plan), work_steps(plan))

    assert plan.chosen == ("drop_now",)
    assert not any(isinstance(step, Gate) for step in plan.steps)
    assert failed_checks(any_ground, plan, {}) == []


@pytest.mark.parametrize(
    ("sql", "who"),
    [
        ('CREATE VIEW v AS SELECT id FROM "Weird Name"', "view v"),
        ('CREATE TABLE child (x int REFERENCES "Weird Name")', "constraint child_x_fkey on table child"),
        ('CREATE TABLE heir () INHERITS ("Weird Name")', "table heir"),
        (
            "CREATE FUNCTION f(\"Weird Name\") RETURNS int LANGUAGE sql AS 'SELECT 1'",
            'function f("Weird Name")',
        ),
    ],
)
def test_what_stands_on_it_is_named_and_the_server_would_refuse_indeed(any_ground: Ground, sql: str, who: str) -> None:
    table(any_ground)
    any_ground.ask(sql)
    problems = understood(any_ground, ("drop_table", ASKED)).problems

    assert problems == {
        "table": f"the server would not drop `Weird Name`, for these stand on it: {who}. Drop or change them first."
    }
    with pytest.raises(Exception, match="other objects depend on it"):
        any_ground.ask('DROP TABLE "Weird Name"')


def test_own_triggers_policies_rules_and_statistics_are_no_obstacle(any_ground: Ground) -> None:
    table(any_ground)
    any_ground.ask("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    any_ground.ask('CREATE TRIGGER tr BEFORE UPDATE OF p ON "Weird Name" FOR EACH ROW EXECUTE FUNCTION f()')
    any_ground.ask('CREATE POLICY po ON "Weird Name" USING (p = 1)')
    any_ground.ask('CREATE STATISTICS st ON p, self FROM "Weird Name"')
    any_ground.ask('CREATE RULE ru AS ON DELETE TO "Weird Name" DO NOTHING')

    assert understood(any_ground, ("drop_table", ASKED)).problems == {}
    any_ground.ask('DROP TABLE "Weird Name"')


def test_a_table_of_the_name_of_our_own_is_put_aside_and_comes_back(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE step (id int)")
    plan = plan_for(any_ground, ("drop_table", {"table": "step"}))
    before, work = picture(any_ground, plan.watched), any_ground.work(plan)
    up(work, work_steps(plan)[:3])
    down(work, work_steps(plan)[:3])

    assert picture(any_ground, plan.watched) == before


def test_one_that_was_put_aside_before_has_to_go_first(ground: Ground) -> None:
    table(ground)
    plan = plan_for(ground, ("drop_table", ASKED))
    up(ground.work(plan), work_steps(plan)[:2])
    ground.ask('CREATE TABLE "Weird Name" (id int)')

    assert understood(ground, ("drop_table", ASKED)).problems == {
        "table": "`whimbrel.retired_Weird Name` is still there from an earlier run; drop or rename it first."
    }
