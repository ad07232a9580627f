"""An emulator behind a door that refuses some calls, as IAM or a quota does in the middle of a command."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from refusing_aws import Refusals, operation

_HOP = {"connection", "transfer-encoding", "content-length", "date", "server", "host"}


@contextmanager
def denying(endpoint: str, refuses: Callable[[str], str]) -> Iterator[str]:
    """Its address. ``refuses`` is given each operation's name, and answers with an error code, or "" to let it in."""
    refusals, behind = Refusals(""), urlsplit(endpoint)

    class Door(BaseHTTPRequestHandler):
        def _pass(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = (self.path, dict(self.headers), sent.decode("utf-8", "replace"))
            refusals.code = refuses(operation(*asked))
            if refusals.code:
                status, kind, body, error = refusals.answer(*asked)
                more = {"Content-Type": kind, **({"x-amzn-ErrorType": error} if error else {})}
                more |= {"smithy-protocol": "rpc-v2-cbor"} if kind == "application/cbor" else {}
                self._answer(400 if "Throttling" in refusals.code else status, more, body)
            else:
                self._answer(*self._asked(sent))

        def _asked(self, sent: bytes) -> tuple[int, dict[str, str], bytes]:
            connection = http.client.HTTPConnection(behind.netloc, timeout=30)
            try:
                headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
                connection.request(self.command, self.path, sent, headers)
                answer = connection.getresponse()
                return answer.status, dict(answer.getheaders()), answer.read()
            finally:
                connection.close()

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _pass

        def log_message(self, format: str, *args: object) -> None:
            """Keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
