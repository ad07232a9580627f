"""What an alarm is, in CloudWatch's own words, held to CloudWatch's limits.

Fields and limits are PutMetricAlarm's and PutCompositeAlarm's:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
Fields that only describe an alarm's life (state, ARN, timestamps) are read or passed over, so that the answer of
describe-alarms is a definition too. A field of no known name is an error: a misspelt one must not change an alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from operator import ge, gt, le, lt
from typing import Any, get_args

from tocsin.ports import ConfigError
from tocsin_local.alarms import rule, statistics
from tocsin_local.alarms.evaluate import Terms, Treatment
from tocsin_local.alarms.fields import Fields
from tocsin_local.alarms.timing import DAY, HOUR

WEEK = 7 * DAY
OPERATORS = {
    "GreaterThanOrEqualToThreshold": ge,
    "GreaterThanThreshold": gt,
    "LessThanThreshold": lt,
    "LessThanOrEqualToThreshold": le,
}
TREATMENTS = get_args(Treatment)
MAX_ACTIONS, MAX_DIMENSIONS = 5, 30

SHARED = {
    "AlarmName", "AlarmDescription", "AlarmArn", "ActionsEnabled", "OKActions", "AlarmActions",
    "InsufficientDataActions", "Tags", "ActionConfiguration", "AlarmType",
    "AlarmConfigurationUpdatedTimestamp", "StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp",
    "StateTransitionedTimestamp", "EvaluationState",
}  # fmt: skip
METRIC = SHARED | {
    "MetricName", "Namespace", "Dimensions", "Statistic", "ExtendedStatistic", "Unit", "Period", "EvaluationPeriods",
    "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData", "EvaluateLowSampleCountPercentile",
    "EvaluationWindow", "Metrics", "ThresholdMetricId", "EvaluationCriteria", "EvaluationInterval",
    "WarmUpConfiguration",
}  # fmt: skip
COMPOSITE = SHARED | {
    "AlarmRule", "ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod",
    "ActionsSuppressedBy", "ActionsSuppressedReason",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Actions:
    """Whether an alarm tells anybody, and whom, per state (ARNs)."""

    enabled: bool
    ok: tuple[str, ...]
    alarm: tuple[str, ...]
    insufficient_data: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MetricAlarm:
    """An alarm on one metric against a static threshold; ``period`` in seconds, None where AWS's field was left out."""

    name: str
    description: str | None
    arn: str | None
    actions: Actions
    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    unit: str | None
    period: int
    periods: int
    datapoints_to_alarm: int | None
    threshold: float
    operator: str
    treatment: Treatment
    ignores_low_samples: bool

    @property
    def terms(self) -> Terms:
        """M of N and the treatment of gaps."""
        return Terms(self.periods, self.datapoints_to_alarm or self.periods, self.treatment)

    def breaches(self, value: float) -> bool:
        """Whether a datapoint is on the wrong side of the threshold."""
        return bool(OPERATORS[self.operator](value, self.threshold))


@dataclass(frozen=True, slots=True)
class CompositeAlarm:
    """An alarm on the states of other alarms."""

    name: str
    description: str | None
    arn: str | None
    actions: Actions
    text: str
    rule: rule.Node


Alarm = MetricAlarm | CompositeAlarm


def read(given: Mapping[str, Any], where: str) -> Alarm:
    """The alarm that ``given`` defines; ``where`` names its file in errors. Raises ConfigError."""
    name = given.get("AlarmName")
    fields = Fields(given, f'alarm "{name}" in {where}' if isinstance(name, str) else f"an alarm in {where}")
    if fields.has("AlarmRule"):
        return _composite(fields)
    _refuse_other_kinds(fields)
    return _metric(fields)


def _refuse_other_kinds(fields: Fields) -> None:
    kinds = {
        "EvaluationCriteria": "a PromQL alarm",
        "ScheduledQueryConfiguration": "a log alarm",
        "ThresholdMetricId": "an anomaly band",
        "WarmUpConfiguration": "a warm-up period",
    }
    for field, what in kinds.items():
        if fields.has(field):
            raise fields.unsupported(field, what)
    for query in fields.mappings("Metrics", 20):
        expression = str(query.get("Expression", ""))
        if "ANOMALY_DETECTION_BAND" in expression:
            raise fields.unsupported("Metrics", "an anomaly band")
        if expression.lstrip().upper().startswith("SELECT"):
            raise fields.unsupported("Metrics", "a Metrics Insights query")
        raise fields.unsupported("Metrics", "metric math")
    if "WallClockWindow" in fields.mapping("EvaluationWindow"):
        raise fields.unsupported("EvaluationWindow", "a wall clock window")


