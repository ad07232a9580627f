"""The tutorial's six steps on this machine: Slack, topic, function, test event, CPU alarm, load; each told at once.

The load is real and so is the metric: an alarm over 10 s fires because the CPU is busy, and ends because it rests.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tocsin_local.alarms.files import Entry
from tocsin_local.function import Invocation
from tocsin_local.load import Load
from tocsin_local.metrics import Datapoint
from tocsin_local.sightings import Sighting, Sightings
from tocsin_local.stage import Stage, Told
from tocsin_local.state_change import Change
from tocsin_local.tutorial import tutorial_event

ALARM = "tocsin-demo-cpu"
HOST = ("AWS/EC2", "CPUUtilization")
OWN = ("Tocsin", "OwnCPUUtilization")
MEASURED = 3  # seconds of looking before the threshold is set
BUSY = 60.0  # percent: above this the rest of the machine would keep the alarm up
TRIAL = 2  # seconds of load that show how much of a busy machine we get
TO_ARRIVE = 30.0  # seconds that a message may take from the function to Slack
TO_FIRE = 45.0
TO_REST = 35.0  # then it is the neighbours that keep the CPU busy
TO_REST_AGAIN = 20.0
REASONS = {"ALARM": ("first", "worse", "reopen"), "OK": ("resolved",)}  # of what a message says when
LOADED = 75.0  # seconds after which the load stops by itself, whatever happens


class Broken(Exception):
    """A link of the chain did not hold: which, and what was waited for."""

    def __init__(self, link: str, waited: str) -> None:
        super().__init__(f"{link}: {waited}")
        self.link = link
        self.waited = waited


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened: step 1 to 6 of the tutorial, and what there is to say."""

    step: int
    text: str
    done: bool = False


@dataclass(slots=True)
class Demo:
    """``say`` hears each line as it happens. ``workers``: how many processes load the CPU."""

    say: Callable[[Line], None]
    workers: int
    pause: Callable[[float], None] = time.sleep
    changes: deque[Change] = field(default_factory=lambda: deque(maxlen=100))
    invocations: deque[Invocation] = field(default_factory=lambda: deque(maxlen=100))
    latest: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    sightings: Sightings = field(default_factory=Sightings)

    def hear(self, told: Told) -> None:
        """What the stage tells, in order."""
        if isinstance(told, Change):
            self.changes.append(told)
            self.say(Line(5, f"{told.name} is {told.after.value}: {told.after.reason}"))
        else:
            self.invocations.append(told)
            if told.error:
                self.say(Line(3, f"the function failed {told.tries} times: {told.error}"))

    def measure(self, points: tuple[Datapoint, ...]) -> None:
        """What the metrics say, newest last."""
        for point in points:
            values = self.latest.setdefault((point.namespace, point.metric), [])
            values.append(point.value)
            del values[:-600]

    def run(self, stage: Stage) -> None:
        """All six steps. Raises Broken when a link does not hold."""
        self.say(Line(2, f"topic {stage.topic_arn}", done=True))
        self.say(Line(3, "function subscribed to it: tocsin.handler", done=True))
        self._test_event(stage)
        metric, threshold = self._threshold()
        stage.put_alarms([_alarm(metric, threshold, stage.topic_arn)])
        self.say(Line(5, f"alarm {ALARM}: {metric[1]} average > {threshold:g} % over one period of 10 s", done=True))
        with Load(self.workers, LOADED):
            self.say(Line(6, f"loading the CPU with {self.workers} processes until the alarm is in Slack"))
            self._wait_for("ALARM", TO_FIRE, metric)
        self.say(Line(6, "load stopped; resting until OK is in Slack"))
        self._rest(stage, metric)

    def _test_event(self, stage: Stage) -> None:
        self.say(Line(4, "the tutorial's test event goes to the function"))
        waited = "the test event's message in Slack"
        try:  # a test event is through when Slack has taken it, and not before
            done = stage.hand_in(tutorial_event()).result(TO_ARRIVE)
        except TimeoutError:
            raise Broken(self._late_link(), waited) from None
        if done.error:
            raise Broken(self._late_link(), waited)
        self.say(Line(4, "its message is in Slack, marked TEST", done=True))

    def _threshold(self) -> tuple[tuple[str, str], float]:
        """Halfway between what the CPU does by itself and all of it; on a busy machine, half of what our load gets."""
        self.say(Line(5, f"measuring this machine's CPU for {MEASURED} s"))
        self.pause(MEASURED + 1)
        seen = max(self.latest.get(HOST, [0.0])[-MEASURED:])
        if seen <= BUSY:
            self.say(Line(5, f"CPUUtilization is at most {seen:.0f} %"))
            return HOST, round((seen + 100) / 2, 1)
        self.say(
            Line(5, f"CPUUtilization is {seen:.0f} % already: this machine is busy, so we watch our own load instead")
        )
        with Load(self.workers, TRIAL + 1):
            self.pause(TRIAL + 1)
        got = max(self.latest.get(OWN, [0.0])[-TRIAL:])
        return OWN, round(max(got, 2.0) / 2, 1)

    def _rest(self, stage: Stage, metric: tuple[str, str]) -> None:
        """OK comes when the CPU rests; if others keep it busy, the alarm is told to watch our own load."""
        if self._arrived("OK", TO_REST):
            return
        if metric == HOST:
            others = self.latest[HOST][-1] - self.latest.get(OWN, [0.0])[-1]
            self.say(Line(6, f"others keep the CPU at {others:.0f} %: the alarm now watches our own load"))
            stage.put_alarms([_alarm(OWN, 50.0, stage.topic_arn)])
        self._wait_for("OK", TO_REST_AGAIN, metric)

    def _wait_for(self, word: str, seconds: float, metric: tuple[str, str]) -> None:
        if not self._arrived(word, seconds):
            value = self.latest.get(metric, [0.0])[-1]
            link = self._late_link() if self._changed_to(word) else f"metric → alarm ({metric[1]} is {value:.0f} %)"
            raise Broken(link, f"{word} of {ALARM} in Slack, for {seconds:.0f} s")

    def _arrived(self, word: str, seconds: float) -> bool:
        return self.sightings.wait_for(lambda one: _is_alarm(one, REASONS[word]), seconds) is not None

    def _changed_to(self, word: str) -> bool:
        return any(change.after.value == word and change.name == ALARM for change in self.changes)

    def _late_link(self) -> str:
        """Where it got stuck behind the alarm: SNS, the function, or Slack."""
        if self.sightings.problem:
            return f"function → Slack ({self.sightings.problem})"
        if not self.invocations:
            return "SNS → function"
        return "function" if self.invocations[-1].error else "function → Slack"


def _is_alarm(sighting: Sighting, reasons: tuple[str, ...]) -> bool:
    return sighting.subject.endswith(f":alarm:{ALARM}") and sighting.reason in reasons


def _alarm(metric: tuple[str, str], threshold: float, topic: str) -> Entry:
    given: dict[str, Any] = {
        "AlarmName": ALARM,
        "AlarmDescription": "This machine's CPU is busy. It is what the demo wanted: nothing needs to be done.",
        "Namespace": metric[0],
        "MetricName": metric[1],
        "Statistic": "Average",
        "Unit": "Percent",
        "Period": 10,
        "EvaluationPeriods": 1,
        "DatapointsToAlarm": 1,
        "Threshold": threshold,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "missing",
        "AlarmActions": [topic],
        "OKActions": [topic],
    }
    return Entry(ALARM, given, "the demo")
