"""What an invocation came to."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass
from typing import Any


class Stopped(Exception):
    """The environment is not started, or no longer."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer, in Lambda's words: what the caller gets as the payload of a failed invocation."""

    error_type: str
    error_message: str
    payload: Any


@dataclass(frozen=True, slots=True)
class Result:
    """``payload`` is the handler's answer, or the error document where ``ok`` is false.

    ``init_ms`` is there for the first invocation of a process alone, as in Lambda's REPORT line; ``max_rss_kb`` is the
    most that the process ever held, None where the system does not tell; ``logs`` has one entry per log event.
    """

    ok: bool
    payload: Any
    error_type: str
    error_message: str
    duration_ms: float
    init_ms: float | None
    max_rss_kb: int | None
    logs: tuple[str, ...]
    request_id: str


def failure(error_type: str, message: str) -> Failure:
    """A failure that the service found, not the function."""
    return Failure(error_type, message, {"errorType": error_type, "errorMessage": message})


def of_request(request_id: str, why: Failure) -> Failure:
    """The same, told of the invocation that met it."""
    return failure(why.error_type, f"RequestId: {request_id} Error: {why.error_message}")


def reported(body: bytes) -> Failure:
    """A failure that the runtime client reported, in its own document."""
    document = decoded(body)
    if not isinstance(document, dict):
        # From Python 3.12 on, the client sends what a failed initialisation says in Latin-1, and breaks on other text.
        document = decoded(body.decode("latin-1").encode())
    fields = document if isinstance(document, dict) else {}
    return Failure(str(fields.get("errorType", "")), str(fields.get("errorMessage", "")), document)


def exited(code: int) -> Failure:
    """A process that ended where an answer was expected; negative codes are signals."""
    if code == 0:
        return failure("Runtime.ExitError", "Runtime exited without providing a reason")
    reason = f"exit status {code}" if code > 0 else f"signal: {_signal(-code)}"
    return failure("Runtime.ExitError", f"Runtime exited with error: {reason}")


def decoded(body: bytes) -> Any:
    """JSON where it is JSON, else the text: a handler may answer with bytes of its own."""
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")


def _signal(number: int) -> str:
    return (signal.strsignal(number) or str(number)).lower()
