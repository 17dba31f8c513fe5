import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry import trace

from agent.models.anthropic import AGAIN, DEFAULT_MODEL, AnthropicModel
from agent.models.base import Call, Request
from agent.models.conversation import messages_of
from evals.server import ScriptedServer
from evals.sse import events_of
from evals.turns import Cut, FailInStream, Garbage, Raw, Say, Script, Stall, Stop, Used, UseTool
from protocol.errors import ModelTrouble
from protocol.events import ModelReplied, Move, Narrative, RequestMade

Build = Callable[..., AnthropicModel]
Ask = Callable[..., Request]

TOOL = UseTool("describe_table", {"table": "orders", "deep": True, "limit": 12}, text="I look.")


async def test_text_is_streamed_in_pieces_and_returned_whole(model_at: Build, ask: Ask) -> None:
    pieces: list[str] = []
    with ScriptedServer([Say("Which table is it – “orders”?")]) as server:
        reply = await model_at(server.url).reply(ask(pieces=pieces))

    assert (reply.text, reply.stop, reply.calls) == ("Which table is it – “orders”?", "end", ())
    assert len(pieces) > 1
    assert "".join(pieces) == reply.text


async def test_a_tool_comes_with_its_arguments_and_the_blocks_verbatim(model_at: Build, ask: Ask) -> None:
    turn = UseTool("describe_table", {"table": "orders"}, text="I look.", thinking="Orders, then.")
    with ScriptedServer([turn]) as server:
        reply = await model_at(server.url).reply(ask())

    assert reply.stop == "tools"
    assert reply.calls == (Call(id="toolu_1_2", name="describe_table", arguments={"table": "orders"}),)
    assert reply.blocks == (
        {"type": "thinking", "thinking": "Orders, then.", "signature": "signed-13"},
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "toolu_1_2", "name": "describe_table", "input": {"table": "orders"}},
    )


async def test_a_request_has_what_the_service_wants_and_nothing_it_refuses(model_at: Build, ask: Ask) -> None:
    with ScriptedServer([Say("Yes.")]) as server:
        await model_at(server.url, effort="low", max_tokens=999).reply(ask("Hello."))
        (body,) = server.requests

    assert body == {
        "model": DEFAULT_MODEL,
        "max_tokens": 999,
        "stream": True,
        "system": [
            {"type": "text", "text": "You plan migrations.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}
        ],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello."}]}],
        "tools": [
            {
                "name": "describe_table",
                "description": "Describe a table.",
                "input_schema": {
                    "type": "object",
                    "properties": {"table": {"type": "string"}},
                    "additionalProperties": False,
                },
                "strict": True,
            }
        ],
        "tool_choice": {"type": "auto", "disable_parallel_tool_use": True},
        "thinking": {"type": "adaptive", "display": "summarized"},
        "output_config": {"effort": "low"},
    }


async def test_without_tools_there_is_no_choice_of_tools(model_at: Build, ask: Ask) -> None:
    with ScriptedServer([Say("Yes.")]) as server:
        await model_at(server.url).reply(ask(tools=()))
        (body,) = server.requests

    assert not {"tools", "tool_choice"} & set(body)


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("end_turn", "end"),
        ("stop_sequence", "end"),
        ("pause_turn", "again"),
        ("max_tokens", "length"),
        ("refusal", "refusal"),
        ("model_context_window_exceeded", "context"),
    ],
)
async def test_only_one_stop_reason_lets_a_tool_be_called(model_at: Build, ask: Ask, reason: str, stop: str) -> None:
    with ScriptedServer([Stop(reason, "So far.", TOOL)]) as server:
        reply = await model_at(server.url).reply(ask())

    assert (reply.stop, reply.calls) == (stop, ())
    assert reply.blocks[-1]["type"] == "tool_use"


async def test_a_stop_reason_nobody_told_us_of_is_trouble(model_at: Build, ask: Ask) -> None:
    with ScriptedServer([Stop("teleported", "Hm.", TOOL)]) as server:
        with pytest.raises(ModelTrouble, match="for a reason this version does not know"):
            await model_at(server.url).reply(ask())

        assert len(server.requests) == 1


