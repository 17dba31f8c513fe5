"""Changing a column's type on real servers, by each way, under writes, and back again."""

from collections.abc import Mapping
from threading import Event, Thread
from typing import NamedTuple

import psycopg
import pytest

from protocol.discovery import Scalar
from protocol.errors import Refused
from protocol.plan import Plan
from protocol.steps import Step
from tests.tools.changes.application import Application
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

BUSY: Mapping[str, Scalar] = {"environment": "production", "downtime": "none", "lock_limit": 500}
WINDOW: Mapping[str, Scalar] = {**BUSY, "downtime": "tonight"}
ROWS = "INSERT INTO t SELECT {} FROM generate_series(1, 250) n"


class Case(NamedTuple):
    """`best` is the way that is recommended on a populated table where no downtime is wanted."""

    create: str
    rows: str
    wanted: Mapping[str, Scalar]
    best: str


SERIAL = """
    CREATE TABLE t ("Id" serial PRIMARY KEY, n int);
    CREATE TABLE a (t_id int NOT NULL, CONSTRAINT a_fk FOREIGN KEY (t_id) REFERENCES t ON DELETE CASCADE);
    CREATE TABLE "B" ("T Id" int REFERENCES t, up int);
"""

CASES = {
    "text to integer": Case(
        """CREATE TABLE t (name text PRIMARY KEY, c text NOT NULL, d int UNIQUE, UNIQUE (c, name));
           CREATE INDEX "Odd ix" ON t (c) INCLUDE (name) WHERE name <> 'c'""",
        "'k' || n, n::text, n",
        {"column": "c", "type": "integer", "using": "c::integer"},
        "shadow_column",
    ),
    "serial key with children": Case(SERIAL, "n, n", {"column": "Id", "type": "bigint"}, "shadow_column"),
    "identity": Case(
        """CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY (INCREMENT BY 2), k int, c int CHECK (c > 0),
             parent int, PRIMARY KEY (k, id), UNIQUE (id), FOREIGN KEY (parent) REFERENCES t (id))""",
        "",
        {"column": "id", "type": "bigint"},
        "shadow_column",
    ),
    "in utc": Case(
        "CREATE TABLE t (id int PRIMARY KEY, c timestamp NOT NULL DEFAULT '2024-01-01')",
        "n, timestamp '2024-01-01' + n * interval '7 hours'",
        {"column": "c", "type": "timestamptz", "using": "c AT TIME ZONE 'UTC'"},
        "in_place_no_rewrite",
    ),
    "in paris": Case(
        "CREATE TABLE t (id int PRIMARY KEY, c timestamp); CREATE INDEX ON t (c)",
        "n, timestamp '2024-01-01' + n * interval '1 minute'",
        {"column": "c", "type": "timestamptz", "using": "c AT TIME ZONE 'Europe/Paris'"},
        "shadow_column",
    ),
    "wider": Case(
        "CREATE TABLE t (id int PRIMARY KEY, c varchar(10) DEFAULT 'x'); CREATE INDEX ON t (c)",
        "n, 'v' || n",
        {"column": "c", "type": "varchar(20)"},
        "in_place_no_rewrite",
    ),
    "to text with a check": Case(
        "CREATE TABLE t (id int PRIMARY KEY, c varchar(10) DEFAULT 'x' CHECK (c <> ''))",
        "n, 'v' || n",
        {"column": "c", "type": "text"},
        "in_place_no_rewrite",
    ),
    "scale": Case(
        """CREATE TABLE t (id int PRIMARY KEY, c numeric(10,2) NOT NULL DEFAULT 0 CHECK (c >= 0), d int);
           CREATE INDEX ON t (c DESC, d); COMMENT ON COLUMN t.c IS 'price'""",
        "n, n / 4.0, n",
        {"column": "c", "type": "numeric(12,4)"},
        "shadow_column",
    ),
    "enum to text": Case(
        "CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE t (id int PRIMARY KEY, c mood NOT NULL DEFAULT 'ok')",
        "n, (CASE WHEN n % 3 = 0 THEN 'sad' ELSE 'ok' END)::mood",
        {"column": "c", "type": "text"},
        "shadow_column",
    ),
    "jsonb to json": Case(
        "CREATE TABLE t (id int PRIMARY KEY, c jsonb)",
        "n, CASE WHEN n % 5 > 0 THEN jsonb_build_object('n', n) END",
        {"column": "c", "type": "json"},
        "shadow_column",
    ),
    "own foreign key": Case(
        """CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p SELECT generate_series(1, 9);
           CREATE TABLE t (a int, b text, c int REFERENCES p, PRIMARY KEY (a, b))""",
        "n % 7, 'b' || n, n % 9 + 1",
        {"column": "c", "type": "bigint"},
        "shadow_column",
    ),
}


