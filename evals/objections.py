"""What the real service would object to in a request, so that a script is not kinder than the service is."""

from collections.abc import Iterable, Iterator
from typing import Any

GONE = ("temperature", "top_p", "top_k")  # models of the fifth generation refuse them


def objections_to(body: dict[str, Any]) -> list[str]:
    """Return a sentence for each thing wrong with the body of a `POST /v1/messages`; none is a request it accepts."""
    return [*_wrong_fields(body), *wrong_history(body.get("messages", []))]


def wrong_history(messages: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with a history; stricter than the service in that sides must alternate."""
    if not messages or messages[0]["role"] != "user":
        yield "messages: the first message must be the user's"
    before: dict[str, Any] | None = None
    for index, message in enumerate(messages):
        where = f"messages.{index}"
        if before is not None and before["role"] == message["role"]:
            yield f"{where}: two messages of the {message['role']} in a row"
        yield from (f"{where}: {wrong}" for wrong in _wrong_content(message))
        yield from (f"{where}: {wrong}" for wrong in _wrong_results(_calls(before), message))
        before = message
    if open_calls := _calls(before):
        yield f"messages: tool_use without tool_result at the end: {', '.join(open_calls)}"


def _wrong_fields(body: dict[str, Any]) -> Iterator[str]:
    if not isinstance(body.get("max_tokens"), int) or not body.get("model"):
        yield "max_tokens and model are required"
    if body.get("stream") is not True:
        yield "this script speaks streams only"
    if "tool_choice" in body and not body.get("tools"):
        yield "tool_choice: may only be specified while providing tools"
    yield from (f"{name}: not supported by this model" for name in GONE if name in body)


def _wrong_content(message: dict[str, Any]) -> Iterator[str]:
    blocks = _blocks(message)
    if not blocks:
        yield "content must not be empty"
    if any(block["type"] == "text" and not block["text"].strip() for block in blocks):
        yield "text content blocks must contain text"
    if any(block["type"] == "thinking" and not block.get("signature") for block in blocks):
        yield "thinking without signature"
    if any(block.get("is_error") and not block.get("content") for block in blocks):
        yield "content cannot be empty if is_error is true"


def _wrong_results(calls: list[str], message: dict[str, Any]) -> Iterator[str]:
    blocks = _blocks(message)
    results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
    if sorted(results) != sorted(calls):
        yield f"tool_use {calls} is answered by tool_result {results}"
    if any(block["type"] != "tool_result" for block in blocks[: len(results)]):
        yield "tool_result must come first"


def _calls(message: dict[str, Any] | None) -> list[str]:
    return [block["id"] for block in _blocks(message or {}) if block["type"] == "tool_use"]


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content: str | Iterable[dict[str, Any]] = message.get("content", [])
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
