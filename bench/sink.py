"""Answers each POST over TLS with Slack's "ok" at once. The local Slack judges a message first: that would be measured.

TLS, as the real Slack has it: preparing it is a good part of a cold start.
"""

from __future__ import annotations

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


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
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(shown.keyed)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Ok) as server:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}/services/T0/B0/x"
        finally:
            server.shutdown()
            serving.join()


class _Ok(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # One write per answer and no Nagle: else a kept connection waits 40 ms for a delayed acknowledgement.
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _openssl(*arguments: str) -> str:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True).stdout
