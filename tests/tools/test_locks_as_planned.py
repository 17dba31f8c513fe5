"""Every step of every strategy against the server's own word: its locks, its file node, its debug messages.

`client_min_messages = debug1` makes the server say when it rewrites or verifies a table; `pg_locks` says what a
statement holds before its commit.
"""

from typing import Any, NamedTuple, get_args

import psycopg
import pytest
from psycopg.rows import TupleRow

from protocol.plan import Plan
from protocol.steps import Backfill, LockMode, Statements
from tests.tools.ground import Ground, backfill, statements
from tools.backfill import run_backfill
from tools.execute import run_statements
from tools.running import undo_step
from tools.verify import Before, run_checks
from tools.work import Work

ROWS = 300

STRENGTH = {mode: rank for rank, mode in enumerate(get_args(LockMode))}

SCANS = ("verifying table", "validating foreign key constraint")
REWRITES = ("rewriting table", "building index")


class Case(NamedTuple):
    """`strategy` is the one to take; `scans` and `rewrites` name the steps that read or write every row."""

    name: str
    strategy: str
    wanted: dict[str, Any]
    scans: frozenset[str] = frozenset()
    rewrites: frozenset[str] = frozenset()


CONSTANT = {"type_": "varchar(20)", "default": "'user'"}
STABLE = {"type_": "timestamptz", "default": "now()"}
VOLATILE = {"type_": "uuid", "default": "gen_random_uuid()"}
COMPUTED = {"type_": "text", "computed": "upper(name) || id"}
DOMAIN = {"type_": "short", "default": "'ab'"}
NOTHING = {"type_": "jsonb"}

PROOF = frozenset({"validate_not_null"})
ITSELF = frozenset({"add_column"})

CASES = (
    Case("nothing nullable", "one_statement", NOTHING),
    Case("constant nullable", "one_statement", CONSTANT),
    Case("constant not null", "one_statement", CONSTANT | {"nullable": False}),
    Case("stable nullable", "one_statement", STABLE),
    Case("stable not null", "one_statement", STABLE | {"nullable": False}),
    Case("constant nullable in batches", "batched", CONSTANT),
    Case("constant not null in batches", "batched", CONSTANT | {"nullable": False}, PROOF),
    Case("volatile nullable", "batched", VOLATILE),
    Case("volatile not null", "batched", VOLATILE | {"nullable": False}, PROOF),
    Case("volatile rewritten", "rewrite", VOLATILE, rewrites=ITSELF),
    Case("volatile not null rewritten", "rewrite", VOLATILE | {"nullable": False}, rewrites=ITSELF),
    Case("domain rewritten", "rewrite", DOMAIN, rewrites=ITSELF),
    Case("domain not null rewritten", "rewrite", DOMAIN | {"nullable": False}, rewrites=ITSELF),
    Case("computed nullable", "batched", COMPUTED),
    Case("computed not null", "batched", COMPUTED | {"nullable": False}, PROOF),
)


class Seen(NamedTuple):
    """What the server said of one step: strongest lock on the table, whether the file changed, its debug messages."""

    lock: LockMode
    new_file: bool
    said: tuple[str, ...]


