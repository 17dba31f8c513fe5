"""What the server does at each step of the constraint kinds, against what the plan says: locks held, rows read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, get_args

import psycopg
import pytest

from protocol.discovery import Scalar
from protocol.plan import Plan
from protocol.steps import LockMode, Statements
from tests.tools.changes.road import Wanted, plan_for, up, work_steps
from tests.tools.ground import Ground

STRENGTH: Mapping[str, int] = {mode: rank for rank, mode in enumerate(get_args(LockMode))}

READS = ("verifying table", "validating foreign key constraint", "rewriting table", "building index")

CASES: tuple[tuple[str, Mapping[str, Scalar]], ...] = (
    ("set_not_null", {"table": "t", "column": "c"}),
    ("set_not_null", {"table": "t", "column": "maybe", "fill": "0"}),
    ("drop_not_null", {"table": "t", "column": "must"}),
    ("set_default", {"table": "t", "column": "c", "default": "extract(year FROM now())::integer"}),
    ("drop_default", {"table": "t", "column": "must"}),
    ("add_check", {"table": "t", "condition": "id > 0"}),
    ("add_foreign_key", {"table": "t", "columns": "c", "ref_table": "p"}),
    ("add_foreign_key", {"table": "ev", "columns": "p", "ref_table": "p"}),
    ("add_unique", {"table": "t", "columns": "c"}),
    ("add_unique", {"table": "ev", "columns": "day, p"}),
    ("add_primary_key", {"table": "bare", "columns": "c"}),
    ("add_primary_key", {"table": "ev", "columns": "day, p"}),
    ("add_index", {"table": "ev", "keys": "p"}),
    ("drop_index", {"index": "ev_i"}),
    ("drop_constraint", {"table": "t", "constraint": "positive"}),
    ("drop_constraint", {"table": "t", "constraint": "to_p"}),
    ("drop_constraint", {"table": "t", "constraint": "t_pkey"}),
)


@pytest.fixture
def ground_of_all(any_common_ground: Ground) -> Ground:
    any_common_ground.ask("DROP SCHEMA IF EXISTS whimbrel CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    any_common_ground.ask("CREATE TABLE p (id integer PRIMARY KEY); INSERT INTO p SELECT generate_series(0, 300)")
    any_common_ground.ask(
        "CREATE TABLE t (id integer PRIMARY KEY, c integer, maybe integer, must integer NOT NULL DEFAULT 1, "
        "pid integer CONSTRAINT to_p REFERENCES p (id), CONSTRAINT positive CHECK (id > -1))"
    )
    any_common_ground.ask("INSERT INTO t SELECT n, n, nullif(n % 3, 0), n, n FROM generate_series(1, 250) n")
    any_common_ground.ask("CREATE TABLE bare AS SELECT n AS c FROM generate_series(1, 250) n")
    any_common_ground.ask("CREATE TABLE ev (day integer NOT NULL, p integer) PARTITION BY RANGE (day)")
    any_common_ground.ask("CREATE TABLE ev_a PARTITION OF ev FOR VALUES FROM (0) TO (100)")
    any_common_ground.ask("CREATE TABLE ev_b PARTITION OF ev DEFAULT; CREATE INDEX ev_i ON ev (day)")
    any_common_ground.ask("INSERT INTO ev SELECT n, n FROM generate_series(1, 250) n")
    return any_common_ground


@contextmanager
def watched(ground: Ground) -> Iterator[tuple[psycopg.Connection[Any], list[str]]]:
    """A transaction that commits at its end, with all that the server says of its work."""
    said: list[str] = []
    with psycopg.connect(ground.dsn) as connection:
        connection.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
        connection.execute("SET LOCAL client_min_messages = debug1")
        yield connection, said


def strongest(connection: psycopg.Connection[Any], plan: Plan) -> str:
    """The strongest lock that the transaction holds on a table of the plan."""
    connection.execute("SET LOCAL client_min_messages = warning")
    held = connection.execute(
        "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = ANY (%s::regclass[]::oid[])",
        ([name.sql for name in plan.facts.names],),
    )
    return max((spoken(mode) for (mode,) in held), key=STRENGTH.__getitem__, default="none")


def spoken(mode: str) -> str:
    """`AccessExclusiveLock` of pg_locks as `ACCESS EXCLUSIVE`."""
    words = "".join(" " + letter if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return words.strip().upper()


def check(ground: Ground, plan: Plan, step: Statements) -> None:
    with watched(ground) as (connection, said):
        for sql in step.sql:
            connection.execute(sql)
        lock = strongest(connection, plan)
    read = [message for message in said if message.startswith(READS)]
    assert STRENGTH[lock] <= STRENGTH[step.lock], f"{step.id} declares {step.lock} and takes {lock}"
    if STRENGTH[step.lock] >= STRENGTH["SHARE"]:
        assert read == [], f"{step.id} reads rows under {step.lock}"


@pytest.mark.parametrize("wanted", CASES, ids=str)
def test_strong_locks_are_declared_and_held_only_while_no_row_is_read(ground_of_all: Ground, wanted: Wanted) -> None:
    plan = plan_for(ground_of_all, wanted)
    work = ground_of_all.work(plan)
    for step in work_steps(plan):
        if isinstance(step, Statements):
            check(ground_of_all, plan, step)
        else:
            up(work, [step])
