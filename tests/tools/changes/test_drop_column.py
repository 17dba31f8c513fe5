import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from protocol.discovery import Scalar
from protocol.errors import Refused
from protocol.plan import Plan
from protocol.steps import Backfill
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

ASKED: dict[str, Scalar] = {"table": "Weird Name", "column": "The Mail"}

WITH_EVERYTHING = """
CREATE TABLE parent (mail text PRIMARY KEY);
CREATE TABLE "Weird Name" (
  region text, "No" int, other int DEFAULT 7, "The Mail" text COLLATE "C" NOT NULL,
  PRIMARY KEY (region, "No"),
  CONSTRAINT "Un" UNIQUE ("The Mail", "No") DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT short CHECK (length("The Mail") < 90 AND other > 0),
  CONSTRAINT fk FOREIGN KEY ("The Mail") REFERENCES parent ON DELETE CASCADE,
  CONSTRAINT ex EXCLUDE USING btree ("The Mail" WITH =, "No" WITH =));
CREATE INDEX multi ON "Weird Name" (other, "The Mail" DESC) WHERE other > 1;
CREATE INDEX spelled ON "Weird Name" (lower("The Mail")) INCLUDE (other);
CREATE INDEX aside ON "Weird Name" (other);
CREATE STATISTICS together ON other, "The Mail" FROM "Weird Name";
ALTER TABLE "Weird Name" ADD CONSTRAINT later CHECK ("The Mail" <> 'x') NOT VALID;
INSERT INTO parent SELECT 'n' || n FROM generate_series(1, 2000) n;
INSERT INTO "Weird Name" (region, "No", "The Mail") SELECT 'r' || n % 3, n, 'n' || n FROM generate_series(1, 250) n;
COMMENT ON COLUMN "Weird Name"."The Mail" IS 'where it''s sent';
"""


def everything(ground: Ground) -> None:
    for statement in WITH_EVERYTHING.split(";\n"):
        if statement.strip():
            ground.ask(statement)


def plain(ground: Ground, column: str = '"The Mail" text') -> None:
    ground.ask(f'CREATE TABLE "Weird Name" (id int PRIMARY KEY, {column}, other int)')
    ground.ask('INSERT INTO "Weird Name" (id, "The Mail") SELECT n, \'n\' || n FROM generate_series(1, 250) n')


def asked(ground: Ground, strategy: str = "archive_then_drop", **given: Scalar) -> Callable[[], Plan]:
    return lambda: plan_for(ground, ("drop_column", ASKED), strategies=[strategy], given=given)


def test_the_archive_of_an_earlier_run_stays_and_the_next_one_takes_another_name(ground: Ground) -> None:
    for run in ("run-1", "run-2"):
        ground.ask("CREATE TABLE t (id int PRIMARY KEY, c int); INSERT INTO t VALUES (1, 7)")
        plan = plan_for(ground, ("drop_column", {"table": "t", "column": "c"}))
        up(ground.work(plan, run=run), work_steps(plan))
        ground.ask("DROP TABLE t")

    assert ground.ask("SELECT * FROM whimbrel.archive_t_c, whimbrel.archive_t_c_2") == [(1, 7, 1, 7)]


def test_it_comes_back_with_values_indexes_constraints_and_comment(any_ground: Ground) -> None:
    everything(any_ground)
    plan = there_and_back(any_ground, asked(any_ground))

    assert [step.id for step in work_steps(plan)] == [
        "relax",
        "nobody_uses_it",
        "archive",
        "fill_archive",
        "drop_column",
    ]
    assert [step.id for step in plan.steps if step.final] == ["drop_column"]
    assert any_ground.value('SELECT count(*) FROM whimbrel."archive_Weird Name_The Mail"') == 250


def test_back_from_everywhere(any_ground: Ground) -> None:
    everything(any_ground)
    back_from_everywhere(any_ground, asked(any_ground))


