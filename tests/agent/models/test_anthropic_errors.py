import logging
import socket
from collections.abc import Callable

import pytest

from agent.models.anthropic import AnthropicModel
from agent.models.base import Request
from evals.server import ScriptedServer
from evals.turns import Cut, Fail, FailInStream, Say, Silence, Stall
from protocol.errors import ConfigurationError, ModelTrouble, WhimbrelError

Build = Callable[..., AnthropicModel]
Ask = Callable[..., Request]


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (400, ModelTrouble, "malformed (400); this changed nothing. Start a new run"),
        (401, ConfigurationError, "did not accept the key (401); this changed nothing. Check ANTHROPIC_API_KEY"),
        (402, ModelTrouble, "cannot pay for this request (402); this changed nothing. Add credit"),
        (403, ConfigurationError, "may not use claude-opus-5-5 at 127.0.0.1 (403); this changed nothing."),
        (404, ConfigurationError, "knows no model claude-opus-5-5 (404); this changed nothing. Check `--model`"),
        (413, ModelTrouble, "too long for 127.0.0.1 (413); this changed nothing. Start a new run"),
        (418, ModelTrouble, "refused the request (418); this changed nothing. Try again later"),
        (429, ModelTrouble, "allows no more requests for now (429); this changed nothing. Try again later"),
        (500, ModelTrouble, "has trouble of its own (500); this changed nothing. Try again later"),
        (503, ModelTrouble, "has trouble of its own (503); this changed nothing. Try again later"),
        (529, ModelTrouble, "is overloaded (529); this changed nothing. Try again later"),
    ],
)
async def test_a_status_is_told_in_a_sentence(
    model_at: Build, ask: Ask, status: int, error: type[WhimbrelError], told: str
) -> None:
    with ScriptedServer([Fail(status, "too bad")]) as server, pytest.raises(error) as raised:
        await model_at(server.url).reply(ask())

    assert told in raised.value.message
    assert raised.value.message.endswith("or go on without a model: `--model guided`. It said: “too bad”")


@pytest.mark.parametrize(
    ("kind", "error"), [("authentication_error", ConfigurationError), ("invalid_request_error", ModelTrouble)]
)
async def test_an_error_in_a_stream_that_will_come_again_is_not_asked_for_again(
    model_at: Build, ask: Ask, kind: str, error: type[WhimbrelError]
) -> None:
    with ScriptedServer([FailInStream(kind), Say("No.")]) as server:
        with pytest.raises(error):
            await model_at(server.url).reply(ask())

        assert server.left == 1


@pytest.mark.parametrize("status", [429, 500, 529])
async def test_what_may_pass_is_tried_again_after_the_time_the_service_asks_for(
    model_at: Build, ask: Ask, status: int
) -> None:
    with ScriptedServer([Fail(status, retry_after=0.01), Fail(status, retry_after=0.01), Say("Now.")]) as server:
        reply = await model_at(server.url, max_retries=2).reply(ask())

    assert reply.text == "Now."


async def test_the_time_to_wait_is_told(model_at: Build, ask: Ask) -> None:
    with (
        ScriptedServer([Fail(429, retry_after=30)]) as server,
        pytest.raises(ModelTrouble, match="Try again in 30 seconds"),
    ):
        await model_at(server.url).reply(ask())


