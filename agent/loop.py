"""One conversation: ask the model, check its wish against the phase, call the tool, append what happened."""

from agent.models.base import Call, Model, Reply, Request, ToolSpec
from agent.models.budget import Budget
from agent.models.conversation import messages_of
from agent.session import Session
from prompts import render
from protocol.errors import IllegalMove, Refused, ToolRefused
from protocol.events import ModelReplied, PersonSaid, Told, ToolReturned
from protocol.events import ToolRefused as ToolWasRefused
from protocol.kinds_text import kinds_told
from protocol.states import FINAL, Monitoring, Paused, State
from tools.registry import Tool
from tools.toolbox import call, legal_in

LENGTH = "The model's message was cut at its length limit; nothing of it was carried out."
REFUSAL = "The model refused to go on. Nothing was changed by that. Say it differently, or use --model guided."
CONTEXT = "The conversation is too long for the model. Nothing is lost: `whimbrel resume --model guided` goes on."

PROMPTS = {
    phase: phase for phase in ("discovery", "planning", "approval", "execution", "paused", "verification", "monitoring")
}
"""Phase -> its prompt; every other phase has ended or rests."""

SAID = {"length": LENGTH, "refusal": REFUSAL, "context": CONTEXT}


async def converse(session: Session, model: Model, budget: Budget) -> State:
    """Run the conversation until the run rests: done, watched, paused, abandoned, or the person has left."""
    while True:
        budget.check()
        reply = await model.reply(_request(session))
        budget.spend(reply)
        session.append(_replied(reply, model.name))
        if reply.stop in SAID:
            session.append(Told(text=SAID[reply.stop]))
        for wish in reply.calls:
            await _carry_out(session, wish)
        if reply.calls or reply.stop == "again":
            continue
        if isinstance(session.state, (*FINAL, Monitoring, Paused)):
            return session.state
        words = await session.person.listen()
        if words is None:
            return session.state
        session.append(PersonSaid(words=words))


async def _carry_out(session: Session, wish: Call) -> None:
    """Run one tool; a refusal goes back to the model as a result, and is written down."""
    try:
        result = await call(wish.name, wish.arguments, session)
    except (ToolRefused, IllegalMove) as refused:
        session.append(ToolWasRefused(call_id=wish.id, tool=wish.name, reason=refused.message))
        return
    except Refused as refused:
        session.append(ToolWasRefused(call_id=wish.id, tool=wish.name, reason=refused.message))
        raise
    session.append(ToolReturned(call_id=wish.id, tool=wish.name, content=f"{result.status}: {result.said}"))


def prefix_of(phase: str) -> tuple[str, tuple[ToolSpec, ...]]:
    """Return what every request of a phase begins with: the system text and the tools."""
    system = render("protocol") + "\n\n" + render(PROMPTS.get(phase, "ended"))
    return system, tuple(_spec(tool) for tool in legal_in(phase))


def _request(session: Session) -> Request:
    system, tools = prefix_of(session.state.phase)
    return Request(
        system=system,
        messages=messages_of(session.history),
        tools=tools,
        state=session.state,
        stream=session.person.stream,
    )


def _spec(tool: Tool) -> ToolSpec:
    return ToolSpec(name=tool.name, description=render(f"tool_{tool.name}", kinds=kinds_told()), schema_=tool.schema)


def _replied(reply: Reply, model: str) -> ModelReplied:
    return ModelReplied(
        text=reply.text,
        blocks=reply.blocks,
        model=model,
        stop=reply.stop,
        input_tokens=reply.usage.input_tokens,
        output_tokens=reply.usage.output_tokens,
        usd=reply.usage.usd,
    )
