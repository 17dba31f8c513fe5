"""A recorded conversation: what the model did, turn by turn, and the prefix it was asked with."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from agent.loop import prefix_of
from evals.turns import Block, Raw
from protocol.errors import UsageError
from protocol.value import Value, fingerprint_of

Origin = Literal["authored", "recorded", "guided", "live"]
"""Written by hand, or taken from a vendor's model; the last two are never in a file."""


class ToolCall(Value):
    tool: str
    input: dict[str, Any]


class RecordedTurn(Value):
    """One message of the model.

    `phase` is the one it was asked in. `after` is what it heard last: the first word of a tool's result, `refused`, or
    `words`. Facts in results may change from run to run; these words may not.
    """

    phase: str
    after: str
    say: str = ""
    calls: tuple[ToolCall, ...] = ()
    stop: str | None = None

    @property
    def answer(self) -> Raw:
        """The same message for the scripted server."""
        text: tuple[Block, ...] = ({"type": "text", "text": self.say},) if self.say else ()
        calls = tuple({"type": "tool_use", "name": call.tool, "input": call.input} for call in self.calls)
        return Raw((*text, *calls), self.stop or ("tool_use" if calls else "end_turn"))


class Recording(Value):
    """`prefixes` are fingerprints of system text and tools, by phase, as they were when this was recorded."""

    origin: Literal["authored", "recorded"]
    model: str
    prefixes: dict[str, str]
    turns: tuple[RecordedTurn, ...] = Field(min_length=1)

    @property
    def phases(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(turn.phase for turn in self.turns))

    @property
    def changed(self) -> tuple[str, ...]:
        """The phases whose prompt or tools are no longer those it was recorded with."""
        return tuple(phase for phase in self.phases if self.prefixes.get(phase) != prefix_today(phase))


def load(path: Path) -> Recording:
    """Read a recording; raise UsageError."""
    try:
        return Recording.model_validate_json(path.read_text("utf-8"))
    except (OSError, ValidationError) as error:
        raise UsageError(f"{path} is no recording: {error}") from None


def save(recording: Recording, path: Path) -> None:
    content = recording.model_dump(mode="json", exclude_defaults=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


def prefix_today(phase: str) -> str:
    """Fingerprint what a request of this phase begins with, as today's prompts and tools make it."""
    system, tools = prefix_of(phase)
    return _fingerprint(system, ((tool.name, tool.description, tool.schema_) for tool in tools))


def prefix_sent(body: dict[str, Any]) -> str:
    """Fingerprint the same of a request that was sent."""
    tools = ((tool["name"], tool["description"], tool["input_schema"]) for tool in body.get("tools", []))
    return _fingerprint("".join(block["text"] for block in body["system"]), tools)


def heard_last(messages: list[dict[str, Any]]) -> str:
    """Return what the last message of the user answers: a result's first word, `refused`, or `words`."""
    results = [block for block in messages[-1]["content"] if block["type"] == "tool_result"]
    if not results:
        return "words"
    if any(result.get("is_error") for result in results):
        return "refused"
    return str(results[-1]["content"]).partition(":")[0]


def _fingerprint(system: str, tools: Iterable[tuple[str, str, dict[str, Any]]]) -> str:
    return fingerprint_of({"system": system, "tools": [list(tool) for tool in tools]})
