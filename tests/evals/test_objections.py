from typing import Any

import pytest

from evals.objections import objections_to

USER = {"role": "user", "content": "Hello."}
USE = {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "t", "input": {}}]}
RESULT = {"type": "tool_result", "tool_use_id": "a", "content": "r"}
BODY: dict[str, Any] = {"model": "m", "max_tokens": 9, "stream": True, "messages": [USER]}


def test_a_sound_request_has_none() -> None:
    messages = [USER, USE, {"role": "user", "content": [RESULT, {"type": "text", "text": "And?"}]}]

    assert objections_to({**BODY, "messages": messages}) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"model": ""}, "required"),
        ({"stream": False}, "streams only"),
        ({"top_k": 1}, "top_k: not supported"),
        ({"tool_choice": {"type": "auto"}}, "only be specified while providing tools"),
        ({"messages": []}, "first message"),
        ({"messages": [USE]}, "first message"),
        ({"messages": [USER, USER]}, "in a row"),
        ({"messages": [USER, USE]}, "without tool_result at the end: a"),
        ({"messages": [USER, USE, USER]}, "is answered by"),
        ({"messages": [USER, USE, {"role": "user", "content": [RESULT, RESULT]}]}, "is answered by"),
        ({"messages": [{"role": "user", "content": [RESULT]}]}, "is answered by"),
        ({"messages": [USER, USE, {"role": "user", "content": [{"type": "text", "text": "x"}, RESULT]}]}, "come first"),
        ({"messages": [{"role": "user", "content": " "}]}, "must contain text"),
        ({"messages": [{"role": "user", "content": []}]}, "must not be empty"),
        ({"messages": [USER, {"role": "assistant", "content": [{"type": "thinking", "thinking": "t"}]}]}, "signature"),
        (
            {"messages": [USER, USE, {"role": "user", "content": [{**RESULT, "content": "", "is_error": True}]}]},
            "cannot be empty",
        ),
    ],
)
def test_a_request_the_service_refuses_has_its_reason(fields: dict[str, Any], told: str) -> None:
    assert any(told in objection for objection in objections_to({**BODY, **fields}))
