"""A plan, its questions, and a session that is played instead of run."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from agent.chat.app import Chat
from agent.chat.controls import Controls
from protocol import events as e
from protocol.changes.add_column import AddColumn
from protocol.dependants import standing
from protocol.discovery import Answer, Origin, Question, Sheet
from protocol.facts import (
    Activity,
    Environment,
    Facts,
    Figure,
    Key,
    KeyColumn,
    Rights,
    TableFacts,
    Target,
    ValueFacts,
)
from protocol.findings import Finding, Point, Severity
from protocol.machine import advance
from protocol.names import TableName
from protocol.person import Person
from protocol.plan import Communications, Impact, Plan, Risk, RollbackPoint, Stage, Timeline
from protocol.questions import questions_of
from protocol.rates import INSTANT, NO_LOCK
from protocol.schema import Column, Index, Table
from protocol.situation import Situation
from protocol.states import Idle, State
from protocol.steps import Backup, Preflight

USERS = TableName(name="users")

VALUE = ValueFacts(type="uuid", expression="gen_random_uuid()", volatility="volatile")

CHANGE = AddColumn(table=USERS, column="token", type="uuid", nullable=False, default="gen_random_uuid()")

BACKUP_TIME = Figure(
    value=96, unit="seconds", source="estimated", how="4.5 GB at 50 MB/s, on a 2-core reference machine"
)


def measured(value: float, unit: str, how: str) -> Figure:
    return Figure(value=value, unit=unit, source="measured", how=how)


@pytest.fixture
def facts() -> Facts:
    return Facts(
        target=Target(
            alias="shop",
            database="shop_main",
            system_identifier="7300000000000000001",
            role="migrator",
            version_num=180006,
            version="18.6",
        ),
        tables=(
            TableFacts(
                table=Table(
                    name=USERS,
                    columns=(
                        Column(name="id", type="bigint", nullable=False, identity="always"),
                        Column(name="email", type="text", nullable=False),
                    ),
                    indexes=(Index(name="users_pkey", definition="…", columns=("id",), unique=True, primary=True),),
                ),
                rows=Figure(value=2_480_112, unit="rows", source="estimated", how="pg_class.reltuples"),
                heap_bytes=measured(412_000_000, "bytes", "pg_table_size"),
                index_bytes=measured(186_000_000, "bytes", "pg_indexes_size"),
                key=Key(index="users_pkey", columns=(KeyColumn(name="id", type="bigint"),)),
                dependants=(
                    standing(USERS, "foreign key from elsewhere", "orders_user_id_fkey on orders"),
                    standing(USERS, "view", "active_users"),
                ),
                writes_per_second=measured(142, "rows/s", "pg_stat_user_tables"),
                sessions=measured(11, "sessions", "pg_locks"),
            ),
        ),
        database_bytes=measured(4_800_000_000, "bytes", "pg_database_size"),
        rights=Rights(owns=True, can_create_schema=True, read_only=False, in_recovery=False),
        activity=Activity(
            longest_transaction=measured(3, "seconds", "pg_stat_activity"),
            replicas=Figure.unknown("no right to see pg_stat_replication"),
        ),
    )


@pytest.fixture
def questions() -> tuple[Question, ...]:
    return questions_of((AddColumn.questions(),))


@pytest.fixture
def sheet() -> Sheet:
    """What is known after `add a token to users`: the rest is open or assumed."""

    def answer(question: str, value: str | bool, origin: Origin, detail: str = "") -> Answer:
        return Answer(question=question, value=value, origin=origin, detail=detail)

    return Sheet(
        answers=(
            answer("table", "users", Origin.WORDS, "“add a token to users”"),
            answer("column", "token", Origin.WORDS, "“add a token to users”"),
            answer("environment", "production", Origin.SETTING, "profile shop"),
            answer("rows", "~2,480,112 rows", Origin.DATABASE, "pg_class.reltuples"),
            answer("duration", "about 3 min", Origin.DATABASE, "from the rows"),
        )
    )


@pytest.fixture
def make_plan(facts: Facts) -> Callable[..., Plan]:
    def make(environment: Environment = "production", chosen: str = "batched", errors: bool = False) -> Plan:
        situation = Situation(sheet=Sheet(), facts=facts, tables={"table": USERS}, values=(VALUE,))
        strategies = CHANGE.strategies(situation)
        steps = next(strategy.steps for strategy in strategies if strategy.id == chosen)
        return Plan(
            id="add-token",
            title=CHANGE.title,
            request="Add a random token to every user",
            environment=environment,
            changes=(CHANGE,),
            sheet=Sheet(),
            facts=facts,
            summary=CHANGE.summary,
            why="Password resets need a token for every user.",
            impact=Impact(
                breaking=(
                    Point(mark="holds", text="No column is removed or renamed."),
                    Point(mark="warns", text="Code that inserts into `users` without a column list fails."),
                    Point(mark="unknown", text="Whether anything reads `SELECT *` into fixed fields."),
                ),
                performance=(
                    ("Longest lock", INSTANT),
                    ("Disk", Figure(value=120_000_000, unit="bytes", source="estimated", how="one more version a row")),
                ),
                compatibility=(Point(mark="holds", text="The old application goes on."),),
            ),
            strategies=strategies,
            chosen=(chosen,),
            recommendation="One statement would rewrite the table under lock.",
            prerequisites=(Point(mark="holds", text="The role owns the table."),),
            steps=(
                Preflight(
                    id="preflight",
                    title="Look before anything is touched",
                    why="Rights, drift, blockers and free names are looked at while nothing has happened yet.",
                    lock="none",
                    held=NO_LOCK,
                    duration=INSTANT,
                ),
                Backup(
                    id="backup",
                    title="Back the database up",
                    why="A dump is the only way back once other work has been written on top.",
                    lock="ACCESS SHARE",
                    held=NO_LOCK,
                    duration=BACKUP_TIME,
                ),
                *steps,
            ),
            checks=CHANGE.checks(situation),
            rollback=(
                RollbackPoint(after="Add column token, empty", sql=("ALTER TABLE users DROP COLUMN token",), costs="—"),
            ),
            restore="pg_restore --clean --dbname shop_main shop_main.dump",
            testing_before=("Try it on a copy of production.",),
            testing_after=("Reset a password.",),
            risks=(
                Risk(
                    risk="A long transaction keeps the lock away",
                    likelihood="MEDIUM",
                    impact="LOW",
                    mitigation="It gives way after 100 ms and tries again.",
                ),
            ),
            overall_risk="LOW",
            timeline=Timeline(
                preparation=("Tell the team.",),
                stages=(Stage(name="Backup", duration=BACKUP_TIME), Stage(name="Add the column", duration=INSTANT)),
                total=Figure(value=200, unit="seconds", source="estimated", how="the sum of its steps"),
                when="at any time",
                who="whoever approves",
            ),
            communications=Communications(before="We add a column.", during="It is running.", after="It is done."),
            findings=(
                (
                    Finding(
                        rule="rewrite",
                        severity=Severity.ERROR,
                        message="It rewrites the table.",
                        recipe="Batch it.",
                        statement="ALTER TABLE users …",
                    ),
                )
                if errors
                else ()
            ),
        )

    return make


@pytest.fixture
def plan(make_plan: Callable[..., Plan]) -> Plan:
    return make_plan()


@pytest.fixture
def tell() -> Callable[..., State]:
    """Show events one after the other, each with the state after it; return the last."""
    state: State = Idle()
    count = 0

    def show(person: Person, *events: e.Move | e.Narrative) -> State:
        nonlocal state, count
        for event in events:
            state, count = advance(state, event), count + 1
            person.show(e.Entry(n=count, at="2026-01-01T00:00:00Z", event=event), state)
        return state

    return show


@pytest.fixture
def up_to_approval(facts: Facts, plan: Plan) -> tuple[e.Move | e.Narrative, ...]:
    return (
        e.RequestMade(words="Add a random token to every user", target_alias="shop", environment="production"),
        e.FactsRead(facts=facts),
        e.ChangeNamed(number=1, change="add_column"),
        e.DiscoveryCompleted(),
        e.PlanDrafted(plan=plan),
    )


@pytest.fixture
def approved(up_to_approval: tuple[e.Move | e.Narrative, ...], plan: Plan) -> tuple[e.Move | e.Narrative, ...]:
    return (*up_to_approval, e.PlanApproved(digest=plan.digest, by="ada"))


@pytest.fixture
def step_run(plan: Plan) -> Callable[[str], tuple[e.Move | e.Narrative, ...]]:
    """The events of a step that goes well."""

    def events(step: str) -> tuple[e.Move | e.Narrative, ...]:
        return (
            e.StepConfirmed(step=step, by="ada"),
            e.StepStarted(step=step),
            e.StepDone(step=step, fingerprint=plan.schema_before.fingerprint, seconds=0.4),
        )

    return events


@pytest.fixture
def clock() -> list[float]:
    """A clock that stands still: one number of seconds, to be set."""
    return [0.0]


@pytest.fixture
def controls() -> Controls:
    return Controls(pause=lambda: None, alias="shop", environment="production", model="guided")


@pytest.fixture
def make_chat(clock: list[float], controls: Controls) -> Callable[..., Chat]:
    def make(
        drive: Callable[[Person], Awaitable[int]], *, pause: Callable[[], None] = lambda: None, grace: float = 0.5
    ) -> Chat:
        held = replace(controls, pause=pause)
        return Chat(drive, held, by="ada", grace_seconds=grace, clock=lambda: clock[0])

    return make


@pytest.fixture
def until() -> Callable[[Pilot[Any], Callable[[], object]], Awaitable[None]]:
    """Let the app work until something holds, and fail when it never does."""

    async def wait(pilot: Pilot[Any], holds: Callable[[], object]) -> None:
        for _ in range(100):
            if holds():
                return
            await pilot.pause()
        raise AssertionError("it never came to hold")

    return wait