def test_statistics_come_back_too(ground: Ground) -> None:
    everything(ground)
    before = ground.value("SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext")
    plan = asked(ground)()
    work = ground.work(plan)
    up(work, work_steps(plan))
    gone = ground.value("SELECT count(*) FROM pg_statistic_ext")
    down(work, work_steps(plan))

    assert (gone, ground.value("SELECT pg_get_statisticsobjdef(oid) FROM pg_statistic_ext")) == (0, before)


def test_what_the_column_was_told_of_storage_and_statistics_comes_back(any_ground: Ground) -> None:
    plain(any_ground)
    for told in ("SET STORAGE EXTERNAL", "SET COMPRESSION pglz", "SET STATISTICS 77", "SET (n_distinct = 5)"):
        any_ground.ask(f'ALTER TABLE "Weird Name" ALTER COLUMN "The Mail" {told}')
    ask = (
        "SELECT attstorage::text, attcompression::text, attstattarget, attoptions::text FROM pg_attribute "
        "WHERE attrelid = '\"Weird Name\"'::regclass AND attname = 'The Mail'"
    )
    before = any_ground.ask(ask)
    plan = asked(any_ground)()
    work = any_ground.work(plan)
    up(work, work_steps(plan))
    down(work, work_steps(plan))

    assert before == [("e", "p", 77, "{n_distinct=5}")]
    assert any_ground.ask(ask) == before


@pytest.mark.parametrize(
    "column",
    [
        '"The Mail" json',
        "\"The Mail\" text NOT NULL DEFAULT 'none'",
        '"The Mail" varchar(20)[]',
        '"The Mail" point',
    ],
)
def test_any_type_and_a_default(any_ground: Ground, column: str) -> None:
    any_ground.ask(f'CREATE TABLE "Weird Name" (id text PRIMARY KEY, {column}, other int)')
    value = {"j": "'[1]'", "p": "'(1,2)'", "v": "'{a,b}'"}.get(column.split('" ')[1][0], "'x' || n")
    any_ground.ask(f'INSERT INTO "Weird Name" (id, "The Mail") SELECT n::text, {value} FROM generate_series(1, 250) n')
    there_and_back(any_ground, asked(any_ground))


def test_the_archive_follows_every_write_of_a_role_without_rights_on_it(any_ground: Ground) -> None:
    plain(any_ground)
    any_ground.ask('UPDATE "Weird Name" SET "The Mail" = NULL WHERE id % 2 = 0')
    role = f"app_{any_ground.value('SELECT current_database()')}"
    any_ground.ask(f"CREATE ROLE {role}")
    try:
        any_ground.ask(f'GRANT SELECT, INSERT, UPDATE, DELETE ON "Weird Name" TO {role}')
        plan = asked(any_ground)()
        steps, work = work_steps(plan), any_ground.work(plan)
        up(work, steps[:2])
        with any_ground.session() as connection:
            connection.execute(f"SET ROLE {role}")
            connection.execute('UPDATE "Weird Name" SET "The Mail" = \'changed\' WHERE id IN (1, 2)')
            connection.execute('UPDATE "Weird Name" SET "The Mail" = NULL WHERE id = 3')
            connection.execute('DELETE FROM "Weird Name" WHERE id = 5')
            connection.execute('UPDATE "Weird Name" SET id = 1007 WHERE id = 7')
            connection.execute('INSERT INTO "Weird Name" (id) VALUES (2000)')
            connection.execute('INSERT INTO "Weird Name" (id, "The Mail") VALUES (2001, \'born\')')
            connection.commit()
        up(work, steps[2:3])
        any_ground.ask('UPDATE "Weird Name" SET "The Mail" = \'late\' WHERE id = 9')
        before = picture(any_ground, plan.watched)
        up(work, steps[3:])
        down(work, steps)
        after = picture(any_ground, plan.watched)
    finally:
        any_ground.ask(f"DROP OWNED BY {role}")
        any_ground.ask(f"DROP ROLE {role}")

    assert after.rows == before.rows