@pytest.mark.parametrize(
    "turn",
    [
        Fail(401, "{key} is wrong"),
        Fail(500, "Bearer {key}"),
        Fail(400, "sk-other-key-1"),
        FailInStream("api_error", "{key}"),
        FailInStream("permission_error", "{key}"),
    ],
)
async def test_no_key_is_told_even_if_the_service_repeats_it(
    model_at: Build, ask: Ask, key: str, turn: Fail | FailInStream, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    spoiled = type(turn)(**{**vars(turn), "message": turn.message.format(key=key)})
    with ScriptedServer([spoiled] * 3) as server:
        with pytest.raises(WhimbrelError) as raised:
            await model_at(server.url).reply(ask())
        bodies = repr(server.requests)

    assert "sk-" not in raised.value.message
    assert key not in bodies + caplog.text + repr(raised.value)


async def test_a_token_of_any_form_is_not_told(model_at: Build, ask: Ask) -> None:
    environ = {"ANTHROPIC_API_KEY": "", "ANTHROPIC_AUTH_TOKEN": "gateway/4711=="}
    with ScriptedServer([Fail(403, "gateway/4711== is not known here")]) as server:
        with pytest.raises(ConfigurationError, match="It said: “… is not known here”"):
            await model_at(server.url, environ=environ).reply(ask())

        assert server.left == 0


@pytest.mark.parametrize(("asked", "told"), [(3600, "in 3600 seconds"), (10_000_000, "later")])
async def test_a_long_wait_is_told_and_not_waited_for(model_at: Build, ask: Ask, asked: float, told: str) -> None:
    with ScriptedServer([Fail(429, retry_after=asked), Say("An hour later.")]) as server:
        with pytest.raises(ModelTrouble, match=f"Try again {told}"):
            await model_at(server.url, max_retries=2).reply(ask())

        assert server.left == 1


async def test_a_long_message_is_cut_and_control_characters_are_gone(model_at: Build, ask: Ask) -> None:
    with (
        ScriptedServer([Fail(400, "a\x1b[31m\u202eb\u200bc\n" + "x" * 5000)]) as server,
        pytest.raises(ModelTrouble) as raised,
    ):
        await model_at(server.url).reply(ask())

    assert "“a [31m b c xxx" in raised.value.message
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 500


async def test_a_body_that_is_not_the_services_is_not_shown(model_at: Build, ask: Ask) -> None:
    with ScriptedServer([Fail(502, "")]) as server, pytest.raises(ModelTrouble) as raised:
        await model_at(server.url).reply(ask())

    assert "It said" not in raised.value.message


async def test_nobody_at_the_address_is_told(model_at: Build, ask: Ask) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ModelTrouble, match=r"127\.0\.0\.1 cannot be reached; this changed nothing"):
            await model_at(url).reply(ask())


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "nonsense"])
async def test_an_address_that_is_none_is_told(model_at: Build, ask: Ask, url: str) -> None:
    with pytest.raises(ModelTrouble, match="Check the network and ANTHROPIC_BASE_URL"):
        await model_at(url).reply(ask())


def test_an_address_that_cannot_be_read_is_refused_at_once(model_at: Build) -> None:
    with pytest.raises(ConfigurationError, match="ANTHROPIC_BASE_URL is not an address"):
        model_at("http://[::1")


async def test_a_password_in_the_address_is_not_told(model_at: Build, ask: Ask) -> None:
    with ScriptedServer([Fail(500, "no")]) as server, pytest.raises(ModelTrouble) as raised:
        await model_at(server.url.replace("//", "//me:hidden@")).reply(ask())

    assert "hidden" not in raised.value.message


async def test_silence_ends(model_at: Build, ask: Ask) -> None:
    with (
        ScriptedServer([Silence()]) as server,
        pytest.raises(ModelTrouble, match="did not answer in time; this changed nothing"),
    ):
        await model_at(server.url, timeout=0.1).reply(ask())


async def test_silence_inside_an_answer_is_an_answer_that_broke_off(model_at: Build, ask: Ask) -> None:
    with ScriptedServer([Stall(Say("Half."), after_events=4), Say("Whole."), Say("Whole.")]) as server:
        reply = await model_at(server.url, timeout=0.5).reply(ask())

    assert reply.text == "Whole."


async def test_without_pauses_a_broken_answer_is_not_asked_for_again(model_at: Build, ask: Ask) -> None:
    with (
        ScriptedServer([Cut(after_events=2)]) as server,
        pytest.raises(ModelTrouble, match="asked once and did not finish its answer: the connection was lost"),
    ):
        await model_at(server.url, pauses=()).reply(ask())
