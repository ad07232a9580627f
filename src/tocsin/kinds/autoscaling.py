"""EC2 Auto Scaling: launches, terminations, lifecycle hooks, instance refreshes (SNS and EventBridge).

Shapes: docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html and
/ec2-auto-scaling-sns-notifications.html; Application Auto Scaling: docs.aws.amazon.com/autoscaling/application/
userguide/monitoring-eventbridge.html
"""

from __future__ import annotations

from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Link, Phrase, Severity, Signal
from tocsin.reading import arns, console, fields, instants, outcomes, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "launched": "Auto Scaling: {group} launched an instance: {instance}",
        "terminated": "Auto Scaling: {group} terminated an instance: {instance}",
        "launch_failed": "Auto Scaling: {group} could not launch an instance",
        "terminate_failed": "Auto Scaling: {group} could not terminate an instance: {instance}",
        "launch_hook": "Auto Scaling: {group}: {instance} waits for a lifecycle action before it goes into service",
        "terminate_hook": "Auto Scaling: {group}: {instance} waits for a lifecycle action before it is terminated",
        "test": "Auto Scaling notifications of {group} arrive here",
        "refresh": "Auto Scaling: {group}: instance refresh {status}",
        "scaled": "Auto Scaling: {group} scaled from {old} to {new}",
        "other": "Auto Scaling: {group}: {event}",
        "group": "Auto Scaling group",
        "instance": "Instance",
        "zone": "Availability Zone",
        "subnet": "Subnet",
        "cause": "Cause",
        "hook": "Lifecycle hook",
        "note": "Notification metadata",
        "event": "Event",
        "refresh_id": "Instance refresh",
        "capacity": "Capacity",
        "limits": "Between",
        "bounds": "{low} and {high}",
        "change": "{old} → {new}",
        "dimension": "Dimension",
        "alarms": "Alarms",
        "open": "Open group",
        "launch_failed_advice": "Look at the message above: no capacity, a quota reached, or a launch template that no "
        "longer works are the usual reasons.",
    },
    "ko": {
        "launched": "Auto Scaling {group}: 인스턴스 시작 {instance}",
        "terminated": "Auto Scaling {group}: 인스턴스 종료 {instance}",
        "launch_failed": "Auto Scaling {group}: 인스턴스를 시작하지 못함",
        "terminate_failed": "Auto Scaling {group}: 인스턴스를 종료하지 못함 {instance}",
        "launch_hook": "Auto Scaling {group}: {instance} 서비스 투입 전 수명 주기 작업 대기 중",
        "terminate_hook": "Auto Scaling {group}: {instance} 종료 전 수명 주기 작업 대기 중",
        "test": "{group}의 Auto Scaling 알림이 이곳으로 옵니다",
        "refresh": "Auto Scaling {group}: 인스턴스 새로 고침 {status}",
        "scaled": "Auto Scaling {group} 조정: {old} → {new}",
        "other": "Auto Scaling {group}: {event}",
        "group": "Auto Scaling 그룹",
        "instance": "인스턴스",
        "zone": "가용 영역",
        "subnet": "서브넷",
        "cause": "원인",
        "hook": "수명 주기 후크",
        "note": "알림 메타데이터",
        "event": "이벤트",
        "refresh_id": "인스턴스 새로 고침",
        "capacity": "용량",
        "limits": "범위",
        "bounds": "{low}–{high}",
        "change": "{old} → {new}",
        "dimension": "차원",
        "alarms": "경보",
        "open": "그룹 열기",
        "launch_failed_advice": "위 메시지를 확인하세요. 대개 용량 부족, 할당량 초과, "
        "더 이상 동작하지 않는 시작 템플릿이 원인입니다.",
    },
}

