"""The conversation in the Messages API's wire form, folded from the events of a run.

Whatever the run stopped at, the history is one the service accepts: it starts with the person, sides alternate, and
every tool the model asked for has a result in the very next message.
"""

from collections.abc import Iterable
from typing import Any

from protocol.events import ModelReplied, Move, Narrative, PersonSaid, RequestMade, ToolRefused, ToolReturned

# "Not executed" would be a guess: the program may have ended after the effect and before the event.
UNKNOWN = "Outcome unknown: verify before you go on."
OPENING = "Go on."

Block = dict[str, Any]
Message = dict[str, Any]


def messages_of(events: Iterable[Move | Narrative]) -> list[Message]:
    """Fold events into messages; the model's blocks stay verbatim, save those no request may contain.

    A result that comes before the model's next message belongs to its call, whatever was said meanwhile.
    Any other result, and a second one for the same call, is left out.
    """
    history = _History()
    for event in events:
        match event:
            case RequestMade(words=words) | PersonSaid(words=words):
                history.hear(words)
            case ToolReturned(call_id=call, content=content):
                history.answer(call, {"content": content})
            case ToolRefused(call_id=call, reason=reason):
                history.answer(call, {"content": reason.strip() or "Refused.", "is_error": True})
            case ModelReplied():
                history.speak(_sendable_blocks(event))
    history.close()
    return history.messages


class _History:
    """Whole messages, and the parts of the user's next one."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._results: dict[str, Block] = {}
        self._words: list[Block] = []

    def hear(self, words: str) -> None:
        if words.strip():
            self._words.append({"type": "text", "text": words})

    def answer(self, call: str, outcome: Block) -> None:
        self._results.setdefault(call, {"type": "tool_result", "tool_use_id": call, **outcome})

    def speak(self, blocks: list[Block]) -> None:
        if not blocks:
            return
        self.close()
        if not self.messages:
            self.messages.append({"role": "user", "content": [{"type": "text", "text": OPENING}]})
        if self.messages[-1]["role"] == "assistant":
            self.messages[-1]["content"].extend(blocks)
        else:
            self.messages.append({"role": "assistant", "content": blocks})

    def close(self) -> None:
        """Finish the user's message: results first, as the service demands, then words."""
        results = [self._results.get(call) or _unknown(call) for call in self._open_calls()]
        if content := results + self._words:
            self.messages.append({"role": "user", "content": content})
        self._results, self._words = {}, []

    def _open_calls(self) -> tuple[str, ...]:
        if not self.messages or self.messages[-1]["role"] != "assistant":
            return ()
        blocks = self.messages[-1]["content"]
        return tuple(dict.fromkeys(block["id"] for block in blocks if block["type"] == "tool_use"))


def _unknown(call: str) -> Block:
    return {"type": "tool_result", "tool_use_id": call, "content": UNKNOWN, "is_error": True}


def _sendable_blocks(event: ModelReplied) -> list[Block]:
    if event.stop == "refusal":
        return []  # while a refused answer is in the history, the service refuses what follows it too
    blocks = list(event.blocks) or [{"type": "text", "text": event.text}]
    return [block for block in blocks if _sendable(block)]


def _sendable(block: Block) -> bool:
    """Say whether a request may contain the block; an answer that was cut short leaves some that it may not."""
    match block["type"]:
        case "text":
            return bool(block["text"].strip())
        case "thinking":
            return bool(block.get("signature"))
        case _:
            return True
