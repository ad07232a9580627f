"""Servers over TLS on loopback, and one that answers each POST with Slack's "ok" at once: the local Slack judges a
message first, and that would be measured.

TLS, as the real Slack has it: preparing it is a good part of a cold start.
"""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Certificate:
    """One for 127.0.0.1: with its key, alone, and in a folder by its hash, for whoever shall trust it."""

    keyed: Path
    alone: Path
    folder: Path


def certificate(place: Path) -> Certificate:
    """Made by openssl, for this run alone."""
    made = Certificate(place / "server.pem", place / "server.crt", place / "trusted")
    _openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", str(made.keyed), "-out", str(made.alone),
    )  # fmt: skip
    name = _openssl("x509", "-hash", "-noout", "-in", str(made.alone)).strip()
    made.keyed.write_bytes(made.keyed.read_bytes() + made.alone.read_bytes())
    made.folder.mkdir()
    (made.folder / f"{name}.0").write_bytes(made.alone.read_bytes())
    return made


@contextmanager
def sink(shown: Certificate) -> Iterator[str]:
    """The address of a webhook on loopback, for as long as this lasts."""
    with listening(shown, lambda _headers, _body: Reply(b"ok")) as origin:
        yield f"{origin}/services/T0/B0/x"


@dataclass(frozen=True, slots=True)
class Reply:
    """``last``: the connection ends with it."""

    body: bytes
    status: int = 200
    last: bool = False


Replying = Callable[[Mapping[str, str], bytes], Reply]  # a POST's headers and body


@contextmanager
def listening(shown: Certificate, replying: Replying) -> Iterator[str]:
    """The origin of a server on loopback, for as long as this lasts."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(shown.keyed)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Post, replying)) as server:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            serving.join()


class _Post(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write per answer and no Nagle: else a kept connection waits 40 ms for a delayed acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1

    def __init__(self, replying: Replying, *about: Any) -> None:
        self._replying = replying
        super().__init__(*about)

    def do_POST(self) -> None:
        reply = self._replying(dict(self.headers.items()), self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(reply.status)
        self.send_header("Content-Length", str(len(reply.body)))
        if reply.last:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _openssl(*arguments: str) -> str:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True).stdout
