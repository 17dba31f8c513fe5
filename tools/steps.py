"""Execution as a tool: one confirmed step of the approved plan. It takes a plan id and a step id, never SQL."""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from pydantic import Field

from protocol.errors import IllegalMove, Refused, ToolRefused, WhimbrelError
from protocol.events import (
    DriftFound,
    RollbackConfirmed,
    RunPaused,
    RunResumed,
    RunRolledBack,
    StepConfirmed,
    StepDone,
    StepFailed,
    StepStarted,
    StepUndone,
    Told,
)
from protocol.person import Confirm, Hold, RollBack
from protocol.states import Execution, Paused, RollingBack, execution_of
from protocol.steps import Gate, Step
from protocol.value import Value
from tools.engines.postgres import lost_connection
from tools.introspect.read import read_snapshot
from tools.planning import drifted
from tools.registry import Desk, Result, tool
from tools.running import is_in_ledger, run_step, undo_step, was_left_in_the_middle
from tools.work import Work

T = TypeVar("T")


class ExecuteStep(Value):
    plan: str = Field(description="id of the approved plan")
    step: str = Field(description="id of its next step")


class WhatNext(Value):
    reason: str = Field(description="one sentence: what happened")


@tool(phases=frozenset({"execution"}), arguments=ExecuteStep)
async def execute_step(arguments: ExecuteStep, desk: Desk) -> Result:
    """Ask the person for this one step, then run it."""
    state = desk.state
    assert isinstance(state, Execution)
    plan = state.approved.plan
    step = plan.step(arguments.step)
    if arguments.plan != plan.id or step is None or step.id != state.next_step:
        raise ToolRefused(
            f"Step `{arguments.step[:60]}` of plan `{arguments.plan[:60]}` is not the next one; nothing was done. "
            f"The next one is `{state.next_step}` of `{plan.id}`."
        )
    drift = await asyncio.to_thread(_drift_before, desk, state, step)
    if drift:
        desk.append(DriftFound(differences=drift))
        return Result(
            status="drift", said="The schema is not the approved one: " + "; ".join(drift) + ". Nothing was done."
        )
    decision = await desk.person.confirm(step, plan)
    match decision:
        case Hold():
            desk.append(RunPaused(reason=_why_held(step)))
            return Result(status="paused", said="The person wants to wait; the run is paused.")
        case RollBack(by=by):
            return await roll_back(desk, by)
        case Confirm(step=confirmed, by=by):
            desk.append(StepConfirmed(step=confirmed, by=by))
            return await _run(step, desk)


def _why_held(step: Step) -> str:
    if isinstance(step, Gate):
        return f"waiting at the gate “{step.title}” until this is true: {step.waits_for}"
    return f"the person holds before step “{step.title}”"


@tool(phases=frozenset({"paused"}), arguments=WhatNext)
async def ask_what_next(arguments: WhatNext, desk: Desk) -> Result:
    """A step or the verification did not end well: the person says whether to retry, roll back or wait."""
    state = desk.state
    assert isinstance(state, Paused)
    choice = await desk.person.after_trouble(state, state.reason or arguments.reason)
    if choice == "retry" and not state.drifted:
        desk.append(RunResumed())
        return Result(status="resumed", said="The person wants another try.")
    if choice == "roll_back":
        return await roll_back(desk, "the person")
    return Result(status="paused", said="The run stays paused.")


async def roll_back(desk: Desk, by: str) -> Result:
    """Undo every done step, last first, each in its own transaction."""
    await asyncio.to_thread(_refuse_behind_no_return, desk)
    desk.append(RollbackConfirmed(by=by))
    return await go_on_rolling_back(desk)


def _refuse_behind_no_return(desk: Desk) -> None:
    """A program killed right after the point of no return leaves that to the ledger alone."""
    execution = execution_of(desk.state)
    step = execution.approved.plan.step(execution.next_step or "") if execution else None
    if step is not None and step.is_no_return and is_in_ledger(desk.work(), step.id):
        raise IllegalMove(
            f"“{step.title}” was the point of no return, and it is done, though the journal did not know. Nothing was "
            "taken back. Resume the run; what is gone is in the backup."
        )


async def go_on_rolling_back(desk: Desk) -> Result:
    """Undo what is left; a step without an undo is only struck off."""
    state = desk.state
    assert isinstance(state, RollingBack)
    plan, work = state.execution.approved.plan, desk.work()
    work.stop.clear()
    undone = await _undo_what_the_journal_missed(desk, work, state.execution)
    for step_id in state.left:
        step = plan.step(step_id)
        if step is not None and await _in_thread(work, partial(undo_step, work, step)):
            undone.append(step_id)
        desk.append(StepUndone(step=step_id))
    desk.append(RunRolledBack())
    return Result(status="rolled_back", said="Undone: " + (", ".join(undone) or "nothing had to be undone") + ".")


async def _undo_what_the_journal_missed(desk: Desk, work: Work, execution: Execution) -> list[str]:
    """A program killed between a step's commit and its `StepDone`, or inside a step, leaves it to the ledger alone."""
    step = execution.approved.plan.step(execution.next_step or "")
    if step is None or step.undo is None:
        return []
    begun = await asyncio.to_thread(was_left_in_the_middle, work, step)
    if not await _in_thread(work, partial(undo_step, work, step, begun=begun)):
        return []
    desk.append(Told(text=f"Step `{step.id}` had been begun or committed, and the journal did not know: undone too."))
    return [step.id]


async def _run(step: Step, desk: Desk) -> Result:
    work = desk.work()
    work.stop.clear()
    desk.append(StepStarted(step=step.id))
    began = time.monotonic()
    try:
        outcome = await _in_thread(work, partial(run_step, work, step))
    except asyncio.CancelledError:
        desk.append(RunPaused(reason=f"interrupted in step “{step.title}”; what was committed stays"))
        raise
    except WhimbrelError as error:
        desk.append(StepFailed(step=step.id, reason=error.message, refused=isinstance(error, Refused)))
        return Result(status="failed", said=error.message)
    if outcome.paused:
        desk.append(RunPaused(reason=f"paused in step “{step.title}”; what was committed stays"))
        return Result(status="paused", said="The run is paused; no lock is held.")
    seconds = time.monotonic() - began
    fingerprint = await asyncio.to_thread(_fingerprint, desk, work)
    desk.append(
        StepDone(
            step=step.id,
            fingerprint=fingerprint,
            facts=outcome.facts,
            rows=dict(outcome.rows),
            seconds=round(seconds, 3),
        )
    )
    return Result(status="done", said="; ".join(f"{label}: {text}" for label, text in outcome.facts) or "done")


async def _in_thread(work: Work, run: Callable[[], T]) -> T:
    """Run blocking work in a thread; when cancelled, ask it to stop and wait until it holds nothing."""
    running = asyncio.ensure_future(asyncio.to_thread(run))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        work.stop.set()
        await asyncio.wait([running])
        if not running.cancelled() and running.exception():
            raise asyncio.CancelledError from running.exception()
        raise


def _fingerprint(desk: Desk, work: Work) -> str:
    with lost_connection(desk.database), desk.database.reading() as connection:
        return read_snapshot(connection, work.plan.watched).fingerprint


def _drift_before(desk: Desk, state: Execution, step: Step) -> tuple[str, ...]:
    """A step that the ledger knows as done has changed the table itself; that is no drift."""
    if is_in_ledger(desk.work(), step.id):
        return ()
    return drifted(desk, state.approved.plan, state.fingerprint)
