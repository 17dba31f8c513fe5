"""A model behind the Messages API, streamed; the only way from the program to a vendor."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

import anthropic
import httpx2
from anthropic.lib.streaming import AsyncMessageStream, AsyncMessageStreamManager, ParsedMessageStreamEvent
from anthropic.types import MessageParam, ToolParam

from agent.models.anthropic_errors import GUIDED, explained, wait_asked
from agent.models.base import Reply, Request, ToolSpec, Usage
from agent.models.vendor import DEFAULT_MODEL, Access, access_from, has_key
from agent.models.wire import Broken, reply_of, usage_of
from protocol.errors import ConfigurationError, ModelTrouble

__all__ = ["AGAIN", "DEFAULT_MODEL", "AnthropicModel", "Effort", "has_key"]

Effort = Literal["low", "medium", "high", "xhigh", "max"]

SILENCE = 180.0  # seconds without a byte; the vendor pings every few, a server on this machine may think for minutes
CONNECT = 5.0  # seconds
LONGEST_WAIT = 30.0  # seconds; the SDK waits in silence for as long as the service says, days if need be
AGAIN = "\n\n[the answer broke off; asking again]\n\n"

# What the SDK raises on a stream that is not what it expects: it builds events without checking them.
MALFORMED = (ValueError, TypeError, AttributeError, LookupError, RuntimeError, AssertionError)


class AnthropicModel:
    """Replies with one message of `name`, asking again where an answer broke off: nothing of it was carried out.

    `max_tokens` bounds thinking and answer of one message, `timeout` is seconds of silence, `max_retries` is the SDK's
    for requests that were not answered, `pauses` are the seconds before an answer that broke off is asked for again.
    Belongs to one event loop; `close` it there.
    Raises ConfigurationError for a missing or damaged key, a damaged address, and for ANTHROPIC_LOG=debug.
    """

    def __init__(
        self,
        name: str = DEFAULT_MODEL,
        *,
        environ: Mapping[str, str] = os.environ,
        effort: Effort = "high",
        max_tokens: int = 32_000,
        timeout: float = SILENCE,
        max_retries: int = 2,
        pauses: tuple[float, ...] = (0.5, 2.0),
    ) -> None:
        self._name = name
        self._effort = effort
        self._max_tokens = max_tokens
        self._pauses = pauses
        self._access = access_from(environ)
        self._client = _client(self._access, timeout, max_retries)

    @property
    def name(self) -> str:
        return self._name

    async def close(self) -> None:
        """Close the connections; a closed model cannot reply."""
        await self._client.close()

    async def reply(self, request: Request) -> Reply:
        """Send the conversation and return the whole answer; pieces of text go to `request.stream` as they come.

        After text of an answer that broke off, AGAIN is streamed before the next try; the Reply has the last try's
        text alone, and the usage of all. Raises ConfigurationError or ModelTrouble.
        """
        lost: Usage | None = None
        for pause in (*self._pauses, None):
            incoming = _Incoming(self._name)
            try:
                reply = await self._try(request, incoming)
            except Broken as broken:
                if pause is None:
                    raise self._given_up(broken) from None
                lost = _sum(lost, incoming.usage)
                if incoming.shown:
                    request.stream(AGAIN)
                await asyncio.sleep(pause)
            else:
                return reply.model_copy(update={"usage": _sum(lost, reply.usage)})
        raise AssertionError("the last try returns or raises")

    async def _try(self, request: Request, incoming: "_Incoming") -> Reply:
        try:
            async with self._open(request) as stream:
                while (piece := await _next_piece(stream, incoming)) is not None:
                    if piece:
                        incoming.shown = True
                        request.stream(piece)
        except httpx2.TransportError as error:
            raise Broken("the connection was lost") from error
        except anthropic.AnthropicError as error:
            # Not chained: its text is the raw body, and what it wraps may quote headers.
            raise explained(error, self._name, self._access) from None
        return incoming.reply()

    def _open(self, request: Request) -> AsyncMessageStreamManager[None]:
        """Static text first and in the same bytes each time: tools and system are the cached prefix."""
        tools = [_tool(spec) for spec in request.tools]
        return self._client.messages.stream(
            model=self._name,
            max_tokens=self._max_tokens,
            system=[{"type": "text", "text": request.system, "cache_control": {"type": "ephemeral", "ttl": "1h"}}],
            messages=cast(list[MessageParam], request.messages),
            tools=tools or anthropic.omit,
            # The service refuses a choice where there is nothing to choose from.
            tool_choice={"type": "auto", "disable_parallel_tool_use": True} if tools else anthropic.omit,
            thinking={"type": "adaptive", "display": "summarized"},
            output_config={"effort": self._effort},
        )

    def _given_up(self, broken: Broken) -> ModelTrouble:
        asked = len(self._pauses) + 1
        times = "once" if asked == 1 else f"{asked} times"
        return ModelTrouble(
            f"{self._name} was asked {times} and did not finish its answer: {broken}. Nothing of it was carried out, "
            f"so it changed nothing. Try again, {GUIDED}"
        )


@dataclass
class _Incoming:
    """What came of one answer so far; `message` is set by its very last event and by nothing else."""

    model: str
    shown: bool = False
    usage: Usage | None = None
    inputs: dict[int, str] = field(default_factory=dict)
    message: dict[str, Any] | None = None

    def take(self, event: "ParsedMessageStreamEvent[None]", so_far: anthropic.types.Message) -> str:
        """Remember an event and return the text it brings."""
        match event.type:
            case "text":
                return event.text
            case "content_block_delta" if event.delta.type == "input_json_delta":
                self.inputs[event.index] = self.inputs.get(event.index, "") + event.delta.partial_json
            case "message_start" | "message_delta":
                self.usage = usage_of(so_far.usage.to_dict(warnings=False), self.model)
            case "message_stop":
                self.message = so_far.to_dict(mode="json", warnings=False)
        return ""

    def reply(self) -> Reply:
        if self.message is None:
            raise Broken("the connection was closed before its end")
        return reply_of(self.message, self.inputs, self.model)


async def _next_piece(stream: AsyncMessageStream[None], incoming: _Incoming) -> str | None:
    """Return the text the next event brings, None after the last event."""
    try:
        event = await anext(stream)
        return incoming.take(event, stream.current_message_snapshot)
    except StopAsyncIteration:
        return None
    except MALFORMED as error:
        raise Broken("it is not in the form the service promises") from error


def _client(access: Access, timeout: float, max_retries: int) -> anthropic.AsyncAnthropic:
    try:
        return anthropic.AsyncAnthropic(
            api_key=access.api_key,
            auth_token=access.auth_token,
            base_url=access.url,
            timeout=anthropic.Timeout(timeout, connect=min(CONNECT, timeout)),
            max_retries=max_retries,
            open_telemetry=False,  # its spans are on by default
            http_client=anthropic.DefaultAsyncHttpxClient(event_hooks={"response": [_do_not_wait_long]}),
        )
    except httpx2.InvalidURL:
        raise ConfigurationError(
            "ANTHROPIC_BASE_URL is not an address; nothing was sent. Unset it, or write it as https://host."
        ) from None


async def _do_not_wait_long(response: httpx2.Response) -> None:
    if wait_asked(response) > LONGEST_WAIT:
        response.headers["x-should-retry"] = "false"  # the SDK obeys it; the person is told how long to wait


def _tool(spec: ToolSpec) -> ToolParam:
    return {"name": spec.name, "description": spec.description, "input_schema": spec.schema_, "strict": True}


def _sum(lost: Usage | None, usage: Usage | None) -> Usage | None:
    """Add what was used; a price is known only if both are."""
    if lost is None or usage is None:
        return lost or usage
    return Usage(
        input_tokens=lost.input_tokens + usage.input_tokens,
        output_tokens=lost.output_tokens + usage.output_tokens,
        usd=None if lost.usd is None or usage.usd is None else lost.usd + usage.usd,
    )
