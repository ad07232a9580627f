"""When an alarm is evaluated, and which buckets an evaluation looks at (sliding windows).

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html: periods of a minute or more are
evaluated every minute, 10, 20 and 30 s every 10 s, and alarms over more than a day once per hour with data up to the
hour. Each alarm has its own fixed phase inside that interval, and a bucket is used about 10 s after its end.

Unverified: metrics of AWS's own services can lag further (RDS, ECS and load balancers were seen one to three minutes
behind), and instances' CPU was seen without any lag; the lag is a parameter. The evaluation range is a guess through
known points: N + 2 (N = 3 and 5 minutes: 5; N = 1 and 8 at 15 minutes: 3 and 10), 3 N below one minute (N = 3: 9).
"""

from __future__ import annotations

from dataclasses import dataclass

HOUR, DAY = 3600, 86_400
INGESTION_DELAY_MS = 10_000


def interval_of(period: int, periods: int) -> int:
    """Seconds between two evaluations of an alarm over ``periods`` buckets of ``period`` seconds."""
    if period < 60:
        return 10
    return HOUR if period * periods > DAY else 60


def guessed_range(period: int, periods: int) -> int:
    """How many buckets an evaluation fetches when nobody says otherwise."""
    return 3 * periods if period < 60 else periods + 2


@dataclass(frozen=True, slots=True)
class Schedule:
    """The instants of an alarm's evaluations. ``phase_ms`` lies inside the interval (seconds)."""

    interval: int
    phase_ms: int = 0
    delay_ms: int = INGESTION_DELAY_MS

    def first_from(self, ms: int) -> int:
        """The first evaluation at or after ``ms``."""
        step = self.interval * 1000
        return ms + (self.phase_ms - ms) % step

    def next_after(self, ms: int) -> int:
        """The first evaluation after ``ms``."""
        return self.first_from(ms + 1)

    def window_end(self, ms: int) -> int:
        """Where the newest bucket ends that an evaluation at ``ms`` may use: a minute, ten seconds, or the hour."""
        step = self.interval * 1000
        known = ms if self.interval == HOUR else ms - self.delay_ms
        return known - known % step
