"""The bytes of a scripted answer: server-sent events of the Messages API."""

import json
from typing import Any

from evals.turns import Answer, Block, Raw, Say, Stop, Used, UseTool

CHUNK = 7  # characters; small, so that a cut falls inside words and inside a tool's arguments


def events_of(answer: Answer, number: int, model: str) -> list[bytes]:
    """Return the events of the `number`th answer, each ready to send."""
    used = answer if isinstance(answer, Used) else Used(answer)
    message = _raw(used.of)
    blocks = [_with_id(block, number, index) for index, block in enumerate(message.blocks)]
    parts = [event for index, block in enumerate(blocks) for event in _block_events(index, block)]
    return [
        _event("message_start", message=_opening(used, number, model)),
        _event("ping"),
        *parts,
        _event(
            "message_delta",
            delta={"stop_reason": message.reason, "stop_sequence": None},
            usage={"output_tokens": used.output_tokens},
        ),
        _event("message_stop"),
    ]


def error_event(kind: str, message: str) -> bytes:
    return _event("error", error={"type": kind, "message": message})


def _raw(answer: Say | UseTool | Stop | Raw) -> Raw:
    match answer:
        case Raw():
            return answer
        case Say(text=text, thinking=thinking):
            return Raw((*_thinking(thinking), *_text(text)), "end_turn")
        case UseTool():
            return Raw(_tool_blocks(answer), "tool_use")
        case Stop(reason=reason, text=text, tool=tool):
            return Raw((*_text(text), *(_tool_blocks(tool) if tool else ())), reason)


def _tool_blocks(tool: UseTool) -> tuple[Block, ...]:
    use = {"type": "tool_use", "name": tool.name, "input": tool.input}
    return (*_thinking(tool.thinking), *_text(tool.text), use)


def _text(text: str) -> tuple[Block, ...]:
    return ({"type": "text", "text": text},) if text else ()


def _thinking(thinking: str) -> tuple[Block, ...]:
    return ({"type": "thinking", "thinking": thinking, "signature": f"signed-{len(thinking)}"},) if thinking else ()


def _with_id(block: Block, number: int, index: int) -> Block:
    return {"id": f"toolu_{number}_{index}", **block} if block["type"] == "tool_use" else block


def _opening(used: Used, number: int, model: str) -> dict[str, Any]:
    usage = {
        "input_tokens": used.input_tokens,
        "cache_creation_input_tokens": used.cache_write,
        "cache_read_input_tokens": used.cache_read,
        "output_tokens": 1,
    }
    return {
        "id": f"msg_{number}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }


def _block_events(index: int, block: Block) -> list[bytes]:
    start, deltas = _start_and_deltas(block)
    return [
        _event("content_block_start", index=index, content_block=start),
        *(_event("content_block_delta", index=index, delta=delta) for delta in deltas),
        _event("content_block_stop", index=index),
    ]


def _start_and_deltas(block: Block) -> tuple[Block, list[Block]]:
    match block["type"]:
        case "text":
            return {**block, "text": ""}, [{"type": "text_delta", "text": piece} for piece in _pieces(block["text"])]
        case "thinking":
            deltas = [{"type": "thinking_delta", "thinking": piece} for piece in _pieces(block["thinking"])]
            signature = {"type": "signature_delta", "signature": block.get("signature", "")}
            return {**block, "thinking": "", "signature": ""}, [*deltas, signature]
        case "tool_use":
            text = json.dumps(block["input"])
            return {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": p} for p in _pieces(text)]
        case _:
            return block, []


def _pieces(text: str) -> list[str]:
    return [text[start : start + CHUNK] for start in range(0, len(text), CHUNK)]


def _event(kind: str, **fields: Any) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()
