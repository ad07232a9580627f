"""The evaluations of a whole recording at once, with numpy: the same changes of state as ``watch.replay``, sooner.

Every place that a window can end at gets one bucket, summed from left to right as ``statistics`` does, so that no
rounding differs. The places are then laid out so that the buckets of one evaluation lie side by side; how many of
them are real and how many breach are differences of running counts, whatever M and N are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.definition import OPERATORS
from tocsin_local.alarms.evaluate import STATES
from tocsin_local.alarms.history import Change
from tocsin_local.alarms.timing import HOUR
from tocsin_local.alarms.watch import Watch

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

KEEP = len(STATES)  # beside the places of OK, ALARM and INSUFFICIENT_DATA in STATES
CHUNK = 1 << 17  # evaluations at once: bounds the memory, and stays near the processor
FOLDS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "Average": np.add,
    "Sum": np.add,
    "Minimum": np.minimum,
    "Maximum": np.maximum,
}


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Samples in order of time: instants (ms), values, and the longest time that one stayed unknown (ms)."""

    times: Ints
    values: Floats
    lateness: int

    def suffice(self, watch: Watch) -> bool:
        """Whether ``changes`` can stand in for a replay: a plain statistic, and each sample known when it counts."""
        allowed = 0 if watch.schedule.interval == HOUR else watch.schedule.delay_ms
        return self.lateness <= allowed and (watch.alarm.statistic in FOLDS or watch.alarm.statistic == "SampleCount")


def columns(samples: Iterable[Sample]) -> Columns:
    """The samples as columns."""
    kept = list(samples)
    times = np.fromiter((sample.at for sample in kept), np.int64, len(kept))
    known = np.fromiter((sample.known for sample in kept), np.int64, len(kept))
    values = np.fromiter((sample.value for sample in kept), np.float64, len(kept))
    order = np.lexsort((known, times))
    return Columns(times[order], values[order], int((known - times).max(initial=0)))


def changes(data: Columns, watch: Watch, start: int, end: int) -> Iterator[Change]:
    """What ``replay`` yields from ``start`` to ``end`` (ms, both included), where the columns suffice."""
    step = watch.schedule.interval * 1000
    state = watch.state
    first = watch.schedule.first_from(start)
    for begin in range(first, end + 1, CHUNK * step):
        count = min(CHUNK, (end - begin) // step + 1)
        for place, called in _turns(_calls(data, watch, begin, count), STATES.index(state)):
            yield Change(begin + place * step, state, STATES[called])
            state = STATES[called]


def _turns(calls: NDArray[np.int8], before: int) -> Iterator[tuple[int, int]]:
    """Where the calls depart from what was called last: (place, call)."""
    places = np.flatnonzero(calls != KEEP)
    called = calls[places]
    turned = np.flatnonzero(called != np.concatenate(([before], called[:-1])))
    return zip(places[turned].tolist(), called[turned].tolist(), strict=True)


def _calls(data: Columns, watch: Watch, begin: int, count: int) -> NDArray[np.int8]:
    """Which state each of ``count`` evaluations from ``begin`` calls for."""
    step, length = watch.schedule.interval * 1000, watch.alarm.period * 1000
    grid = gcd(step, length)
    stride = length // grid
    newest = watch.schedule.window_end(begin)
    oldest = newest - (watch.slots - 1) * length
    rows = -(-((newest + (count - 1) * step - oldest) // grid + 1) // stride)
    real, breaching = _buckets(data, watch, oldest, grid, rows * stride)
    ends = (newest - oldest) // grid + np.arange(count) * (step // grid)
    places = (ends % stride) * rows + ends // stride
    return _decide(_side_by_side(real, stride), _side_by_side(breaching, stride), places + 1, watch)


def _side_by_side(flags: Flags, stride: int) -> Flags:
    """The same flags, those of adjoining buckets beside each other."""
    return flags.reshape(-1, stride).T.ravel()


def _buckets(data: Columns, watch: Watch, first: int, grid: int, count: int) -> tuple[Flags, Flags]:
    """Of ``count`` buckets of which the first ends at ``first``: which are real, and which breach."""
    length = watch.alarm.period * 1000
    edges = np.searchsorted(data.times, first - length + np.arange(count + length // grid) * grid)
    begin, sizes = edges[:count], edges[length // grid :] - edges[:count]
    real = sizes > 0
    values = sizes.astype(np.float64)
    if watch.alarm.statistic != "SampleCount":
        values = _fold(FOLDS[watch.alarm.statistic], data.values, begin, sizes)
    if watch.alarm.statistic == "Average":
        values /= np.maximum(sizes, 1)
    compare: Callable[[Floats, float], Any] = OPERATORS[watch.alarm.operator]
    return real, compare(values, watch.alarm.threshold) & real


def _fold(fold: Callable[[Floats, Floats], Floats], values: Floats, begin: Ints, sizes: Ints) -> Floats:
    """Each bucket's values folded from left to right: numpy's own sums add in another order."""
    folded = np.zeros(len(begin))
    folded[sizes > 0] = values[begin[sizes > 0]]
    least = int(sizes.min())
    with np.errstate(over="ignore", invalid="ignore"):
        for place in range(1, int(sizes.max(initial=0))):
            longer = slice(None) if place < least else np.flatnonzero(sizes > place)
            folded[longer] = fold(folded[longer], values[begin[longer] + place])
    return folded


def _decide(real: Flags, breaching: Flags, ends: Ints, watch: Watch) -> NDArray[np.int8]:
    """``evaluate.decide`` for the ``watch.slots`` marks before each of ``ends``."""
    terms = watch.alarm.terms
    places = np.flatnonzero(real)
    upto, worse = _running(real), _running(breaching[places])
    last = upto[ends]
    used = np.minimum(last - upto[ends - watch.slots], terms.periods)
    bad = worse[last] - worse[last - used]
    filled = terms.periods - used
    calls = np.full(len(ends), STATES.index("OK"), np.int8)
    counted = bad + filled if terms.treatment == "breaching" else bad
    calls[counted >= terms.needed] = STATES.index("ALARM")
    if terms.treatment in ("missing", "ignore"):
        unsure = np.flatnonzero((filled > 0) & (bad == used) & (bad < terms.needed))
        calls[unsure] = KEEP
        if terms.treatment == "missing":
            calls[unsure[used[unsure] == 0]] = STATES.index("INSUFFICIENT_DATA")
            some = unsure[used[unsure] > 0]
            age = ends[some] - places[last[some] - used[some]]
            calls[some[age >= terms.needed]] = STATES.index("ALARM")
    return calls


def _running(flags: Flags) -> Ints:
    return np.concatenate(([0], np.cumsum(flags)))