def test_writers_beside_the_copy_leave_no_value_behind(any_ground: Ground) -> None:
    any_ground.ask('CREATE TABLE "Weird Name" (id int PRIMARY KEY, "The Mail" text)')
    any_ground.ask("INSERT INTO \"Weird Name\" SELECT n, 'n' || n FROM generate_series(1, 3000) n")
    plan = asked(any_ground)()
    gate, archive, fill, _ = work_steps(plan)
    work = any_ground.work(plan)
    up(work, [gate, archive])
    over = threading.Event()

    def write(seed: int) -> int:
        chosen, written = random.Random(seed), 0
        with psycopg.connect(any_ground.dsn, autocommit=True) as connection:
            while not over.is_set() or written < 50:
                one = chosen.randrange(1, 3000)
                connection.execute(
                    chosen.choice(
                        (
                            f'UPDATE "Weird Name" SET "The Mail" = \'w{written}\' WHERE id = {one}',
                            f'UPDATE "Weird Name" SET "The Mail" = NULL WHERE id = {one}',
                            f'DELETE FROM "Weird Name" WHERE id = {one}',
                            f"INSERT INTO \"Weird Name\" VALUES ({one}, 'back') ON CONFLICT DO NOTHING",
                        )
                    )
                )
                written += 1
        return written

    with ThreadPoolExecutor() as pool:
        writers = [pool.submit(write, seed) for seed in range(3)]
        up(work, [fill])
        over.set()
        written = sum(writer.result() for writer in writers)
    assert isinstance(fill, Backfill)

    assert written >= 150
    assert any_ground.value(fill.left_sql) == 0


def test_a_column_privilege_comes_back(ground: Ground) -> None:
    plain(ground)
    role = f"app_{ground.value('SELECT current_database()')}"
    ground.ask(f"CREATE ROLE {role}")
    try:
        ground.ask(f'GRANT UPDATE ("The Mail") ON "Weird Name" TO {role}')
        plan = asked(ground)()
        work = ground.work(plan)
        up(work, work_steps(plan))
        down(work, work_steps(plan))
        may = ground.value("SELECT has_column_privilege($1, '\"Weird Name\"', 'The Mail', 'UPDATE')", role)
    finally:
        ground.ask(f"DROP OWNED BY {role}")
        ground.ask(f"DROP ROLE {role}")

    assert may


def test_rows_written_without_it_are_kept_and_not_null_stays_away(any_ground: Ground) -> None:
    plain(any_ground, '"The Mail" text NOT NULL')
    plan = asked(any_ground)()
    work, steps = any_ground.work(plan), work_steps(plan)
    up(work, steps[:1])
    any_ground.ask('INSERT INTO "Weird Name" (id) VALUES (1000)')
    up(work, steps[1:])
    any_ground.ask('INSERT INTO "Weird Name" (id) VALUES (1001)')
    any_ground.ask('UPDATE "Weird Name" SET other = 5 WHERE id = 1')
    down(work, steps)

    assert any_ground.ask(
        'SELECT id, "The Mail", other FROM "Weird Name" WHERE id IN (1, 2, 1000, 1001) ORDER BY 1'
    ) == [
        (1, "n1", 5),
        (2, "n2", None),
        (1000, None, None),
        (1001, None, None),
    ]
    column = any_ground.table("Weird Name").column("The Mail")
    assert column is not None
    assert column.nullable
    assert [
        c.name for c in any_ground.table("Weird Name").constraints if c.kind in "cn" and "The Mail" in c.columns
    ] == []


def test_a_partitioned_table_by_a_composite_key(any_ground: Ground) -> None:
    any_ground.ask(
        "CREATE TABLE pt (id int, at date, c text CHECK (c <> ''), PRIMARY KEY (at, id)) PARTITION BY RANGE (at)"
    )
    any_ground.ask("CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')")
    any_ground.ask("CREATE TABLE pt_2 PARTITION OF pt DEFAULT")
    any_ground.ask("CREATE INDEX on_c ON pt (c, id)")
    any_ground.ask("INSERT INTO pt SELECT n, '2026-12-01'::date + n, 'n' || n FROM generate_series(1, 250) n")
    there_and_back(any_ground, lambda: plan_for(any_ground, ("drop_column", {"table": "pt", "column": "c"})))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("CREATE TABLE t (id int PRIMARY KEY, c int NOT NULL DEFAULT 5, other int)", "c"),
        ("CREATE TABLE t (id int PRIMARY KEY, c int GENERATED ALWAYS AS (other * 2) STORED, other int)", "c"),
    ],
)
def test_without_values_of_its_own_it_goes_and_comes_at_once(any_ground: Ground, table: str, column: str) -> None:
    any_ground.ask(table)
    if "GENERATED" in table:
        any_ground.ask("INSERT INTO t (id, other) SELECT n, n FROM generate_series(1, 250) n")
    any_ground.ask("CREATE INDEX ON t (c)")
    plan = there_and_back(any_ground, lambda: plan_for(any_ground, ("drop_column", {"table": "t", "column": column})))

    assert plan.chosen == ("drop_now",)
    assert [step.id for step in plan.steps if step.final] == []


