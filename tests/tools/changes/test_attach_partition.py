from collections.abc import Callable

import psycopg
import pytest

from protocol.discovery import Scalar
from protocol.plan import Plan
from protocol.steps import Statements
from tests.tools.changes.road import (
    back_from_everywhere,
    down,
    plan_for,
    there_and_back,
    understood,
    up,
    work_steps,
)
from tests.tools.ground import Ground

ASKED: dict[str, Scalar] = {
    "table": "The Log",
    "partition": "Old Log",
    "bounds": "FROM ('2025-01-01') TO ('2026-01-01')",
}

OLD_LOG = (
    'CREATE TABLE "Old Log" (at date NOT NULL, "No" int NOT NULL, kind text DEFAULT \'a\' REFERENCES kinds, '
    "CONSTRAINT known CHECK (kind <> ''), PRIMARY KEY (\"No\", at))"
)


def log(ground: Ground, *, default: bool, old_log: str = OLD_LOG) -> None:
    ground.ask("CREATE TABLE kinds (kind text PRIMARY KEY)")
    ground.ask("INSERT INTO kinds VALUES ('a')")
    ground.ask(
        'CREATE TABLE "The Log" ("No" int, at date, kind text DEFAULT \'a\' REFERENCES kinds, '
        "CONSTRAINT known CHECK (kind <> ''), PRIMARY KEY (\"No\", at)) PARTITION BY RANGE (at)"
    )
    ground.ask('CREATE INDEX on_kind ON "The Log" (kind DESC) INCLUDE ("No") WHERE kind IS NOT NULL')
    ground.ask('CREATE UNIQUE INDEX both_ways ON "The Log" (at, "No")')
    if default:
        ground.ask('CREATE TABLE rest PARTITION OF "The Log" DEFAULT')
        ground.ask("INSERT INTO \"The Log\" SELECT n, '2030-01-01'::date + n FROM generate_series(1, 250) n")
    ground.ask(old_log)
    ground.ask('INSERT INTO "Old Log" (at, "No") SELECT \'2025-01-01\'::date + n, n FROM generate_series(1, 250) n')


def asked(ground: Ground) -> Callable[[], Plan]:
    return lambda: plan_for(ground, ("attach_partition", ASKED))


@pytest.mark.parametrize("default", [False, True])
def test_there_and_back(any_ground: Ground, default: bool) -> None:
    log(any_ground, default=default)
    plan = there_and_back(any_ground, asked(any_ground))

    ids = [step.id for step in work_steps(plan)]
    aside = ["declare_default", "prove_default"] if default else []
    before = ["index_1", "index_2", "declare_bounds", "prove_bounds", *aside]
    assert ids == [*before, "attach", "tidy_bounds", *(["tidy_default"] if default else [])]
    assert any_ground.value('SELECT count(*) FROM "The Log"') == (500 if default else 250)


def test_back_from_everywhere(any_ground: Ground) -> None:
    log(any_ground, default=True)
    back_from_everywhere(any_ground, asked(any_ground))


def test_nothing_is_scanned_or_built_when_it_is_attached(any_ground: Ground) -> None:
    log(any_ground, default=True)
    plan = asked(any_ground)()
    steps = work_steps(plan)
    at = [step.id for step in steps].index("attach")
    up(any_ground.work(plan), steps[:at])
    attach, said = steps[at], []
    assert isinstance(attach, Statements)
    with psycopg.connect(any_ground.dsn) as connection:
        connection.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
        connection.execute("SET LOCAL client_min_messages = debug1")
        for sql in attach.sql:
            connection.execute(sql)

    assert [line for line in said if line.startswith(("verifying", "building", "rewriting", "validating"))] == []
    assert len([line for line in said if "implied by existing constraints" in line]) == 2


def test_rows_written_through_the_parent_stay_in_it_when_it_is_taken_back(any_ground: Ground) -> None:
    log(any_ground, default=True)
    plan = asked(any_ground)()
    work = any_ground.work(plan)
    up(work, work_steps(plan))
    any_ground.ask("INSERT INTO \"The Log\" VALUES (1000, '2025-05-05')")
    any_ground.ask("INSERT INTO \"Old Log\" VALUES ('2025-05-05', 1001)")
    down(work, work_steps(plan))

    assert any_ground.value('SELECT count(*) FROM "Old Log"') == 252


def test_a_row_out_of_bounds_is_found_by_the_proof(ground: Ground) -> None:
    log(ground, default=False)
    ground.ask("INSERT INTO \"Old Log\" VALUES ('2024-12-31', 5)")
    plan = asked(ground)()

    with pytest.raises(Exception, match="is violated by some row"):
        up(ground.work(plan), work_steps(plan))


