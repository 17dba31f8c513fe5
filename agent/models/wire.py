"""A finished message of the Messages API, parsed at the door; knows no SDK."""

import json
from typing import Any, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError

from agent.models.base import Call, Reply, Usage
from agent.models.price import Tokens, usd_of
from protocol.errors import ModelTrouble

STOPS: dict[str, Literal["end", "tools", "again", "length", "refusal", "context"]] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "tool_use": "tools",
    "pause_turn": "again",
    "max_tokens": "length",
    "refusal": "refusal",
    "model_context_window_exceeded": "context",
}


class Broken(Exception):
    """An answer ended before it was complete, or is not what the wire promises; nothing of it may be used."""


class _Door(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")  # the vendor adds fields at any time


class WireUsage(_Door):
    """Input tokens do not include the two cache counts; a count is None where there was no cache."""

    input_tokens: NonNegativeInt = 0
    output_tokens: NonNegativeInt = 0
    cache_creation_input_tokens: NonNegativeInt | None = None
    cache_read_input_tokens: NonNegativeInt | None = None


class WireMessage(_Door):
    content: tuple[dict[str, Any], ...]
    stop_reason: str
    usage: dict[str, Any]


class WireToolUse(_Door):
    id: str
    name: str
    input: dict[str, Any]


def usage_of(wire: dict[str, Any], model: str) -> Usage:
    """Return input (cached or not) and output tokens, and their price in US dollars; raise ValidationError."""
    usage = WireUsage.model_validate(wire)
    tokens = Tokens(
        fresh=usage.input_tokens,
        cache_write=usage.cache_creation_input_tokens or 0,
        cache_read=usage.cache_read_input_tokens or 0,
        output=usage.output_tokens,
    )
    return Usage(input_tokens=tokens.input, output_tokens=tokens.output, usd=usd_of(model, tokens))


def reply_of(wire: dict[str, Any], inputs: dict[int, str], model: str) -> Reply:
    """Turn a complete message into a Reply; `inputs` is the JSON text of each block's arguments as it was streamed.

    Raises Broken for a message that is not whole, ModelTrouble for a stop reason nobody told us of.
    """
    try:
        message = WireMessage.model_validate(wire)
        calls = _calls(message, inputs)
        usage = usage_of(message.usage, model)
    except ValidationError as error:
        raise Broken("it is not in the form the service promises") from error
    if message.stop_reason not in STOPS:
        _unknown_stop(model)
    return Reply(
        text="".join(str(block.get("text", "")) for block in message.content if block.get("type") == "text"),
        calls=calls,
        stop=STOPS[message.stop_reason],
        blocks=message.content,
        usage=usage,
    )


def _calls(message: WireMessage, inputs: dict[int, str]) -> tuple[Call, ...]:
    """Only `tool_use` asks for anything to be done: under `max_tokens` or `refusal` a call may be half a call."""
    if message.stop_reason != "tool_use":
        return ()
    calls = tuple(
        _call(block, inputs.get(index, ""))
        for index, block in enumerate(message.content)
        if block.get("type") == "tool_use"
    )
    if not calls:
        raise Broken("it announces a tool and names none")
    return calls


def _call(block: dict[str, Any], streamed: str) -> Call:
    tool_use = WireToolUse.model_validate(block)
    # The SDK completes half a JSON object in silence; arguments cut short are never acted on.
    if streamed.strip() and _strict(streamed) != tool_use.input:
        raise Broken("the arguments of a tool are not complete")
    return Call(id=tool_use.id, name=tool_use.name, arguments=tool_use.input)


def _strict(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_number)
    except ValueError as error:
        raise Broken("the arguments of a tool are not valid JSON") from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _unknown_stop(model: str) -> NoReturn:
    raise ModelTrouble(
        f"{model} stopped for a reason this version does not know; nothing of its answer was carried out, so "
        "it changed nothing. Try again, or update."
    )