def test_without_a_key_only_the_backup_has_the_values(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id int, c text NOT NULL)")
    any_ground.ask("INSERT INTO t SELECT n, 'x' FROM generate_series(1, 250) n")
    plan = plan_for(any_ground, ("drop_column", {"table": "t", "column": "c"}))
    up(any_ground.work(plan), work_steps(plan))

    assert plan.chosen == ("drop_now",)
    assert failed_checks(any_ground, plan, {}) == []
    assert not plan.rollback[-1].possible
    assert plan.strategies[0].obstacle.startswith("`t` has no primary key")


@pytest.mark.parametrize(
    ("sql", "column", "problem"),
    [
        ("CREATE VIEW v AS SELECT c FROM t", "c", "the server would not drop it, for these use it: view public.v. "),
        ("CREATE POLICY po ON t USING (c > 1)", "c", "for these use it: policy po. "),
        ("CREATE TABLE u (x int REFERENCES t (c))", "c", "for these use it: foreign key u_x_fkey from public.u. "),
        (
            "ALTER TABLE t ADD COLUMN g int GENERATED ALWAYS AS (c * 2) STORED",
            "c",
            "for these use it: generated column g. ",
        ),
        ("CREATE TABLE heir () INHERITS (t)", "c", "tables inherit it: public.heir. "),
        ("CREATE TABLE p PARTITION OF pt DEFAULT", "at", "partitioned by `at`, so the server refuses"),
        ("SELECT 1", "id", "`id` belongs to the primary key t_pkey: "),
    ],
)
def test_what_the_server_would_refuse_is_said_before(any_ground: Ground, sql: str, column: str, problem: str) -> None:
    any_ground.ask("CREATE TABLE t (id int PRIMARY KEY, c int UNIQUE)")
    any_ground.ask("CREATE TABLE pt (id int, at date) PARTITION BY RANGE (at)")
    any_ground.ask(sql)
    table = "pt" if column == "at" else "t"

    assert problem in understood(any_ground, ("drop_column", {"table": table, "column": column})).problems["column"]
    if column == "c" and "INHERITS" not in sql:
        with pytest.raises(psycopg.errors.DependentObjectsStillExist):
            any_ground.ask("ALTER TABLE t DROP COLUMN c")


def test_triggers_whose_functions_the_server_does_not_look_into_are_named(ground: Ground) -> None:
    plain(ground)
    ground.ask(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS "
        '$$BEGIN NEW."The Mail" := lower(NEW."The Mail"); RETURN NEW; END$$'
    )
    ground.ask('CREATE TRIGGER lowered BEFORE INSERT ON "Weird Name" FOR EACH ROW EXECUTE FUNCTION f()')
    plan = asked(ground)()
    up(ground.work(plan), work_steps(plan))

    assert any("(lowered)" in point.text for point in plan.impact.breaking)
    with pytest.raises(psycopg.errors.UndefinedColumn):
        ground.ask('INSERT INTO "Weird Name" (id) VALUES (1000)')


