"""Carry one run from its first or its next event to where it rests, and say with which exit code."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from agent.journal import Journal
from agent.loop import converse
from agent.plan_files import write_plan
from agent.session import Session
from agent.setup import Setup
from protocol.errors import DriftRefused, Refused, StepFailed, Stopped, VerificationDenied, WhimbrelError
from protocol.events import (
    AnswerGiven,
    DriftFound,
    Entry,
    PlanDrafted,
    RequestMade,
    RunPaused,
    RunResumed,
    Told,
    VerificationFailed,
)
from protocol.events import (
    StepFailed as StepFailedEvent,
)
from protocol.person import Person
from protocol.states import (
    Abandoned,
    Approval,
    Discovery,
    Done,
    Execution,
    Monitoring,
    Paused,
    Planning,
    RolledBack,
    RollingBack,
    State,
    execution_of,
    no_return_of,
)
from protocol.steps import Gate
from tools.engines.postgres import Database, lost_connection
from tools.introspect.read import read_target
from tools.steps import go_on_rolling_back

Opened = Callable[[Session], None]


async def start(setup: Setup, person: Person, words: str | None, opened: Opened = lambda _: None) -> int:
    """Begin a run with the person's words; return its exit code."""
    database = await _reached(setup)
    words = words or await person.listen()
    if words is None:
        return 0
    run = new_run_id()
    with Journal(setup.runs / run) as journal:
        session = open_session(setup, person, run, journal)
        opened(session)
        session.append(RequestMade(words=words, target_alias=database.alias, environment=setup.settings.environment))
        if setup.model_name == "guided" and setup.settings.model != "guided":
            session.append(
                Told(text="No model key is set, so I run guided: the same protocol, without a language model.")
            )
        for answer in setup.preset():
            session.append(AnswerGiven(answer=answer))
        return await _go(setup, session)


async def talk(setup: Setup, person: Person, words: str | None, opened: Opened = lambda _: None) -> int:
    """Run one request after the other until the person leaves; return the last one's exit code."""
    code = 0
    while True:
        words = words or await person.listen()
        if words is None:
            return code
        code = await start(setup, person, words, opened)
        words = None


async def resume(setup: Setup, person: Person, run: str, opened: Opened = lambda _: None) -> int:
    """Go on with a run from its journal; return its exit code."""
    await _reached(setup)
    with Journal(setup.runs / run) as journal:
        session = open_session(setup, person, run, journal)
        opened(session)
        await asyncio.to_thread(same_target, session)
        if isinstance(session.state, RollingBack):
            await go_on_rolling_back(session)
            return 0
        if isinstance(session.state, Execution) and session.state.running:
            session.append(RunPaused(reason="the program ended in the middle of a step"))
        if isinstance(session.state, Paused):
            session.append(RunResumed())
        return await _go(setup, session)


def new_run_id() -> str:
    """A name that sorts by time and is easy to type: 1122-1530-ab12."""
    return f"{datetime.now(UTC):%m%d-%H%M}-{secrets.token_hex(2)}"


def same_target(session: Session) -> None:
    """Refuse another database than the one the plan was approved for."""
    execution = execution_of(session.state)
    if execution is None:
        return
    with lost_connection(session.database), session.database.reading() as connection:
        now = read_target(connection, session.database.alias)
    planned = execution.approved.plan.facts.target
    if now.identity != planned.identity:
        raise Refused(
            f"This is {now.database} on {now.alias}, but run {session.run} was approved for {planned.database} on "
            f"{planned.alias}. Nothing was changed."
        )


def open_session(setup: Setup, person: Person, run: str, journal: Journal) -> Session:
    """Open the desk of a run; every plan drafted at it is written to the run's folder."""
    session = Session(
        run=run,
        journal=journal,
        database=_database(setup),
        person=person,
        backups=setup.backups,
        limits=setup.limits,
        code=setup.settings.code,
    )
    session.listeners.append(_plan_writer(setup.runs / run, session))
    return session


async def _go(setup: Setup, session: Session) -> int:
    model = setup.model()
    try:
        state = await converse(session, model, setup.budget())
    finally:
        close = getattr(model, "close", None)
        if close is not None:
            await close()
    return _ended(session, state)


def _ended(session: Session, state: State) -> int:
    """Map where the run rests to an exit code; what is not a success is raised with its sentence."""
    match state:
        case Done() | Monitoring():
            session.append(Told(text=_what_now(session)))
            return 0
        case Abandoned(reason=reason):
            session.append(Told(text=f"Nothing was changed: {reason}."))
            return 5
        case RolledBack():
            return 1
        case Paused(reason=reason):
            raise _why_paused(session, reason)
        case Discovery() | Planning() | Approval():
            understood = any(
                isinstance(event, AnswerGiven) and event.answer.question == "table" for event in session.history
            )
            return 5 if understood else 2
        case _:
            return 6


def _what_now(session: Session) -> str:
    run, execution = session.run, execution_of(session.state)
    final = no_return_of(execution) if execution else None
    back = f"“{final.title}” cannot be taken back" if final else f"`whimbrel rollback {run}` takes it back"
    return (
        f"`whimbrel report {run}` tells it, `whimbrel monitor {run}` takes the next reading, "
        f"`whimbrel announce {run}` has the text to post, {back}."
    )


def _why_paused(session: Session, reason: str) -> WhimbrelError:
    execution = execution_of(session.state)
    back = "" if execution and no_return_of(execution) else f", `whimbrel rollback {session.run}` takes it back"
    on = f"{reason.rstrip('.')}. {_how_on(session)}{back}."
    kinds = (StepFailedEvent, VerificationFailed, DriftFound, RunPaused)
    last = next((event for event in reversed(session.history) if isinstance(event, kinds)), None)
    match last:
        case StepFailedEvent(refused=True):
            return Refused(on)
        case StepFailedEvent():
            return StepFailed(on)
        case VerificationFailed():
            return VerificationDenied(on)
        case DriftFound():
            return DriftRefused(on)
        case _:
            return Stopped(on)


def _how_on(session: Session) -> str:
    """How to go on: at a deploy gate, by saying that what it waits for is true."""
    execution = execution_of(session.state)
    step = execution.approved.plan.step(execution.next_step or "") if execution else None
    if isinstance(step, Gate):
        plan = execution.approved.plan if execution else None
        digest = f" --approve {plan.digest[:12]} --confirm-database {plan.facts.target.database}" if plan else ""
        agreed = digest if plan and plan.environment == "production" else ""
        return f"When it is true, `whimbrel resume {session.run} --gate {step.id}{agreed}` goes on"
    return f"`whimbrel resume {session.run}` goes on"


def _plan_writer(folder: Path, session: Session) -> Callable[[Entry, State], None]:
    def write(entry: Entry, _: State) -> None:
        if isinstance(entry.event, PlanDrafted):
            write_plan(entry.event.plan, folder)
            session.append(Told(text=f"Written: {folder}/plan.md, plan.json, up.sql, down.sql (run {session.run})"))

    return write


def _database(setup: Setup) -> Database:
    return Database(setup.need_dsn(), setup.settings.limits.statement_timeout_ms)


async def _reached(setup: Setup) -> Database:
    """The database, once it has answered: a run that could not reach it leaves nothing behind."""
    database = _database(setup)
    await asyncio.to_thread(_reach, database)
    return database


def _reach(database: Database) -> None:
    with database.reading():
        pass