def filled(ground: Ground, case: Case) -> None:
    ground.ask(case.create)
    if case.rows:
        ground.ask(ROWS.format(case.rows))
    else:
        ground.ask("INSERT INTO t (k, c, parent) SELECT n, n, 1 FROM generate_series(1, 250) n")
    if case.create is SERIAL:
        ground.ask("SELECT setval('\"t_Id_seq\"', 250); INSERT INTO a SELECT n FROM generate_series(1, 250) n")
        ground.ask('INSERT INTO "B" SELECT n, n FROM generate_series(1, 250) n')


def plan_of(ground: Ground, case: Case, strategy: str = "", given: Mapping[str, Scalar] = BUSY) -> Plan:
    wanted = ("change_type", {"table": "t", **case.wanted})
    return plan_for(ground, wanted, given=given, strategies=[strategy] if strategy else [])


def pointing(ground: Ground) -> list[tuple[object, ...]]:
    """The foreign keys of other tables, which a plan does not watch."""
    return ground.ask(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint "
        "WHERE contype = 'f' ORDER BY 1, 2"
    )


@pytest.mark.parametrize("name", CASES)
def test_the_recommended_way_there_and_back(any_ground: Ground, name: str) -> None:
    case = CASES[name]
    filled(any_ground, case)
    before = pointing(any_ground)
    plan = there_and_back(any_ground, lambda: plan_of(any_ground, case))

    assert plan.chosen == (case.best,)
    assert pointing(any_ground) == before


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.best == "shadow_column"])
def test_the_rewrite_there_and_back(any_ground: Ground, name: str) -> None:
    case = CASES[name]
    filled(any_ground, case)
    there_and_back(any_ground, lambda: plan_of(any_ground, case, "rewrite", WINDOW))


@pytest.mark.parametrize(
    "name", ["serial key with children", "identity", "scale", "text to integer", "own foreign key"]
)
def test_the_shadow_ends_as_the_plain_statement_does(any_ground: Ground, name: str) -> None:
    case = CASES[name]
    filled(any_ground, case)
    plan = plan_of(any_ground, case)
    up(any_ground.work(plan), work_steps(plan))
    shadow, keys = any_ground.table(), pointing(any_ground)
    any_ground.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    filled(any_ground, case)
    column, type_ = f'"{case.wanted["column"]}"', case.wanted["type"]
    any_ground.ask(f"ALTER TABLE t ALTER {column} TYPE {type_} USING {column}::{type_}")

    assert shadow.shape == any_ground.table().shape
    assert keys == pointing(any_ground)


@pytest.mark.parametrize("name", ["serial key with children", "text to integer"])
def test_back_from_every_step(any_ground: Ground, name: str) -> None:
    case = CASES[name]
    filled(any_ground, case)
    before = pointing(any_ground)
    back_from_everywhere(any_ground, lambda: plan_of(any_ground, case))

    assert pointing(any_ground) == before


