"""A real client against a scripted server, with waits small enough for tests."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from agent.models.anthropic import AnthropicModel
from agent.models.base import Request, ToolSpec
from protocol.states import Idle

KEY = "sk-ant-canary-4711-do-not-show"
CLOSED = {"type": "object", "properties": {"table": {"type": "string"}}, "additionalProperties": False}
DESCRIBE = ToolSpec(name="describe_table", description="Describe a table.", schema_=CLOSED)


@pytest.fixture
def key() -> str:
    return KEY


@pytest.fixture
async def model_at() -> AsyncIterator[Callable[..., AnthropicModel]]:
    """Return a function from a server's address to a model that is closed when the test ends."""
    models: list[AnthropicModel] = []

    def build(url: str, **options: Any) -> AnthropicModel:
        environ = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": url} | options.pop("environ", {})
        settings: dict[str, Any] = {"max_retries": 0, "timeout": 5.0, "pauses": (0.0, 0.0)}
        models.append(AnthropicModel(environ=environ, **settings | options))
        return models[-1]

    yield build
    for model in models:
        await model.close()


@pytest.fixture
def ask() -> Callable[..., Request]:
    """Return a function from messages to a request; `pieces` takes what is streamed."""

    def build(words: str = "Add a column.", *, pieces: list[str] | None = None, **fields: Any) -> Request:
        taken = [] if pieces is None else pieces
        given: dict[str, Any] = {
            "system": "You plan migrations.",
            "messages": [{"role": "user", "content": [{"type": "text", "text": words}]}],
            "tools": (DESCRIBE,),
            "state": Idle(),
            "stream": taken.append,
        }
        return Request(**given | fields)

    return build
