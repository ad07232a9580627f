"""When an alarm, or each of several variants of it, would have fired over recorded samples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.alarms.files import Entry
from tocsin_local.alarms.history import Change, History, Span
from tocsin_local.alarms.timing import HOUR
from tocsin_local.alarms.watch import Watch, replay

Play = Callable[[Watch, Span], Iterable[Change]]


@dataclass(frozen=True, slots=True)
class Choices:
    """What to try instead of the definition's own: thresholds, periods (s), and (M, N). Empty: the definition's."""

    thresholds: tuple[float, ...] = ()
    periods: tuple[int, ...] = ()
    datapoints: tuple[tuple[int, int], ...] = ()

    @property
    def count(self) -> int:
        """How many variants there are, 0 without any choice."""
        sizes = [len(self.thresholds), len(self.periods), len(self.datapoints)]
        return max(sizes) and max(sizes[0], 1) * max(sizes[1], 1) * max(sizes[2], 1)

    def fields(self) -> Iterator[dict[str, object]]:
        """Per variant, the fields that replace the definition's, in CloudWatch's words."""
        thresholds = [{"Threshold": threshold} for threshold in self.thresholds] or [{}]
        periods = [{"Period": period} for period in self.periods] or [{}]
        counts = [{"DatapointsToAlarm": m, "EvaluationPeriods": n} for m, n in self.datapoints] or [{}]
        for fields in product(thresholds, periods, counts):
            yield {name: value for group in fields for name, value in group.items()}


def variants(alarm: MetricAlarm, entry: Entry, choices: Choices) -> tuple[MetricAlarm, ...]:
    """``alarm``, read from ``entry``, with each choice instead of its own, itself left out.

    Raises ConfigError where CloudWatch allows no such alarm.
    """
    if not choices.count:
        return ()
    read = [replace(entry, given={**entry.given, **fields}).read() for fields in choices.fields()]
    found = {_terms(other): other for other in read if isinstance(other, MetricAlarm)}
    found.pop(_terms(alarm), None)
    return tuple(found.values())


def _terms(alarm: MetricAlarm) -> tuple[object, ...]:
    return alarm.threshold, alarm.period, alarm.terms


def usual_span(alarms: Sequence[MetricAlarm], samples: Sequence[Sample]) -> Span:
    """From the first sample to the first instant at which every alarm has seen the last one.

    Where gaps are breaches, what was before the recording would be one: there it starts once a full N periods of every
    alarm lie inside it, or ends before it does.
    """
    first = min(sample.at for sample in samples)
    last = max(_seen(alarm, sample) for alarm in alarms for sample in _newest(samples))
    if any(alarm.treatment == "breaching" for alarm in alarms):
        first = min(first + max(alarm.period * alarm.periods * 1000 for alarm in alarms), last)
    return Span(first, last)


def _newest(samples: Sequence[Sample]) -> tuple[Sample, Sample]:
    return max(samples, key=lambda sample: sample.at), max(samples, key=lambda sample: sample.known)


def _seen(alarm: MetricAlarm, sample: Sample) -> int:
    """The first evaluation that a sample counts in."""
    schedule = Watch(alarm).schedule
    step = schedule.interval * 1000
    bucket_ends = sample.at - sample.at % step + step
    delay = 0 if schedule.interval == HOUR else schedule.delay_ms
    return schedule.first_from(max(sample.known, bucket_ends + delay))


def run(alarms: Iterable[MetricAlarm], samples: Sequence[Sample], span: Span) -> tuple[History, ...]:
    """What each alarm would have done, new at the beginning of the span: sooner with numpy, the same without."""
    play = _quick(samples) or _slow(samples)
    watches = [Watch(alarm) for alarm in alarms]
    return tuple(History(watch.alarm, span, watch.state, tuple(play(watch, span))) for watch in watches)


def _slow(samples: Sequence[Sample]) -> Play:
    def play(watch: Watch, span: Span) -> Iterator[Change]:
        looks = replay(watch, samples, span.start, span.end)
        return (Change(look.at, look.before, look.after) for look in looks)

    return play


def _quick(samples: Sequence[Sample]) -> Play | None:
    try:
        from tocsin_local.alarms import columns
    except ImportError:  # numpy comes with the extra "backtest"
        return None
    data, slow = columns.columns(samples), _slow(samples)

    def play(watch: Watch, span: Span) -> Iterable[Change]:
        return columns.changes(data, watch, span.start, span.end) if data.suffice(watch) else slow(watch, span)

    return play


def ranked(histories: Iterable[History]) -> tuple[History, ...]:
    """The fewest alarms first, then the fewest minutes in ALARM."""
    return tuple(sorted(histories, key=lambda history: (len(history.episodes), history.time_in("ALARM"))))
