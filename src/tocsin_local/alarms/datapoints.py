"""Samples become buckets, buckets become one mark per evaluation slot.

A bucket is [start, start + period); its datapoint is the statistic over the samples in it. Marks (see ``evaluate``)
are kept for every place on the grid that a sliding window can end at, so that an evaluation is one strided slice of
bytes. Instants are milliseconds.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from math import gcd

from tocsin_local.alarms.evaluate import BREACHING, FINE, LOW, MISSING
from tocsin_local.alarms.statistics import Compute


@dataclass(frozen=True, slots=True)
class Sample:
    """One published value. It is known from ``known`` on."""

    at: int
    value: float
    known: int


@dataclass(frozen=True, slots=True)
class Datapoint:
    """One bucket: ``value`` is None where its samples, ``count`` of them, make none."""

    start: int
    value: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Measure:
    """What a bucket is asked: its length (ms), its statistic, whether the result breaches, how many samples suffice."""

    length: int
    compute: Compute
    breaches: Callable[[float], bool]
    enough: int = 1


class Series:
    """The samples of one metric that are known so far, in order of time."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._values: list[float] = []

    def add(self, at: int, value: float) -> None:
        """Take in a sample, in any order."""
        if not self._times or at >= self._times[-1]:
            self._times.append(at)
            self._values.append(value)
            return
        place = bisect_right(self._times, at)
        self._times.insert(place, at)
        self._values.insert(place, value)

    def between(self, start: int, end: int) -> list[float]:
        """The values of [start, end)."""
        first = bisect_left(self._times, start)
        return self._values[first : bisect_left(self._times, end, first)]

    def forget(self, before: int) -> None:
        """Let go of the samples before an instant (ms): who lives long remembers only what is still asked for."""
        first = bisect_left(self._times, before)
        del self._times[:first], self._values[:first]


class Buckets:
    """The buckets of one alarm over one series, marked as the evaluation reads them."""

    def __init__(self, measure: Measure, step: int) -> None:
        """``step``: milliseconds between two places where a window can end."""
        self._measure = measure
        self._grid = gcd(step, measure.length)
        self._series = Series()
        self._first = 0  # where the bucket of the first mark ends
        self._marks = bytearray()

    def add(self, at: int, value: float) -> None:
        """Take in a sample; buckets that were marked without it are marked again."""
        self._series.add(at, value)
        if at >= self._first + (len(self._marks) - 1) * self._grid:
            return
        after = at - at % self._grid + self._grid
        last = min(at + self._measure.length, self._first + (len(self._marks) - 1) * self._grid)
        for end in range(max(after, self._first), last + 1, self._grid):
            self._marks[(end - self._first) // self._grid] = self._mark(end)

    def datapoint(self, start: int) -> Datapoint:
        """The bucket that starts there, as far as it is known."""
        values = self._series.between(start, start + self._measure.length)
        return Datapoint(start, self._measure.compute(values) if values else None, len(values))

    def marks(self, end: int, count: int) -> bytes:
        """``count`` adjoining buckets of which the newest ends at ``end``, oldest first."""
        oldest = end - (count - 1) * self._measure.length
        if not self._marks or oldest < self._first:
            self._first, self._marks = oldest, bytearray()
        known = self._first + len(self._marks) * self._grid
        for place in range(known, end + 1, self._grid):
            self._marks.append(self._mark(place))
        stride = self._measure.length // self._grid
        begin = (oldest - self._first) // self._grid
        return bytes(self._marks[begin : (end - self._first) // self._grid + 1 : stride])

    def forget(self, before: int) -> None:
        """Let go of the samples and marks of all that ended before an instant (ms)."""
        self._series.forget(before - self._measure.length)
        gone = min(max(0, (before - self._first) // self._grid), len(self._marks))
        del self._marks[:gone]
        self._first += gone * self._grid

    def _mark(self, end: int) -> int:
        values = self._series.between(end - self._measure.length, end)
        if not values:
            return MISSING[0]
        if len(values) < self._measure.enough:
            return LOW[0]
        value = self._measure.compute(values)
        if value is None:
            return MISSING[0]
        return BREACHING[0] if self._measure.breaches(value) else FINE[0]