def _metric(fields: Fields) -> MetricAlarm:
    fields.only(METRIC)
    period = fields.whole("Period", 10, WEEK)
    if period not in (10, 20, 30) and period % 60:
        raise fields.wrong("Period", "10, 20, 30 or a multiple of 60 (seconds)")
    periods = fields.whole("EvaluationPeriods", 1, WEEK)
    longest = DAY if period < HOUR else WEEK
    if period * periods > longest:
        what = "a day with periods under an hour" if longest == DAY else "a week"
        raise fields.wrong("EvaluationPeriods", f"at most {longest // period}: the range is at most {what}")
    needed = fields.whole("DatapointsToAlarm", 1, periods) if fields.has("DatapointsToAlarm") else None
    namespace = fields.text("Namespace", 255)
    return MetricAlarm(
        *_shared(fields),
        namespace=namespace,
        metric=fields.text("MetricName", 255),
        dimensions=_dimensions(fields),
        statistic=_statistic(fields),
        unit=fields.maybe("Unit", 40),
        period=period,
        periods=periods,
        datapoints_to_alarm=needed,
        threshold=_threshold(fields),
        operator=fields.choice("ComparisonOperator", tuple(OPERATORS)),
        treatment=_treatment(fields, namespace),
        ignores_low_samples=fields.choice("EvaluateLowSampleCountPercentile", ("evaluate", "ignore"), "evaluate")
        == "ignore",
    )


def _composite(fields: Fields) -> CompositeAlarm:
    fields.only(COMPOSITE)
    text = fields.text("AlarmRule", rule.MAX_LENGTH)
    try:
        parsed = rule.parse(text)
    except rule.RuleError as problem:
        raise ConfigError(f"{fields.where}: {problem}", "See AlarmRule in PutCompositeAlarm's reference.") from None
    return CompositeAlarm(*_shared(fields), text=text, rule=parsed)


def _shared(fields: Fields) -> tuple[str, str | None, str | None, Actions]:
    actions = Actions(
        enabled=fields.flag("ActionsEnabled", True),
        ok=fields.texts("OKActions", MAX_ACTIONS),
        alarm=fields.texts("AlarmActions", MAX_ACTIONS),
        insufficient_data=fields.texts("InsufficientDataActions", MAX_ACTIONS),
    )
    name, description = fields.text("AlarmName", 255), fields.maybe("AlarmDescription", 1024)
    return name, description, fields.maybe("AlarmArn", 1600), actions


def _dimensions(fields: Fields) -> tuple[tuple[str, str], ...]:
    found = []
    for given in fields.mappings("Dimensions", MAX_DIMENSIONS):
        name, value = given.get("Name"), given.get("Value")
        if not isinstance(name, str) or not isinstance(value, str) or not name or not value:
            raise fields.wrong("Dimensions", 'a list of {"Name": …, "Value": …}')
        found.append((name, value))
    return tuple(found)


def _statistic(fields: Fields) -> str:
    if fields.has("Statistic") == fields.has("ExtendedStatistic"):
        raise fields.wrong("Statistic", "either Statistic or ExtendedStatistic")
    if fields.has("Statistic"):
        return fields.choice("Statistic", statistics.SIMPLE)
    name = fields.text("ExtendedStatistic", 100)
    if name in statistics.SIMPLE or statistics.compute(name) is None:
        raise fields.wrong("ExtendedStatistic", "p99, tm90, tc90, ts90, wm90, IQM, TM(10%:90%), TC, TS, WM, PR(:300)")
    return name


def _threshold(fields: Fields) -> float:
    given = fields.given.get("Threshold")
    if isinstance(given, bool) or not isinstance(given, int | float) or not isfinite(given):
        raise fields.wrong("Threshold", "a number")
    return float(given)


def _treatment(fields: Fields, namespace: str) -> Treatment:
    """Left out it is missing; for DynamoDB's own metrics it is ignore, as the newest user guide says."""
    usual: Treatment = "ignore" if namespace == "AWS/DynamoDB" else "missing"
    chosen = fields.choice("TreatMissingData", TREATMENTS, usual)
    return next(known for known in TREATMENTS if known == chosen)