@pytest.fixture
def populated(any_common_ground: Ground) -> Ground:
    any_common_ground.ask("DROP SCHEMA IF EXISTS whimbrel CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    any_common_ground.ask("CREATE DOMAIN short AS text CHECK (length(value) < 5)")
    any_common_ground.ask("CREATE TABLE \"Users\" (id bigint PRIMARY KEY, name text NOT NULL CHECK (name <> ''))")
    any_common_ground.ask('CREATE INDEX ON "Users" (name)')
    any_common_ground.ask(f"INSERT INTO \"Users\" SELECT n, 'n' || n FROM generate_series(1, {ROWS}) n")
    any_common_ground.ask('ANALYZE "Users"')
    return any_common_ground


def observe(ground: Ground, step: Statements) -> Seen:
    """Run the statements of a step in one transaction, and commit it."""
    said: list[str] = []
    with psycopg.connect(ground.dsn) as connection:
        connection.add_notice_handler(lambda notice: said.append(str(notice.message_primary)))
        before = file_node(connection)
        connection.execute("SET LOCAL client_min_messages = debug1")
        for sql in step.sql:
            connection.execute(sql)
        connection.execute("SET LOCAL client_min_messages = warning")
        held = connection.execute(
            "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = '\"Users\"'::regclass"
        )
        modes = [spoken(mode) for (mode,) in held]
        return Seen(max(modes, key=STRENGTH.__getitem__), file_node(connection) != before, tuple(said))


def file_node(connection: psycopg.Connection[TupleRow]) -> int:
    row = connection.execute("SELECT pg_relation_filenode('\"Users\"')").fetchone()
    assert row is not None
    return int(row[0])


def spoken(mode: str) -> LockMode:
    """`AccessExclusiveLock` of pg_locks as `ACCESS EXCLUSIVE`."""
    words = "".join(" " + letter if letter.isupper() else letter for letter in mode.removesuffix("Lock"))
    return next(known for known in get_args(LockMode) if known == words.strip().upper())


def carry_out(ground: Ground, work: Work) -> dict[str, Seen]:
    """Run statements with an eye on the server, the backfill as the runner does."""
    seen = {}
    for step in work.plan.steps:
        match step:
            case Statements():
                seen[step.id] = observe(ground, step)
            case Backfill():
                run_backfill(work, step)
    return seen


def run_all(work: Work) -> None:
    for step in work.plan.steps:
        match step:
            case Statements():
                run_statements(work, step)
            case Backfill():
                run_backfill(work, step)


def take_back(work: Work) -> None:
    for step in reversed(statements(work.plan)):
        undo_step(work, step)


def said_any(seen: Seen, phrases: tuple[str, ...]) -> bool:
    return any(phrase in message for message in seen.said for phrase in phrases)


def plan_of(ground: Ground, case: Case) -> Plan:
    return ground.plan(table="Users", column="Neu", strategy=case.strategy, **case.wanted)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_step_locks_scans_and_rewrites_what_the_plan_says_and_no_more(populated: Ground, case: Case) -> None:
    plan = plan_of(populated, case)
    seen = carry_out(populated, populated.work(plan))

    for step in statements(plan):
        assert STRENGTH[seen[step.id].lock] <= STRENGTH[step.lock], step.id
        assert seen[step.id].lock == step.lock, f"{step.id} declares more than it takes"
    assert {step for step, what in seen.items() if said_any(what, SCANS)} == case.scans
    assert {step for step, what in seen.items() if said_any(what, REWRITES)} == case.rewrites
    assert {step for step, what in seen.items() if what.new_file} == case.rewrites


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_up_verifies_down_restores_the_table_and_up_works_again(populated: Ground, case: Case) -> None:
    before = populated.table("Users")
    plan = plan_of(populated, case)
    first, second = populated.work(plan), populated.work(plan, run="run-2")
    run_all(first)
    verified = {check.check: check.passed for check in run_checks(populated.database, plan, Before({"Users": ROWS}, 0))}
    take_back(first)
    after = populated.table("Users")
    run_all(second)
    again = {check.check: check.passed for check in run_checks(populated.database, plan, Before({"Users": ROWS}, 0))}

    assert False not in verified.values()
    assert after.fingerprint == before.fingerprint
    assert again == verified
    assert populated.value("SELECT count(*) FROM pg_proc WHERE proname LIKE 'whimbrel%'") == int(
        "computed" in case.name
    )


def test_a_virtual_column_touches_no_row(ground: Ground) -> None:
    ground.ask('CREATE TABLE "Users" (id bigint PRIMARY KEY, name text)')
    ground.ask("INSERT INTO \"Users\" SELECT n, 'n' || n FROM generate_series(1, 300) n")
    plan = plan_of(ground, Case("virtual", "virtual_column", {"type_": "text", "computed": "upper(name)"}))
    (step,) = statements(plan)
    seen = observe(ground, step)

    assert seen.lock == step.lock
    assert not seen.new_file
    assert not said_any(seen, SCANS + REWRITES)
    assert [c.passed for c in run_checks(ground.database, plan, Before({"Users": 300}, 0)) if c.passed is False] == []


@pytest.mark.parametrize("case", [case for case in CASES if case.rewrites], ids=lambda case: case.name)
def test_a_rewrite_is_never_recommended_before_a_way_without_one(populated: Ground, case: Case) -> None:
    plan = plan_of(populated, case)
    possible = [way.id for way in plan.strategies if not way.obstacle]

    assert possible[0] == ("rewrite" if case.wanted is DOMAIN or "domain" in case.name else "batched")


def test_rows_written_while_the_steps_run_have_their_value_too(populated: Ground) -> None:
    plan = plan_of(populated, Case("", "batched", COMPUTED | {"nullable": False}))
    work = populated.work(plan)
    observe(populated, statements(plan)[0])
    populated.ask("INSERT INTO \"Users\" (id, name) VALUES (-1, 'behind'), (1000, 'ahead')")
    populated.ask("UPDATE \"Users\" SET name = 'changed' WHERE id = 7")
    run_backfill(work, backfill(plan))

    assert populated.ask('SELECT "Neu" FROM "Users" WHERE id IN (-1, 7, 1000) ORDER BY id') == [
        ("BEHIND-1",),
        ("CHANGED7",),
        ("AHEAD1000",),
    ]
