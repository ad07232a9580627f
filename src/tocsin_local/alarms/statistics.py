"""CloudWatch's statistics over the samples of one bucket.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
Unverified: how CloudWatch interpolates percentiles (it keeps a sketch, not the samples). Here they are linear between
the two nearest ranks, which is exact wherever the samples agree; TM, TC, TS and WM between percents keep every sample
of which a part lies between them; between values they keep (low, high], as PR does. A mean over nothing is no value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, inf

Values = Sequence[float]
Compute = Callable[[Values], float | None]

PERCENTILE = re.compile(r"p(100|\d{1,2}(?:\.\d{1,10})?)")
SHORT = re.compile(r"(tm|tc|ts|wm)(100|\d{1,2}(?:\.\d{1,10})?)")
BOUNDED = re.compile(r"(TM|TC|TS|WM|PR)\((-?\d+(?:\.\d+)?%?)?:(-?\d+(?:\.\d+)?%?)?\)")
TINY = 1e-9  # what floating point may add to a rank
SIMPLE = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")


def total(values: Values) -> float:
    """The plain sum from left to right: the built-in one rounds differently from Python 3.12 on."""
    found = 0.0
    for value in values:
        found += value
    return found


def average(values: Values) -> float:
    """The mean."""
    return total(values) / len(values)


def _count(values: Values) -> float:
    return float(len(values))


PLAIN: dict[str, Compute] = {
    "SampleCount": _count,
    "Average": average,
    "Sum": total,
    "Minimum": min,
    "Maximum": max,
}


def percentile(ordered: Values, percent: float) -> float:
    """The value below which ``percent`` of the ordered samples lie, linear between the nearest ranks."""
    rank = (len(ordered) - 1) * percent / 100
    below = int(rank)
    low = ordered[below]
    high = ordered[min(below + 1, len(ordered) - 1)]
    return low + (high - low) * (rank - below) if low != high else low


@dataclass(frozen=True, slots=True)
class Bounds:
    """From ``low`` to ``high``, percents or values."""

    low: float
    high: float
    percent: bool

    def kept(self, ordered: Values) -> Values:
        """The samples between the bounds."""
        if not self.percent:
            return [value for value in ordered if self.low < value <= self.high]
        share = len(ordered) / 100
        return ordered[floor(self.low * share + TINY) : ceil(self.high * share - TINY)]

    def pulled_in(self, ordered: Values) -> Values:
        """All samples, those outside the bounds moved onto them."""
        low, high = self.low, self.high
        if self.percent:
            inside = self.kept(ordered)
            low, high = inside[0], inside[-1]
        return [min(max(value, low), high) for value in ordered]


def _bounded(kind: str, bounds: Bounds) -> Compute:
    def compute(values: Values) -> float | None:
        ordered = sorted(values)
        if kind == "WM":
            return average(bounds.pulled_in(ordered))
        kept = bounds.kept(ordered)
        if kind == "PR":
            return 100.0 * len(kept) / len(ordered)
        if kind == "TM":
            return average(kept) if kept else None
        return total(kept) if kind == "TS" else _count(kept)

    return compute


def _bounds(low: str | None, high: str | None) -> Bounds | None:
    if low is None and high is None:
        return None
    marks = {text.endswith("%") for text in (low, high) if text is not None}
    if len(marks) > 1:
        return None
    percent = marks == {True}
    outer = (0.0, 100.0) if percent else (-inf, inf)
    found = Bounds(
        float(low.rstrip("%")) if low is not None else outer[0],
        float(high.rstrip("%")) if high is not None else outer[1],
        percent,
    )
    inside = outer[0] <= found.low < found.high <= outer[1]
    return found if inside else None


def compute(name: str) -> Compute | None:
    """The function behind a statistic's name ("Average", "p99.9", "tm90", "TM(10%:90%)", "IQM"), None if unknown."""
    if name in PLAIN:
        return PLAIN[name]
    if found := PERCENTILE.fullmatch(name):
        percent = float(found[1])
        return lambda values: percentile(sorted(values), percent)
    if name == "IQM":
        return _bounded("TM", Bounds(25.0, 75.0, True))
    if found := SHORT.fullmatch(name):
        return _bounded(found[1].upper(), Bounds(0.0, float(found[2]), True))
    if found := BOUNDED.fullmatch(name):
        bounds = _bounds(found[2], found[3])
        if bounds is None or (found[1] == "PR" and bounds.percent):
            return None
        return _bounded(found[1], bounds)
    return None


def enough_samples(name: str) -> int:
    """How many samples make a percentile significant: 10/(1-p) from the median up, 10/p below; else 1.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html (percentile-based alarms
    and low data samples): 1000 for p99, 100 for p90.
    """
    found = PERCENTILE.fullmatch(name)
    percent = Fraction(found[1]) if found else Fraction(0)
    if not 0 < percent < 100:
        return 1
    return ceil(1000 / (100 - percent)) if percent >= 50 else ceil(1000 / percent)
