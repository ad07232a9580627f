"""Whom the stage answers: this machine, and no other web page that somebody has open here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
SAFE = ("GET", "HEAD")


class OnlyHere:
    """Refuses what a foreign page could have sent, and writes the security headers on every answer.

    Another Host is DNS rebinding. What changes something must come from a page of ours (a browser then says so by
    Origin or Sec-Fetch-Site) or from no browser at all, and as JSON, which no form can send.
    https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
    """

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = _refusal(scope["method"], headers)
        await (refusal or self._inner)(scope, receive, answer)


def _refusal(method: str, headers: Mapping[str, str]) -> Callable[[Scope, Receive, Send], Awaitable[None]] | None:
    host = headers.get("host", "").lower()
    if host.rpartition(":")[0] not in LOOPBACK:
        return PlainTextResponse("not from here\n", 403)
    if "origin" in headers and headers["origin"].lower() != f"http://{host}":
        return PlainTextResponse("not from here\n", 403)
    site, mode = headers.get("sec-fetch-site", "same-origin"), headers.get("sec-fetch-mode", "")
    if method in SAFE:  # a link may lead here; a script or a picture of another page may not fetch
        elsewhere = site in ("cross-site", "same-site") and mode != "navigate"
        return PlainTextResponse("not from here\n", 403) if elsewhere else None
    if site != "same-origin":
        return PlainTextResponse("not from here\n", 403)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return PlainTextResponse("only application/json\n", 415)
    return None
