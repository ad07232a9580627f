"""A whole stage with its page for tests: metrics and time come in by the door, everything else is as users have it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tocsin_cli import slack_target
from tocsin_cli.rig import Ears, Rig, rig
from tocsin_cli.rig_plan import Plan
from tocsin_local.alarms.files import Entry
from tocsin_local.metrics import Datapoint
from tocsin_local.web.server import Server

IDLE, BUSY = 12.0, 96.0


@dataclass(slots=True)
class World:
    """What the stage cannot tell from a real machine: an instant (ms) and how busy its CPU is (percent)."""

    now: int = field(default_factory=lambda: time.time_ns() // 1_000_000)
    cpu: float = IDLE

    def metrics(self, at: int) -> tuple[Datapoint, ...]:
        return (
            Datapoint("AWS/EC2", "CPUUtilization", (("InstanceId", "here"),), at, self.cpu, "Percent"),
            Datapoint("CWAgent", "mem_used_percent", (("host", "here"),), at, 50 + self.cpu / 8, "Percent"),
        )

    def clock(self) -> int:
        return self.now


@dataclass(frozen=True, slots=True)
class Shown:
    """The stage and where its page is."""

    rig: Rig
    url: str
    world: World

    def later(self, seconds: int) -> None:
        """Let time pass, a beat for each second."""
        for _ in range(seconds):
            self.world.now += 1000
            self.rig.desk.stage.beat()

    def hand_in(self, event: Any) -> None:
        """An event goes all the way: through the function, into the stand-in for Slack."""
        assert self.rig.desk.stage.hand_in(event).result(30).error == ""


def cpu_alarm(name: str = "cpu", **fields: Any) -> Entry:
    given = {
        "AlarmName": name,
        "Namespace": "AWS/EC2",
        "MetricName": "CPUUtilization",
        "Statistic": "Average",
        "Unit": "Percent",
        "Period": 10,
        "EvaluationPeriods": 1,
        "Threshold": 80.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "missing",
    }
    return Entry(name, given | fields, "a test")


@contextmanager
def shown(language: str = "en", folder: Path | None = None, *alarms: Entry, ago: int = 0) -> Iterator[Shown]:
    """A running stage with these alarms and its page. Its time begins so many seconds ago."""
    world = World()
    world.now -= ago * 1000
    config = slack_target.local(language)
    with rig(Plan(config, folder=folder, metrics=world.metrics, clock=world.clock), Ears()) as running:
        running.desk.stage.put_alarms(alarms)
        with Server(running.desk) as server:
            yield Shown(running, server.url, world)
