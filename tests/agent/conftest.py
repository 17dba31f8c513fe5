"""A plan on paper, a person who only watches, and folders for runs."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

import pytest

from agent.journal import Journal
from agent.backups import Backups
from agent.session import Session
from protocol import events as e
from protocol.changes import AddColumn
from protocol.discovery import Answer, Origin, Question, Scalar, Sheet
from protocol.drafting import draft
from protocol.facts import Activity, Environment, Facts, Figure, Key, KeyColumn, Rights, Target, ValueFacts
from protocol.limits import Limits
from protocol.names import TableName
from protocol.person import Answers, Approve, Confirm, Confirmation, Decision
from protocol.plan import Plan
from protocol.schema import Column, Index, Table
from protocol.states import State
from protocol.steps import Step
from tools.engines.dsn import Dsn
from tools.engines.postgres import Database


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
        database_bytes=Figure(value=90e6, unit="bytes", source="measured", how="on paper"),
        key=Key(index="users_pkey", columns=(KeyColumn(name="id", type="bigint"),)),
        rights=Rights(owns_table=True, can_create_schema=True, read_only=False, in_recovery=False),
        activity=Activity(
            longest_transaction=nothing, writes_per_second=nothing, sessions_on_table=nothing, replicas=nothing
        ),
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
        return draft(
            plan_id="plan-1",
            words="add a role column to users",
            change=AddColumn.from_sheet(sheet, paper_facts, value),
            sheet=sheet,
            facts=paper_facts,
            value=value,
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
                e.StepDone(step=step.id, fingerprint=plan.facts.table.fingerprint, seconds=0.25),
            )
        ]
        return (
            e.RequestMade(words=plan.request, target_alias=plan.facts.target.alias),
            *(e.AnswerGiven(answer=answer) for answer in plan.sheet.answers),
            e.FactsRead(facts=plan.facts),
            e.DiscoveryCompleted(kind="add_column"),
            e.PlanDrafted(plan=plan),
            e.PlanApproved(digest=plan.digest, by="ada"),
            *steps,
            e.CheckDone(check="column", title="Column role exists", observed="text", passed=True),
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
