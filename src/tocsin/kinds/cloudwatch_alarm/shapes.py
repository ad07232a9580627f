"""Reads an alarm out of the three shapes that it arrives in (SNS message, EventBridge event, Lambda action) into one.

Shapes: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html (the Lambda action has
the same inner shapes) and, for SNS, /Notify_Users_Alarm_Changes.html. A field may be missing, null or of another type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from tocsin.envelope import Envelope
from tocsin.kinds.cloudwatch_alarm.alarm import Alarm, Child, Composite, Logs, Moment, Mute, Query, Rule
from tocsin.reading import arns, fields, instants
from tocsin.reading.arns import Arn

_STATISTICS = {
    "average": "Average",
    "sum": "Sum",
    "minimum": "Minimum",
    "maximum": "Maximum",
    "samplecount": "SampleCount",
}
_MISSING = {"missing": "missing", "ignore": "ignore", "breaching": "breaching"} | dict.fromkeys(
    ("notbreaching", "nonbreaching"), "notBreaching"
)


def read(envelope: Envelope) -> Alarm:
    """The alarm in this envelope. Raises ValueError when it has no name or no state that CloudWatch knows."""
    body = envelope.body
    inner = fields.mapping(body, "alarmData", "detail")
    return _from_event(body, inner) if inner else _from_sns(body, envelope.topic_arn)


def _from_sns(body: object, topic_arn: str) -> Alarm:
    name = fields.text(body, "AlarmName")
    topic = arns.parse(topic_arn)
    region = fields.text(body, "Region")
    arn = arns.parse(fields.text(body, "AlarmArn")) or _built(
        name,
        partition=topic.partition if topic else arns.partition_of(region),
        region=topic.region if topic else region if arns.is_region(region) else "",
        account=fields.text(body, "AWSAccountId") or (topic.account if topic else ""),
    )
    old = fields.text(body, "OldStateValue").upper()
    trigger = _data(fields.parsed(fields.either(body, "Trigger")))
    targets = fields.either(body, "InsufficientDataActions")
    return Alarm(
        name=_named(name, arn),
        arn=arn,
        now=Moment(
            value=_state(fields.text(body, "NewStateValue")),
            reason=fields.text(body, "NewStateReason"),
            data=_data(fields.parsed(fields.either(body, "NewStateReasonData"))),
            at=instants.iso(fields.text(body, "StateChangeTime")),
        ),
        before=Moment(value=old) if old else None,
        description=fields.text(body, "AlarmDescription"),
        queries=queries(trigger),
        rule=rule(trigger),
        logs=_logs(body),
        composite=Composite(fields.text(body, "AlarmRule"), _children(fields.items(body, "TriggeringChildren"))),
        contributor=fields.text(body, "AlarmContributorId"),
        attributes=pairs(fields.mapping(body, "AlarmContributorAttributes")),
        tags=pairs(fields.either(body, "AlarmTags")),
        after_mute=fields.yes(body, "ActionExecutedAfterMuteWindow"),
        no_data_targets=tuple(str(one) for one in targets) if isinstance(targets, list) else None,
        action=True,
    )


def _from_event(body: object, inner: fields.Json) -> Alarm:
    name = fields.text(inner, "alarmName")
    resources = [arns.parse(one) for one in fields.items(body, "resources") if isinstance(one, str)]
    region = fields.text(body, "region")
    arn = next((one for one in (arns.parse(fields.text(body, "alarmArn")), *resources) if one), None) or _built(
        name,
        partition=arns.partition_of(region),
        region=region if arns.is_region(region) else "",
        account=fields.text(body, "accountId", "account"),
    )
    configuration = fields.mapping(inner, "configuration")
    now = _moment(fields.mapping(inner, "state"))
    before = fields.mapping(inner, "previousState")
    mute = fields.mapping(inner, "muteDetail")
    contributor = fields.mapping(inner, "alarmContributor")
    old = _moment(before)
    return Alarm(
        name=_named(name, arn),
        arn=arn,
        now=replace(now, value=_state(now.value)),
        before=old if old.value else None,
        description=fields.text(configuration, "description"),
        queries=queries(configuration),
        rule=rule(configuration),
        logs=_logs(configuration),
        composite=Composite(
            fields.text(configuration, "alarmRule"),
            _children(fields.items(now.data, "triggeringAlarms")),
            fields.text(configuration, "actionsSuppressor"),
            fields.whole(configuration, "actionsSuppressorWaitPeriod"),
            fields.whole(configuration, "actionsSuppressorExtensionPeriod"),
        ),
        contributor=fields.text(contributor, "id"),
        attributes=pairs(fields.mapping(contributor, "attributes")),
        tags=pairs(fields.either(inner, "alarmTags")),
        mute=Mute(
            fields.text(mute, "mutedByArn"),
            instants.iso(mute.get("muteWindowStart")),
            instants.iso(mute.get("muteWindowEnd")),
        ),
        after_mute=_suppression_ended(old, now),
        action=fields.either(body, "alarmData") is not None,
    )


def _suppression_ended(old: Moment, now: Moment) -> bool:
    """A composite's action that waited for its suppressor repeats the state: ALARM before, ALARM now."""
    return bool(old.suppressed_by) and not now.suppressed_by and old.value == now.value


