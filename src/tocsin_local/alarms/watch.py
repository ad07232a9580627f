"""Watches one metric alarm: samples in, evaluations at its own instants, state changes out.

Live: ``add`` each sample when it is published, ask ``schedule.next_after`` when to come back, then ``evaluate``.
Recorded: ``replay`` and ``look_once`` do that over a recording, each sample known only from its publication on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from tocsin_local.alarms import reasons
from tocsin_local.alarms.datapoints import Buckets, Datapoint, Measure, Sample
from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.alarms.evaluate import State, decide, in_use
from tocsin_local.alarms.statistics import compute, enough_samples
from tocsin_local.alarms.timing import INGESTION_DELAY_MS, Schedule, guessed_range, interval_of

REMEMBERED = 16  # ranges up to this length repeat often enough to remember their verdict


@dataclass(frozen=True, slots=True)
class Setup:
    """How an alarm is watched, beyond its definition: what nobody outside CloudWatch can know. None: the guess."""

    state: State = "INSUFFICIENT_DATA"
    evaluation_range: int | None = None
    phase_ms: int = 0
    delay_ms: int = INGESTION_DELAY_MS


@dataclass(frozen=True, slots=True)
class Look:
    """What an evaluation at ``at`` (ms) found: the state before and after, and what the one after rests on.

    ``evidence`` is None where the datapoints call for no state, so that the old one stays with its old reason.
    """

    at: int
    before: State
    after: State
    evidence: reasons.Evidence | None

    @property
    def reason(self) -> str | None:
        """StateReason."""
        return reasons.reason(self.evidence) if self.evidence else None

    @property
    def reason_data(self) -> dict[str, Any] | None:
        """StateReasonData, as an object."""
        return reasons.reason_data(self.evidence, self.at) if self.evidence else None


class Watch:
    """One alarm and what is known of its metric."""

    def __init__(self, alarm: MetricAlarm, setup: Setup | None = None) -> None:
        setup = setup or Setup()
        interval = interval_of(alarm.period, alarm.periods)
        self.alarm = alarm
        self.state: State = setup.state
        self.schedule = Schedule(interval, setup.phase_ms, setup.delay_ms)
        self.slots = setup.evaluation_range or guessed_range(alarm.period, alarm.periods)
        self._terms = alarm.terms
        self._buckets = Buckets(measure_of(alarm), interval * 1000)
        self._remembered: dict[bytes, State | None] = {}

    def add(self, at: int, value: float) -> None:
        """A sample becomes known."""
        self._buckets.add(at, value)

    def evaluate(self, now: int) -> Look | None:
        """Evaluate at ``now`` (ms) and take on the new state; None when it stays, as nothing else changes then."""
        end = self.schedule.window_end(now)
        marks = self._buckets.marks(end, self.slots)
        called = self._verdict(marks)
        if called is None or called == self.state:
            return None
        look = Look(now, self.state, called, self._evidence(end, marks, called))
        self.state = called
        return look

    def look(self, now: int) -> Look:
        """What an evaluation at ``now`` would find and say, also where the state stays; takes on nothing."""
        end = self.schedule.window_end(now)
        marks = self._buckets.marks(end, self.slots)
        called = self._verdict(marks)
        return Look(now, self.state, called or self.state, self._evidence(end, marks, called) if called else None)

    def datapoints(self, end: int, count: int) -> tuple[Datapoint, ...]:
        """The newest ``count`` datapoints that an evaluation at ``end`` (ms) may use, oldest first."""
        newest, length = self.schedule.window_end(end), self.alarm.period * 1000
        return tuple(self._buckets.datapoint(newest - place * length) for place in range(count, 0, -1))

    def forget(self, now: int, kept: int) -> None:
        """Let go of what neither an evaluation at ``now`` (ms) or later nor the newest ``kept`` datapoints rest on."""
        length = self.alarm.period * 1000
        self._buckets.forget(self.schedule.window_end(now) - max(self.slots, kept) * length)

    def _verdict(self, marks: bytes) -> State | None:
        if len(marks) > REMEMBERED:
            return decide(marks, self._terms)
        if marks not in self._remembered:
            self._remembered[marks] = decide(marks, self._terms)
        return self._remembered[marks]

    def _evidence(self, end: int, marks: bytes, state: State) -> reasons.Evidence:
        length = self.alarm.period * 1000
        starts = [end - (len(marks) - slot) * length for slot in in_use(marks, self._terms.periods)]
        return reasons.Evidence(self.alarm, state, tuple(map(self._buckets.datapoint, starts)))


def measure_of(alarm: MetricAlarm) -> Measure:
    """What the buckets of an alarm are asked."""
    function = compute(alarm.statistic)
    if function is None:
        raise ValueError(f"no such statistic: {alarm.statistic}")
    enough = enough_samples(alarm.statistic) if alarm.ignores_low_samples else 1
    return Measure(alarm.period * 1000, function, alarm.breaches, enough)


def replay(watch: Watch, samples: Iterable[Sample], start: int, end: int) -> Iterator[Look]:
    """The state changes of every evaluation from ``start`` to ``end`` (ms, both included)."""
    coming = sorted(samples, key=attrgetter("known", "at"))
    step, place, total = watch.schedule.interval * 1000, 0, len(coming)
    for now in range(watch.schedule.first_from(start), end + 1, step):
        while place < total and coming[place].known <= now:
            watch.add(coming[place].at, coming[place].value)
            place += 1
        if change := watch.evaluate(now):
            yield change


def look_once(watch: Watch, samples: Iterable[Sample], at: int) -> Look:
    """One evaluation at ``at`` (ms), whatever the alarm's own instants are."""
    for sample in samples:
        if sample.known <= at:
            watch.add(sample.at, sample.value)
    return watch.look(at)