WRITTEN = {
    "text to integer": ("CREATE TABLE t (id int PRIMARY KEY, c text NOT NULL)", "integer", "c::integer"),
    "integer to bigint": ("CREATE TABLE t (id int PRIMARY KEY, c int)", "bigint", "none"),
    "jsonb to json": ("CREATE TABLE t (id int PRIMARY KEY, c jsonb)", "json", "none"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_at_every_point_is_kept_when_going_back(any_ground: Ground, name: str) -> None:
    create, type_, using = WRITTEN[name]
    any_ground.ask(
        create + f"; INSERT INTO t SELECT n, n::text::{create.split(' c ')[1].split()[0].strip(')')} "
        "FROM generate_series(1, 250) n"
    )
    case = Case("", "", {"column": "c", "type": type_, "using": using}, "")
    application = Application(any_ground, "t", "id", "c", str)
    before = any_ground.table().shape
    count = len(work_steps(plan_of(any_ground, case)))
    for last in range(1, count + 1):
        plan = plan_of(any_ground, case)
        work, steps = any_ground.work(plan, run=f"run-{last}"), work_steps(plan)[:last]
        for step in steps:
            up(work, [step])
            application.writes("c")
        assert application.read("c") == application.rows
        for step in reversed(steps):
            down(work, [step])
            application.writes("c")
        assert application.read("c") == application.rows, f"after {steps[-1].id}"
        assert any_ground.table().shape == before


def test_nothing_differs_after_a_run_under_constant_writes(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id int PRIMARY KEY, c int NOT NULL)")
    ground.ask("INSERT INTO t SELECT n, n FROM generate_series(1, 3000) n")
    plan = plan_of(ground, Case("", "", {"column": "c", "type": "bigint"}, ""))
    work, steps, stop = ground.work(plan), work_steps(plan), Event()
    written: dict[int, int] = {}

    def write() -> None:
        with psycopg.connect(ground.dsn, autocommit=True) as connection:
            turn = 0
            while not stop.is_set():
                turn += 1
                key = turn * 37 % 3000 + 1
                connection.execute("UPDATE t SET c = %s WHERE id = %s", (turn + 10_000, key))
                written[key] = turn + 10_000

    writer = Thread(target=write)
    writer.start()
    try:
        up(work, steps)
        there = ground.value(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'c'"
        )
        down(work, steps[-1:])
        up(ground.work(plan), steps[-1:])
    finally:
        stop.set()
        writer.join()
    rows = dict(ground.ask("SELECT id, c FROM t"))

    assert there == "bigint"
    assert len(written) > 100
    assert rows == {key: written.get(key, key) for key in range(1, 3001)}


# --- values that do not convert --------------------------------------------------------------------------------------


def step_of(plan: Plan, id_: str) -> list[Step]:
    steps = work_steps(plan)
    return steps[: [step.id for step in steps].index(id_)]


def test_rows_that_do_not_convert_are_counted_and_can_be_found(any_ground: Ground) -> None:
    any_ground.ask(
        "CREATE TABLE t (id int PRIMARY KEY, c text); INSERT INTO t SELECT n, n FROM generate_series(1, 250) n"
    )
    any_ground.ask("UPDATE t SET c = 'secret' WHERE id IN (7, 70)")
    case = Case("", "", {"column": "c", "type": "integer", "using": "c::integer"}, "")
    before = any_ground.table()
    for strategy, given in (("shadow_column", BUSY), ("rewrite", WINDOW)):
        plan = plan_of(any_ground, case, strategy, given)
        work = any_ground.work(plan, run=strategy)
        with pytest.raises(Refused, match=r"2 rows of `t` hold a `c` that does not become integer") as said:
            up(work, work_steps(plan))
        query = said.value.message.split(" was changed. ")[-1].split(" finds them")[0]
        assert "secret" not in said.value.message
        assert sorted(any_ground.ask(query)) == [(7,), (70,)]
        down(work, work_steps(plan))
        assert any_ground.table() == before


def test_after_they_are_put_right_the_run_goes_on(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id int PRIMARY KEY, c text); INSERT INTO t SELECT n, n FROM generate_series(1, 250) n")
    ground.ask("UPDATE t SET c = 'x' WHERE id = 7")
    plan = plan_of(ground, Case("", "", {"column": "c", "type": "integer", "using": "c::integer"}, ""))
    work = ground.work(plan)
    with pytest.raises(Refused):
        up(work, work_steps(plan))
    ground.ask("UPDATE t SET c = NULL WHERE id = 7")
    up(work, work_steps(plan))

    assert failed_checks(ground, plan, {"t": 250}) == []


def test_shrinking_never_cuts_a_value(any_ground: Ground) -> None:
    any_ground.ask("CREATE TABLE t (id int PRIMARY KEY, c varchar(20)); INSERT INTO t VALUES (1, 'longer than ten')")
    plan = plan_of(any_ground, Case("", "", {"column": "c", "type": "varchar(10)"}, ""))
    with pytest.raises(Refused, match=r"1 rows of `t` hold a `c` that does not become character varying\(10\)"):
        up(any_ground.work(plan), work_steps(plan))

    assert any_ground.ask("SELECT c FROM t") == [("longer than ten",)]


def test_a_value_that_only_the_new_type_holds_is_written_and_stops_the_way_back(any_ground: Ground) -> None:
    case = CASES["serial key with children"]
    filled(any_ground, case)
    before, keys = any_ground.table().shape, pointing(any_ground)
    plan = plan_of(any_ground, case)
    work, steps = any_ground.work(plan), work_steps(plan)
    up(work, steps)
    any_ground.ask('INSERT INTO t ("Id", n) VALUES (3000000000, 0)')
    with pytest.raises(Refused, match="1 rows of `t` hold a `Id` that does not become integer"):
        down(work, steps)
    assert any_ground.value('SELECT count(*) FROM t WHERE "Id" = 3000000000') == 1
    any_ground.ask('DELETE FROM t WHERE "Id" = 3000000000')
    down(work, steps)

    assert any_ground.table().shape == before
    assert pointing(any_ground) == keys


@pytest.mark.parametrize("name", ["serial key with children", "identity"])
@pytest.mark.parametrize("strategy", ["shadow_column", "rewrite"])
def test_the_sequence_goes_on_and_counts_further(any_ground: Ground, name: str, strategy: str) -> None:
    case = CASES[name]
    filled(any_ground, case)
    plan = plan_of(any_ground, case, strategy, WINDOW)
    up(any_ground.work(plan), work_steps(plan))
    column = case.wanted["column"]
    sequence = any_ground.value("SELECT pg_get_serial_sequence('t', $1)", column)
    nextval = f"SELECT nextval('{sequence}')"

    assert any_ground.value(nextval) == (251 if name != "identity" else 501)
    any_ground.ask(f"SELECT setval('{sequence}', 2147483647)")
    assert any_ground.value(nextval) > 2_147_483_647


def test_without_a_way_back_the_switch_is_the_point_of_no_return(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id int PRIMARY KEY, c int); INSERT INTO t SELECT n, n FROM generate_series(1, 250) n")
    plan = plan_of(ground, Case("", "", {"column": "c", "type": "boolean", "using": "c > 100"}, ""))
    up(ground.work(plan), work_steps(plan))

    assert [step.id for step in plan.steps if step.final] == ["switch", "contract"]
    assert ground.value("SELECT count(*) FROM t WHERE c") == 150


def test_a_way_back_of_ones_own_is_taken(ground: Ground) -> None:
    ground.ask(
        "CREATE TABLE t (id int PRIMARY KEY, c int); INSERT INTO t SELECT n, n % 2 FROM generate_series(1, 250) n"
    )
    wanted = {"column": "c", "type": "boolean", "using": "c > 0", "back": "CASE WHEN c THEN 1 ELSE 0 END"}
    there_and_back(ground, lambda: plan_of(ground, Case("", "", wanted, "")))


def test_an_empty_table_takes_the_short_way(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id int PRIMARY KEY, c text)")
    case = Case("", "", {"column": "c", "type": "integer", "using": "c::integer"}, "")

    assert there_and_back(ground, lambda: plan_of(ground, case)).chosen == ("rewrite",)


@pytest.mark.parametrize(
    ("type_", "using", "strategy"),
    [
        ("varchar(20)", "none", "in_place_no_rewrite"),
        ("text", "c :: text", "in_place_no_rewrite"),
        ("varchar(20)", "none", "shadow_column"),
        ("varchar(4)", "none", "rewrite"),
    ],
)
def test_collation_comment_and_privileges_stay(ground: Ground, type_: str, using: str, strategy: str) -> None:
    ground.ask('CREATE TABLE t (id int PRIMARY KEY, c varchar(10) COLLATE "C")')
    ground.ask("INSERT INTO t SELECT n, n FROM generate_series(1, 250) n; COMMENT ON COLUMN t.c IS 'kept'")
    ground.ask("GRANT UPDATE (c) ON t TO PUBLIC")
    asked = (
        "SELECT attcollation::regcollation::text, col_description(attrelid, attnum), attacl::text FROM pg_attribute "
        "WHERE attrelid = 't'::regclass AND attname = 'c'"
    )
    before = ground.ask(asked)
    case = Case("", "", {"column": "c", "type": type_, "using": using}, "")
    plan = plan_of(ground, case, strategy, WINDOW)
    work, steps = ground.work(plan), work_steps(plan)
    up(work, steps)
    there = ground.ask(asked)
    down(work, steps)

    assert before == there == ground.ask(asked)
    assert before[0][:2] == ('"C"', "kept")


def test_a_request_renames_the_key_and_changes_its_type(any_ground: Ground) -> None:
    filled(any_ground, CASES["serial key with children"])
    any_ground.ask('ALTER TABLE t ADD CONSTRAINT self FOREIGN KEY (n) REFERENCES t ("Id")')
    wanted = (
        ("rename_column", {"table": "t", "column": "Id", "new_name": "key"}),
        ("change_type", {"table": "t", "column": "key", "type": "bigint"}),
    )
    before, keys = any_ground.table().shape, pointing(any_ground)
    plan = plan_for(any_ground, *wanted, given=BUSY)
    work, steps = any_ground.work(plan), work_steps(plan)
    up(work, steps)
    there, pointed = any_ground.table(), pointing(any_ground)
    down(work, steps)

    assert [(column.name, column.type) for column in there.columns] == [("n", "integer"), ("key", "bigint")]
    assert all("REFERENCES t(key)" in str(definition) for _, _, definition, _ in pointed)
    assert (any_ground.table().shape, pointing(any_ground)) == (before, keys)


# --- what cannot stand -----------------------------------------------------------------------------------------------

THINGS = """
    CREATE TABLE base (inherited int);
    CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text, b text DEFAULT '5', c int, d timestamp,
      e text,
      j text CHECK (j <> 'x'), k text, g int GENERATED ALWAYS AS (1 + 1) STORED,
      h text, i text, h_whimbrel_old text) INHERITS (base);
    CREATE INDEX ON t (id) WHERE k <> 'x';
    CREATE VIEW v AS SELECT a FROM t;
    CREATE POLICY p ON t USING (e = 'x');
    CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER tr BEFORE UPDATE OF i ON t FOR EACH ROW EXECUTE FUNCTION f();
"""


@pytest.fixture
def things(common_ground: Ground) -> Ground:
    common_ground.ask("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    common_ground.ask(THINGS)
    return common_ground


@pytest.mark.parametrize(
    ("wanted", "question", "said"),
    [
        ({"column": "c", "type": "int"}, "type", "`c` is of type integer already"),
        ({"column": "c", "type": "bigserial"}, "type", "is no type but a default"),
        ({"column": "c", "type": "nonsense"}, "type", "does not know the type"),
        ({"column": "c", "type": "uuid"}, "using", "cannot cast type integer to uuid"),
        ({"column": "h", "type": "integer"}, "column", "`h_whimbrel_old` is there already"),
        ({"column": "b", "type": "integer", "using": "b::integer"}, "type", "a column of type integer does not take"),
        ({"column": "e", "type": "varchar"}, "column", "policy p"),
        ({"column": "a", "type": "varchar"}, "column", "view public.v"),
        ({"column": "i", "type": "varchar"}, "column", "trigger tr"),
        ({"column": "g", "type": "bigint"}, "column", "is generated"),
        ({"column": "id", "type": "text"}, "type", "identity column"),
        ({"column": "inherited", "type": "bigint"}, "column", "is inherited"),
        ({"column": "d", "type": "timestamptz"}, "using", "d AT TIME ZONE 'UTC'"),
        ({"column": "d", "type": "timestamptz", "using": "CAST(d AS timestamptz)"}, "using", "d AT TIME ZONE 'UTC'"),
        ({"column": "d", "type": "text"}, "using", "depends on settings of the session"),
        ({"column": "j", "type": "integer", "using": "1"}, "type", "the server refuses `((CAST(NULL AS integer) <> "),
        ({"column": "k", "type": "integer", "using": "1"}, "type", "operator does not exist"),
        ({"column": "c", "type": "boolean", "using": "c > 0", "back": "c + 1"}, "back", "the server refuses"),
    ],
)
def test_answers_that_cannot_stand(things: Ground, wanted: Mapping[str, Scalar], question: str, said: str) -> None:
    found = understood(things, ("change_type", {"table": "t", **wanted}))

    assert said in found.problems[question]


@pytest.mark.parametrize(
    ("create", "obstacle"),
    [
        ("CREATE TABLE t (c int)", "no primary key"),
        ("CREATE TABLE t (id int PRIMARY KEY, c int); CREATE TABLE u () INHERITS (t)", "other tables inherit"),
        ("CREATE TABLE t (id int PRIMARY KEY, c int) PARTITION BY RANGE (id)", "partitioned table cannot be built"),
        (
            "CREATE TABLE t (id int PRIMARY KEY, c int, d int); CREATE STATISTICS s ON c, d FROM t",
            "statistics object public.s",
        ),
        (
            "CREATE TABLE t (id int PRIMARY KEY, c int NOT NULL UNIQUE); "
            "ALTER TABLE t REPLICA IDENTITY USING INDEX t_c_key",
            "replica identity",
        ),
        ("CREATE TABLE t (id int PRIMARY KEY, c int, EXCLUDE USING hash (c WITH =))", "t_c_excl"),
    ],
)
def test_where_a_shadow_column_cannot_be_had(ground: Ground, create: str, obstacle: str) -> None:
    ground.ask(create)
    plan = plan_of(ground, Case("", "", {"column": "c", "type": "bigint"}, ""), "", WINDOW)
    way = next(way for way in plan.strategies if way.id == "shadow_column")

    assert obstacle in way.obstacle
    assert plan.chosen == ("rewrite",)


def test_a_writer_is_told_until_the_switch_and_nothing_is_lost(ground: Ground) -> None:
    ground.ask("CREATE TABLE t (id int PRIMARY KEY, c text); INSERT INTO t SELECT n, n FROM generate_series(1, 250) n")
    plan = plan_of(ground, Case("", "", {"column": "c", "type": "integer", "using": "c::integer"}, ""))
    work, steps = ground.work(plan), work_steps(plan)
    up(work, step_of(plan, "backfill"))
    with pytest.raises(psycopg.errors.InvalidTextRepresentation):
        ground.ask("UPDATE t SET c = 'no number' WHERE id = 3")
    down(work, steps)

    assert ground.value("SELECT c FROM t WHERE id = 3") == "3"
