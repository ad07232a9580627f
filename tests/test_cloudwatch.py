"""CloudWatch on one machine: live datapoints, alarms at their own instants, composites behind their children."""

from __future__ import annotations

from typing import Any

import pytest

from tocsin.ports import ConfigError
from tocsin_local.alarms.files import Entry
from tocsin_local.cloudwatch import CloudWatch
from tocsin_local.metrics import Datapoint
from tocsin_local.state_change import State

START = 1_795_435_200_000  # a whole minute


def alarm(name: str = "busy", **fields: Any) -> Entry:
    given = {
        "AlarmName": name,
        "Namespace": "AWS/EC2",
        "MetricName": "CPUUtilization",
        "Statistic": "Average",
        "Period": 10,
        "EvaluationPeriods": 1,
        "Threshold": 50,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    return Entry(name, given | fields, "a test")


def composite(name: str, rule: str) -> Entry:
    return Entry(name, {"AlarmName": name, "AlarmRule": rule}, "a test")


def point(second: int, value: float, metric: str = "CPUUtilization") -> Datapoint:
    return Datapoint("AWS/EC2", metric, (("InstanceId", "here"),), START + second * 1000, value, "Percent")


def state(cloud: CloudWatch, name: str) -> State:
    return next(one.state for one in cloud.standings() if one.name == name)


def run(cloud: CloudWatch, values: dict[int, float], until: int) -> list[tuple[int, str, str]]:
    """Feed a value per second and evaluate each second; what changed, as (second, alarm, state)."""
    changes = []
    for second in range(until):
        value = next(values[start] for start in sorted(values, reverse=True) if start <= second)
        cloud.add([point(second, value)])
        changes += [
            ((change.after.at_ms - START) // 1000, change.name, change.after.value)
            for change in cloud.evaluate(START + second * 1000)
        ]
    return changes


def test_an_alarm_follows_its_metric() -> None:
    """It fires ten seconds after the first bucket above the threshold ended, and recovers the same way."""
    cloud = CloudWatch("000000000000", "us-east-1")
    cloud.put([alarm()], START)
    assert run(cloud, {0: 5.0, 30: 90.0, 60: 5.0}, 100) == [
        (20, "busy", "OK"),
        (50, "busy", "ALARM"),
        (80, "busy", "OK"),
    ]


def test_dimensions_choose_the_metric() -> None:
    """An alarm that names other dimensions sees nothing of this host's datapoints."""
    cloud = CloudWatch("000000000000", "us-east-1")
    cloud.put([alarm(Dimensions=[{"Name": "InstanceId", "Value": "there"}])], START)
    assert run(cloud, {0: 90.0}, 60) == []
    assert state(cloud, "busy").value == "INSUFFICIENT_DATA"


def test_a_composite_follows_its_children() -> None:
    """The change of a child changes its composite in the same instant, and the composite's own composite."""
    cloud = CloudWatch("000000000000", "us-east-1")
    cloud.put([alarm(), composite("all", "ALARM(busy)"), composite("top", 'ALARM("all") AND NOT OK(busy)')], START)
    changes = run(cloud, {0: 90.0}, 30)
    assert changes == [(20, "busy", "ALARM"), (20, "all", "ALARM"), (20, "top", "ALARM")]
    assert "transitioned to ALARM" in state(cloud, "all").reason


def test_set_alarm_state() -> None:
    """SetAlarmState is a change with the given reason, unless the alarm stands there already; then data decides."""
    cloud = CloudWatch("000000000000", "us-east-1")
    cloud.put([alarm()], START)
    (change,) = cloud.set_state("busy", "ALARM", "a try", START)
    assert (change.after.value, change.after.reason) == ("ALARM", "a try")
    assert not list(cloud.set_state("busy", "ALARM", "again", START))
    assert run(cloud, {0: 5.0}, 30)[-1] == (20, "busy", "OK")
    with pytest.raises(ConfigError):
        list(cloud.set_state("nobody", "ALARM", "a try", START))


def test_an_update_keeps_the_state_and_finds_the_past() -> None:
    """An alarm that is put again keeps its state, and its new metric's datapoints from before count."""
    cloud = CloudWatch("000000000000", "us-east-1")
    cloud.put([alarm()], START)
    run(cloud, {0: 90.0}, 30)
    cloud.add([point(second, 1.0, metric="Other") for second in range(30)])
    cloud.put([alarm(MetricName="Other")], START + 30_000)
    assert state(cloud, "busy").value == "ALARM"
    assert [change.after.value for change in cloud.evaluate(START + 40_000)] == ["OK"]
