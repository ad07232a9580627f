"""The Lambda Runtime API, version 2018-06-01, for one runtime process: next, response, error, init/error.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tocsin_local.lambda_runtime.result import Failure, failure, reported

LARGEST_ANSWER = 6 * 1024 * 1024 + 100  # bytes, as the service's own error message has it
_PREFIX = "/2018-06-01/runtime/"
_SHUTDOWN_S = 0.05
_NO_SUCH_PATH = {"errorType": "NotFound", "errorMessage": "No such path"}
_NOT_NOW = {"errorType": "InvalidStateTransition", "errorMessage": "State transition is not allowed"}


@dataclass(frozen=True, slots=True)
class Invocation:
    """What ``next`` hands out; ``deadline_ms`` since the epoch."""

    request_id: str
    body: bytes
    deadline_ms: int
    arn: str


@dataclass(frozen=True, slots=True)
class Ready:
    """The runtime asked for its next invocation at this time (time.perf_counter)."""

    at: float


@dataclass(frozen=True, slots=True)
class Answer:
    """The handler's answer, or why there is none."""

    outcome: bytes | Failure
    at: float


# A Failure by itself: the handler could not be loaded.
Heard = Ready | Answer | Failure


class RuntimeApi:
    """Listens on a free port of 127.0.0.1 from the start until `close`."""

    def __init__(self) -> None:
        self._offered: queue.Queue[Invocation | None] = queue.Queue()
        self._heard: queue.Queue[Heard] = queue.Queue()
        self._running = ""
        self._server = _Server(self)
        self._serving = threading.Thread(target=self._server.serve_forever, args=(_SHUTDOWN_S,), daemon=True)
        self._serving.start()

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def busy(self) -> bool:
        """Whether an invocation waits for its answer."""
        return bool(self._running)

    def offer(self, invocation: Invocation) -> None:
        """Hand this out to the runtime; only after it was heard to be Ready."""
        self._running = invocation.request_id
        self._offered.put(invocation)

    def hear(self, seconds: float) -> Heard | None:
        """What the runtime said next, None if it says nothing for so long."""
        with contextlib.suppress(queue.Empty):
            return self._heard.get(timeout=seconds)
        return None

    def close(self) -> None:
        """Give the port back and let go of a runtime that waits."""
        self._offered.put(None)
        self._server.shutdown()
        self._serving.join()
        self._server.server_close()

    def next(self) -> Invocation | None:
        """Wait for an invocation; None: there will be none any more. Only where `busy` is false."""
        self._heard.put(Ready(time.perf_counter()))
        return self._offered.get()

    def take(self, path: str, body: bytes) -> tuple[int, dict[str, str]]:
        """What the runtime posted -> status and body of the reply."""
        at = time.perf_counter()
        match path.split("/"):
            case ["init", "error"]:
                self._heard.put(reported(body))
            case ["invocation", request_id, "response" | "error"] if request_id != self._running:
                return 400, {"errorType": "InvalidRequestID", "errorMessage": "Invalid request ID"}
            case ["invocation", _, "response"] if len(body) > LARGEST_ANSWER:
                why = f"Response payload size exceeded maximum allowed payload size ({LARGEST_ANSWER} bytes)."
                self._answered(Answer(failure("Function.ResponseSizeTooLarge", why), at))
                return 413, {"errorType": "RequestEntityTooLarge", "errorMessage": why}
            case ["invocation", _, "response"]:
                self._answered(Answer(body, at))
            case ["invocation", _, "error"]:
                self._answered(Answer(reported(body), at))
            case _:
                return 404, _NO_SUCH_PATH
        return 202, {"status": "OK"}

    def _answered(self, answer: Answer) -> None:
        self._running = ""
        self._heard.put(answer)


class _Server(ThreadingHTTPServer):
    def __init__(self, api: RuntimeApi) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.api = api


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write per reply and no Nagle: else each warm invocation waits 40 ms for a delayed acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # a killed runtime resets its connection
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the runtime's side tells what matters."""

    def do_GET(self) -> None:
        if self.path != f"{_PREFIX}invocation/next":
            self._reply(404, _json(_NO_SUCH_PATH), {})
            return
        if self.server.api.busy:
            self._reply(403, _json(_NOT_NOW), {})
            return
        invocation = self.server.api.next()
        if invocation is None:
            self.close_connection = True
            return
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.arn,
        }
        self._reply(200, invocation.body, headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, reply = self.server.api.take(self.path.removeprefix(_PREFIX), body)
        self._reply(status, _json(reply), {})

    def _reply(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _json(document: dict[str, str]) -> bytes:
    return json.dumps(document).encode()
