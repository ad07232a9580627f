"""Which datapoints an alarm's chart needs, and the chart that they make; none rather than a wrong one."""

from __future__ import annotations

import re
from dataclasses import replace

from tocsin.kinds.cloudwatch_alarm import reasons, shapes
from tocsin.kinds.cloudwatch_alarm.alarm import Query
from tocsin.model import Series, Signal
from tocsin.reading import fields

POINTS = 20
_MOST = 10  # metrics of one alarm, each of which has its price
_END = 253_402_300_800  # the year 10000, in seconds
_BAND = "ANOMALY_DETECTION_BAND"
# What looks at metrics that nobody can count beforehand costs by their number, and may answer with many series.
_UNCOUNTED = re.compile(r"\bSELECT\b|\bSEARCH\s*\(|\bMETRICS\s*\(|\bINSIGHT_RULE_METRIC\s*\(", re.IGNORECASE)


def asked_for(signal: Signal, found: fields.Json) -> fields.Json | None:
    """What GetMetricData is to be asked about the periods before the change; None where no chart can be right.

    Metrics, statistic and period are the alarm's (``found``: as DescribeAlarms tells it), the grid is that of the
    datapoints in the event. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
    """
    judged, queries = _judged(found), _queries(found)
    if judged is None or not judged.period or not queries or signal.at is None:
        return None
    period = judged.period * 1000
    newest = max((at for at, _ in signal.series.points), default=None) if signal.series else None
    end = signal.at // period * period if newest is None else newest + period
    return {
        "MetricDataQueries": queries,
        "StartTime": (end - POINTS * period) // 1000,
        "EndTime": end // 1000,
        "ScanBy": "TimestampAscending",
    }


def drawn(signal: Signal, found: fields.Json, answer: object) -> Series | None:
    """The series of what was answered to ``asked_for``, with what the event tells; None where it is not whole."""
    judged, own = _judged(found), signal.series
    if judged is None:
        return None
    answered = _answered(answer, judged.id)
    points, period = answered[0] if len(answered) == 1 else {}, (judged.period or 1) * 1000
    if not points:
        return None
    if own and all((at - min(points)) % period == 0 for at, _ in own.points):
        points |= dict(own.points)  # as they were when the alarm judged them
    name = own.name if own else judged.label or judged.name or signal.labels.get("alarmname", "")
    return Series(name, tuple(sorted(points.items())[-POINTS:]), _threshold(signal, found), _band(found, answer))


def _threshold(signal: Signal, found: fields.Json) -> float | None:
    told = signal.series.threshold if signal.series else None
    why = reasons.understand(signal.quote, {}).threshold if told is None else told
    return shapes.rule(found).threshold if why is None else why


def _band(found: fields.Json, answer: object) -> tuple[tuple[int, float, float], ...]:
    """What an anomaly alarm's metric is compared with: two series under one id, told apart by their values."""
    bounds = _answered(answer, fields.text(found, "ThresholdMetricId"))
    if len(bounds) != 2:
        return ()
    one, other = bounds
    return tuple((at, min(one[at], other[at]), max(one[at], other[at])) for at in sorted(one) if at in other)


def _answered(answer: object, id: str) -> list[dict[int, float]]:
    """The series under this id, as values by instant (ms); none where one of them is not whole."""
    results = [one for one in fields.items(answer, "MetricDataResults") if id and fields.text(one, "Id") == id]
    if any(fields.text(one, "StatusCode") != "Complete" for one in results):
        return []
    return [dict(_points(one)) for one in results]


def _points(result: object) -> list[tuple[int, float]]:
    instants, values = fields.items(result, "Timestamps"), fields.items(result, "Values")
    pairs = ((fields.as_number(at), fields.as_number(value)) for at, value in zip(instants, values, strict=False))
    return [(round(at * 1000), value) for at, value in pairs if at is not None and 0 <= at < _END and value is not None]


def _judged(found: fields.Json) -> Query | None:
    """The one metric or expression whose values are judged, with its period; None where that is not one alone."""
    queries = shapes.queries(_listed(found))
    returned = [query for query in queries if query.returned and _BAND not in query.expression]
    if len(returned) != 1:
        return None
    return replace(returned[0], period=next((one.period for one in (*returned, *queries) if one.period), None))


def _queries(found: fields.Json) -> list[fields.Json]:
    """The alarm's metrics as GetMetricData takes them; none if nobody can say beforehand how many that are."""
    metrics = [one for one in fields.items(_listed(found), "Metrics") if isinstance(one, dict)]
    if len(metrics) > _MOST or any(_UNCOUNTED.search(fields.text(one, "Expression")) for one in metrics):
        return []
    return [_filled(one) for one in metrics]


def _listed(found: fields.Json) -> fields.Json:
    """The alarm with its metrics as a list, also where it has but one."""
    if fields.items(found, "Metrics") or not fields.text(found, "MetricName"):
        return found
    metric = {name: found.get(name) for name in ("Namespace", "MetricName", "Dimensions")}
    stat = {
        "Metric": metric,
        "Period": found.get("Period"),
        "Stat": fields.text(found, "Statistic", "ExtendedStatistic"),
        "Unit": found.get("Unit"),
    }
    return {**found, "Metrics": [{"Id": "judged", "MetricStat": stat, "ReturnData": True}]}


def _filled(query: fields.Json) -> fields.Json:
    """Without what is null: an alarm is told with all its fields, a request takes only those that say something."""
    return {
        name: _filled(value) if isinstance(value, dict) else value for name, value in query.items() if value is not None
    }