def test_the_last_column_is_the_table(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (c int)")

    assert understood(ground, ("drop_column", {"table": "t", "column": "c"})).problems == {
        "column": "it is the only column of `t`: say to drop the table."
    }


@pytest.mark.parametrize("key", ["$whimbrel$set check_function_bodies=off;drop table v;--", "a $whimbrel$ ' \\;--"])
def test_a_key_that_ends_a_dollar_quote_runs_nothing(any_ground: Ground, key: str) -> None:
    any_ground.ask("CREATE TABLE v (x int)")
    any_ground.ask(f"CREATE TABLE t (\"{key}\" int PRIMARY KEY, c text); INSERT INTO t SELECT 1, 'x'")
    there_and_back(any_ground, lambda: plan_for(any_ground, ("drop_column", {"table": "t", "column": "c"})))

    assert any_ground.value("SELECT to_regclass('v')::text") == "v"


@pytest.mark.parametrize("unique", ["PRIMARY KEY", "NOT NULL UNIQUE"])
def test_a_key_that_is_deferrable_keeps_no_values(any_ground: Ground, unique: str) -> None:
    any_ground.ask(f"CREATE TABLE t (id int {unique} DEFERRABLE, c text); INSERT INTO t SELECT 1, 'x'")
    plan = plan_for(any_ground, ("drop_column", {"table": "t", "column": "c"}))

    assert plan.chosen == ("drop_now",)
    assert "DEFERRABLE" in plan.strategies[0].obstacle


def test_a_second_key_that_is_checked_at_once_is_taken_instead(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id int PRIMARY KEY DEFERRABLE, no int NOT NULL UNIQUE, c text)")
    any_ground.ask("INSERT INTO t SELECT n, 10 * n, 'v' || n FROM generate_series(1, 5) n")
    plan = plan_for(any_ground, ("drop_column", {"table": "t", "column": "c"}))
    work, steps = any_ground.work(plan), work_steps(plan)
    up(work, steps[:-1])
    any_ground.ask("UPDATE t SET id = id + 1")
    up(work, steps[-1:])
    down(work, steps)

    assert any_ground.ask("SELECT * FROM t ORDER BY id") == [(n + 1, 10 * n, f"v{n}") for n in range(1, 6)]


def test_an_archive_that_a_write_went_past_stops_the_drop(any_ground: Ground) -> None:
    plain(any_ground)
    plan = asked(any_ground)()
    work, steps = any_ground.work(plan), work_steps(plan)
    up(work, steps[:-1])
    with any_ground.session() as loader:
        loader.execute("SET session_replication_role = replica")
        loader.execute('UPDATE "Weird Name" SET "The Mail" = \'new\' WHERE id = 1')
        loader.execute("INSERT INTO \"Weird Name\" VALUES (1000, 'ten')")
        loader.commit()
    with pytest.raises(Refused, match="2 rows of `Weird Name` hold a `The Mail` that the archive does not"):
        up(work, steps[-1:])

    assert any_ground.ask('SELECT "The Mail" FROM "Weird Name" WHERE id IN (1, 1000) ORDER BY id') == [
        ("new",),
        ("ten",),
    ]
    down(work, steps)
    again = asked(any_ground)()
    up(any_ground.work(again, run="run-2"), work_steps(again))


def test_long_names_that_differ_at_their_end_have_archives_of_their_own(ground: Ground) -> None:
    one, other = "c" * 62 + "a", "c" * 62 + "b"
    ground.ask(f"CREATE TABLE t (id int PRIMARY KEY, {one} int, {other} int); INSERT INTO t VALUES (1, 2, 3)")
    plan = plan_for(ground, *(("drop_column", {"table": "t", "column": column}) for column in (one, other)))
    work, steps = ground.work(plan), work_steps(plan)
    up(work, steps)
    down(work, steps)

    assert ground.ask(f"SELECT id, {one}, {other} FROM t") == [(1, 2, 3)]


def test_a_column_that_was_dropped_can_be_added_anew_in_the_same_request(ground: Ground) -> None:
    plain(ground)
    again: dict[str, Scalar] = {**ASKED, "type": "int", "nullable": "yes", "default": "none"}
    plan = plan_for(ground, ("drop_column", ASKED), ("add_column", again))
    up(ground.work(plan), work_steps(plan))

    column = ground.table("Weird Name").column("The Mail")
    assert column is not None
    assert column.type == "integer"
