"""What can go wrong on the way, to be injected: each of these happened to somebody with the real Slack.

A fault is *stored* when the request takes effect all the same: the sender cannot know, and may post twice.
"""

from collections import deque
from dataclasses import dataclass
from enum import Enum

from tocsin_local.slack.wire import Response

_OUTAGE = b"<!DOCTYPE html><html><head><title>Server Error | Slack</title></head><body>Sorry!</body></html>"


class Way(Enum):
    """What happens on the socket."""

    REPLY = "reply"
    HANG_UP = "hang up"
    RESET = "reset"
    STALL = "stall"
    TRICKLE = "trickle"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Fault:
    """`reply` stands in for the true answer; `seconds` are real ones, of the stall or between two bytes."""

    name: str
    way: Way = Way.REPLY
    stored: bool = False
    reply: Response | None = None
    seconds: float = 0.0
    data: bytes = b""


def reply(status: int, body: bytes = b"", *headers: tuple[str, str], stored: bool = False) -> Fault:
    """Any answer at all: every status from 100 to 599, any body, any header."""
    return Fault(f"{status}", Way.REPLY, stored, Response(status, body, headers))


def rollup_error() -> Fault:
    """Slack's own "something strange happened"."""
    return Fault("rollup_error", reply=Response(500, b"rollup_error"))


def outage() -> Fault:
    """The HTML page of an outage."""
    return Fault("outage", reply=Response(503, _OUTAGE))


def rate_limited(retry_after: str | None) -> Fault:
    """429 with whatever stands in Retry-After (a float, a date, a huge number), or without it."""
    headers = () if retry_after is None else (("Retry-After", retry_after),)
    return Fault("rate limited", reply=Response(429, b"", headers))


def not_ok(body: bytes = b"welcome to the proxy", stored: bool = False) -> Fault:
    """200, but not from Slack."""
    return Fault("not ok", stored=stored, reply=Response(200, body))


def redirect(location: str, status: int = 302) -> Fault:
    """Sends the client elsewhere; it must not follow, for it carries a secret."""
    return Fault("redirect", reply=Response(status, b"", (("Location", location),)))


def hang_up(stored: bool = False) -> Fault:
    """Closes the connection without an answer."""
    return Fault("hang up", Way.HANG_UP, stored)


def reset(stored: bool = False) -> Fault:
    """Resets the connection without an answer."""
    return Fault("reset", Way.RESET, stored)


def stall(seconds: float = 3600.0, stored: bool = True) -> Fault:
    """Says nothing for that long, or until the client gives up; then gives the true answer (503 if not stored)."""
    return Fault("stall", Way.STALL, stored, seconds=seconds)


def trickle(seconds: float = 0.05, stored: bool = True) -> Fault:
    """The true answer (503 if not stored), its head one byte at a time."""
    return Fault("slow headers", Way.TRICKLE, stored, seconds=seconds)


def raw(data: bytes, stored: bool = False) -> Fault:
    """These bytes, then the end: no HTTP at all, or half an answer."""
    return Fault("bytes", Way.BYTES, stored, data=data)


class Faults:
    """The faults that wait for their request, first in, first out."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Fault, str | None]] = deque()

    def inject(self, fault: Fault, times: int = 1, on: str | None = None) -> None:
        """Hit the next `times` requests; `on` is "webhook", "upload" or a method's name, None is any of them."""
        self._waiting.extend([(fault, on)] * times)

    def take(self, call: str) -> Fault | None:
        """The fault that this call meets, if any; it is used up."""
        for waiting in self._waiting:
            if waiting[1] in (None, call):
                self._waiting.remove(waiting)
                return waiting[0]
        return None

    def clear(self) -> None:
        self._waiting.clear()
