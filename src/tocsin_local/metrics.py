"""This host's metrics as CloudWatch-shaped datapoints, so that a local alarm has something real to watch.

Names, units and meanings follow the pages of whoever publishes them on AWS:
- AWS/EC2 CPUUtilization, NetworkIn, NetworkOut, by InstanceId (here the host's name):
  https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
- CWAgent mem_used_percent, disk_used_percent, by host (and path):
  https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-collected-by-CloudWatch-agent.html
- LoadAverage1min, LoadAverage5min are Elastic Beanstalk's words (the agent has none), here in CWAgent:
  https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-cloudwatch.html
- Tocsin OwnCPUUtilization is CPUUtilization of this process and its children alone, for a machine that is never idle.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

from tocsin_local import cpu

Dimensions = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Datapoint:
    """One value of one metric at one instant (milliseconds since 1970); dimensions are (name, value) pairs."""

    namespace: str
    metric: str
    dimensions: Dimensions
    at_ms: int
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Readings:
    """What the counters and gauges of a host say at one instant; None for what this host does not tell."""

    host_cpu: cpu.Use | None
    own_cpu: cpu.Use
    received: int
    sent: int
    memory_percent: float
    disk_percent: float
    disk_path: str
    load: tuple[float, float] | None


class Sampler:
    """Turns what `look` reads into datapoints; rates are taken between two calls of `sample`."""

    def __init__(self, host: str, look: Callable[[], Readings]) -> None:
        self._host = host
        self._look = look
        self._before: Readings | None = None

    def sample(self, now_ms: int) -> tuple[Datapoint, ...]:
        """All metrics at `now_ms`. The first call gives only what needs no earlier one: memory, disk, load."""
        before, self._before = self._before, self._look()
        values = [*_gauges(self._before), *(_rates(before, self._before) if before else [])]
        return tuple(
            Datapoint(namespace, metric, _dimensions(namespace, self._host, extra), now_ms, value, unit)
            for namespace, metric, extra, value, unit in values
        )


def look_here(
    allowed: cpu.Allowance, clock: cpu.Clock = time.monotonic, disk_path: str = "/"
) -> Callable[[], Readings]:
    """The `look` of a Sampler for the machine that we run on."""

    def look() -> Readings:
        received, sent = _network_bytes()
        return Readings(
            host_cpu=cpu.host_use(allowed, clock),
            own_cpu=cpu.own_use(allowed, clock),
            received=received,
            sent=sent,
            memory_percent=psutil.virtual_memory().percent,
            disk_percent=psutil.disk_usage(disk_path).percent,
            disk_path=disk_path,
            load=os.getloadavg()[:2] if hasattr(os, "getloadavg") else None,
        )

    return look


_Value = tuple[str, str, Dimensions, float, str]


def _gauges(now: Readings) -> list[_Value]:
    values: list[_Value] = [
        ("CWAgent", "mem_used_percent", (), now.memory_percent, "Percent"),
        ("CWAgent", "disk_used_percent", (("path", now.disk_path),), now.disk_percent, "Percent"),
    ]
    if now.load is not None:
        values.append(("CWAgent", "LoadAverage1min", (), now.load[0], "None"))
        values.append(("CWAgent", "LoadAverage5min", (), now.load[1], "None"))
    return values


def _rates(before: Readings, now: Readings) -> list[_Value]:
    host = cpu.percent(before.host_cpu, now.host_cpu) if before.host_cpu and now.host_cpu else None
    own = cpu.percent(before.own_cpu, now.own_cpu)
    received, sent = now.received - before.received, now.sent - before.sent
    found = [
        ("AWS/EC2", "CPUUtilization", host, "Percent"),
        ("Tocsin", "OwnCPUUtilization", own, "Percent"),
        # A network card that went away takes its bytes along: no value is better than a negative one.
        ("AWS/EC2", "NetworkIn", float(received) if received >= 0 else None, "Bytes"),
        ("AWS/EC2", "NetworkOut", float(sent) if sent >= 0 else None, "Bytes"),
    ]
    return [(namespace, metric, (), value, unit) for namespace, metric, value, unit in found if value is not None]


def _dimensions(namespace: str, host: str, extra: Dimensions) -> Dimensions:
    return (("InstanceId" if namespace == "AWS/EC2" else "host", host), *extra)


def _network_bytes() -> tuple[int, int]:
    """Bytes received and sent so far on all cards but the loopback, as EC2 counts them."""
    cards = [card for name, card in psutil.net_io_counters(pernic=True).items() if not name.startswith("lo")]
    return sum(card.bytes_recv for card in cards), sum(card.bytes_sent for card in cards)
