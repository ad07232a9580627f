"""What an alarm would have done lately: CloudWatch's own values, judged as CloudWatch judges them."""

from __future__ import annotations

from typing import Any

from tocsin_cli.cloud import Cloud
from tocsin_local.alarms import backtest
from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.alarms.history import History
from tocsin_local.alarms.spelling import moment

_LONG = 14 * 86_400_000  # ms
_SHORT = 175 * 60_000  # ms: asked for more than three hours, CloudWatch may answer with none
_MOST = 100_800  # datapoints in one answer


def is_short(period: int) -> bool:
    """Whether CloudWatch keeps values of this period (s) for three hours alone; of a minute for 15 days.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
    """
    return period < 60


def samples(cloud: Cloud, alarm: MetricAlarm, now: int) -> tuple[Sample, ...]:
    """One sample per period of the two weeks (or three hours) before ``now`` (ms): the alarm's own statistic over
    that whole period.

    A value is known when its period is over. Errors as boto3 raises them.
    """
    length = alarm.period * 1000
    metric = {
        "Namespace": alarm.namespace,
        "MetricName": alarm.metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in alarm.dimensions],
    }
    query = {"Id": "m", "MetricStat": {"Metric": metric, "Period": alarm.period, "Stat": alarm.statistic}}
    until = now - now % length
    pages = cloud.client("cloudwatch").get_paginator("get_metric_data")
    found: list[Sample] = []
    for page in pages.paginate(
        MetricDataQueries=[query],
        StartTime=moment(until - (_SHORT if is_short(alarm.period) else _LONG)),
        EndTime=moment(until),
        ScanBy="TimestampAscending",
        MaxDatapoints=_MOST,
    ):
        found += [_sample(at, value, length) for each in page["MetricDataResults"] for at, value in _points(each)]
    return tuple(found)


def history(alarm: MetricAlarm, found: tuple[Sample, ...]) -> History | None:
    """What the alarm would have done with these samples; None without any."""
    if not found:
        return None
    (one,) = backtest.run((alarm,), found, backtest.usual_span((alarm,), found))
    return one


def _points(result: dict[str, Any]) -> zip[tuple[Any, float]]:
    return zip(result["Timestamps"], result["Values"], strict=True)


def _sample(at: Any, value: float, length: int) -> Sample:
    start = round(at.timestamp() * 1000)
    return Sample(start, value, start + length)
