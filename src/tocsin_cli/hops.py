"""Follows the canary's alarm hop by hop: what it passed, how long each hop took, and which one is missing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tocsin_cli import pasted
from tocsin_cli.alarms_there import acted
from tocsin_cli.cloud import Cloud
from tocsin_cli.function_log import Line, lines
from tocsin_cli.stack.seen import Seen, guarded
from tocsin_cli.stack.standing import Stack

_PAUSE = 1.0
_AHEAD = 5000  # ms by which this machine's clock may be ahead of AWS's
REASON = "TEST by `tocsin test`: nothing is wrong"


@dataclass(frozen=True, slots=True)
class Hop:
    """A stop on the way, reached ``at`` (ms), ``took`` ms after the one before."""

    name: str
    at: int
    took: int


@dataclass(frozen=True, slots=True)
class Road:
    """One of the roads by which a state change came, and why it was stored as it was."""

    by: str
    reason: str
    hops: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """What was seen of one state change: ``taken`` lines (one per road), ``shown`` once Slack has it."""

    state: str
    set_at: int
    taken: tuple[Line, ...] = ()
    shown: Line | None = None

    @property
    def arrived(self) -> bool:
        """Whether Slack accepted it."""
        return self.shown is not None


@dataclass(frozen=True, slots=True)
class Probe:
    """Sets the canary of ``stack`` and watches the function's log. ``clock`` in s since 1970; ``sleep`` takes s."""

    cloud: Cloud
    stack: Stack
    patience: float = 90.0
    clock: Callable[[], float] = field(default=time.time, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    @property
    def canary(self) -> str:
        """The alarm's name."""
        return self.stack.outputs["CanaryName"]

    def rest(self) -> None:
        """See that the canary is not in ALARM: CloudWatch acts on changes only."""
        cloudwatch = self.cloud.client("cloudwatch")
        found = cloudwatch.describe_alarms(AlarmNames=[self.canary])["MetricAlarms"]
        if found and found[0]["StateValue"] == "ALARM":
            self.follow("OK")

    def follow(self, state: str) -> Trace:
        """Set the canary, and wait until Slack accepted what became of it or patience ends."""
        started = int(self.clock() * 1000)
        self.cloud.client("cloudwatch").set_alarm_state(
            AlarmName=self.canary, StateValue=state, StateReason=REASON, StateReasonData=json.dumps({"test": True})
        )
        trace, end = Trace(state, started), self.clock() + self.patience
        while not trace.arrived and self.clock() < end:
            self.sleep(_PAUSE)
            trace = self._seen(trace)
        return trace

    def acted(self, trace: Trace) -> Seen:
        """What CloudWatch says that it did about the change, out of the alarm's history, if that may be looked at."""
        (seen,) = guarded("CloudWatch", self._doctor("watches"), self._history(trace))
        return seen

    def _history(self, trace: Trace) -> Iterator[Seen]:
        items = acted(self.cloud, trace.set_at - _AHEAD, self.canary)
        told = [item.get("HistorySummary", "") for item in items]
        if not told:
            why = "it has taken no action: are those of the alarm switched on?"
            yield Seen("CloudWatch", why, self._doctor("watches"))
        elif failed := next((each for each in told if not each.startswith("Successfully")), ""):
            yield Seen("CloudWatch", failed, self._doctor("own-topics", "keys"))
        else:
            yield Seen(f"CloudWatch: {told[0]}")

    def _doctor(self, *checks: str) -> str:
        return pasted.tocsin(self.cloud, self.stack.name, "doctor", *checks)

    def _seen(self, trace: Trace) -> Trace:
        found = list(lines(self.cloud, self.stack.outputs["LogGroupName"], trace.set_at, self.canary))
        since = trace.set_at - _AHEAD
        taken = tuple(line for line in found if line.did == "taken in" and _times(line).get("at", 0) >= since)
        told = [line for line in taken if line.about.get("messages")]
        shown = (line for line in found if line.did == "shown" and told and line.at >= told[0].at)
        return Trace(trace.state, trace.set_at, taken, next(shown, None))


def road(trace: Trace, line: Line) -> Road:
    """The hops of the road by which the function took it in as this ``line`` says."""
    times, hops = _times(line), list[Hop]()
    stops = (("SNS", times.get("sns")), ("queue", times.get("sqs")), ("function", times.get("received")))
    before = times.get("at") or trace.set_at
    for name, at in (*stops, ("stored", line.at)):
        if at is not None:
            hops.append(Hop(name, at, max(0, at - before)))
            before = at
    return Road(str(line.about.get("via", "")), str(line.about.get("reason")), tuple(hops))


def told(trace: Trace) -> Iterator[str]:
    """The hops that were passed, each with the milliseconds since the one before."""
    for each in (road(trace, line) for line in trace.taken):
        yield f"{trace.state}: set in CloudWatch, on its way by {each.by or 'the queue'}"
        for hop in each.hops:
            name = f"{hop.name} ({each.reason})" if hop.name == "stored" else hop.name
            yield f"    {name:<24} +{hop.took} ms"
    if trace.shown is not None:
        yield f"    Slack accepted it        {max(0, trace.shown.at - trace.set_at)} ms after it was set"


def _times(line: Line) -> dict[str, Any]:
    found = line.about.get("times")
    return {key: value for key, value in found.items() if value} if isinstance(found, dict) else {}
