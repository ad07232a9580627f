"""The datapoints that an alarm's message can draw, with their instants."""

from __future__ import annotations

from tocsin.kinds.cloudwatch_alarm.alarm import Alarm
from tocsin.kinds.cloudwatch_alarm.condition import threshold
from tocsin.kinds.cloudwatch_alarm.reasons import Why
from tocsin.model import Series
from tocsin.reading import fields, instants

_MOST = 100


def series(alarm: Alarm, why: Why) -> Series | None:
    """From the reason's data (a list from its start on, with gaps), else from the dates in the reason; oldest first."""
    points = _listed(alarm) or sorted((at, value) for at, value in why.points if at is not None)
    if not points:
        return None
    metric = alarm.metric
    name = metric.label or metric.name or alarm.logs.aggregation or alarm.name
    return Series(name, tuple(points[-_MOST:]), threshold(alarm, why))


def _listed(alarm: Alarm) -> list[tuple[int, float]]:
    data = alarm.now.data
    start, period = instants.iso(data.get("startDate")), fields.whole(data, "period")
    if start is None or period is None:
        return []
    values = [fields.as_number(one) for one in fields.items(data, "recentDatapoints")]
    return [(start + place * period * 1000, value) for place, value in enumerate(values) if value is not None]
