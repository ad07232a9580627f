"""How fast Slack lets one write: https://docs.slack.dev/apis/web-api/rate-limits."""

import math
from dataclasses import dataclass

from tocsin_local.slack.clock import Clock

_ROUNDING = 1e-6
"""A bucket that was waited for exactly is full, whatever the floats say."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A bucket of `burst` tokens that fills at `per_second`."""

    burst: float
    per_second: float


TIER_2 = Pace(20, 20 / 60)
TIER_3 = Pace(50, 50 / 60)
TIER_4 = Pace(100, 100 / 60)


class RateLimits:
    """Token buckets by name: one per channel for messages, one per method for calls.

    Not safe to share between threads by itself: the workspace's lock is held around it.
    """

    def __init__(self, clock: Clock, channel_burst: int = 4) -> None:
        self._clock = clock
        self._channel = Pace(channel_burst, 1.0)
        self._buckets: dict[str, tuple[float, float]] = {}

    def post(self, channel: str) -> int:
        """One message to a channel, by whatever way: 0 if it may pass, else the whole seconds to wait.

        One message a second is documented; the size of the "short burst" is not.
        """
        return self._take(f"channel {channel}", self._channel)

    def call(self, method: str, pace: Pace) -> int:
        """One call of a method: 0 if it may pass, else the whole seconds to wait. Other methods are not touched."""
        return self._take(f"method {method}", pace)

    def _take(self, name: str, pace: Pace) -> int:
        now = self._clock()
        tokens, at = self._buckets.get(name, (pace.burst, now))
        tokens = min(pace.burst, tokens + max(0.0, now - at) * pace.per_second)
        granted = tokens >= 1 - _ROUNDING
        self._buckets[name] = (tokens - 1 if granted else tokens, now)
        return 0 if granted else max(1, math.ceil((1 - tokens) / pace.per_second - _ROUNDING))
