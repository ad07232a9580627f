"""One HTTP request over a fresh connection, with nothing between a test and the wire."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Reply:
    """`headers` have lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def request(
    url: str, body: bytes | str = b"", headers: dict[str, str] | None = None, verb: str = "POST", timeout: float = 10
) -> Reply:
    """Exactly these headers, besides Host and Content-Length."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=timeout)
    try:
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(verb, target, body.encode() if isinstance(body, str) else body, headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def post_json(url: str, payload: Any, **headers: str) -> Reply:
    """POST as application/json; a header's name is written with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return request(url, json.dumps(payload), {"Content-Type": "application/json; charset=utf-8", **named})