async def test_several_tools_in_one_message_are_all_reported(model_at: Build, ask: Ask) -> None:
    blocks = tuple({"type": "tool_use", "name": "drop", "input": {"n": n}} for n in range(3))
    with ScriptedServer([Raw(blocks)]) as server:
        reply = await model_at(server.url).reply(ask())

    assert [call.arguments for call in reply.calls] == [{"n": 0}, {"n": 1}, {"n": 2}]


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(Cut(of=TOOL, after_events=1), id="before anything"),
        pytest.param(Cut(of=TOOL, after_events=8, clean=True), id="between blocks, ended cleanly"),
        pytest.param(Cut(of=TOOL, after_events=9), id="inside the arguments"),
        pytest.param(Cut(of=TOOL, after_events=9, clean=True), id="inside the arguments, ended cleanly"),
        pytest.param(Cut(of=TOOL, after_events=-2, clean=True), id="before the stop reason"),
        pytest.param(Cut(of=TOOL, after_events=-1), id="before the last event"),
        pytest.param(Cut(of=TOOL, after_events=-1, clean=True), id="before the last event, ended cleanly"),
        pytest.param(Cut(of=TOOL, after_bytes=777), id="inside an event"),
        pytest.param(Cut(of=TOOL, after_bytes=777, clean=True), id="inside an event, ended cleanly"),
        pytest.param(Garbage(), id="no JSON"),
        pytest.param(Garbage(b""), id="nothing"),
        pytest.param(Garbage(b"<html>Please log in</html>"), id="a page"),
        pytest.param(
            Garbage(b'event: message_start\ndata: {"type":"message_start"}\n\n'), id="a start without message"
        ),
        pytest.param(Garbage(b'event: message_stop\ndata: {"type":"message_stop"}\n\n'), id="an end without start"),
        pytest.param(Garbage(b"event: content_block_stop\ndata: [1]\n\n"), id="a list"),
        pytest.param(Raw(({"type": "text", "text": "No tool."},)), id="a tool announced and not named"),
        pytest.param(Raw(({"type": "tool_use", "name": "t", "input": [1]},)), id="arguments that are a list"),
        pytest.param(Raw(({"type": "tool_use", "input": {}},)), id="a tool without a name"),
        pytest.param(Raw((), None), id="no reason at all"),
        pytest.param(FailInStream("overloaded_error"), id="overloaded"),
        pytest.param(FailInStream("api_error"), id="an error of the service"),
        pytest.param(Used(TOOL, input_tokens=-1), id="negative counts"),
    ],
)
class TestBrokenOff:
    async def test_the_whole_turn_is_asked_for_again(self, model_at: Build, ask: Ask, broken: Script) -> None:
        with ScriptedServer([broken, broken, Say("Whole.")]) as server:
            reply = await model_at(server.url).reply(ask())
            first, second, third = server.requests

        assert (reply.text, reply.calls) == ("Whole.", ())
        assert first == second == third

    async def test_the_third_time_is_the_last(self, model_at: Build, ask: Ask, broken: Script) -> None:
        with ScriptedServer([broken, broken, broken, Say("Too late.")]) as server:
            with pytest.raises(ModelTrouble, match=r"asked 3 times.*it changed nothing\. Try again"):
                await model_at(server.url).reply(ask())

            assert server.left == 1


async def test_arguments_the_sdk_would_complete_in_silence_are_not_acted_on(model_at: Build, ask: Ask) -> None:
    def half(body: dict[str, Any]) -> Garbage:
        events = events_of(UseTool("t", {"table": "orders", "where": "id = 1"}), 1, str(body["model"]))
        last = max(index for index, event in enumerate(events) if b"input_json_delta" in event)
        return Garbage(b"".join(events[:last] + events[last + 1 :]))

    with ScriptedServer([half] * 3) as server, pytest.raises(ModelTrouble, match="arguments of a tool are not valid"):
        await model_at(server.url).reply(ask())


async def test_a_new_try_is_announced_where_text_was_shown(model_at: Build, ask: Ask) -> None:
    pieces: list[str] = []
    with ScriptedServer([Cut(of=Say("Half."), after_events=4), Say("Whole.")]) as server:
        reply = await model_at(server.url).reply(ask(pieces=pieces))

    assert "".join(pieces) == f"Half.{AGAIN}Whole."
    assert reply.text == "Whole."


