"""What a scripted model does when it is asked: one value per request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Block = dict[str, Any]


@dataclass(frozen=True)
class Say:
    """Answer with text; `thinking`, if any, comes first and is signed."""

    text: str
    thinking: str = ""


@dataclass(frozen=True)
class UseTool:
    """Ask for one tool, after some text."""

    name: str
    input: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    thinking: str = ""


@dataclass(frozen=True)
class Stop:
    """Stop for any reason, with a tool in the message even where the reason does not allow one."""

    reason: str
    text: str = ""
    tool: UseTool | None = None


@dataclass(frozen=True)
class Raw:
    """A whole message of any content blocks, as a model that obeys an attacker would send it.

    A `tool_use` without `id` gets one.
    """

    blocks: tuple[Block, ...]
    reason: str | None = "tool_use"


@dataclass(frozen=True)
class Used:
    """An answer with the token counts it claims."""

    of: Say | UseTool | Stop | Raw
    input_tokens: int = 100
    output_tokens: int = 20
    cache_write: int = 0
    cache_read: int = 0


Answer = Say | UseTool | Stop | Raw | Used


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Break an answer off after some events or bytes.

    `clean` ends the body properly, as a proxy does; otherwise the connection drops in the middle of it.
    """

    of: Answer = Say("This answer breaks off.")
    after_events: int | None = None
    after_bytes: int | None = None
    clean: bool = False

    def __post_init__(self) -> None:
        if (self.after_events is None) == (self.after_bytes is None):
            raise ValueError("a cut is after so many events or after so many bytes")


@dataclass(frozen=True)
class Stall:
    """Send some events of an answer, then nothing until the server closes."""

    of: Answer
    after_events: int


@dataclass(frozen=True)
class Silence:
    """Take the request and never answer."""


@dataclass(frozen=True)
class Fail:
    """Answer with an HTTP error; `retry_after` is in seconds."""

    status: int
    message: str = "scripted"
    retry_after: float | None = None


@dataclass(frozen=True)
class FailInStream:
    """Begin an answer with status 200, then send an `error` event of this kind."""

    kind: str = "overloaded_error"
    message: str = "scripted"
    of: Answer = Say("This answer ends in an error.")
    after_events: int = 3


@dataclass(frozen=True)
class Garbage:
    """Answer with status 200 and a body that is no stream of events."""

    body: bytes = b"event: message_start\ndata: {not json\n\n"


Turn = Say | UseTool | Stop | Raw | Used | Cut | Stall | Silence | Fail | FailInStream | Garbage
Reaction = Callable[[dict[str, Any]], Turn]
Script = Turn | Reaction
