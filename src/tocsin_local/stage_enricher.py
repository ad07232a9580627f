"""What the stage knows of its alarms and their messages do not say, by the road that CloudWatch is asked on AWS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tocsin.kinds.cloudwatch_alarm import described, history
from tocsin.model import Series, Signal
from tocsin.ports import More
from tocsin.reading.fields import Json
from tocsin_local.stage import Stage


@dataclass(slots=True)
class StageEnricher:
    """An Enricher for the alarms of a ``stage``, which is made after the function that asks."""

    stage: Stage | None = None

    def more(self, signal: Signal, seconds: float) -> More:
        """Answers at once, from what is in memory."""
        arn = described.arn_of(signal)
        standings = self.stage.alarms() if self.stage else ()
        standing = next((one for one in standings if one.arn == str(arn)), None)
        if self.stage is None or standing is None:
            return More(signal)
        found = {**standing.given, "AlarmArn": standing.arn}
        richer = described.described(signal, found, described.tags(standing.given))
        return More(replace(richer, series=_series(self.stage, standing.name, signal, found) or signal.series))


def _series(stage: Stage, name: str, signal: Signal, found: Json) -> Series | None:
    """What GetMetricData would answer, out of the alarm's own datapoints."""
    wanted: Any = history.asked_for(signal, found)
    if wanted is None:
        return None
    start, end = wanted["StartTime"] * 1000, wanted["EndTime"] * 1000
    points = [one for one in stage.datapoints(name) if one.value is not None and start <= one.start < end]
    judged = next(query["Id"] for query in wanted["MetricDataQueries"] if query.get("ReturnData"))
    answered = {"Timestamps": [one.start / 1000 for one in points], "Values": [one.value for one in points]}
    return history.drawn(signal, found, {"MetricDataResults": [{"Id": judged, "StatusCode": "Complete", **answered}]})
