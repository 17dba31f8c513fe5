"""Verification and the watch as tools."""

import asyncio

from pydantic import Field

from protocol.errors import ToolRefused
from protocol.events import SignalRead, StepDone, VerificationFailed, VerificationPassed
from protocol.plan import Plan
from protocol.states import Verification, plan_of
from protocol.value import Value
from tools.engines.postgres import lost_connection
from tools.monitor import DELETED, compare, read_signals
from tools.registry import Desk, Result, tool
from tools.verify import Before, run_checks


class Verify(Value):
    plan: str = Field(description="id of the executed plan")


class Watch(Value):
    plan: str = Field(description="id of the executed plan")


@tool(phases=frozenset({"verification"}), arguments=Verify)
async def verify(arguments: Verify, desk: Desk) -> Result:
    """Ask the database everything the plan promised, and say what it answered."""
    plan = _plan(desk, arguments.plan)
    await asyncio.to_thread(_check, desk, plan)
    state = desk.state
    assert isinstance(state, Verification)
    if state.failed:
        reason = "verification does not confirm the migration: " + ", ".join(state.failed)
        desk.append(VerificationFailed(reason=reason))
        return Result(status="failed", said=reason)
    desk.append(VerificationPassed())
    await asyncio.to_thread(read_watch, desk, plan)
    return Result(status="passed", said="Every check passed; the watch has begun.")


@tool(phases=frozenset({"monitoring"}), arguments=Watch)
async def watch(arguments: Watch, desk: Desk) -> Result:
    """Read the signals of the watch once more."""
    plan = _plan(desk, arguments.plan)
    readings = await asyncio.to_thread(read_watch, desk, plan)
    return Result(
        status="read", said="; ".join(f"{r.signal}: {r.now} (before: {r.baseline}), {r.state}" for r in readings)
    )


def read_watch(desk: Desk, plan: Plan) -> tuple[SignalRead, ...]:
    """Read every signal and judge it against its value before the first step."""
    before = baseline(desk)
    with lost_connection(desk.database), desk.database.reading() as connection:
        now = read_signals(connection, plan.watched)
    readings = tuple(compare(name, figure, before.get(name)) for name, figure in now.items() if name != DELETED)
    for reading in readings:
        desk.append(reading)
    return readings


def baseline(desk: Desk) -> dict[str, float]:
    """The first reading of each signal: pre-flight takes it."""
    first: dict[str, float] = {}
    for event in desk.history:
        if isinstance(event, SignalRead):
            first.setdefault(event.signal, event.value)
    return first


def _check(desk: Desk, plan: Plan) -> None:
    rows = next((e.rows for e in desk.history if isinstance(e, StepDone) and e.rows), {})
    with lost_connection(desk.database):
        for result in run_checks(desk.database, plan, Before(rows=rows, deleted=baseline(desk).get(DELETED))):
            desk.append(result)


def _plan(desk: Desk, plan_id: str) -> Plan:
    plan = plan_of(desk.state)
    if plan is None or plan.id != plan_id:
        raise ToolRefused(f"There is no executed plan `{plan_id[:60]}`. Nothing was done.")
    return plan
