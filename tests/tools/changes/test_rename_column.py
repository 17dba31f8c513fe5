"""Renaming a column on real servers: both names at once, the bare statement, and what stands in the way."""

from collections.abc import Mapping
from threading import Event, Thread

import psycopg
import pytest

from protocol.discovery import Scalar
from protocol.errors import Refused
from protocol.plan import Plan
from protocol.steps import Gate
from tests.tools.changes.application import Application
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

BUSY: Mapping[str, Scalar] = {"environment": "production", "downtime": "none", "lock_limit": 500}

SHOP = """
    CREATE SCHEMA shop;
    CREATE TABLE shop."Users" (id bigint PRIMARY KEY, "Mail" varchar(80) NOT NULL DEFAULT 'none' CHECK ("Mail" <> ''),
      name text COLLATE "C", UNIQUE ("Mail", id));
    COMMENT ON COLUMN shop."Users"."Mail" IS 'where bills go';
    CREATE INDEX ON shop."Users" (lower("Mail")) WHERE "Mail" <> 'Mail';
    CREATE INDEX by_name ON shop."Users" USING btree (name DESC NULLS LAST) INCLUDE ("Mail");
    CREATE TABLE shop.notes (user_id bigint, mail text, FOREIGN KEY (user_id) REFERENCES shop."Users");
    CREATE VIEW shop.mails AS SELECT "Mail" FROM shop."Users";
    GRANT UPDATE ("Mail") ON shop."Users" TO PUBLIC;
    INSERT INTO shop."Users" SELECT n, 'm' || n, 'n' || n FROM generate_series(1, 260) n
"""

MAIL = ("rename_column", {"table": 'shop."Users"', "column": "Mail", "new_name": "E-mail"})


def mail_plan(ground: Ground, strategy: str = "expand_contract") -> Plan:
    return plan_for(ground, MAIL, given=BUSY, strategies=[strategy])


@pytest.mark.parametrize("strategy", ["expand_contract", "in_place"])
def test_there_and_back_with_all_that_belongs_to_the_column(any_ground: Ground, strategy: str) -> None:
    any_ground.ask(SHOP)
    given = {**BUSY, "downtime": "tonight"} if strategy == "in_place" else BUSY
    there_and_back(any_ground, lambda: plan_for(any_ground, MAIL, given=given, strategies=[strategy]))

    [acl] = any_ground.ask("SELECT attacl::text FROM pg_attribute WHERE attname = 'E-mail'")
    assert acl[0] is not None
    assert any_ground.value("SELECT col_description('shop.\"Users\"'::regclass, 2)") == "where bills go"
    assert any_ground.value('SELECT "Mail" FROM shop.mails LIMIT 1').startswith("m")


def test_both_names_at_once_ends_as_the_bare_statement_does(any_ground: Ground) -> None:
    any_ground.ask(SHOP)
    plan = mail_plan(any_ground)
    before = any_ground.table("Users", "shop")
    any_ground.ask('ALTER TABLE shop."Users" RENAME COLUMN "Mail" TO "E-mail"')
    bare = any_ground.table("Users", "shop")
    any_ground.ask('ALTER TABLE shop."Users" RENAME COLUMN "E-mail" TO "Mail"')
    assert any_ground.table("Users", "shop") == before
    up(any_ground.work(plan), work_steps(plan))

    assert any_ground.table("Users", "shop") == bare


def test_back_from_every_step(any_ground: Ground) -> None:
    any_ground.ask(SHOP)
    back_from_everywhere(any_ground, lambda: mail_plan(any_ground))


def app_plan(ground: Ground) -> Plan:
    return plan_for(ground, ("rename_column", {"table": "t", "column": "a", "new_name": "b"}), given=BUSY)


@pytest.mark.parametrize("type_", ["text", "json", "integer"])
def test_what_old_and_new_code_write_at_every_point_is_kept_when_going_back(any_ground: Ground, type_: str) -> None:
    any_ground.ask(
        f"CREATE TABLE t (id int PRIMARY KEY, a {type_}); "
        f"INSERT INTO t SELECT n, n::text::{type_} FROM generate_series(1, 250) n"
    )
    plan = app_plan(any_ground)
    before = any_ground.table().shape
    application = Application(any_ground, "t", "id", "a", str)
    steps = work_steps(plan)
    for last in range(1, len(steps) + 1):
        plan = app_plan(any_ground)
        work = any_ground.work(plan, run=f"run-{last}")
        for step in work_steps(plan)[:last]:
            up(work, [step])
            for column in ("a", "b"):
                if any_ground.table().column(column):
                    application.writes(column)
        now = "b" if last == len(steps) else "a"
        assert application.read(now) == application.rows
        down(work, work_steps(plan)[:last])
        assert application.read("a") == application.rows, f"after {steps[last - 1].id}"
        assert any_ground.table().shape == before


