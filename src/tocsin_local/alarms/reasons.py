"""Why a metric alarm is in its state: StateReason and StateReasonData in AWS's wording, order and shape.

Settled by texts that AWS wrote (found in public alarm histories and messages of 2017 to 2026): with DatapointsToAlarm
"n out of the last N datapoints […] … (minimum …)", without it "n datapoints […] …"; the list holds the real datapoints
in use that are on the side of the new state, newest first, and from five on only the newest five, behind "The most
recent datapoints which crossed the threshold"; gaps are told only when they were treated as breaching or not breaching,
and all that were filled are counted; OK needs N - M + 1; ``evaluatedDatapoints`` are the decisive ones, newest first.

Unverified: whether four datapoints already use the long form (here not); its wording for OK and together with gaps;
whether "unknown" counts N or M when they differ (here N); whether "was received for" ends with the minimum (here not);
``recentDatapoints`` reaches from the oldest to the newest real datapoint in use, null between them.
Source of the shapes: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tocsin_local.alarms.datapoints import Datapoint
from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.alarms.evaluate import State
from tocsin_local.alarms.spelling import full_date, java_double, short_date

CREATED = "Unchecked: Initial alarm creation"
LISTED = 5
WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
FILLED = {"breaching": "Breaching", "notBreaching": "NonBreaching"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The datapoints that an evaluation rested on, newest first, gaps included."""

    alarm: MetricAlarm
    state: State
    points: Sequence[Datapoint]

    @property
    def minimum(self) -> int:
        """How many datapoints carry the state."""
        terms = self.alarm.terms
        return terms.periods - terms.needed + 1 if self.state == "OK" else terms.needed

    @property
    def real(self) -> list[tuple[Datapoint, float]]:
        """The datapoints that exist, with their values."""
        return [(point, point.value) for point in self.points if point.value is not None]

    @property
    def siding(self) -> list[tuple[Datapoint, float]]:
        """The real ones on the side of the new state."""
        breaching = self.state == "ALARM"
        return [(point, value) for point, value in self.real if self.alarm.breaches(value) == breaching]

    @property
    def decisive(self) -> list[Datapoint]:
        """The newest ones that carry the state; a gap sides with it."""
        siding = {point.start for point, _ in self.siding}
        carrying = [point for point in self.points if point.value is None or point.start in siding]
        return carrying[: self.minimum]


def reason(evidence: Evidence) -> str:
    """StateReason."""
    alarm = evidence.alarm
    gaps = len(evidence.points) - len(evidence.real)
    if evidence.state == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {_datapoints(alarm.periods)} {_were(alarm.periods)} unknown."
    if not evidence.siding:
        received = len(evidence.real)
        told = f"{_datapoints(received) if received else 'no datapoints'} {'was' if received == 1 else 'were'} received"
        periods = f"{alarm.periods} period{'' if alarm.periods == 1 else 's'}"
        return f"Threshold Crossed: {told} for {periods}{_gaps(alarm, gaps)}."
    minimum = f" ({_minimum(evidence)})" if alarm.datapoints_to_alarm is not None else ""
    return f"Threshold Crossed: {_crossing(evidence)}{_gaps(alarm, gaps)}{minimum}."


def reason_data(evidence: Evidence, at: int) -> dict[str, Any]:
    """StateReasonData as an object (AWS sends it as a JSON string: ``spelling.java_json``). ``at``: the evaluation."""
    alarm = evidence.alarm
    data: dict[str, Any] = {"version": "1.0", "queryDate": full_date(at)}
    if evidence.real:
        data["startDate"] = full_date(evidence.real[-1][0].start)
    if alarm.unit is not None:
        data["unit"] = alarm.unit
    data["statistic"] = alarm.statistic
    data["period"] = alarm.period
    data["recentDatapoints"] = _recent(evidence)
    data["threshold"] = alarm.threshold
    data["evaluatedDatapoints"] = [_evaluated(point) for point in evidence.decisive]
    return data


def _crossing(evidence: Evidence) -> str:
    siding = evidence.siding
    count, crossed = len(siding), "crossed" if evidence.state == "ALARM" else "not crossed"
    alarm = evidence.alarm
    counted = _datapoints(count)
    if alarm.datapoints_to_alarm is not None:
        counted = f"{count} out of the last {alarm.periods} datapoints"
    listed = ", ".join(f"{java_double(value)} ({short_date(point.start)})" for point, value in siding[:LISTED])
    side = "" if evidence.state == "ALARM" else "not "
    verdict = f"{_were(count)} {side}{WORDS[alarm.operator]} the threshold ({java_double(alarm.threshold)})"
    if count < LISTED:
        return f"{counted} [{listed}] {verdict}"
    return f"{counted} {verdict}. The most recent datapoints which {crossed} the threshold: [{listed}]"


def _gaps(alarm: MetricAlarm, gaps: int) -> str:
    if not gaps or alarm.treatment not in FILLED:
        return ""
    missing = f"{gaps} missing datapoint{'' if gaps == 1 else 's'}"
    return f" and {missing} {_were(gaps)} treated as [{FILLED[alarm.treatment]}]"


def _minimum(evidence: Evidence) -> str:
    change = "OK -> ALARM" if evidence.state == "ALARM" else "ALARM -> OK"
    return f"minimum {_datapoints(evidence.minimum)} for {change} transition"


def _recent(evidence: Evidence) -> list[float | None]:
    if not evidence.real:
        return []
    values = {point.start: value for point, value in evidence.real}
    step = evidence.alarm.period * 1000
    return [values.get(start) for start in range(min(values), max(values) + 1, step)]


def _evaluated(point: Datapoint) -> dict[str, Any]:
    shown: dict[str, Any] = {"timestamp": full_date(point.start)}
    if point.value is not None:
        shown |= {"sampleCount": float(point.count), "value": point.value}
    return shown


def _datapoints(count: int) -> str:
    return f"{count} datapoint{'' if count == 1 else 's'}"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
