"""The model that is code: no key, no network. It calls the same tools in the same order and guesses nothing."""

import re
from typing import Any

from agent.models.base import Call, Reply, Request
from agent.models.hearing import HeardChange, hear
from protocol.changes import kinds
from protocol.discovery import Scalar, numbered
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
from tools.discover import Heard

STAYS_PAUSED = "stays paused"
"""What `ask_what_next` answers when the person wants to leave it at that."""

REASON = "These are the protocol's questions; what is known already is filled in for correction."


class GuidedModel:
    """Leads by looking at the state and at what came last."""

    name = "guided"

    def __init__(self) -> None:
        self._number = 0

    async def reply(self, request: Request) -> Reply:
        said, result = _latest(request.messages)
        match request.state:
            case Discovery() as state:
                return self._discover(state, said, result)
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

    def _discover(self, state: Discovery, said: str, result: str) -> Reply:
        words = said or result.removeprefix("said: ") if said or result.startswith("said: ") else ""
        if not words:
            return self._call("ask_person", reason=REASON)
        hearing = hear(words, kinds(), _running(state))
        if hearing.problem:
            return Reply(text=hearing.problem)
        wishes = [("propose_change", _proposal(change)) for change in hearing.changes]
        return self._calling("\n".join(hearing.notes), *wishes)

    def _call(self, tool: str, **arguments: Any) -> Reply:
        return self._calling("", (tool, arguments))

    def _calling(self, text: str, *wishes: tuple[str, dict[str, Any]]) -> Reply:
        """One reply with every call, and what is said beside them."""
        blocks: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
        calls: list[Call] = []
        for tool, arguments in wishes:
            self._number += 1
            calls.append(Call(id=f"guided-{self._number}", name=tool, arguments=arguments))
            blocks.append({"type": "tool_use", "id": calls[-1].id, "name": tool, "input": arguments})
        return Reply(text=text, calls=tuple(calls), stop="tools", blocks=tuple(blocks))


def _proposal(change: HeardChange) -> dict[str, Any]:
    return {"number": change.number, "kind": change.kind, "heard": [item.model_dump() for item in change.heard]}


def _running(state: Discovery) -> tuple[HeardChange, ...]:
    """The changes so far with the answers to their own questions, as a hearing knows them."""
    return tuple(_so_far(state, number, kind) for number, kind in enumerate(state.changes, 1))


def _so_far(state: Discovery, number: int, kind: str) -> HeardChange:
    answers = ((question.id, state.sheet.get(numbered(question.id, number))) for question in kinds()[kind].questions())
    heard = (Heard(question=name, value=_said(answer.value), quote="") for name, answer in answers if answer)
    return HeardChange(kind, tuple(heard), number)


def _said(value: Scalar) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


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
