"""An AWS on loopback that knows who asks and refuses all else, in each of the ways that AWS's services word an error.

The forms: https://smithy.io/2.0/aws/protocols/index.html and botocore's models, which read them.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_WHO = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Arn>arn:aws:iam::123456789012:user/you</Arn><UserId>AIDA</UserId><Account>123456789012</Account>"
    "</GetCallerIdentityResult></GetCallerIdentityResponse>"
)
_STACK = (
    '<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks>'
    "<member><StackName>tocsin</StackName><CreationTime>2026-11-24T12:00:00Z</CreationTime>"
    "<StackStatus>{status}</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
)


@dataclass
class Refusals:
    """``address``; what is refused, and how: ``code``, ``knows_you`` also whoever asks who they are. ``stack``: the
    status of a stack that it describes, "" where that is refused too. ``asked``: the operations, in their order."""

    address: str
    code: str = "AccessDenied"
    knows_you: bool = True
    stack: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, headers: Mapping[str, str], body: str) -> tuple[int, str, bytes, str]:
        """Status, content type, body and error header."""
        name = operation(path, headers, body)
        self.asked.append(name)
        if name == "GetCallerIdentity" and self.knows_you:
            return 200, "text/xml", _WHO.encode(), ""
        if name == "DescribeStacks" and self.stack:
            return 200, "text/xml", _STACK.format(status=self.stack).encode(), ""
        message = f"User: arn:aws:iam::123456789012:user/you is not authorized to perform: {name}"
        if "Action=" in body:
            text = f"<ErrorResponse><Error><Code>{self.code}</Code><Message>{message}</Message></Error></ErrorResponse>"
            return 403, "text/xml", text.encode(), ""
        if headers.get("smithy-protocol") == "rpc-v2-cbor":
            return 403, "application/cbor", _cbor({"__type": self.code, "message": message}), ""
        return (
            403,
            "application/x-amz-json-1.1",
            json.dumps({"__type": self.code, "message": message}).encode(),
            self.code,
        )


def operation(path: str, headers: Mapping[str, str], body: str) -> str:
    """What is asked for, by its name."""
    target = headers.get("X-Amz-Target", "").rpartition(".")[2]
    action = re.search(r"(?:^|&)Action=(\w+)", body)
    return target or (action[1] if action else path.rpartition("/")[2].partition("?")[0])


def _cbor(words: Mapping[str, str]) -> bytes:
    """A map of texts of less than 65,536 bytes: https://www.rfc-editor.org/rfc/rfc8949"""
    texts = [text.encode() for pair in words.items() for text in pair]
    return bytes([0xA0 + len(words)]) + b"".join(b"\x79" + len(text).to_bytes(2, "big") + text for text in texts)


@contextmanager
def refusing() -> Iterator[Refusals]:
    """It listens as long as this lasts."""

    class Answer(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode("utf-8", "replace")
            status, kind, body, error = refusals.answer(self.path, dict(self.headers), sent)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if kind == "application/cbor":
                self.send_header("smithy-protocol", "rpc-v2-cbor")
            if error:
                self.send_header("x-amzn-ErrorType", error)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, format: str, *args: object) -> None:
            """Keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    refusals = Refusals(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield refusals
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
