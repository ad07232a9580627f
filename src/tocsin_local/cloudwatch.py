"""CloudWatch on this machine: alarms over live datapoints, evaluated at their own instants, and what changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.ports import ConfigError
from tocsin_local.alarms import composite
from tocsin_local.alarms.composite import Child
from tocsin_local.alarms.datapoints import Datapoint as Bucket
from tocsin_local.alarms.definition import Alarm, CompositeAlarm, MetricAlarm
from tocsin_local.alarms.evaluate import State as StateValue
from tocsin_local.alarms.files import Entry
from tocsin_local.alarms.rule import children, name_of
from tocsin_local.alarms.watch import Setup, Watch
from tocsin_local.metrics import Datapoint
from tocsin_local.state_change import Change, State, compact

CREATED = "Unchecked: Initial alarm creation"
REMEMBERED = 30_000  # datapoints: what an alarm that is put now finds of the past
CHARTED = 60  # datapoints of an alarm that can be looked at
LONGEST = 10_800_000  # ms that a chart goes back at most: longer ones would hold every sample of weeks


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm as others may see it: what was put, how it was read, its state, and when it was put (ms)."""

    name: str
    arn: str
    given: Mapping[str, Any]
    alarm: Alarm
    state: State
    configured_ms: int


@dataclass(slots=True)
class _Standing:
    """One alarm as it stands. ``watch`` is None for a composite."""

    entry: Entry
    alarm: Alarm
    state: State
    configured_ms: int
    watch: Watch | None
    next_ms: int


class CloudWatch:
    """The alarms of one account and region. Not for several threads at once: its owner asks it in turn."""

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self._alarms: dict[str, _Standing] = {}
        self._past: deque[Datapoint] = deque(maxlen=REMEMBERED)
        self._restored: dict[str, State] = {}

    def restore(self, states: Mapping[str, State], past: Iterable[Datapoint]) -> None:
        """What was known before a restart: alarms that are put now go on from there, without a change of state."""
        self._restored.update(states)
        self._past.extend(past)

    def put(self, entries: Iterable[Entry], now: int) -> None:
        """Create alarms, or update them: an update keeps the state (PutMetricAlarm). Raises ConfigError."""
        read = [(entry, entry.read()) for entry in entries]
        merged = {name: one.alarm for name, one in self._alarms.items()} | {alarm.name: alarm for _, alarm in read}
        composites = [alarm for alarm in merged.values() if isinstance(alarm, CompositeAlarm)]
        composite.check(composites, [name for name, alarm in merged.items() if isinstance(alarm, MetricAlarm)])
        for entry, alarm in read:
            self._alarms[alarm.name] = self._standing(entry, alarm, now)

    def _standing(self, entry: Entry, alarm: Alarm, now: int) -> _Standing:
        old = self._alarms.get(alarm.name)
        state = old.state if old else self._restored.get(alarm.name, State("INSUFFICIENT_DATA", now, CREATED))
        if isinstance(alarm, CompositeAlarm):
            return _Standing(entry, alarm, state, now, None, now)
        watch = Watch(alarm, Setup(state=_value(state.value)))
        _feed(alarm, watch, self._past)  # CloudWatch too uses data from before an alarm was made
        return _Standing(entry, alarm, state, now, watch, watch.schedule.next_after(now))

    def add(self, datapoints: Iterable[Datapoint]) -> None:
        """Datapoints become known to the alarms that watch them. An alarm without dimensions watches this host's."""
        points = tuple(datapoints)
        self._past.extend(points)
        for one in self._alarms.values():
            if isinstance(one.alarm, MetricAlarm) and one.watch:
                _feed(one.alarm, one.watch, points)

    def evaluate(self, now: int) -> Iterator[Change]:
        """Each change of state up to ``now`` (ms), children before the composites that they belong to."""
        for one in list(self._alarms.values()):
            while one.watch and one.next_ms <= now:
                instant, one.next_ms = one.next_ms, one.watch.schedule.next_after(one.next_ms)
                look = one.watch.evaluate(instant)
                if look:
                    data = compact(look.reason_data) if look.reason_data else None
                    yield from self._move(one, State(look.after, look.at, look.reason or "", data))

    def set_state(self, name: str, value: str, reason: str, now: int) -> Iterator[Change]:
        """SetAlarmState: holds until the next evaluation. The state that is set already is no change."""
        one = self._alarms.get(name)
        if one is None:
            raise ConfigError(f'there is no alarm "{name}"', f"known: {', '.join(self._alarms) or 'none'}")
        if value != one.state.value:
            if one.watch:
                one.watch.state = _value(value)
            yield from self._move(one, State(value, now, reason))

    def standings(self) -> tuple[Standing, ...]:
        """Every alarm, in the order in which they were put."""
        return tuple(
            Standing(one.alarm.name, self._arn(one), one.entry.given, one.alarm, one.state, one.configured_ms)
            for one in self._alarms.values()
        )

    def datapoints(self, name: str, now: int) -> tuple[Bucket, ...]:
        """The newest datapoints of a metric alarm, oldest first; none for a composite or an unknown name."""
        one = self._alarms.get(name)
        return one.watch.datapoints(now, _charted(one.watch)) if one and one.watch else ()

    def forget(self, now: int) -> None:
        """Let go of samples that nobody will ask for again."""
        for one in self._alarms.values():
            if one.watch:
                one.watch.forget(now, _charted(one.watch))

    def _move(self, one: _Standing, after: State) -> Iterator[Change]:
        change = Change(one.entry.given, one.state, after, self.account, self.region, one.configured_ms)
        one.state = after
        yield change
        for parent in self._parents(one.alarm.name):
            found = composite.after_change(parent[1], self._children(parent[1]), one.alarm.name)
            if found.state != parent[0].state.value:
                state = State(found.state, after.at_ms, found.reason, compact(found.reason_data))
                yield from self._move(parent[0], state)

    def _parents(self, name: str) -> list[tuple[_Standing, CompositeAlarm]]:
        return [
            (one, one.alarm)
            for one in self._alarms.values()
            if isinstance(one.alarm, CompositeAlarm) and name in map(name_of, children(one.alarm.rule))
        ]

    def _children(self, alarm: CompositeAlarm) -> list[Child]:
        named = [self._alarms[name] for name in dict.fromkeys(map(name_of, children(alarm.rule)))]
        return [Child(one.alarm.name, self._arn(one), _value(one.state.value), one.state.at_ms) for one in named]

    def _arn(self, one: _Standing) -> str:
        return Change(one.entry.given, one.state, one.state, self.account, self.region).arn


def _feed(alarm: MetricAlarm, watch: Watch, points: Iterable[Datapoint]) -> None:
    for point in points:
        if (point.namespace, point.metric) == (alarm.namespace, alarm.metric) and (
            not alarm.dimensions or set(alarm.dimensions) == set(point.dimensions)
        ):
            watch.add(point.at_ms, point.value)


def _charted(watch: Watch) -> int:
    return max(2, min(CHARTED, LONGEST // (watch.alarm.period * 1000)))


def _value(text: str) -> StateValue:
    known: tuple[StateValue, ...] = ("OK", "ALARM", "INSUFFICIENT_DATA")
    return next((one for one in known if one == text), "INSUFFICIENT_DATA")