def test_inserts_without_the_column_get_its_default_under_both_names(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL DEFAULT 'd')")
    any_ground.ask("INSERT INTO t SELECT n FROM generate_series(1, 250) n")
    plan = app_plan(any_ground)
    work = any_ground.work(plan)
    up(work, work_steps(plan)[:2])
    any_ground.ask("INSERT INTO t VALUES (1001); INSERT INTO t (id, b) VALUES (1002, 'x'), (1003, NULL)")

    assert any_ground.ask("SELECT a, b FROM t WHERE id > 1000 ORDER BY id") == [("d", "d"), ("x", "x"), ("d", "d")]


def test_who_may_write_only_the_column_may_write_it_under_both_names(ground: Ground) -> None:
    ground.ask(
        "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'x'); GRANT UPDATE (a) ON t TO PUBLIC"
    )
    plan = app_plan(ground)
    work, steps = ground.work(plan), work_steps(plan)
    up(work, steps[:1])
    may = "SELECT has_column_privilege('public', 't', 'b', 'UPDATE')"
    during = ground.value(may)
    up(work, steps[1:])

    assert (during, ground.value(may)) == (True, True)


def test_a_composite_key_that_holds_the_column_itself(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (a text, n int, x int, PRIMARY KEY (a, n))")
    any_ground.ask("INSERT INTO t SELECT 'k' || n % 7, n, n FROM generate_series(1, 260) n")
    there_and_back(any_ground, lambda: app_plan(any_ground))


def test_new_code_finds_its_conflicts_and_its_index_before_the_end(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id int PRIMARY KEY, a text UNIQUE)")
    ground.ask("INSERT INTO t SELECT n, 'v' || n FROM generate_series(1, 260) n")
    plan = app_plan(ground)
    gate = next(n for n, step in enumerate(work_steps(plan)) if isinstance(step, Gate))
    up(ground.work(plan), work_steps(plan)[:gate])
    ground.ask("INSERT INTO t (id, b) VALUES (900, 'v7') ON CONFLICT (b) DO UPDATE SET b = 'conflict'")

    assert ground.ask("SELECT id, a, b FROM t WHERE b = 'conflict'") == [(7, "conflict", "conflict")]


def test_a_row_written_past_the_trigger_stops_the_end_and_changes_nothing(ground: Ground) -> None:
    ground.ask(
        "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t SELECT n, 'v' FROM generate_series(1, 260) n"
    )
    plan = app_plan(ground)
    work, steps = ground.work(plan), work_steps(plan)
    up(work, steps[:-1])
    ground.ask("SET session_replication_role = replica; UPDATE t SET b = 'lost' WHERE id = 3")
    with pytest.raises(Refused, match=r"1 rows of `t` are out of step.*Nothing was changed\. SELECT \* FROM") as said:
        up(work, steps[-1:])
    found = said.value.message.split("Nothing was changed. ")[1].split(" finds them")[0]

    assert ground.ask(found) == [(3, "v", "lost")]
    assert [column.name for column in ground.table().columns] == ["id", "a", "b"]


def test_nothing_differs_after_a_run_under_constant_writes(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id int PRIMARY KEY, a text NOT NULL)")
    ground.ask("INSERT INTO t SELECT n, 'v' || n FROM generate_series(1, 3000) n")
    plan = app_plan(ground)
    work, steps, stop = ground.work(plan), work_steps(plan), Event()
    written: dict[int, str] = {}

    def write() -> None:
        with psycopg.connect(ground.dsn, autocommit=True) as connection:
            turn = 0
            while not stop.is_set():
                turn += 1
                key = turn * 37 % 3000 + 1
                column = "a" if turn % 2 else "b"
                try:
                    connection.execute(f"UPDATE t SET {column} = %s WHERE id = %s", (f"w{turn}", key))
                    written[key] = f"w{turn}"
                except psycopg.errors.UndefinedColumn:
                    continue  # code of the version that is not live then

    writer = Thread(target=write)
    writer.start()
    try:
        up(work, steps)
        down(work, steps)
    finally:
        stop.set()
        writer.join()
    rows = dict(ground.ask("SELECT id, a FROM t"))

    assert written
    assert {key: rows[key] for key in written} == written


@pytest.mark.parametrize(
    ("column", "new_name", "question", "said"),
    [
        ("a", "id", "new_name", "`t` already has a column `id` (integer)."),
        ("a", "a", "new_name", "it is called that already."),
        ("a", "xmin", "new_name", "`xmin` is a system column"),
        ("aa", "b", "column", "`t` has no column `aa`. Did you mean `a`?"),
        ("inherited", "b", "column", "`inherited` is inherited"),
    ],
)
def test_answers_that_cannot_stand(common_ground: Ground, column: str, new_name: str, question: str, said: str) -> None:
    common_ground.ask("DROP TABLE IF EXISTS t, base CASCADE; CREATE TABLE base (inherited int)")
    common_ground.ask("CREATE TABLE t (id int, a text) INHERITS (base)")
    found = understood(common_ground, ("rename_column", {"table": "t", "column": column, "new_name": new_name}))

    assert said in found.problems[question]


@pytest.mark.parametrize(
    ("create", "obstacle"),
    [
        ("CREATE TABLE t (a text, b0 int)", "no primary key"),
        ("CREATE TABLE t (id int PRIMARY KEY, a int GENERATED ALWAYS AS (id + 1) STORED)", "is generated"),
        ("CREATE TABLE t (id int PRIMARY KEY, a int); CREATE TABLE u () INHERITS (t)", "other tables inherit"),
        ("CREATE TABLE t (a int PRIMARY KEY) PARTITION BY RANGE (a)", "partitioned table cannot be built"),
        (
            "CREATE TABLE t (id int, a int, PRIMARY KEY (id)) PARTITION BY RANGE (id); CREATE INDEX ON t (a)",
            "partitioned",
        ),
        ("CREATE DOMAIN d AS int CHECK (value > 0); CREATE TABLE t (id int PRIMARY KEY, a d)", "domain with a CHECK"),
        ("CREATE TABLE t (id int PRIMARY KEY, year int); CREATE INDEX ON t (year)", "cannot be read for certain"),
    ],
)
def test_where_both_names_at_once_cannot_be_had(ground: Ground, create: str, obstacle: str) -> None:
    ground.ask(create)
    column = "year" if "year" in create else "a"
    plan = plan_for(ground, ("rename_column", {"table": "t", "column": column, "new_name": "b"}))
    way = next(way for way in plan.strategies if way.id == "expand_contract")

    assert obstacle in way.obstacle
    assert plan.chosen == ("in_place",)


def test_the_bare_statement_is_recommended_only_where_nothing_breaks(ground: Ground) -> None:
    ground.ask(
        "CREATE TABLE t (id int PRIMARY KEY, a text); INSERT INTO t VALUES (1, 'x'); "
        "CREATE TABLE e (id int PRIMARY KEY, a text)"
    )
    wanted: dict[str, Scalar] = {"column": "a", "new_name": "b"}
    busy = plan_for(ground, ("rename_column", wanted | {"table": "t"}), given=BUSY)
    idle = plan_for(ground, ("rename_column", wanted | {"table": "t"}), given={**BUSY, "old_code": False})
    empty = plan_for(ground, ("rename_column", wanted | {"table": "e"}), given=BUSY)

    assert [plan.chosen for plan in (busy, idle, empty)] == [("expand_contract",), ("in_place",), ("in_place",)]
    assert "no downtime" in next(way.obstacle for way in busy.strategies if way.id == "in_place")


def test_the_next_change_of_a_request_finds_the_new_name(any_ground: Ground) -> None:
    any_ground.ask(
        "CREATE TABLE t (a int PRIMARY KEY, x int); INSERT INTO t SELECT n, n FROM generate_series(1, 250) n"
    )
    wanted = (
        ("rename_column", {"table": "t", "column": "a", "new_name": "b"}),
        ("rename_column", {"table": "t", "column": "b", "new_name": "c"}),
    )
    plan = plan_for(any_ground, *wanted, given=BUSY)
    before = picture(any_ground, plan.watched)
    work = any_ground.work(plan)
    up(work, work_steps(plan))
    assert failed_checks(any_ground, plan.model_copy(update={"checks": plan.checks[-4:]}), {"t": 250}) == []
    assert [column.name for column in any_ground.table().columns] == ["c", "x"]
    down(work, work_steps(plan))

    assert picture(any_ground, plan.watched) == before
