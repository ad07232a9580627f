"""An emulator behind a door that refuses some calls, as IAM or a quota does in the middle of a command."""

from __future__ import annotations

import http.client
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

from answering import Answer, Request, answering
from refusing_aws import operation, refusal

_HOP = {"connection", "transfer-encoding", "content-length", "date", "server", "host"}


@contextmanager
def denying(endpoint: str, refuses: Callable[[str], str | None]) -> Iterator[str]:
    """Its address. ``refuses`` is given each operation's name, and answers with an error code, or none to let it in."""

    def answer(request: Request) -> Answer:
        if not (code := refuses(operation(request))):
            return passed_on(endpoint, request)
        refused = refusal(request, code)
        return replace(refused, status=400) if "Throttling" in code else refused

    with answering(answer) as address:
        yield address


def passed_on(endpoint: str, request: Request) -> Answer:
    """As the emulator answers it."""
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=30)
    try:
        connection.request(request.method, request.path, request.body, _end_to_end(request.headers.items()))
        found = connection.getresponse()
        return Answer(found.status, found.read(), _end_to_end(found.getheaders()))
    finally:
        connection.close()


def _end_to_end(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in _HOP}
