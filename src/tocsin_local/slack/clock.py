"""Time for the local Slack: it comes in by the door, so that a rate limit can be waited out without sleeping."""

import threading
from collections.abc import Callable

Clock = Callable[[], float]
"""Seconds since the epoch."""


class VirtualClock:
    """A clock that stands still until it is told to advance."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._now = start
        self._lock = threading.Lock()

    def __call__(self) -> float:
        with self._lock:
            return self._now

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass; time never goes back."""
        if seconds < 0:
            raise ValueError("a clock does not go back")
        with self._lock:
            self._now += seconds