# Parts of the detail-type or of the SNS event's name, each with a title, a severity and a name for the story.
_EVENTS: tuple[tuple[tuple[str, ...], str, Severity], ...] = (
    (("test_notification",), "autoscaling.test", "info"),
    (("launch unsuccessful", "launch_error"), "autoscaling.launch_failed", "high"),
    (("terminate unsuccessful", "terminate_error"), "autoscaling.terminate_failed", "high"),
    (("launch lifecycle", "instance_launching"), "autoscaling.launch_hook", "info"),
    (("terminate lifecycle", "instance_terminating"), "autoscaling.terminate_hook", "info"),
    (("launch successful", "instance_launch"), "autoscaling.launched", "info"),
    (("terminate successful", "instance_terminate"), "autoscaling.terminated", "info"),
)


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening per activity, counted per group; an instance refresh is a condition."""
    detail = plainly.detail(envelope)
    what = fields.text(envelope.body, "detail-type") or fields.text(detail, "Event", "LifecycleTransition")
    if "Instance Refresh" in what:
        return (_refresh(envelope, detail, what),)
    if "newDesiredCapacity" in detail:
        return (_scaled(envelope, detail),)
    group = fields.text(detail, "AutoScalingGroupName")
    return (_activity(envelope, detail, group, what),) if group else ()


def _activity(envelope: Envelope, detail: fields.Json, group: str, what: str) -> Signal:
    told = what.lower().replace("-", " ")
    found = next((row for row in _EVENTS if any(part in told for part in row[0])), ((), "autoscaling.other", "low"))
    instance, more = fields.text(detail, "EC2InstanceId"), fields.mapping(detail, "Details")
    partition, account, region = _where(envelope, detail)
    status = fields.text(detail, "StatusCode")
    severity: Severity = found[2]
    failed = found[1] == "autoscaling.launch_failed"
    alarms = (fields.text(one, "AlarmName") for one in fields.items(more, "InvokingAlarms"))
    return Signal(
        kind="autoscaling",
        sort="happening",
        subject=":".join((partition, account, region, "autoscaling", group, instance)),
        title=Phrase(found[1], {"group": group, "instance": instance, "event": what}),
        at=_at(detail) or plainly.moment(envelope),
        story=":".join((account, region, group, found[1])),
        severity=severity,
        quote=cut(fields.text(detail, "StatusMessage") or fields.text(detail, "Description"), 1000)[0],
        facts=plainly.facts(
            ("autoscaling.instance", instance),
            ("words.status", status),
            ("autoscaling.cause", cut(fields.text(detail, "Cause"), 600)[0]),
            ("autoscaling.zone", fields.text(more, "Availability Zone")),
            ("autoscaling.alarms", tuple(one for one in alarms if one)),
            ("autoscaling.hook", fields.text(detail, "LifecycleHookName")),
            ("autoscaling.note", cut(fields.text(detail, "NotificationMetadata"), 300)[0]),
            details=(
                ("autoscaling.group", group),
                ("autoscaling.event", what),
                ("autoscaling.subnet", fields.text(more, "Subnet ID")),
            ),
        ),
        advice=(Phrase("autoscaling.launch_failed_advice"),) if failed else (),
        links=_links(partition, region, group),
        labels={"group": group, "event": what},
        partition=partition,
        account=account,
        region=region,
    )


def _refresh(envelope: Envelope, detail: fields.Json, what: str) -> Signal:
    group, number = fields.text(detail, "AutoScalingGroupName"), fields.text(detail, "InstanceRefreshId")
    status = fields.text(detail, "Status") or what.rpartition("Instance Refresh ")[2]
    outcome = outcomes.of(status.removeprefix("Rollback "))
    if status.startswith("Rollback") and outcome.state != "firing":
        outcome = outcomes.FAILED
    partition, account, region = _where(envelope, detail)
    return Signal(
        kind="autoscaling",
        sort="condition",
        subject=":".join((partition, account, region, "autoscaling", group, number)),
        title=Phrase("autoscaling.refresh", {"group": group, "status": status}),
        state=outcome.state,
        at=plainly.moment(envelope),
        tell=outcome.tell,
        severity=outcome.severity,
        quote=cut(fields.text(detail, "StatusReason", "Reason"), 1000)[0],
        facts=plainly.facts(
            ("words.status", status),
            ("autoscaling.group", group),
            ("autoscaling.refresh_id", number),
        ),
        links=_links(partition, region, group),
        labels={"group": group, "event": what},
        partition=partition,
        account=account,
        region=region,
    )


def _scaled(envelope: Envelope, detail: fields.Json) -> Signal:
    partition, account, region = _where(envelope, detail)
    group, status = fields.text(detail, "resourceId"), fields.text(detail, "statusCode")
    old, new = fields.text(detail, "oldDesiredCapacity"), fields.text(detail, "newDesiredCapacity")
    bounds = {"low": fields.text(detail, "minCapacity"), "high": fields.text(detail, "maxCapacity")}
    at_most = fields.yes(detail, "scaledToMax")
    failed = outcomes.of(status) == outcomes.FAILED
    return Signal(
        kind="autoscaling",
        sort="happening",
        subject=":".join((partition, account, region, "application-autoscaling", group)),
        title=Phrase("autoscaling.scaled", {"group": group, "old": old, "new": new}),
        at=plainly.moment(envelope),
        story=":".join((account, region, group, fields.text(detail, "direction"))),
        severity="high" if failed else "medium" if at_most else "info",
        quote=cut(fields.text(detail, "statusMessage", "cause"), 1000)[0],
        facts=plainly.facts(
            ("words.status", status),
            ("autoscaling.capacity", Phrase("autoscaling.change", {"old": old, "new": new})),
            ("autoscaling.limits", Phrase("autoscaling.bounds", bounds) if all(bounds.values()) else None),
            ("autoscaling.dimension", fields.text(detail, "scalableDimension")),
        ),
        labels={"group": group},
        partition=partition,
        account=account,
        region=region,
    )


def _where(envelope: Envelope, detail: fields.Json) -> tuple[str, str, str]:
    """The group's own place: an SNS topic may be in another account."""
    arn, (partition, account, region) = arns.parse(fields.text(detail, "AutoScalingGroupARN")), plainly.origin(envelope)
    if arn:
        return arn.partition, arn.account, arn.region
    return partition, account or fields.text(detail, "AccountId"), region


def _at(detail: fields.Json) -> int | None:
    names = ("EndTime", "Time", "time", "StartTime")
    return next((at for at in (instants.written(detail.get(name)) for name in names) if at is not None), None)


def _links(partition: str, region: str, group: str) -> tuple[Link, ...]:
    place = f"#AutoScalingGroupDetails:id={quote(group, safe='')}"
    return plainly.links(("autoscaling.open", console.page(partition, region, "ec2/home", place)))
