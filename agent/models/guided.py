"""The model that is code: no key, no network. It calls the same tools in the same order and guesses nothing."""

import re
from typing import Any

from agent.models.base import Call, Reply, Request
from agent.models.words import hear
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
    State,
    Verification,
    plan_of,
)

STAYS_PAUSED = "stays paused"
"""What `ask_what_next` answers when the person wants to leave it at that."""

REASON = "These are the protocol's questions; what is known already is filled in for correction."


class GuidedModel:
    """Leads by looking at the state and at what came last."""

    name = "guided"

    def __init__(self) -> None:
        self._calls = 0

    async def reply(self, request: Request) -> Reply:
        said, result = _latest(request.messages)
        match request.state:
            case Discovery():
                return self._discover(said, result)
            case Planning():
                strategy = re.search(r"wants strategy ([\w,]+)", result)
                return self._call("draft_plan", strategy=strategy[1] if strategy else "recommended")
            case Approval(plan=plan):
                return self._call("request_approval", plan=plan.id)
            case Execution():
                return self._call("execute_step", plan=_plan_id(request.state), step=request.state.next_step)
            case Verification():
                return self._call("verify", plan=_plan_id(request.state))
            case Paused(reason=reason) if STAYS_PAUSED not in result:
                return self._call("ask_what_next", reason=reason)
            case _:
                return Reply(text=_farewell(request.state))

    def _discover(self, said: str, result: str) -> Reply:
        words = said or result.removeprefix("said: ") if said or result.startswith("said: ") else ""
        if not words:
            return self._call("ask_person", reason=REASON)
        hearing = hear(words, running=bool(result))
        if hearing.problem:
            return Reply(text=hearing.problem)
        heard = [item.model_dump() for item in hearing.heard]
        return self._call("propose_change", number=1, kind="add_column", heard=heard)

    def _call(self, tool: str, **arguments: Any) -> Reply:
        self._calls += 1
        call = Call(id=f"guided-{self._calls}", name=tool, arguments=arguments)
        block = {"type": "tool_use", "id": call.id, "name": tool, "input": arguments}
        return Reply(text="", calls=(call,), stop="tools", blocks=(block,))


def _plan_id(state: State) -> str:
    plan = plan_of(state)
    assert plan is not None
    return plan.id


def _latest(messages: list[dict[str, Any]]) -> tuple[str, str]:
    """What the person said since the last reply, and the last tool result; empty where there is none."""
    content = messages[-1]["content"] if messages else []
    if isinstance(content, str):
        return content, ""
    said = "\n".join(
        block["text"] for block in content if block["type"] == "text" and not block["text"].startswith("<")
    )
    results = [_text(block["content"]) for block in content if block["type"] == "tool_result"]
    return said, results[-1] if results else ""


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


def _farewell(state: State) -> str:
    match state:
        case Monitoring():
            return "Done and verified. The watch has begun."
        case Done():
            return "Done, verified and watched."
        case Paused(reason=reason):
            return f"Paused: {reason.rstrip('.')}. `whimbrel resume` goes on from here."
        case RolledBack():
            return "Everything was taken back."
        case Abandoned(reason=reason):
            return f"Nothing was changed. ({reason})"
        case _:
            return "I wait for you."
