"""HTTP/1.1 over a socket, by hand: a stand-in that breaks connections on purpose has to hold them itself."""

import http.client
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BufferedReader
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LARGEST_BODY = 64 * 1024 * 1024


class NotHttp(Exception):
    """What came in is no request that can be read; the connection is of no more use."""


@dataclass(frozen=True, slots=True)
class Request:
    """`target` is what was asked for, with the query; `headers` have lower-case names."""

    verb: str
    target: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    keep_alive: bool

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def content_type(self) -> tuple[str, str]:
        """The media type and its charset, both lower case, "" where missing."""
        kind, _, rest = self.headers.get("content-type", "").lower().partition(";")
        charset = next((v for k, _, v in (p.strip().partition("=") for p in rest.split(";")) if k == "charset"), "")
        return kind.strip(), charset.strip().strip('"')


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/html"),)

    def head(self, keep_alive: bool) -> bytes:
        """The status line and the headers, with the length of the body."""
        phrase = HTTPStatus(self.status).phrase if self.status in set(HTTPStatus) else "Unknown"
        lines = [f"HTTP/1.1 {self.status} {phrase}", *(f"{name}: {value}" for name, value in self.headers)]
        if self.bears_body():
            lines.append(f"Content-Length: {len(self.body)}")
        lines.append(f"Connection: {'keep-alive' if keep_alive else 'close'}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def bears_body(self) -> bool:
        return self.status >= 200 and self.status not in (204, 304)


def json_response(body: dict[str, Any], status: int = 200, *headers: tuple[str, str]) -> Response:
    kind = ("Content-Type", "application/json; charset=utf-8")
    return Response(status, json.dumps(body).encode(), (kind, *headers))


def text_response(status: int, word: str) -> Response:
    return Response(status, word.encode())


def read_request(stream: BufferedReader) -> Request | None:
    """The next request of a connection, None when the other side is done. Raises NotHttp."""
    line = stream.readline(65537)
    if not line:
        return None
    try:
        verb, target, version = line.decode("latin-1").split()
        parsed = http.client.parse_headers(stream)
        urlsplit(target)
    except (ValueError, http.client.HTTPException) as error:
        raise NotHttp from error
    headers = {name.lower(): value for name, value in parsed.items()}
    close = version != "HTTP/1.1" or headers.get("connection", "").lower() == "close"
    return Request(verb, target, headers, _body(stream, headers), not close)


def _body(stream: BufferedReader, headers: dict[str, str]) -> bytes:
    size = headers.get("content-length", "0")
    if "transfer-encoding" in headers or not size.isdecimal() or int(size) > LARGEST_BODY:
        raise NotHttp
    body = stream.read(int(size))
    if len(body) < int(size):
        raise NotHttp
    return body
