"""What the loop asks of a model, whichever it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from protocol.states import State
from protocol.value import Value


class ToolSpec(Value):
    """A tool as the model sees it; `schema_` is the JSON schema of its arguments, closed and strict."""

    name: str
    description: str
    schema_: dict[str, Any]


class Call(Value):
    """A tool the model wants called; arguments are not validated yet."""

    id: str
    name: str
    arguments: dict[str, Any]


class Usage(Value):
    input_tokens: int = 0
    output_tokens: int = 0
    usd: float | None = None


class Reply(Value):
    """One finished message. `again` asks for the same request once more with this reply appended (pause_turn).

    `blocks` are the content blocks verbatim in wire form, for the next request.
    """

    text: str
    calls: tuple[Call, ...] = ()
    stop: Literal["end", "tools", "again", "length", "refusal", "context"] = "end"
    blocks: tuple[dict[str, Any], ...] = ()
    usage: Usage = Usage()


@dataclass(frozen=True)
class Request:
    """`system` is static text of the phase, `messages` the conversation in the Messages API's wire form.

    `state` is for models that are code; `stream` takes each piece of text as it comes.
    """

    system: str
    messages: list[dict[str, Any]]
    tools: tuple[ToolSpec, ...]
    state: State
    stream: Callable[[str], None]


class Model(Protocol):
    """Leads the conversation by replying; raises ModelTrouble, ConfigurationError or BudgetSpent."""

    @property
    def name(self) -> str: ...

    async def reply(self, request: Request) -> Reply: ...