def rule(source: object) -> Rule:
    """What is compared, out of an SNS message's Trigger or a configuration; a log alarm counts query results."""
    # SNS has said "- TreatMissingData:     NonBreaching" here.
    told = re.sub(r"[^a-z]", "", fields.text(source, "TreatMissingData", "treatMissingData").lower().rpartition(":")[2])
    periods = fields.whole(source, "EvaluationPeriods", "evaluationPeriods", "queryResultsToEvaluate")
    return Rule(
        operator=fields.text(source, "ComparisonOperator", "comparisonOperator"),
        threshold=fields.number(source, "Threshold", "threshold"),
        periods=periods,
        needed=fields.whole(source, "DatapointsToAlarm", "datapointsToAlarm", "queryResultsToAlarm") or periods,
        missing=_MISSING.get(told, ""),
        low_samples=fields.text(source, "EvaluateLowSampleCountPercentile", "evaluateLowSampleCountPercentile"),
    )


def queries(source: object) -> tuple[Query, ...]:
    """The metrics of an SNS message's Trigger (scalar or not) or of a configuration."""
    found = tuple(_query(one, source) for one in fields.items(source, "Metrics", "metrics"))
    if found or not fields.text(source, "MetricName"):
        return found
    return (
        Query(
            namespace=fields.text(source, "Namespace"),
            name=fields.text(source, "MetricName"),
            dimensions=pairs(fields.either(source, "Dimensions")),
            statistic=statistic(fields.text(source, "ExtendedStatistic", "Statistic")),
            unit=fields.text(source, "Unit"),
            period=fields.whole(source, "Period"),
        ),
    )


def _query(one: object, trigger: object) -> Query:
    stat = fields.mapping(one, "MetricStat", "metricStat")
    metric = fields.mapping(stat, "Metric", "metric")
    return Query(
        id=fields.text(one, "Id", "id"),
        namespace=fields.text(metric, "Namespace", "namespace"),
        name=fields.text(metric, "MetricName", "name", "metricName"),
        dimensions=pairs(fields.either(metric, "Dimensions", "dimensions")),
        statistic=statistic(fields.text(stat, "Stat", "stat")),
        unit=fields.text(stat, "Unit", "unit"),
        period=next(filter(None, (fields.whole(at, "Period", "period") for at in (stat, one, trigger))), None),
        expression=fields.text(one, "Expression", "expression"),
        label=fields.text(one, "Label", "label"),
        returned=fields.yes(one, "ReturnData", "returnData"),
    )


def statistic(text: str) -> str:
    """A statistic's name as the API spells it; SNS shouts it ("SAMPLE_COUNT"). Percentiles stay as they are."""
    return _STATISTICS.get(text.replace("_", "").lower(), text)


def pairs(source: object) -> tuple[tuple[str, str], ...]:
    """Names and values out of an object, or out of a list of objects with ``name``/``value`` in any spelling, sorted:
    AWS changes their order from one message to the next."""
    if isinstance(source, dict):
        found = [(fields.clean(str(name)), fields.text(source, name)) for name in source]
    elif isinstance(source, list):
        found = [(fields.text(one, "name", "Name", "Key", "key"), fields.text(one, "value", "Value")) for one in source]
    else:
        found = []
    return tuple(sorted(pair for pair in found if pair[0]))


def _moment(state: fields.Json) -> Moment:
    return Moment(
        value=fields.text(state, "value").upper(),
        reason=fields.text(state, "reason"),
        data=_data(fields.parsed(state.get("reasonData"))),
        at=instants.iso(state.get("timestamp")),
        suppressed_by=fields.text(state, "actionsSuppressedBy"),
        suppressed_reason=fields.text(state, "actionsSuppressedReason"),
        evaluation=fields.text(state, "evaluationState"),
    )


def _children(found: list[object]) -> tuple[Child, ...]:
    """Children are told as objects, or (says the documentation of SNS messages) as bare ARNs or names."""
    made = []
    for one in found:
        name = one if isinstance(one, str) else fields.text(one, "Arn", "arn")
        state = fields.mapping(one, "State", "state")
        if name:
            made.append(Child(short_name(fields.clean(name)), fields.text(state, "Value", "value")))
    return tuple(made)


def short_name(arn: str) -> str:
    """An alarm's name out of its ARN; anything else stays as it is."""
    parsed = arns.parse(arn)
    return parsed.resource.removeprefix("alarm:") if parsed else arn


def _logs(source: object) -> Logs:
    asked = fields.mapping(source, "scheduledQueryConfiguration")
    groups = fields.items(source, "LogGroups", "logGroups") or fields.items(asked, "logGroupIdentifiers", "logGroups")
    named = (fields.clean(one) if isinstance(one, str) else fields.text(one, "arn", "name") for one in groups)
    return Logs(
        tuple(_group(one) for one in named if one),
        fields.text(source, "QueryString", "queryString") or fields.text(asked, "queryString"),
        fields.text(source, "AggregationExpression", "aggregationExpression")
        or fields.text(asked, "aggregationExpression"),
    )


def _group(name: str) -> str:
    arn = arns.parse(name)
    return arn.resource.removeprefix("log-group:").removesuffix(":*") if arn else name


def _data(found: object) -> Mapping[str, object]:
    return found if isinstance(found, dict) else {}


def _built(name: str, *, partition: str, region: str, account: str) -> Arn:
    """The ARN that an old or home-made message does not tell."""
    return Arn(partition, "cloudwatch", region, account, f"alarm:{name}")


def _named(name: str, arn: Arn) -> str:
    found = name or arn.resource.removeprefix("alarm:")
    if not found:
        raise ValueError("an alarm without a name")
    return found


def _state(value: str) -> str:
    found = value.strip().upper()
    if found not in ("OK", "ALARM", "INSUFFICIENT_DATA"):
        raise ValueError(f"state {value[:40]!r} is not one of OK, ALARM, INSUFFICIENT_DATA")
    return found
