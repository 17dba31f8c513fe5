"""A plan on paper, a person who only watches, and the program as a process on a real database."""

import io
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from agent.__main__ import run as run_in_process
from agent.backups import Backups
from agent.journal import FILE, Journal, read
from agent.session import Session
from protocol import events as e
from protocol.changes.add_column import AddColumn
from protocol.discovery import Answer, Origin, Question, Scalar, Sheet
from protocol.drafting import draft
from protocol.facts import Activity, Facts
from protocol.figure import Figure
from protocol.key import Key, KeyColumn
from protocol.limits import Limits
from protocol.names import TableName
from protocol.person import Answers, Approve, Confirm, Confirmation, Decision
from protocol.plan import Plan
from protocol.schema import Column, Index, Table
from protocol.situation import Situation
from protocol.states import State
from protocol.steps import Step
from protocol.table_facts import TableFacts
from protocol.target import Environment, Rights, Target
from protocol.value_facts import ValueFacts
from protocol.wish import Wish
from tools.engines.dsn import Dsn
from tools.engines.postgres import Database

T = TypeVar("T")


class Watching:
    """Sees every event, agrees to everything, and has nothing to say."""

    def __init__(self) -> None:
        self.seen: list[tuple[e.Entry, State]] = []

    async def listen(self) -> str | None:
        return None

    async def answer(self, sheet: Sheet, questions: tuple[Question, ...], problems: dict[str, str]) -> Answers:  # noqa: ARG002
        return Answers()

    async def review(self, plan: Plan) -> Decision:
        return Approve(digest=plan.digest, by="ada")

    async def confirm(self, step: Step, plan: Plan) -> Confirmation:  # noqa: ARG002
        return Confirm(step=step.id, by="ada")

    async def after_trouble(self, state: State, reason: str) -> Literal["retry", "roll_back", "pause"]:  # noqa: ARG002
        return "pause"

    def show(self, entry: e.Entry, state: State) -> None:
        self.seen.append((entry, state))

    def stream(self, text: str) -> None:
        pass


@pytest.fixture
def watching() -> Watching:
    return Watching()


@pytest.fixture
def paper_facts() -> Facts:
    """A table of a million rows that nobody has to read."""
    nothing = Figure(value=0, source="measured", how="on paper")
    return Facts(
        target=Target(
            alias="postgres@socket/shop",
            database="shop",
            system_identifier="7300000000000000001",
            role="migrator",
            version_num=180006,
            version="18.6",
        ),
        tables=(
            TableFacts(
                table=Table(
                    name=TableName(name="users"),
                    columns=(
                        Column(name="id", type="bigint", nullable=False),
                        Column(name="email", type="text", nullable=True),
                    ),
                    indexes=(Index(name="users_pkey", definition="…", columns=("id",), unique=True, primary=True),),
                ),
                rows=Figure(value=1_000_000, unit="rows", source="estimated", how="on paper"),
                heap_bytes=Figure(value=65e6, unit="bytes", source="measured", how="on paper"),
                index_bytes=Figure(value=22e6, unit="bytes", source="measured", how="on paper"),
                key=Key(index="users_pkey", columns=(KeyColumn(name="id", type="bigint"),)),
                writes_per_second=nothing,
                sessions=nothing,
            ),
        ),
        database_bytes=Figure(value=90e6, unit="bytes", source="measured", how="on paper"),
        rights=Rights(owns=True, can_create_schema=True, read_only=False, in_recovery=False),
        activity=Activity(longest_transaction=nothing, replicas=nothing),
    )


@pytest.fixture
def draft_plan(paper_facts: Facts) -> Callable[..., Plan]:
    """Return a function from an environment and a default to the plan of adding `users.role`."""

    def make(environment: Environment = "production", default: str = "'user'") -> Plan:
        volatile = default.endswith("()")
        given: dict[str, Scalar] = {"table": "users", "column": "role", "type": "text", "nullable": False}
        given |= {"default": default, "computed": "none", "environment": environment, "downtime": "none"}
        sheet = Sheet(
            answers=tuple(Answer(question=name, value=value, origin=Origin.PERSON) for name, value in given.items())
        )
        value = ValueFacts(type="text", expression=default, volatility="volatile" if volatile else "immutable")
        situation = Situation(sheet=sheet, facts=paper_facts, tables={"table": paper_facts.names[0]}, values=(value,))
        return draft(
            plan_id="plan-1",
            words="add a role column to users",
            wishes=[Wish(AddColumn.from_situation(situation), situation)],
            sheet=sheet,
            facts=paper_facts,
            lint=lambda _: (),
            limits=Limits(),
        )

    return make


@pytest.fixture
def run_events(draft_plan: Callable[..., Plan]) -> Callable[..., tuple[e.Move | e.Narrative, ...]]:
    """Return a function from a plan to every event of a run that goes well."""

    def make(plan: Plan | None = None) -> tuple[e.Move | e.Narrative, ...]:
        plan = plan or draft_plan()
        steps = [
            event
            for step in plan.steps
            for event in (
                e.StepConfirmed(step=step.id, by="ada"),
                e.StepStarted(step=step.id),
                e.StepDone(step=step.id, fingerprint=plan.schema_before.fingerprint, seconds=0.25),
            )
        ]
        return (
            e.RequestMade(words=plan.request, target_alias=plan.facts.target.alias),
            *(e.AnswerGiven(answer=answer) for answer in plan.sheet.answers),
            e.FactsRead(facts=plan.facts),
            e.ChangeNamed(number=1, change="add_column"),
            e.DiscoveryCompleted(),
            e.PlanDrafted(plan=plan),
            e.PlanApproved(digest=plan.digest, by="ada"),
            *steps,
            *(e.CheckDone(check=c.id, title=c.title, observed=c.expected or "", passed=True) for c in plan.checks),
            e.VerificationPassed(),
            e.MonitoringEnded(reason="24 hours without an alarm"),
        )

    return make


