"""What a picture of a history shows, before it is drawn: runs of datapoints, bands of states, ticks. Pure.

Whatever the length of the recording, a picture has so many columns: of the datapoints in one it shows the lowest and
the highest, of the states the gravest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor, isfinite, log10
from operator import attrgetter

from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.alarms.evaluate import State
from tocsin_local.alarms.history import History, Span
from tocsin_local.alarms.spelling import moment
from tocsin_local.alarms.watch import measure_of

GRAVITY: tuple[State, ...] = ("OK", "INSUFFICIENT_DATA", "ALARM")
LARGEST = 1e300  # what is beyond is drawn there
MINUTE = 60_000
HOUR, DAY = 60, 1440
STEPS = tuple(
    MINUTE * minutes
    for minutes in (
        1, 2, 5, 10, 15, 30, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
        DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY, 365 * DAY,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """The datapoints of one column: ``at`` (ms) is where the first of them starts."""

    at: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Band:
    """A state from ``left`` to ``right``, parts of the width (0 to 1)."""

    state: State
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Scale:
    """The values at the lower and the upper edge."""

    low: float
    high: float

    def part(self, value: float) -> float:
        """Where a value stands, 0 at the lower edge and 1 at the upper."""
        return (value - self.low) / (self.high - self.low)

    @property
    def ticks(self) -> tuple[float, ...]:
        """About five round values in between."""
        rough = (self.high - self.low) / 5
        power = 10.0 ** floor(log10(rough))
        step = next(power * size for size in (1, 2, 2.5, 5, 10) if power * size >= rough)
        first = ceil(self.low / step)
        # A product may be rounded to just beyond an edge.
        return tuple(min(max(place * step, self.low), self.high) for place in range(first, floor(self.high / step) + 1))


def runs(alarm: MetricAlarm, samples: Sequence[Sample], span: Span, columns: int) -> list[list[Point]]:
    """The alarm's datapoints inside the span, as lines without a gap."""
    found: list[list[Point]] = []
    last = span.start - 1
    for at, value in _datapoints(alarm, samples, span):
        column, before = _column(at, span, columns), _column(last, span, columns)
        if not found or (at - last > alarm.period * 1000 and column - before > 1):
            found.append([Point(at, value, value)])
        elif column == before:
            point = found[-1][-1]
            found[-1][-1] = Point(point.at, min(point.low, value), max(point.high, value))
        else:
            found[-1].append(Point(at, value, value))
        last = at
    return found


def _column(at: int, span: Span, columns: int) -> int:
    """Where an instant stands, from 0 at the start of the span to ``columns`` at its end."""
    return (at - span.start) * columns // max(span.length, 1)


def _datapoints(alarm: MetricAlarm, samples: Iterable[Sample], span: Span) -> Iterator[tuple[int, float]]:
    """(start, value) of each bucket on the period's own marks, as a graph of the metric shows them."""
    measure = measure_of(alarm)
    inside = sorted((sample for sample in samples if span.start <= sample.at <= span.end), key=attrgetter("at"))
    for place, group in groupby(inside, lambda sample: sample.at // measure.length):
        value = measure.compute([sample.value for sample in group])
        if value is not None:
            held = value if isfinite(value) else LARGEST
            yield max(place * measure.length, span.start), min(max(held, -LARGEST), LARGEST)


def scale(alarm: MetricAlarm, lines: Iterable[Iterable[Point]]) -> Scale:
    """Room for every point and the threshold; from 0 where that costs little."""
    values = [value for line in lines for point in line for value in (point.low, point.high)]
    threshold = min(max(alarm.threshold, -LARGEST), LARGEST)
    low, high = min([threshold, *values]), max([threshold, *values])
    if 0 < low < high / 2:
        low = 0.0
    room = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return Scale(low - room if low else 0.0, high + room)


def bands(history: History, columns: int) -> list[Band]:
    """The states, the gravest of each column, from left to right without a gap."""
    gravest = [-1] * columns
    for stretch in history.stretches():
        gravity = GRAVITY.index(stretch.state)
        first = min(_column(stretch.start, history.span, columns), columns - 1)
        last = _column(stretch.end, history.span, columns)
        for column in range(first, min(max(last, first + 1), columns)):
            gravest[column] = max(gravest[column], gravity)
    found: list[Band] = []
    for gravity, group in groupby(range(columns), lambda column: gravest[column]):
        places = list(group)
        if gravity >= 0:
            found.append(Band(GRAVITY[gravity], places[0] / columns, (places[-1] + 1) / columns))
    return found


def time_ticks(span: Span) -> list[tuple[int, str]]:
    """About six round instants (UTC) with their labels."""
    step = next((step for step in STEPS if span.length / step <= 8), STEPS[-1])
    first = span.start + (-span.start) % step
    return [(at, _label(at, step)) for at in range(first, span.end + 1, step)]


def _label(at: int, step: int) -> str:
    told = moment(at)
    if step >= 30 * DAY * MINUTE:
        return f"{told:%Y-%m-%d}"
    if step >= DAY * MINUTE or at % (DAY * MINUTE) == 0:
        return f"{told:%m-%d}"
    return f"{told:%H:%M}"
