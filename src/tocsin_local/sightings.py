"""What people came to see, read out of the function's log, wherever it runs; and a way to wait for it."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

from tocsin_local.journal.lines import finding, happened

REMEMBERED = 1_000
SLACK = "slack"  # the destination that people came to see


@dataclass(frozen=True, slots=True)
class Sighting:
    """Slack shows ``subject``'s message, for the newest ``reason`` that it had: "first", "resolved", …"""

    subject: str
    reason: str


class Sightings:
    """Hears the log's lines. ``problem`` is the code of the newest trouble, empty once something is shown again."""

    def __init__(self) -> None:
        self.problem = ""
        self._wanted: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._seen: deque[Sighting] = deque(maxlen=REMEMBERED)
        self._changed = threading.Condition()

    def hear(self, line: str) -> None:
        told = happened(line)
        if told is None:
            return
        with self._changed:
            if told["did"] == "taken in":
                found = finding(told)
                for message in found.messages:
                    self._want(message, (found.subject, found.reason))
            elif told["did"] == "shown":
                self._show(str(told.get("message", "")), str(told.get("destination", "")))
            elif told["did"] in ("not shown", "failed"):
                self.problem = str(told.get("code", ""))
            self._changed.notify_all()

    def wait_for(self, wanted: Callable[[Sighting], bool], timeout: float) -> Sighting | None:
        """The first sighting, past or to come, that is wanted; None after ``timeout`` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: any(map(wanted, self._seen)), timeout)
            return next(filter(wanted, self._seen), None)

    def _want(self, message: str, why: tuple[str, str]) -> None:
        self._wanted[message] = why
        while len(self._wanted) > REMEMBERED:
            self._wanted.popitem(last=False)

    def _show(self, message: str, destination: str) -> None:
        if destination != SLACK:  # a copy on the page says nothing of whether the real Slack took it
            return
        self.problem = ""
        if message in self._wanted:
            self._seen.append(Sighting(*self._wanted[message]))
