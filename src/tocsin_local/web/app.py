"""The stage over HTTP: what can be read, what can be done, news of what changes; for this machine alone."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware

from tocsin_local.web import doing, reading
from tocsin_local.web.desk import Desk
from tocsin_local.web.guard import OnlyHere
from tocsin_local.web.live import Live


def app(desk: Desk, live: Live) -> Starlette:
    """The application. ``live`` is to be closed before its server stops."""
    return Starlette(routes=[*doing.routes(desk), *reading.routes(desk, live)], middleware=[Middleware(OnlyHere)])
