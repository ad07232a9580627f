"""A CloudWatch alarm was created, changed or deleted: who watches the watchmen. What switches it off stands out.

Shape: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tocsin.envelope import Envelope
from tocsin.kinds.cloudwatch_alarm.shapes import queries
from tocsin.model import Fact, Link, Phrase, Severity, Signal, Value
from tocsin.reading import arns, console, fields, plainly
from tocsin.reading.content import cut, dump

WORDS = {
    "en": {
        "created": "Alarm created: {name}",
        "updated": "Alarm changed: {name}",
        "deleted": "Alarm deleted: {name}",
        "disabled": "Alarm switched off: {name}",
        "enabled": "Alarm switched on: {name}",
        "no_watch": "it watches nothing any more",
        "no_actions": "its actions are off: it notifies nobody until they are on again",
        "off_from_start": "its actions are off from the start: it notifies nobody",
        "no_targets": "it has no alarm actions any more: it notifies nobody",
        "changes": "{changes}",
        "change": "{field} {old} → {new}",
        "nothing": "saved without a visible change",
        "none": "none",
        "metric": "Metric",
        "threshold": "Threshold",
        "actions": "Alarm actions",
        "description": "Description",
        "open": "Open alarm",
    },
    "ko": {
        "created": "경보 생성: {name}",
        "updated": "경보 변경: {name}",
        "deleted": "경보 삭제: {name}",
        "disabled": "경보 작업 비활성화: {name}",
        "enabled": "경보 작업 활성화: {name}",
        "no_watch": "이제 아무것도 감시하지 않습니다",
        "no_actions": "작업이 꺼져 있어 다시 켤 때까지 아무에게도 알리지 않습니다",
        "off_from_start": "처음부터 작업이 꺼져 있어 아무에게도 알리지 않습니다",
        "no_targets": "경보 작업이 없어져 아무에게도 알리지 않습니다",
        "changes": "{changes}",
        "change": "{field} {old} → {new}",
        "nothing": "눈에 띄는 변경 없이 저장됨",
        "none": "없음",
        "metric": "지표",
        "threshold": "임계값",
        "actions": "경보 작업",
        "description": "설명",
        "open": "경보 열기",
    },
}

_FIELDS = (
    "threshold", "comparisonOperator", "evaluationPeriods", "datapointsToAlarm", "treatMissingData", "alarmRule",
    "actionsEnabled", "alarmActions", "okActions", "insufficientDataActions", "actionsSuppressor",
    "actionsSuppressorWaitPeriod", "actionsSuppressorExtensionPeriod", "description",
)  # fmt: skip
_SHOWN = 5
_LONG = 120


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening. Raises ValueError when the event names neither an alarm nor what was done to it."""
    detail = fields.mapping(envelope.body, "detail")
    now, before = fields.mapping(detail, "configuration"), fields.mapping(detail, "previousConfiguration")
    partition, account, region = plainly.origin(envelope)
    resources = (arns.parse(one) for one in fields.items(envelope.body, "resources") if isinstance(one, str))
    arn = next((one for one in resources if one), arns.Arn(partition, "cloudwatch", region, account, "alarm:"))
    name = fields.text(detail, "alarmName") or fields.text(now, "alarmName") or arn.resource.removeprefix("alarm:")
    operation = fields.text(detail, "operation")
    if not name or not operation:
        raise ValueError("an alarm's change without a name or an operation")
    key, summary, severity = _told(operation, now, before)
    url = "" if operation == "delete" else console.alarm(arn.partition, arn.region, name)
    return (
        Signal(
            kind="cloudwatch_alarm_change",
            sort="happening",
            subject=f"{arn.partition}:{arn.account}:{arn.region}:{arn}",
            title=Phrase(key, {"name": name}),
            at=envelope.times.source,
            severity=severity,
            summary=summary,
            facts=tuple(_facts(now)),
            links=(Link(Phrase("cloudwatch_alarm_change.open"), url),) if url else (),
            labels={"alarmname": name, "operation": operation},
            partition=arn.partition,
            account=arn.account,
            region=arn.region,
        ),
    )


def _told(operation: str, now: fields.Json, before: fields.Json) -> tuple[str, Phrase | None, Severity]:
    """Title, sentence, severity: whatever leaves nobody watching or nobody told is "high"."""
    off = now.get("actionsEnabled") is False
    if operation == "delete":
        return "cloudwatch_alarm_change.deleted", Phrase("cloudwatch_alarm_change.no_watch"), "high"
    if operation == "create":
        start = Phrase("cloudwatch_alarm_change.off_from_start") if off else None
        return "cloudwatch_alarm_change.created", start, "high" if off else "info"
    if off:
        return "cloudwatch_alarm_change.disabled", Phrase("cloudwatch_alarm_change.no_actions"), "high"
    if before.get("alarmActions") and now.get("alarmActions") == []:
        return "cloudwatch_alarm_change.updated", Phrase("cloudwatch_alarm_change.no_targets"), "high"
    changes = tuple(_changes(now, before))
    told = Phrase("cloudwatch_alarm_change.changes", {"changes": changes[:_SHOWN]}) if changes else None
    on = before.get("actionsEnabled") is False
    key = "cloudwatch_alarm_change.enabled" if on else "cloudwatch_alarm_change.updated"
    return key, told or Phrase("cloudwatch_alarm_change.nothing"), "low"


def _changes(now: Mapping[str, object], before: Mapping[str, object]) -> Iterator[Phrase]:
    for name in _FIELDS:
        if now.get(name) != before.get(name):
            known: dict[str, Value] = {"field": name, "old": _value(before.get(name)), "new": _value(now.get(name))}
            yield Phrase("cloudwatch_alarm_change.change", known)
    old, new = _metrics(before), _metrics(now)
    if old != new:
        yield Phrase("cloudwatch_alarm_change.change", {"field": "metrics", "old": old, "new": new})


def _value(value: object) -> Value:
    if value in (None, "", []):
        return Phrase("cloudwatch_alarm_change.none")
    number = fields.as_number(value)
    if number is not None:
        return number
    return cut(fields.clean(value) if isinstance(value, str) else dump(value), _LONG)[0]


def _metrics(configuration: Mapping[str, object]) -> Value:
    """The metrics without their ids, which change with every update."""
    found = [
        query.expression or " ".join(filter(None, (query.namespace, query.name, query.statistic)))
        for query in queries(configuration)
    ]
    return tuple(cut(one, _LONG)[0] for one in found if one)


def _facts(now: Mapping[str, object]) -> Iterator[Fact]:
    metrics = _metrics(now)
    if metrics:
        yield Fact(Phrase("cloudwatch_alarm_change.metric"), metrics)
    threshold = fields.number(now, "threshold")
    if threshold is not None:
        yield Fact(Phrase("cloudwatch_alarm_change.threshold"), threshold)
    actions = tuple(fields.clean(one) for one in fields.items(now, "alarmActions") if isinstance(one, str))
    yield Fact(Phrase("cloudwatch_alarm_change.actions"), actions or Phrase("cloudwatch_alarm_change.none"))
    if about := fields.text(now, "description"):
        yield Fact(Phrase("cloudwatch_alarm_change.description"), cut(about, 600)[0], detail=True)
