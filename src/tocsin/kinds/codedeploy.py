"""CodeDeploy: a deployment or one of its instances changed state (a trigger's SNS message, and EventBridge).

Shapes: docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-sns-event-notifications-json-format.html and
/monitoring-cloudwatch-events.html
"""

from __future__ import annotations

from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Signal, Value
from tocsin.reading import arns, console, fields, instants, outcomes, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "started": "Deployment to {name} started",
        "succeeded": "Deployment to {name} succeeded",
        "failed": "Deployment to {name} failed",
        "stopped": "Deployment to {name} was stopped",
        "changed": "Deployment to {name} is {status}",
        "instance": "Deployment to {name}, instance {instance}: {status}",
        "instance_failed": "Deployment to {name} failed on instance {instance}",
        "instances": "{status}: {n}",
        "application": "Application",
        "group": "Deployment group",
        "deployment": "Deployment",
        "instance_label": "Instance",
        "overview": "Instances",
        "error": "Error code",
        "rollback": "Rollback",
        "failed_step": "Failed step",
        "trigger": "Trigger",
        "open": "Open deployment",
    },
    "ko": {
        "started": "{name} 배포 시작",
        "succeeded": "{name} 배포 성공",
        "failed": "{name} 배포 실패",
        "stopped": "{name} 배포 중지됨",
        "changed": "{name} 배포 상태: {status}",
        "instance": "{name} 배포, 인스턴스 {instance}: {status}",
        "instance_failed": "{name} 배포 실패: 인스턴스 {instance}",
        "instances": "{status} {n}",
        "application": "애플리케이션",
        "group": "배포 그룹",
        "deployment": "배포 ID",
        "instance_label": "인스턴스",
        "overview": "인스턴스 현황",
        "error": "오류 코드",
        "rollback": "롤백",
        "failed_step": "실패한 단계",
        "trigger": "트리거",
        "open": "배포 열기",
    },
}

_TITLES = {
    "started": "codedeploy.started",
    "succeeded": "codedeploy.succeeded",
    "failed": "codedeploy.failed",
    "stopped": "codedeploy.stopped",
    "changed": "codedeploy.changed",
}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition per deployment, one of its own for each of its instances; nothing without a deployment's id."""
    detail = plainly.detail(envelope)
    partition, account, region = plainly.origin(envelope)
    account, region = fields.text(detail, "accountId") or account, fields.text(detail, "region") or region
    partition = arns.partition_of(region)
    deployment = fields.text(detail, "deploymentId")
    if not deployment:
        return ()
    application = fields.text(detail, "application", "applicationName")
    group = fields.text(detail, "deploymentGroup", "deploymentGroupName")
    instance = arns.name(fields.text(detail, "instanceId"))
    status = fields.text(detail, "instanceStatus", "state", "status")
    outcome = outcomes.quietly(outcomes.of(status)) if instance else outcomes.of(status)
    key = _TITLES[outcome.name]
    if instance:
        key = "codedeploy.instance_failed" if outcome.name == "failed" else "codedeploy.instance"
    error = _inside(detail, "errorInformation")
    name = "/".join(filter(None, (application, group))) or deployment
    return (
        Signal(
            kind="codedeploy",
            sort="condition",
            subject=":".join(filter(None, (partition, account, region, "codedeploy", deployment, instance))),
            title=Phrase(key, {"name": name, "status": status, "instance": instance}),
            state=outcome.state,
            at=_at(detail) or plainly.moment(envelope),
            tell=outcome.tell,
            severity=outcome.severity,
            quote=cut(fields.text(error, "ErrorMessage", "message"), 1500)[0],
            facts=plainly.facts(
                ("words.status", status),
                ("codedeploy.application", application),
                ("codedeploy.group", group),
                ("codedeploy.instance_label", instance),
                ("codedeploy.overview", _overview(detail)),
                ("codedeploy.error", fields.text(error, "ErrorCode", "code")),
                ("codedeploy.failed_step", _failed_step(detail)),
                ("codedeploy.rollback", _rollback(detail)),
                details=(
                    ("codedeploy.deployment", deployment),
                    ("codedeploy.trigger", fields.text(detail, "eventTriggerName")),
                ),
            ),
            links=plainly.links(
                (
                    "codedeploy.open",
                    console.page(partition, region, f"codesuite/codedeploy/deployments/{quote(deployment, safe='')}"),
                )
            ),
            labels={"application": application, "group": group, "status": status},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _inside(detail: fields.Json, name: str) -> fields.Json:
    """An object that is written as a text of JSON, as the SNS form does."""
    found = fields.parsed(detail.get(name))
    return found if isinstance(found, dict) else {}


def _at(detail: fields.Json) -> int | None:
    names = ("completeTime", "lastUpdatedAt", "createTime")
    return next((at for at in (instants.written(detail.get(name)) for name in names) if at is not None), None)


def _overview(detail: fields.Json) -> tuple[Value, ...]:
    counts = _inside(detail, "deploymentOverview")
    return tuple(
        Phrase("codedeploy.instances", {"status": fields.clean(str(status)), "n": n})
        for status, n in list(counts.items())[:8]
        if isinstance(n, int) and n
    )


def _failed_step(detail: fields.Json) -> str:
    steps = fields.parsed(detail.get("lifecycleEvents"))
    for one in steps if isinstance(steps, list) else ():
        if outcomes.of(fields.text(one, "LifecycleEventStatus", "lifecycleEventStatus")) == outcomes.FAILED:
            return fields.text(one, "LifecycleEvent", "lifecycleEventName", "lifecycleEvent")
    return ""


def _rollback(detail: fields.Json) -> str:
    return fields.text(_inside(detail, "rollbackInformation"), "RollbackMessage", "RollbackDeploymentId")
