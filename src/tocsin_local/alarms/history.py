"""What an alarm did over a stretch of time: changes of state, episodes in ALARM, minutes per state. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.alarms.evaluate import State


@dataclass(frozen=True, slots=True)
class Change:
    """A change of state at one evaluation (ms)."""

    at: int
    before: State
    after: State


@dataclass(frozen=True, slots=True)
class Span:
    """From ``start`` to ``end`` (ms, both included)."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """Milliseconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in one state (ms); ``over`` is whether it ended, rather than the history."""

    state: State
    start: int
    end: int
    over: bool

    @property
    def length(self) -> int:
        """Milliseconds."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class History:
    """One alarm over one span: ``first`` is its state before the first of its changes."""

    alarm: MetricAlarm
    span: Span
    first: State
    changes: tuple[Change, ...]

    def stretches(self) -> Iterator[Stretch]:
        """The span, cut where the state changes."""
        turns = [(self.span.start, self.first), *((change.at, change.after) for change in self.changes)]
        for (start, state), (end, _) in pairwise(turns):
            yield Stretch(state, start, end, True)
        start, state = turns[-1]
        yield Stretch(state, start, self.span.end, False)

    @property
    def episodes(self) -> tuple[Stretch, ...]:
        """The times in ALARM: each is one alarm."""
        return tuple(stretch for stretch in self.stretches() if stretch.state == "ALARM")

    def time_in(self, state: State) -> int:
        """Milliseconds in ``state``."""
        return sum(stretch.length for stretch in self.stretches() if stretch.state == state)

    def share_of(self, state: State) -> float:
        """The same as a part of the span, 0 to 1."""
        return self.time_in(state) / self.span.length if self.span.length else 0.0

    @property
    def longest(self) -> int:
        """Milliseconds of the longest episode, 0 without any."""
        return max((episode.length for episode in self.episodes), default=0)
