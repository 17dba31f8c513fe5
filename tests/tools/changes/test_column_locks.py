"""Each step of a rename and of a change of type, against the server's own word on its locks, scans and rewrites."""

from collections.abc import Mapping
from typing import NamedTuple, get_args

import psycopg
import pytest

from protocol.discovery import Scalar
from protocol.plan import Plan
from protocol.steps import LockMode, Statements
from tests.tools.changes.road import plan_for, work_steps
from tests.tools.ground import Ground
from tools.running import run_step

STRENGTH = {mode: rank for rank, mode in enumerate(get_args(LockMode))}
READS = ("verifying table", "validating foreign key constraint", "rewriting table", "building index")

BASE = """
    CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p SELECT generate_series(1, 250);
    CREATE TABLE t (id serial PRIMARY KEY, c int NOT NULL UNIQUE CHECK (c > 0) REFERENCES p,
      v varchar(10) CHECK (v <> ''), s timestamp);
    CREATE INDEX ON t (c, id);
    INSERT INTO t SELECT n, n, n FROM generate_series(1, 250) n; SELECT setval('t_id_seq', 250);
    CREATE TABLE child (t_id int REFERENCES t); INSERT INTO child SELECT generate_series(1, 250)
"""


class Case(NamedTuple):
    """`reads` names the steps that may read or write every row."""

    kind: str
    wanted: Mapping[str, Scalar]
    strategy: str
    reads: frozenset[str] = frozenset()


PROOFS = frozenset({"validate_not_null", "prove_copy_rule_1", "prove_copy_rule_2", "prove_copy_pointing_1"})
CASES = {
    "rename": Case("rename_column", {"column": "c", "new_name": "d"}, "expand_contract"),
    "plain rename": Case("rename_column", {"column": "c", "new_name": "d"}, "in_place"),
    "shadow": Case("change_type", {"column": "c", "type": "bigint"}, "shadow_column", PROOFS),
    "shadow of the key": Case("change_type", {"column": "id", "type": "bigint"}, "shadow_column", PROOFS),
    "wider": Case(
        "change_type", {"column": "v", "type": "varchar(20)"}, "in_place_no_rewrite", frozenset({"prove_t_v_check"})
    ),
    "in utc": Case(
        "change_type", {"column": "s", "type": "timestamptz", "using": "s AT TIME ZONE 'UTC'"}, "in_place_no_rewrite"
    ),
    "rewrite": Case("change_type", {"column": "c", "type": "bigint"}, "rewrite", frozenset({"change_type"})),
}


@pytest.fixture
def populated(any_common_ground: Ground) -> Ground:
    any_common_ground.ask("DROP SCHEMA IF EXISTS whimbrel CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    any_common_ground.ask(BASE)
    return any_common_ground


def plan_of(ground: Ground, case: Case) -> Plan:
    wanted = (case.kind, {"table": "t", **case.wanted})
    return plan_for(ground, wanted, given={"downtime": "tonight"}, strategies=[case.strategy])


def observe(ground: Ground, step: Statements) -> tuple[LockMode, bool]:
    """Run the statements in one transaction: the strongest lock held on a table, and whether rows were read."""
    said: list[str] = []
    with psycopg.connect(ground.dsn) as connection:
        connection.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
        connection.execute("SET LOCAL client_min_messages = debug1")
        for sql in step.sql:
            connection.execute(sql)
        connection.execute("SET LOCAL client_min_messages = warning")
        held = connection.execute(
            "SELECT DISTINCT mode FROM pg_locks JOIN pg_class c ON c.oid = relation "
            "JOIN pg_namespace n ON n.oid = relnamespace "
            "WHERE pid = pg_backend_pid() AND nspname = 'public' AND relkind = 'r'"
        )
        modes = [spoken(mode) for (mode,) in held] or ["none"]
        read = any(phrase in message and "pg_toast" not in message for message in said for phrase in READS)
        return max(modes, key=STRENGTH.__getitem__), read


def spoken(mode: str) -> LockMode:
    words = "".join(" " + letter if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return next(known for known in get_args(LockMode) if known == words.strip().upper())


@pytest.mark.parametrize("name", CASES)
def test_each_step_locks_and_reads_what_it_declares(populated: Ground, name: str) -> None:
    plan = plan_of(populated, CASES[name])
    work = populated.work(plan)
    read: set[str] = set()
    for step in work_steps(plan):
        if not isinstance(step, Statements):
            assert not run_step(work, step).paused
            continue
        lock, reads = observe(populated, step)
        assert lock == step.lock, step.id
        read |= {step.id} if reads else set()

    assert read <= CASES[name].reads
    assert all(step.lock == "SHARE UPDATE EXCLUSIVE" for step in plan.steps if step.id in read - {"change_type"})