@pytest.fixture
def open_session(tmp_path: Path, watching: Watching) -> Iterator[Callable[..., Session]]:
    """Return a function that opens the session of one run in `tmp_path`; its database is never asked."""
    with ExitStack() as stack:

        def open_(**changes: Any) -> Session:
            journal = stack.enter_context(Journal(tmp_path / "runs" / "a-run"))
            given: dict[str, Any] = {
                "run": "a-run",
                "journal": journal,
                "database": Database(Dsn(database="nowhere")),
                "person": watching,
                "backups": Backups(folder=tmp_path / "backups", reserve_bytes=0),
            }
            return Session(**given | changes)

        yield open_


# --- the program as a process --------------------------------------------------------------------------------------

SHOP = """
    CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email text NOT NULL);
    INSERT INTO users (email) SELECT 'user' || n || '@example.org' FROM generate_series(1, 2000) AS n;
    CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
    ANALYZE;
"""

OURS = "('pg_catalog', 'information_schema', 'pg_toast', 'whimbrel')"
PICTURE = f"""
    SELECT jsonb_build_object(
        'columns', (SELECT jsonb_agg((attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull,
                    atthasdef) ORDER BY attrelid::regclass::text, attname)
                    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
                    WHERE relnamespace::regnamespace::text NOT IN {OURS} AND relkind = 'r' AND attnum > 0
                    AND NOT attisdropped),
        'constraints', (SELECT jsonb_agg((conname, pg_get_constraintdef(oid)) ORDER BY conname) FROM pg_constraint
                    WHERE connamespace::regnamespace::text NOT IN {OURS}),
        'triggers', (SELECT jsonb_agg(tgname ORDER BY tgname) FROM pg_trigger WHERE NOT tgisinternal),
        'functions', (SELECT jsonb_agg(proname ORDER BY proname) FROM pg_proc
                    WHERE pronamespace = 'public'::regnamespace),
        'rows', (SELECT md5(string_agg(users::text, ',' ORDER BY id)) FROM public.users)
    )::text
"""


@pytest.fixture
def shop(database: str) -> str:
    """The DSN of a database with 2,000 users."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SHOP)
    return database


@pytest.fixture
def picture() -> Callable[[str], str]:
    """Return a function from a DSN to everything that must not change: columns, constraints, functions, rows."""

    def take(dsn: str) -> str:
        with psycopg.connect(dsn) as connection:
            row = connection.execute(PICTURE).fetchone()
        assert row is not None
        return str(row[0])

    return take


@pytest.fixture
def role(shop: str) -> Iterator[Callable[..., str]]:
    """Return a function that makes a role with these statements ({} is its name) and gives the DSN under it."""
    made: list[str] = []

    def make(*statements: str, password: str | None = None) -> str:
        name = f"role_{uuid.uuid4().hex[:10]}"
        made.append(name)
        with psycopg.connect(shop, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
            for statement in statements:
                connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
        place = urlsplit(shop)
        secret = "" if password is None else f":{password}"
        return f"postgresql://{name}{secret}@{place.path}?{place.query}"

    yield make
    with psycopg.connect(shop, autocommit=True) as connection:
        for name in made:
            connection.execute(sql.SQL("REASSIGN OWNED BY {} TO postgres").format(sql.Identifier(name)))
            connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(name)))
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@dataclass(frozen=True)
class Place:
    """Where the program runs: an empty folder, a state folder, and an environment without anybody's settings."""

    folder: Path
    state: Path

    @property
    def environ(self) -> dict[str, str]:
        ours = ("WHIMBREL_", "PG", "ANTHROPIC_", "XDG_", "DATABASE_URL", "PYTEST_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {"HOME": str(self.folder), "WHIMBREL_STATE": str(self.state), "TERM": "xterm", "COLUMNS": "200"}

    @property
    def command(self) -> list[str]:
        return [sys.executable, "-m", "agent"]

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run to the end without a terminal."""
        return subprocess.run(
            [*self.command, *arguments],
            cwd=self.folder,
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    @staticmethod
    def heed_interrupts() -> None:
        """Undo what a shell does to programs it starts in the background: they ignore Ctrl+C, and so would ours."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start in a process group of its own, without a terminal."""
        return subprocess.Popen(
            [*self.command, *arguments],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=self.heed_interrupts,
        )

    @property
    def runs(self) -> list[str]:
        return sorted(path.parent.name for path in (self.state / "runs").glob(f"*/{FILE}"))

    @property
    def events(self) -> list[e.Move | e.Narrative]:
        """Every event of the only run; empty before it begins."""
        return [entry.event for run in self.runs for entry in read(self.state / "runs" / run / FILE)]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / "project"
    folder.mkdir()
    return Place(folder=folder, state=tmp_path / "state")


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


@pytest.fixture
def whimbrel(place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Return a function that runs a command line in this process, without a terminal: sooner than in its own."""
    for name in set(os.environ) - set(place.environ):
        if name != "PYTEST_CURRENT_TEST":
            monkeypatch.delenv(name)
    for name, value in place.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(place.folder)

    def call(*arguments: str) -> Ended:
        capsys.readouterr()
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdin", io.StringIO())
            code = run_in_process(list(arguments))
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return call


@pytest.fixture
def until() -> Callable[..., Any]:
    """Ask again until the answer is true, and return it; fail after a while."""

    def wait(holds: Callable[[], T], seconds: float = 30.0) -> T:
        deadline = time.monotonic() + seconds
        while not (answer := holds()):
            assert time.monotonic() < deadline, "it never came to hold"
            time.sleep(0.02)
        return answer

    return wait
