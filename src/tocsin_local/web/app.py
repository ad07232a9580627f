"""What the stage answers over HTTP, and whom it answers: this machine, and no web page that somebody has open."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin_local.function import Invocation

HandIn = Callable[[Any], Future[Invocation]]
LARGEST = 1_048_576  # bytes of an event: the largest that Lambda takes for an asynchronous invocation
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def app(hand_in: HandIn) -> Starlette:
    """The application. ``hand_in`` takes an event as AWS would hand it to the function."""

    async def events(request: Request) -> Response:
        if int(request.headers.get("content-length") or 0) > LARGEST:
            return JSONResponse({"ok": False, "error": "the event is larger than 1 MB"}, 413)
        event = _parsed(await request.body())
        done = await asyncio.wrap_future(hand_in(event))
        return JSONResponse(
            {"ok": not done.error, "tries": done.tries, "error": done.error}, 502 if done.error else 200
        )

    return Starlette(routes=[Route("/events", events, methods=["POST"])], middleware=[Middleware(OnlyHere)])


class OnlyHere:
    """Refuses requests that a foreign page could have sent: another Host (DNS rebinding), another Origin."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _is_ours(scope):
            await _refusal(scope, receive, send)
        else:
            await self._inner(scope, receive, send)


_refusal: Callable[[Scope, Receive, Send], Awaitable[None]] = PlainTextResponse("not from here\n", 403)


def _is_ours(scope: Scope) -> bool:
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get(b"host", "").lower()
    origin = headers.get(b"origin")
    return host.rpartition(":")[0] in LOOPBACK and (origin is None or origin.lower() == f"http://{host}")


def _parsed(body: bytes) -> Any:
    """What is no JSON is an event too: the handler shows it as the text that it is."""
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
