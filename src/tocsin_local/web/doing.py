"""What a request may do to the stage: hand in an event, set an alarm's state, load the CPU."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tocsin.ports import ConfigError
from tocsin_local.alarms.evaluate import STATES
from tocsin_local.web.desk import Desk

LARGEST = 1_048_576  # bytes of an event: the largest that Lambda takes for an asynchronous invocation
LONGEST_REASON = 1023  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html


def routes(desk: Desk) -> list[Route]:
    """All of them take JSON and are answered with {"ok": …, "error": …}."""

    async def events(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return _answer("the event is larger than 1 MB", 413)
        done = await asyncio.wrap_future(desk.stage.hand_in(_parsed(body)))
        content = {"ok": not done.error, "tries": done.tries, "error": done.error}
        return JSONResponse(content, 502 if done.error else 200)

    async def state(request: Request) -> Response:
        given = _object(await _body(request))
        name, value, reason = (given.get(key) for key in ("name", "value", "reason"))
        if not isinstance(name, str) or value not in STATES or not isinstance(reason, str):
            return _answer(f"name, value ({', '.join(STATES)}) and reason are needed", 400)
        try:
            await asyncio.to_thread(desk.stage.set_state, name, str(value), reason[:LONGEST_REASON])
        except ConfigError as error:
            return _answer(str(error), 404)
        return _answer()

    async def load(request: Request) -> Response:
        seconds = _object(await _body(request)).get("seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
            return _answer("seconds is needed, a number from 0 on", 400)
        await asyncio.to_thread(desk.loading.start, float(seconds)) if seconds else await asyncio.to_thread(
            desk.loading.stop
        )
        return _answer()

    return [
        Route("/events", events, methods=["POST"]),
        Route("/alarms/state", state, methods=["POST"]),
        Route("/load", load, methods=["POST"]),
    ]


async def _body(request: Request) -> bytes | None:
    """None where it is too large: it is not read to its end."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > LARGEST:
            return None
    return bytes(read)


def _parsed(body: bytes) -> Any:
    """What is no JSON is an event too: the handler shows it as the text that it is."""
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _object(body: bytes | None) -> dict[str, Any]:
    found = _parsed(body or b"")
    return found if isinstance(found, dict) else {}


def _answer(error: str = "", status: int = 200) -> Response:
    return JSONResponse({"ok": not error, "error": error}, status)