async def test_what_a_broken_answer_used_is_counted(model_at: Build, ask: Ask) -> None:
    broken = Cut(of=Used(TOOL, input_tokens=1000), after_events=5)
    with ScriptedServer([broken, Used(Say("Yes."), input_tokens=500, output_tokens=50)]) as server:
        reply = await model_at(server.url).reply(ask())

    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (1500, 51)
    assert reply.usage.usd == pytest.approx(1500 * 4e-6 + 51 * 20e-6)


async def test_cached_input_is_counted_and_priced_as_such(model_at: Build, ask: Ask) -> None:
    turn = Used(Say("Yes."), input_tokens=10, output_tokens=1, cache_write=1_000_000, cache_read=500_000)
    with ScriptedServer([turn]) as server:
        reply = await model_at(server.url).reply(ask())

    assert reply.usage.input_tokens == 1_500_010
    assert reply.usage.usd == pytest.approx(8.0 + 0.1 + 10 * 4e-6 + 20e-6)


async def test_a_model_without_a_price_is_not_free(model_at: Build, ask: Ask) -> None:
    with ScriptedServer([Say("Yes.")]) as server:
        reply = await model_at(server.url, name="tiny-local").reply(ask())

    assert reply.usage.usd is None


async def test_the_cached_prefix_does_not_move(model_at: Build, ask: Ask) -> None:
    history: list[dict[str, Any]] = []
    with ScriptedServer([Say("One."), Say("Two."), Say("Three.")]) as server:
        model = model_at(server.url)
        for words in ("first", "second", "third"):
            history.append({"role": "user", "content": [{"type": "text", "text": words}]})
            reply = await model.reply(ask(messages=history))
            history.append({"role": "assistant", "content": list(reply.blocks)})
        prefixes = {repr((body["tools"], body["system"])) for body in server.requests}

    assert len(prefixes) == 1
    assert [len(body["messages"]) for body in server.requests] == [1, 3, 5]


@pytest.mark.parametrize("reason", ["max_tokens", "pause_turn", "tool_use", "refusal"])
async def test_the_conversation_goes_on_after_a_call_nobody_answered(model_at: Build, ask: Ask, reason: str) -> None:
    run: list[Move | Narrative] = [RequestMade(words="Add a column.", target_alias="shop")]
    with ScriptedServer([Stop(reason, "I look.", TOOL), Say("Where were we?")]) as server:
        model = model_at(server.url)
        first = await model.reply(ask(messages=messages_of(run)))
        run.append(ModelReplied(text=first.text, blocks=first.blocks, model=model.name, stop=first.stop))
        second = await model.reply(ask(messages=messages_of(run)))

    assert second.text == "Where were we?"


async def test_a_cancelled_answer_leaves_nothing_behind(model_at: Build, ask: Ask) -> None:
    shown = asyncio.Event()
    with ScriptedServer([Stall(TOOL, after_events=5), Say("Next.")]) as server:
        model = model_at(server.url)
        task = asyncio.create_task(model.reply(ask(stream=lambda _: shown.set())))
        await shown.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        reply = await model.reply(ask())

    assert reply.text == "Next."


async def test_an_error_of_the_screen_is_not_taken_for_one_of_the_model(model_at: Build, ask: Ask) -> None:
    def fail(piece: str) -> None:
        raise ValueError(piece)

    with ScriptedServer([Say("Hello there."), Say("Again.")]) as server:
        with pytest.raises(ValueError, match="Hello"):
            await model_at(server.url).reply(ask(stream=fail))

        assert server.left == 1


class Spans(trace.NoOpTracerProvider):
    """Counts the spans that are started."""

    def __init__(self) -> None:
        self.tracers = 0

    def get_tracer(self, *args: Any, **kwargs: Any) -> trace.Tracer:
        self.tracers += 1
        return super().get_tracer(*args, **kwargs)


async def test_no_span_is_recorded(model_at: Build, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    spans = Spans()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: spans)
    with ScriptedServer([Say("Yes.")]) as server:
        await model_at(server.url).reply(ask())

    assert spans.tracers == 0
