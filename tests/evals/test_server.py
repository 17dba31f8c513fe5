import http.client
import json
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest

from evals.server import ScriptedServer
from evals.sse import events_of
from evals.turns import Cut, Fail, Garbage, Raw, Say, Turn, Used, UseTool

BODY = {"model": "m", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "Hello."}]}


def post(server: ScriptedServer, body: dict[str, Any], path: str = "/v1/messages") -> tuple[int, str]:
    connection = http.client.HTTPConnection(str(urlsplit(server.url).netloc), timeout=5)
    try:
        connection.request("POST", path, json.dumps(body), {"authorization": "Bearer canary"})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def data_of(stream: str) -> list[dict[str, Any]]:
    return [json.loads(line.removeprefix("data: ")) for line in stream.splitlines() if line.startswith("data: ")]


def test_an_answer_is_a_stream_of_the_services_events() -> None:
    with ScriptedServer([Used(UseTool("t", {"name": "a long argument"}, text="Hi."), 7, 3)]) as server:
        status, stream = post(server, BODY)

    events = data_of(stream)
    kinds = [event["type"] for event in events]
    arguments = "".join(
        event["delta"].get("partial_json", "") for event in events if "index" in event and "delta" in event
    )
    assert status == 200
    assert kinds[:2] == ["message_start", "ping"]
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert kinds.count("content_block_delta") > 4
    assert json.loads(arguments) == {"name": "a long argument"}
    assert events[0]["message"]["usage"]["input_tokens"] == 7
    assert events[-2]["delta"]["stop_reason"] == "tool_use"
    assert events[-2]["usage"] == {"output_tokens": 3}


def test_ids_differ_from_request_to_request() -> None:
    assert events_of(UseTool("t"), 1, "m") != events_of(UseTool("t"), 2, "m")


def test_a_script_can_react() -> None:
    def echo(body: dict[str, Any]) -> Turn:
        return Raw(({"type": "image", "heard": body["messages"][0]["content"]},), "end_turn")

    with ScriptedServer([echo]) as server:
        _, stream = post(server, BODY)

    assert data_of(stream)[2]["content_block"]["heard"] == "Hello."


def test_bodies_are_kept_and_headers_are_not() -> None:
    with ScriptedServer([Say("Yes.")]) as server:
        post(server, BODY)

    assert server.requests == (BODY,)
    assert "canary" not in repr(vars(server))


def test_the_end_of_the_script_is_told() -> None:
    with ScriptedServer([]) as server:
        status, body = post(server, BODY)

    assert status == 500
    assert "The script has no turn left for request 1." in body


def test_a_request_the_service_would_refuse_uses_up_no_turn() -> None:
    with ScriptedServer([Say("Yes.")]) as server:
        status, body = post(server, {**BODY, "temperature": 0, "messages": []})

        assert server.left == 1
    assert status == 400
    assert "temperature: not supported" in body
    assert "the first message must be the user's" in body


def test_another_path_is_not_served() -> None:
    with ScriptedServer([Say("Yes.")]) as server:
        assert post(server, BODY, "/v1/complete")[0] == 404


def test_a_failure_comes_with_the_time_to_wait() -> None:
    with ScriptedServer([Fail(429, "slow down", retry_after=2.5)]) as server:
        connection = http.client.HTTPConnection(str(urlsplit(server.url).netloc), timeout=5)
        connection.request("POST", "/v1/messages", json.dumps(BODY))
        response = connection.getresponse()
        body = json.loads(response.read())
        connection.close()

    assert (response.status, response.getheader("retry-after")) == (429, "2.5")
    assert body["error"] == {"type": "rate_limit_error", "message": "slow down"}


def test_a_cut_drops_the_connection_inside_the_body() -> None:
    with ScriptedServer([Cut(after_events=3)]) as server, pytest.raises(http.client.IncompleteRead):
        post(server, BODY)


def test_a_clean_cut_ends_the_body() -> None:
    with ScriptedServer([Cut(after_bytes=30, clean=True)]) as server:
        assert len(post(server, BODY)[1]) == 30


def test_a_cut_is_measured_in_one_way() -> None:
    with pytest.raises(ValueError, match="so many events or"):
        Cut(after_events=1, after_bytes=1)


def test_garbage_is_sent_as_it_is() -> None:
    with ScriptedServer([Garbage(b"<html>")]) as server:
        assert post(server, BODY) == (200, "<html>")


def test_what_a_script_raises_is_raised_at_the_end() -> None:
    def refuse(_: dict[str, Any]) -> Turn:
        raise AssertionError("the model was asked too early")

    with pytest.raises(AssertionError, match="too early"), ScriptedServer([refuse]) as server:
        assert post(server, BODY)[0] == 500


def test_closing_leaves_no_thread() -> None:
    before = threading.active_count()
    with ScriptedServer([Say("Yes.")]) as server:
        post(server, BODY)

    assert threading.active_count() == before
