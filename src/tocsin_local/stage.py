"""Puts the parts together on one machine: metric → alarm → SNS → function, each step told as it happens."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Self

from tocsin_local import sns
from tocsin_local.alarms.datapoints import Datapoint as Bucket
from tocsin_local.alarms.files import Entry
from tocsin_local.cloudwatch import CloudWatch, Standing
from tocsin_local.function import DELAYS, Function, Invocation, keep_nothing
from tocsin_local.metrics import Datapoint
from tocsin_local.state_change import Change, State, eventbridge_event

ACCOUNT = "000000000000"
REGION = "us-east-1"
ACTIONS = {"OK": "OKActions", "ALARM": "AlarmActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
BEAT = 1.0  # seconds between two samples of the metrics
TIDYING = 60  # beats between two times that old samples are let go of

Told = Change | Invocation


@dataclass(frozen=True, slots=True)
class Doors:
    """What reaches the stage from outside: the metrics at an instant (ms), the clock (ms), and what hears of steps.

    ``tick`` is called at each beat, where on AWS a one-minute schedule would come. ``keep``, ``delays``: see Function.
    """

    metrics: Callable[[int], tuple[Datapoint, ...]]
    tell: Callable[[Told], None]
    tick: Callable[[], None]
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    keep: Callable[[Any], Callable[[], None]] = keep_nothing
    delays: tuple[float, ...] = DELAYS


class Stage:
    """One region of one account with one topic and one function behind it. A context manager: it runs by itself."""

    def __init__(self, invoke: Callable[[Any], Any], doors: Doors) -> None:
        self.topic_arn = f"arn:aws:sns:{REGION}:{ACCOUNT}:tocsin"
        self._subscription = f"{self.topic_arn}:6d1f7d5e-2b0a-4d0c-9a53-000000000000"
        self._doors = doors
        self._cloudwatch = CloudWatch(ACCOUNT, REGION)
        self._function = Function(invoke, doors.tell, doors.delays, doors.keep)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stage", daemon=True)
        self._beats = 0

    def __enter__(self) -> Self:
        self._function.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._function.__exit__()

    def restore(self, states: Mapping[str, State], past: Iterable[Datapoint]) -> None:
        """What was known before a restart, to be said before the alarms are put."""
        with self._lock:
            self._cloudwatch.restore(states, past)

    def put_alarms(self, entries: Iterable[Entry]) -> None:
        """Create or update alarms. Raises ConfigError."""
        with self._lock:
            self._cloudwatch.put(entries, self._doors.clock())

    def set_state(self, name: str, value: str, reason: str) -> None:
        """SetAlarmState. Raises ConfigError where there is no such alarm."""
        with self._lock:
            changes = list(self._cloudwatch.set_state(name, value, reason, self._doors.clock()))
        self._act(changes)

    def alarms(self) -> tuple[Standing, ...]:
        """Every alarm as it stands, in the order in which they were put."""
        with self._lock:
            return self._cloudwatch.standings()

    def now(self) -> int:
        """The stage's own time (ms)."""
        return self._doors.clock()

    def datapoints(self, name: str) -> tuple[Bucket, ...]:
        """The newest datapoints of a metric alarm, oldest first."""
        with self._lock:
            return self._cloudwatch.datapoints(name, self._doors.clock())

    def hand_in(self, event: Any) -> Future[Invocation]:
        """An event as AWS hands it to the function."""
        return self._function.put(event)

    def beat(self) -> None:
        """One round: sample, evaluate what is due, act on what changed, and let what is due be shown."""
        now = self._doors.clock()
        points = self._doors.metrics(now)
        with self._lock:
            self._cloudwatch.add(points)
            changes = list(self._cloudwatch.evaluate(now))
            self._beats += 1
            if self._beats % TIDYING == 0:
                self._cloudwatch.forget(now)
        self._act(changes)
        self._doors.tick()

    def _act(self, changes: list[Change]) -> None:
        """Whoever is killed in between finds the event and the old state, never the new state without its event."""
        for change in changes:
            event = self._event(change)
            ticket = self._function.take(event) if event is not None else None
            self._doors.tell(change)
            if ticket:
                self._function.queue(ticket)

    def _event(self, change: Change) -> Any:
        """An alarm's actions go through the topic; one that has none at all is still heard of by EventBridge."""
        alarm = change.alarm
        if not any(alarm.get(name) for name in ACTIONS.values()):
            return eventbridge_event(change, os.urandom)
        if not alarm.get(ACTIONS[change.after.value]) or alarm.get("ActionsEnabled") is False:
            return None
        published = sns.publish(self.topic_arn, sns.alarm_content(change), self._doors.clock(), os.urandom)
        return sns.event(sns.lambda_record(published, self._subscription))

    def _run(self) -> None:
        following = time.monotonic()
        while not self._stopping.is_set():
            self.beat()
            following = max(following + BEAT, time.monotonic())
            self._stopping.wait(following - time.monotonic())
