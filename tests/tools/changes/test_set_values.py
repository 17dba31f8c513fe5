"""New values for existing rows: kept, written, proved, put back, on every server we have."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from protocol.discovery import Scalar
from protocol.plan import Plan
from protocol.steps import Backfill
from tests.tools.changes.road import (
    back_from_everywhere,
    down,
    failed_checks,
    plan_for,
    there_and_back,
    understood,
    up,
    work_steps,
)
from tests.tools.ground import Ground
from tools.engines.embedded import EmbeddedServer

WINDOW = {"downtime": "at night"}


@pytest.fixture
def people(any_ground: Ground) -> Ground:
    any_ground.ask(
        'CREATE TABLE "People" (id bigint PRIMARY KEY, "E Mail" varchar(60), n integer NOT NULL, j json, t uuid)'
    )
    any_ground.ask("""INSERT INTO "People" SELECT i, CASE WHEN i % 7 <> 0 THEN 'A' || i || '@X.org' END, i, '{}'
                      FROM generate_series(1, 250) i""")
    return any_ground


def wanted(assignments: str, **more: Scalar) -> tuple[str, dict[str, Scalar]]:
    return "set_values", {"table": "People", "assignments": assignments, **more}


@pytest.mark.parametrize(
    ("assignments", "where", "proof"),
    [
        ('"E Mail" = lower("E Mail")', "none", """SELECT count(*) FROM "People" WHERE "E Mail" ~ '[A-Z]'"""),
        (
            "\"E Mail\" = 'none@x.org', n = 7",
            '"E Mail" IS NULL',
            'SELECT count(*) FROM "People" WHERE "E Mail" IS NULL',
        ),
        ("t = gen_random_uuid()", "t IS NULL and n > 3", 'SELECT count(*) FROM "People" WHERE t IS NULL AND n > 3'),
        ("""j = '{"a": 1}'""", "none", """SELECT count(*) FROM "People" WHERE j->>'a' IS DISTINCT FROM '1'"""),
        ("n = n + 1", "n < 200", 'SELECT count(*) FROM "People" WHERE n <> id + CASE WHEN id < 200 THEN 1 ELSE 0 END'),
    ],
)
def test_there_and_back(people: Ground, assignments: str, where: str, proof: str) -> None:
    there_and_back(people, lambda: plan_for(people, wanted(assignments, where=where)))

    assert people.value(proof) == 0


@pytest.mark.parametrize("assignments", ["n = n + 1", "n = 0"])
def test_in_one_update(people: Ground, assignments: str) -> None:
    def make() -> Plan:
        return plan_for(people, wanted(assignments), given=WINDOW, strategies=["one_update"])

    there_and_back(people, make)
    back_from_everywhere(people, make)


def test_back_from_everywhere(people: Ground) -> None:
    back_from_everywhere(people, lambda: plan_for(people, wanted("n = n * 2")))
    back_from_everywhere(people, lambda: plan_for(people, wanted("n = 0")))


def test_a_composite_text_key_is_walked(any_ground: Ground) -> None:
    any_ground.ask('CREATE TABLE t (a text, "B b" integer, v numeric(10,2), PRIMARY KEY (a, "B b"))')
    any_ground.ask("INSERT INTO t SELECT 'k' || i % 9, i, i FROM generate_series(1, 260) i")

    there_and_back(
        any_ground, lambda: plan_for(any_ground, ("set_values", {"table": "t", "assignments": "v = v * 1.1"}))
    )


def test_a_batch_done_twice_changes_a_row_once(people: Ground) -> None:
    plan = plan_for(people, wanted("n = n + 1"))
    up(people.work(plan), work_steps(plan))
    [step] = [step for step in plan.steps if isinstance(step, Backfill)]
    with people.database.writing("run-1", "again") as connection:
        connection.execute(step.from_start_sql, ("250",))

    assert people.value('SELECT count(*) FROM "People" WHERE n <> id + 1') == 0


def test_what_the_application_changed_since_is_kept(people: Ground) -> None:
    plan = plan_for(people, wanted("n = n + 1"))
    work = people.work(plan)
    up(work, work_steps(plan))
    people.ask('UPDATE "People" SET n = n + 100 WHERE id = 5')
    people.ask('DELETE FROM "People" WHERE id = 6')
    people.ask('INSERT INTO "People" VALUES (900, NULL, 1)')
    assert failed_checks(people, plan, {}) == []
    down(work, work_steps(plan))

    assert people.ask('SELECT id, n FROM "People" WHERE n <> id ORDER BY id') == [(5, 106), (900, 1)]


def test_a_second_walk_keeps_what_stood_before_the_first(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id int PRIMARY KEY, price int, total int, name text)")
    any_ground.ask("INSERT INTO t SELECT i, i, -7, 'ANN' FROM generate_series(1, 150) i")
    ask = {"table": "t", "assignments": "total = price * 2, name = 'n' || price"}
    plan = plan_for(any_ground, ("set_values", ask))
    work = any_ground.work(plan)
    with ThreadPoolExecutor(1) as pool, any_ground.session() as application:
        application.execute("SELECT FROM t WHERE id = 150 FOR UPDATE")
        running = pool.submit(up, work, work_steps(plan))
        any_ground.until_waiting("whimbrel%")
        any_ground.ask("UPDATE t SET price = 100 WHERE id = 3")
        any_ground.ask("UPDATE t SET price = 200, name = 'Bob' WHERE id = 4")
        application.commit()
        running.result()
    assert any_ground.ask("SELECT id, total, name FROM t WHERE id IN (3, 4) ORDER BY id") == [
        (3, 200, "n100"),
        (4, 400, "n200"),
    ]
    down(work, work_steps(plan))

    assert any_ground.ask("SELECT id, total, name FROM t WHERE id IN (3, 4) ORDER BY id") == [
        (3, -7, "ANN"),
        (4, -7, "Bob"),
    ]
    assert any_ground.value("SELECT count(*) FROM t WHERE total <> -7") == 0


def test_a_value_that_is_too_long_stops_it_instead_of_being_cut(people: Ground) -> None:
    plan = plan_for(people, wanted("\"E Mail\" = repeat('x', n)"))

    with pytest.raises(Exception, match="value too long"):
        up(people.work(plan), work_steps(plan))


def test_the_same_twice_keeps_both(people: Ground) -> None:
    first = plan_for(people, wanted("n = n + 1"), wanted("n = n + 1"))
    before = people.ask('SELECT id, n FROM "People" ORDER BY id')
    work = people.work(first)
    up(work, work_steps(first))
    second = plan_for(people, wanted("n = n + 1"))
    up(people.work(second, run="run-2"), work_steps(second))
    assert people.value('SELECT count(*) FROM "People" WHERE n <> id + 3') == 0
    down(people.work(second, run="run-2"), work_steps(second))
    down(work, work_steps(first))

    assert people.ask('SELECT id, n FROM "People" ORDER BY id') == before


CONFLICTS: list[tuple[dict[str, Any], str, str]] = [
    ({"assignments": "nothing"}, "assignments", "not of the form"),
    ({"assignments": "n = 1, n = 2"}, "assignments", "set twice"),
    ({"assignments": "m = 1"}, "assignments", "no column `m`"),
    ({"assignments": "id = id + 1"}, "assignments", "belongs to the key"),
    ({"assignments": "n = NULL"}, "assignments", "NOT NULL"),
    ({"assignments": "n = 'x' || id"}, "assignments", "type text"),
    ({"assignments": "n = (select 1)"}, "assignments", "subquery"),
    ({"assignments": "n = 1; DROP TABLE x"}, "assignments", "`;` is not taken"),
    ({"assignments": "n = 1 WHERE true"}, "assignments", "not one SQL expression"),
    ({"assignments": "t = gen_random_uuid()"}, "assignments", "another value each time"),
    ({"assignments": "t = gen_random_uuid()", "where": "t IS NULL OR n > 1"}, "assignments", "another value each time"),
    ({"assignments": "n = extract(epoch from now())::int"}, "assignments", "another value each time"),
    ({"assignments": "n = g + 1"}, "assignments", "generated column"),
    ({"assignments": "g = 1"}, "assignments", "computed by the server"),
    ({"assignments": "n = 1", "where": "random() < 0.5"}, "where", "other rows each time"),
    ({"assignments": "n = 1", "where": "n"}, "where", "true or false"),
]


@pytest.mark.parametrize(("answers", "question", "reason"), CONFLICTS)
def test_what_cannot_stand_is_said(common_ground: Ground, answers: dict[str, Any], question: str, reason: str) -> None:
    common_ground.ask('DROP TABLE IF EXISTS "People"')
    common_ground.ask("""CREATE TABLE "People" (id bigint PRIMARY KEY, n integer NOT NULL, t uuid,
                         g integer GENERATED ALWAYS AS (n * 2) STORED)""")

    found = understood(common_ground, ("set_values", {"table": "People", **answers}))

    assert reason in found.problems[question]


@pytest.mark.parametrize(
    ("type_", "before", "said"),
    [
        ("char(5)", "'x'", "'ab'"),
        ("varchar(5)", "'x'", "12"),
        ("text", "'x'", "id"),
        ("bit(4)", "B'0001'", "B'0101'"),
        ("mood", "'sad'", "'ok'"),
        ("short", "'a'", "'abc'"),
        ("text[]", "'{x,NULL}'", "ARRAY['y', NULL]"),
        ("interval", "'1 day'", "'24 hours'"),
        ("timestamptz(3)", "NULL", "'2026-01-01 00:00:00.1234'"),
        ("date", "NULL", "'2026-01-01 10:00'::timestamp"),
        ("integer", "id", "1.5"),
        ("numeric(6,1)", "id", "12.34"),
        ("real", "id", "0.1"),
        ("jsonb", "'{}'", "'{\"b\":  1}'"),
        ("json", "'{}'", "'{\"b\":  1}'"),
        ("point", "point(id, 1)", "point(1, 2)"),
        ("box", "'(0,0),(2,2)'", "'(0,0),(4,1)'"),
        ("int4range", "NULL", "'[1,3]'"),
    ],
)
def test_values_of_every_type_are_told_apart_and_put_back(
    any_ground: Ground, type_: str, before: str, said: str
) -> None:
    any_ground.ask("CREATE TYPE mood AS ENUM ('sad', 'ok')")
    any_ground.ask("CREATE DOMAIN short AS varchar(4) CHECK (value <> '')")
    any_ground.ask(f"CREATE TABLE t (id int PRIMARY KEY, v {type_})")
    any_ground.ask(f"INSERT INTO t SELECT id, {before} FROM generate_series(1, 120) id")
    there_and_back(
        any_ground, lambda: plan_for(any_ground, ("set_values", {"table": "t", "assignments": f"v = {said}"}))
    )

    assert any_ground.value(f"SELECT count(*) FROM t WHERE v::text = ({said})::{type_}::text") == 120


def test_a_collation_that_takes_two_spellings_for_one_hides_nothing(ground: Ground, server15: EmbeddedServer) -> None:
    with_icu = Ground(server15.create_database("blind"), ground.folder)
    with_icu.ask("CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
    with_icu.ask("CREATE TABLE t (id int PRIMARY KEY, v text COLLATE blind)")
    with_icu.ask("INSERT INTO t SELECT id, 'ANN' FROM generate_series(1, 120) id")
    there_and_back(with_icu, lambda: plan_for(with_icu, ("set_values", {"table": "t", "assignments": "v = lower(v)"})))

    assert with_icu.value("SELECT count(*) FROM t WHERE v COLLATE \"C\" = 'ann'") == 120