@pytest.mark.parametrize(
    ("parent", "bounds", "rows", "proved"),
    [
        ("LIST (c)", "IN ('a', 'b')", "SELECT 1, 'a'", True),
        ("LIST (c)", "IN ('a', NULL)", "SELECT 1, NULL", True),
        ("LIST (lower(c))", "IN ('a')", "SELECT 1, 'A'", True),
        ("LIST (c)", "DEFAULT", "SELECT 1, 'z'", False),
        ("HASH (n)", "WITH (MODULUS 1, REMAINDER 0)", "SELECT 1, 'a'", False),
        ("RANGE (n, c)", "FROM (1, 'c') TO (9, 'x')", "SELECT 5, 'k'", True),
        ("RANGE (n, c)", "FROM (1, 'c') TO (1, 'x')", "SELECT 1, 'k'", True),
        ("RANGE (n, c)", "FROM (MINVALUE, MINVALUE) TO (9, MAXVALUE)", "SELECT 9, 'zz'", True),
        ("RANGE (n, c)", "FROM (1, MAXVALUE) TO (9, MINVALUE)", "SELECT 8, 'zz'", True),
        ("RANGE (n, c, m)", "FROM (1, 'b', 3) TO (MAXVALUE, MAXVALUE, MAXVALUE)", "SELECT 1, 'b', 3", True),
        ("RANGE (n, c, m)", "FROM (1, 'b', MINVALUE) TO (1, 'd', 8)", "SELECT 1, 'd', 7", True),
    ],
)
def test_the_server_takes_our_condition_as_proof(
    any_ground: Ground, parent: str, bounds: str, rows: str, proved: bool
) -> None:
    any_ground.ask(f"CREATE TABLE p (n int, c varchar(9), m bigint) PARTITION BY {parent}")
    if bounds != "DEFAULT" and "HASH" not in parent:
        any_ground.ask("CREATE TABLE rest PARTITION OF p DEFAULT")
    if bounds == "DEFAULT":
        any_ground.ask("CREATE TABLE p_a PARTITION OF p FOR VALUES IN ('a')")
    any_ground.ask("CREATE TABLE q (n int, c varchar(9), m bigint)")
    any_ground.ask(f"INSERT INTO q {rows} FROM generate_series(1, 250)")
    plan = plan_for(any_ground, ("attach_partition", {"table": "p", "partition": "q", "bounds": bounds}))
    steps = work_steps(plan)
    at = [step.id for step in steps].index("attach")
    up(any_ground.work(plan), steps[:at])
    attach, said = steps[at], []
    assert isinstance(attach, Statements)
    with psycopg.connect(any_ground.dsn) as connection:
        connection.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
        connection.execute("SET LOCAL client_min_messages = debug1")
        connection.execute(attach.sql[0])

    assert (at > 0) == proved
    assert any("verifying" in line for line in said) != proved


@pytest.mark.parametrize(
    ("old_log", "problem"),
    [
        ('at date, "No" int NOT NULL', "`at` is NOT NULL in `The Log`: set it NOT NULL in `Old Log` first."),
        ('at timestamp NOT NULL, "No" int NOT NULL', "`at` is timestamp without time zone in `Old Log` and date in"),
        ('at date NOT NULL, "No" int NOT NULL', "`Old Log` has no column `kind` (text)."),
        (
            'at date NOT NULL, "No" int NOT NULL, kind text, more int',
            "`Old Log` has columns that `The Log` does not have: more.",
        ),
        ('at date NOT NULL, "No" int NOT NULL, kind text', "lacks the primary key on No, at"),
        (
            'at date NOT NULL, "No" int NOT NULL, kind text COLLATE "C", PRIMARY KEY ("No", at)',
            "`kind` has another collation",
        ),
        ('at date NOT NULL, "No" int NOT NULL, kind text, PRIMARY KEY ("No", at)', "lacks the CHECK `known`"),
        (
            'at date NOT NULL, "No" int NOT NULL, PRIMARY KEY ("No", at), '
            "kind text CONSTRAINT known CHECK (kind <> '')",
            "lacks a foreign key as",
        ),
    ],
)
def test_what_the_server_would_refuse_or_build_under_lock_is_said(ground: Ground, old_log: str, problem: str) -> None:
    log(ground, default=False, old_log=f'CREATE TABLE "Old Log" ({old_log})')

    assert problem in understood(ground, ("attach_partition", ASKED)).problems["partition"]


def test_a_partition_that_is_one_already_is_said(ground: Ground) -> None:
    log(ground, default=True)

    assert understood(ground, ("attach_partition", {**ASKED, "partition": "rest"})).problems == {
        "partition": "`rest` is a partition of `The Log` already."
    }
