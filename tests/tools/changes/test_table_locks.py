"""Every step of the kinds that work on whole tables against the server's own word: its locks and its debug messages."""

from typing import NamedTuple, get_args

import psycopg
import pytest

from protocol.discovery import Scalar
from protocol.plan import Plan
from protocol.steps import LockMode, Statements
from tests.tools.changes.road import plan_for, up, work_steps
from tests.tools.ground import Ground

STRENGTH = {mode: rank for rank, mode in enumerate(get_args(LockMode))}

SCANS = ("verifying table", "validating foreign key constraint", "rewriting table")

SCHEMA = (
    "CREATE TABLE parent (id int PRIMARY KEY)",
    "CREATE TABLE t (id int PRIMARY KEY, c text NOT NULL UNIQUE, p int REFERENCES parent)",
    "CREATE INDEX on_p ON t (p, c)",
    "CREATE TABLE pt (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)",
    "CREATE TABLE pt_1 PARTITION OF pt FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
    "CREATE TABLE rest PARTITION OF pt DEFAULT",
    "CREATE TABLE old (id int, at date, PRIMARY KEY (id, at))",
    "CREATE TABLE plain (id int) PARTITION BY LIST (id)",
    "CREATE TABLE tied (id int REFERENCES parent) PARTITION BY LIST (id)",
    "CREATE TYPE mood AS ENUM ('a', 'b')",
    "INSERT INTO t SELECT n, 'n' || n FROM generate_series(1, 250) n",
    "INSERT INTO pt SELECT n, '2025-01-01'::date + n FROM generate_series(1, 250) n",
    "INSERT INTO pt SELECT n, '2030-01-01'::date + n FROM generate_series(1, 250) n",
    "INSERT INTO old SELECT n, '2026-01-01'::date + n FROM generate_series(1, 250) n",
)


class Case(NamedTuple):
    kind: str
    answers: dict[str, Scalar]
    strategy: str


YEAR = "FROM ('2026-01-01') TO ('2027-01-01')"

CASES = (
    Case("add_comment", {"table": "t", "column": "c", "comment": "x"}, "one_statement"),
    Case("add_enum_value", {"enum": "mood", "value": "x"}, "one_statement"),
    Case("rename_enum_value", {"enum": "mood", "value": "a", "new_value": "x"}, "gate_then_rename"),
    Case("rename_table", {"table": "t", "new_name": "u"}, "with_view"),
    Case("rename_table", {"table": "t", "new_name": "u"}, "in_place"),
    Case("move_schema", {"table": "t", "schema": "other"}, "with_view"),
    Case("drop_table", {"table": "t"}, "retire_then_drop"),
    Case("drop_table", {"table": "t"}, "drop_now"),
    Case("drop_column", {"table": "t", "column": "c"}, "archive_then_drop"),
    Case("drop_column", {"table": "t", "column": "p"}, "drop_now"),
    Case(
        "create_table", {"table_name": "n", "definition": "id int PRIMARY KEY, p int REFERENCES parent"}, "one_by_one"
    ),
    Case("create_partition", {"table": "pt", "partition": "pt_2", "bounds": YEAR}, "create_then_attach"),
    Case("create_partition", {"table": "plain", "partition": "p_2", "bounds": "IN (1)"}, "create_then_attach"),
    Case("create_partition", {"table": "tied", "partition": "p_3", "bounds": "IN (1)"}, "create_then_attach"),
    Case("attach_partition", {"table": "pt", "partition": "old", "bounds": YEAR}, "prove_then_attach"),
    Case("detach_partition", {"table": "pt", "partition": "pt_1"}, "in_one_lock"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}-{case.strategy}")
def test_each_step_locks_what_it_says_and_scans_nothing_under_a_lock(any_ground: Ground, case: Case) -> None:
    for sql in SCHEMA:
        any_ground.ask(sql)
    wanted = (case.kind, case.answers)
    plan = plan_for(any_ground, wanted, strategies=[case.strategy], given={"downtime": "at night"})
    work = any_ground.work(plan)
    empty = ['"tied_id_fkey', *(f'"{name.name}' for name in plan.changes[0].brings)]

    for step in work_steps(plan):
        if not isinstance(step, Statements):
            up(work, [step])
            continue
        lock, said = carried_out(any_ground, step)
        assert lock == step.lock, f"{step.id} takes another lock than it declares"
        if not step.id.startswith("prove"):
            read = [line for line in said if not any(name in line for name in empty)]
            assert read == [], f"{step.id} reads or writes every row"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}-{case.strategy}")
def test_a_plan_that_was_written_down_is_the_same_when_it_is_read_again(ground: Ground, case: Case) -> None:
    for sql in SCHEMA:
        ground.ask(sql)
    plan = plan_for(ground, (case.kind, case.answers), strategies=[case.strategy], given={"downtime": "at night"})

    assert Plan.model_validate_json(plan.model_dump_json()) == plan


def carried_out(ground: Ground, step: Statements) -> tuple[LockMode, list[str]]:
    """The strongest lock on a table that was there before, and what the server says of scans; commits."""
    said: list[str] = []
    there = "SELECT array_agg(oid) FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND oid >= 16384"
    with psycopg.connect(ground.dsn) as connection:
        connection.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
        row = connection.execute(there).fetchone()
        assert row is not None
        connection.execute("SET LOCAL client_min_messages = debug1")
        for sql in step.sql:
            connection.execute(sql)
        held = connection.execute(
            "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = ANY (%s)", (row[0],)
        )
        modes = [spoken(mode) for (mode,) in held]
    scans = [line for line in said if line.startswith(SCANS)]
    return max(modes, key=STRENGTH.__getitem__, default="none"), scans


def spoken(mode: str) -> LockMode:
    """`AccessExclusiveLock` of pg_locks as `ACCESS EXCLUSIVE`."""
    words = "".join(" " + letter if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return next(known for known in get_args(LockMode) if known == words.strip().upper())
