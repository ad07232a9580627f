"""Records one metric of this host for as long as its instants go on, so that an alarm can be tried on it."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.ports import ConfigError
from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.metrics import Sampler

MEASURED = (
    ("AWS/EC2", "CPUUtilization"),
    ("AWS/EC2", "NetworkIn"),
    ("AWS/EC2", "NetworkOut"),
    ("CWAgent", "mem_used_percent"),
    ("CWAgent", "disk_used_percent"),
    ("CWAgent", "LoadAverage1min"),
    ("CWAgent", "LoadAverage5min"),
    ("Tocsin", "OwnCPUUtilization"),
)


def check(alarm: MetricAlarm) -> None:
    """Refuse an alarm on what no host measures. Raises ConfigError."""
    if (alarm.namespace, alarm.metric) not in MEASURED:
        known = ", ".join(f"{namespace} {metric}" for namespace, metric in MEASURED)
        raise ConfigError(f"this host does not measure {alarm.namespace} {alarm.metric}", f"It measures: {known}.")


def record(alarm: MetricAlarm, sampler: Sampler, instants: Iterable[int]) -> tuple[Sample, ...]:
    """The alarm's metric at each instant (ms), at least one sample. This host stands in for any dimensions.

    Raises ConfigError where nothing was measured.
    """
    wanted = (alarm.namespace, alarm.metric)
    found = tuple(
        Sample(now, point.value, now)
        for now in instants
        for point in sampler.sample(now)
        if (point.namespace, point.metric) == wanted
    )
    if not found:
        raise ConfigError(f"{alarm.namespace} {alarm.metric} was not measured once", "Record for at least two seconds.")
    return found
