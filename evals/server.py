"""A model that follows a script, behind real HTTP on this machine: the program cannot tell it from a vendor."""

import json
import socket
import sys
import threading
from collections.abc import Iterable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from evals.objections import objections_to
from evals.sse import error_event, events_of
from evals.turns import Cut, Fail, FailInStream, Garbage, Script, Silence, Stall, Turn

KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
PATIENCE = 10.0  # seconds a connection may stay without a request


class ScriptedServer:
    """Serves `POST /v1/messages`, one turn of the script per request, inside a `with` block.

    A function in the script gets the request's body and returns the turn; what it raises is raised again at the end of
    the block. A request the real service would refuse gets 400 and uses up no turn; one after the end of the script
    gets 500. `requests` are the bodies in order; headers are never kept, they hold the key.
    """

    def __init__(self, script: Iterable[Script]) -> None:
        self._script = list(script)
        self._requests: list[dict[str, Any]] = []
        self._raised: list[BaseException] = []
        self._lock = threading.Lock()
        self.closing = threading.Event()
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        host, port = self._http.server_address[:2]
        return f"http://{host!s}:{port}"

    @property
    def requests(self) -> tuple[dict[str, Any], ...]:
        with self._lock:
            return tuple(self._requests)

    @property
    def left(self) -> int:
        """How many turns of the script were not played."""
        with self._lock:
            return len(self._script)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        if error is None and self._raised:
            raise self._raised[0]

    def take(self, body: dict[str, Any]) -> tuple[Turn, int]:
        """Record a request and return the turn to play with its number, from 1."""
        with self._lock:
            self._requests.append(body)
            number = len(self._requests)
            if wrong := objections_to(body):
                return Fail(400, "; ".join(wrong)), number
            if not self._script:
                return Fail(500, f"The script has no turn left for request {number}."), number
            step = self._script.pop(0)
        return (step(body) if callable(step) else step), number

    def failed(self, error: BaseException) -> None:
        """Keep an error of the script or the server; a client that went away is none."""
        if not isinstance(error, ConnectionError):
            with self._lock:
                self._raised.append(error)


class _Http(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them and leaves nothing behind

    def __init__(self, scripted: ScriptedServer) -> None:
        self.scripted = scripted
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:  # noqa: ARG002 - the signature is given
        if error := sys.exception():
            self.scripted.failed(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server: _Http

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path.split("?")[0] != "/v1/messages":
            return self._fail(Fail(404, f"Nothing is served at {self.path}."))
        try:
            turn, number = self.server.scripted.take(body)
        except Exception as error:  # noqa: BLE001 - whatever a script raises is the test's own failure
            self.server.scripted.failed(error)
            return self._fail(Fail(500, "The script raised an error."))
        return self._play(turn, number, str(body["model"]))

    def _play(self, turn: Turn, number: int, model: str) -> None:
        match turn:
            case Fail():
                self._fail(turn)
            case Silence():
                self._wait()
            case Garbage(body=body):
                self._stream([body])
            case Cut():
                self._stream(_cut(turn, events_of(turn.of, number, model)), end=turn.clean)
            case Stall(of=answer, after_events=count):
                self._stream(events_of(answer, number, model)[:count], end=False)
                self._wait()
            case FailInStream(kind=kind, message=message):
                events = events_of(turn.of, number, model)[: turn.after_events]
                self._stream([*events, error_event(kind, message)])
            case _:
                self._stream(events_of(turn, number, model))

    def _fail(self, fail: Fail) -> None:
        kind = KINDS.get(fail.status, "api_error")
        body = json.dumps({"type": "error", "error": {"type": kind, "message": fail.message}}).encode()
        self.send_response(fail.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        if fail.retry_after is not None:
            self.send_header("retry-after", str(fail.retry_after))
        self._end_headers()
        self.wfile.write(body)

    def _stream(self, events: Sequence[bytes], *, end: bool = True) -> None:
        """Send each event as a chunk; without an end the client sees the connection drop inside the body."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.send_header("transfer-encoding", "chunked")
        self._end_headers()
        for event in events:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        if end:
            self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _end_headers(self) -> None:
        self.send_header("connection", "close")  # one request, one thread: closing never waits for an idle client
        self.end_headers()

    def _wait(self) -> None:
        self.server.scripted.closing.wait()

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


def _cut(cut: Cut, events: list[bytes]) -> list[bytes]:
    if cut.after_events is not None:
        return events[: cut.after_events]
    return [b"".join(events)[: cut.after_bytes]]
