"""What leaving means: the exit code, and the few lines that stay in the scrollback."""

from agent.chat.phase_sign import phase_sign
from agent.chat.visible import visible
from protocol.errors import Interrupted, Stopped
from protocol.states import FINAL, Idle, Monitoring, Paused, State, plan_of


def code_when_left(state: State, returned: int | None) -> int:
    """Return the exit code of a session that was cancelled in `state`; `returned` is what it said itself."""
    if isinstance(state, Paused):
        return Stopped.exit_code if returned is None else returned
    if isinstance(state, (Idle, Monitoring, *FINAL)):
        return returned or 0
    return Interrupted.exit_code


def farewell(state: State, last_told: str) -> str:
    """Sum a session up: phase, plan, and the last thing the program told."""
    plan = plan_of(state)
    head = f"whimbrel: {phase_sign(state)}"
    if plan is not None:
        head += f", plan {plan.digest[:12]}, {visible(plan.title)}"
    return "\n".join(part for part in (head, visible(last_told)) if part)
