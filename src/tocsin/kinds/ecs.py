"""ECS: tasks, services, deployments and container instances (EventBridge).

Shapes: docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html and the pages below it. Overrides and
environments may hold secrets: they are never shown.
"""

from __future__ import annotations

from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Fact, Link, Phrase, Severity, Signal, Value
from tocsin.reading import arns, console, fields, instants, outcomes, plainly
from tocsin.reading.content import cut
from tocsin.reading.outcomes import Outcome

WORDS = {
    "en": {
        "crashed": "A task of {group} stopped with an error",
        "not_started": "A task of {group} could not start",
        "unhealthy": "A task of {group} failed its health check and was replaced",
        "stopped": "A task of {group} stopped",
        "task": "A task of {group} is {status}",
        "deploying": "Service {name} is being deployed",
        "deployed": "Service {name} was deployed",
        "deploy_failed": "Deployment of service {name} failed",
        "deployment": "Deployment of service {name}: {status}",
        "steady": "Service {name} is steady",
        "troubled": "Service {name} has trouble: {event}",
        "service": "Service {name}: {event}",
        "agent_lost": "Container instance {name} of {cluster} has lost its agent",
        "instance": "Container instance {name} of {cluster} is {status}",
        "cluster": "Cluster",
        "group": "Group",
        "task_label": "Task",
        "definition": "Task definition",
        "containers": "Containers",
        "container": "{name}: {status}",
        "exited": "{name}: exit code {code}",
        "exited_why": "{name}: exit code {code}, {why}",
        "stop_code": "Stop code",
        "launch": "Launch type",
        "zone": "Availability Zone",
        "event": "Event",
        "deployment_id": "Deployment",
        "desired": "Desired tasks",
        "running": "Running tasks",
        "pending": "Pending tasks",
        "machine": "EC2 instance",
        "agent": "Agent",
        "connected": "connected",
        "lost": "not connected",
        "open_service": "Open service",
        "open_task": "Open task",
        "open_cluster": "Open cluster",
    },
    "ko": {
        "crashed": "{group} 태스크가 오류로 중지됨",
        "not_started": "{group} 태스크를 시작하지 못함",
        "unhealthy": "{group} 태스크가 상태 확인에 실패해 교체됨",
        "stopped": "{group} 태스크 중지됨",
        "task": "{group} 태스크 상태: {status}",
        "deploying": "{name} 서비스 배포 시작",
        "deployed": "{name} 서비스 배포 완료",
        "deploy_failed": "{name} 서비스 배포 실패",
        "deployment": "{name} 서비스 배포: {status}",
        "steady": "{name} 서비스 안정 상태",
        "troubled": "{name} 서비스 문제 발생: {event}",
        "service": "{name} 서비스: {event}",
        "agent_lost": "{cluster}의 컨테이너 인스턴스 {name}: 에이전트 연결 끊김",
        "instance": "{cluster}의 컨테이너 인스턴스 {name} 상태: {status}",
        "cluster": "클러스터",
        "group": "그룹",
        "task_label": "태스크",
        "definition": "태스크 정의",
        "containers": "컨테이너",
        "container": "{name}: {status}",
        "exited": "{name}: 종료 코드 {code}",
        "exited_why": "{name}: 종료 코드 {code}, {why}",
        "stop_code": "중지 코드",
        "launch": "시작 유형",
        "zone": "가용 영역",
        "event": "이벤트",
        "deployment_id": "배포 ID",
        "desired": "목표 태스크 수",
        "running": "실행 중인 태스크",
        "pending": "대기 중인 태스크",
        "machine": "EC2 인스턴스",
        "agent": "에이전트",
        "connected": "연결됨",
        "lost": "연결 끊김",
        "open_service": "서비스 열기",
        "open_task": "태스크 열기",
        "open_cluster": "클러스터 열기",
    },
}

_DEPLOYMENTS = {"started": "ecs.deploying", "succeeded": "ecs.deployed", "failed": "ecs.deploy_failed"}
_CONTAINERS = 6
_FINE: Severity = "info"


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One signal per event; nothing for what is none of these four."""
    readers = {
        "ECS Task State Change": _task,
        "ECS Container Instance State Change": _instance,
        "ECS Service Action": _acted,
        "ECS Deployment State Change": _deployment,
    }
    detail = plainly.detail(envelope)
    reader = readers.get(fields.text(envelope.body, "detail-type"))
    return (reader(envelope, detail),) if reader and detail else ()


def _task(envelope: Envelope, detail: fields.Json) -> Signal:
    """A task that ends is a happening, so that a crash loop is one message that counts; other states say nothing."""
    partition, account, region = plainly.origin(envelope)
    status, code = fields.text(detail, "lastStatus"), fields.text(detail, "stopCode")
    cluster, task = arns.name(fields.text(detail, "clusterArn")), fields.text(detail, "taskArn")
    group, definition = fields.text(detail, "group"), arns.name(fields.text(detail, "taskDefinitionArn"))
    name = group.removeprefix("service:").removeprefix("family:") or definition or arns.name(task)
    reason = fields.text(detail, "stoppedReason")
    ended = status == "STOPPED"
    key, severity = _ending(detail, code, reason) if ended else ("ecs.task", _FINE)
    number = task.rpartition("/")[2]
    place = f"ecs/v2/clusters/{quote(cluster, safe='')}/tasks/{quote(number, safe='')}"
    return Signal(
        kind="ecs",
        sort="happening" if ended else "condition",
        subject=":".join((partition, account, region, "ecs", task)),
        title=Phrase(key, {"group": plainly.called(name), "status": status}),
        state=None if ended else "ok",
        at=_at(detail) if ended and _at(detail) is not None else plainly.moment(envelope),
        story=":".join((account, region, cluster, name, key)) if ended else "",
        severity=severity,
        quote=cut(reason, 1000)[0],
        facts=plainly.facts(
            ("ecs.cluster", cluster),
            ("ecs.containers", _containers(detail)),
            ("ecs.stop_code", code),
            ("words.status", status),
            ("ecs.definition", definition),
            ("ecs.launch", fields.text(detail, "launchType", "capacityProviderName")),
            ("ecs.zone", fields.text(detail, "availabilityZone")),
            details=(("ecs.group", group), ("ecs.task_label", task)),
        ),
        links=plainly.links(("ecs.open_task", console.page(partition, region, place) if cluster and number else "")),
        labels={"cluster": cluster, "service": name},
        partition=partition,
        account=account,
        region=region,
    )


def _ending(detail: fields.Json, code: str, reason: str) -> tuple[str, Severity]:
    """What a stop means: an exit code above zero or a failed start is an error, the scheduler's own doing is not."""
    codes = [fields.number(one, "exitCode") for one in fields.items(detail, "containers")]
    if code == "TaskFailedToStart":
        return "ecs.not_started", "high"
    if "health check" in reason:
        return "ecs.unhealthy", "high"
    if code in ("ServiceSchedulerInitiated", "UserInitiated", "SpotInterruption", "TerminationNotice"):
        return "ecs.stopped", "low" if code in ("SpotInterruption", "TerminationNotice") else "info"
    if any(codes) or (code == "EssentialContainerExited" and not any(one == 0 for one in codes)):
        return "ecs.crashed", "high"
    return "ecs.stopped", "info"


def _containers(detail: fields.Json) -> tuple[Value, ...]:
    named = [one for one in fields.items(detail, "containers") if isinstance(one, dict) and fields.text(one, "name")]
    return tuple(_container(one) for one in named[:_CONTAINERS])


def _container(one: fields.Json) -> Phrase:
    name, code, why = (fields.text(one, key) for key in ("name", "exitCode", "reason"))
    if not code and not why:
        return Phrase("ecs.container", {"name": name, "status": fields.text(one, "lastStatus")})
    if not code:
        return Phrase("ecs.container", {"name": name, "status": cut(why, 300)[0]})
    args: dict[str, Value] = {"name": name, "code": code, "why": cut(why, 300)[0]}
    return Phrase("ecs.exited_why" if why else "ecs.exited", args)


def _acted(envelope: Envelope, detail: fields.Json) -> Signal:
    event, level = fields.text(detail, "eventName"), fields.text(detail, "eventType")
    outcome = outcomes.PASSING
    key = "ecs.service"
    if level in ("ERROR", "WARN", "WARNING"):
        outcome, key = outcomes.FAILED._replace(severity="high" if level == "ERROR" else "medium"), "ecs.troubled"
    elif event.endswith("STEADY_STATE"):
        outcome, key = outcomes.QUIET, "ecs.steady"
    return _about(envelope, detail, outcome, key)


def _deployment(envelope: Envelope, detail: fields.Json) -> Signal:
    event = fields.text(detail, "eventName")
    outcome = outcomes.of(event.removeprefix("SERVICE_DEPLOYMENT_"))
    return _about(envelope, detail, outcome, _DEPLOYMENTS.get(outcome.name, "ecs.deployment"))


def _about(envelope: Envelope, detail: fields.Json, outcome: Outcome, key: str) -> Signal:
    partition, account, region = plainly.origin(envelope)
    arn = next((fields.clean(one) for one in fields.items(envelope.body, "resources") if isinstance(one, str)), "")
    cluster, event = arns.name(fields.text(detail, "clusterArn")), fields.text(detail, "eventName")
    path = arns.name(arn).split("/")
    cluster, name = cluster or (path[0] if len(path) > 1 else ""), path[-1] or cluster
    deployment = fields.text(detail, "deploymentId")
    instances = [arns.name(one) for one in fields.items(detail, "containerInstanceArns") if isinstance(one, str)]
    return Signal(
        kind="ecs",
        sort="condition",
        subject=":".join(filter(None, (partition, account, region, "ecs", arn or name, deployment))),
        title=Phrase(key, {"name": name, "event": event, "status": event}),
        state=outcome.state,
        at=plainly.moment(envelope),
        tell=outcome.tell,
        severity=outcome.severity,
        quote=cut(fields.text(detail, "reason"), 1000)[0],
        facts=plainly.facts(
            ("ecs.cluster", cluster),
            ("ecs.event", event),
            ("ecs.desired", fields.text(detail, "desiredCount")),
            ("words.resources", tuple(fields.clean(one) for one in instances[:5])),
            ("ecs.deployment_id", deployment),
            details=(("words.resource", arn), ("words.severity", fields.text(detail, "eventType"))),
        ),
        links=_page(partition, region, cluster, name),
        labels={"cluster": cluster, "service": name},
        partition=partition,
        account=account,
        region=region,
    )


def _instance(envelope: Envelope, detail: fields.Json) -> Signal:
    """Whether its agent is connected is the condition; being drained is not trouble."""
    partition, account, region = plainly.origin(envelope)
    arn, status = fields.text(detail, "containerInstanceArn"), fields.text(detail, "status")
    cluster, machine = arns.name(fields.text(detail, "clusterArn")), fields.text(detail, "ec2InstanceId")
    name = machine or arn.rpartition("/")[2]
    lost = detail.get("agentConnected") is False
    place = f"ecs/v2/clusters/{quote(cluster, safe='')}/infrastructure"
    facts: tuple[Fact, ...] = plainly.facts(
        ("ecs.cluster", cluster),
        ("words.status", status),
        ("ecs.agent", Phrase("ecs.lost" if lost else "ecs.connected")),
        ("ecs.running", fields.text(detail, "runningTasksCount")),
        ("ecs.pending", fields.text(detail, "pendingTasksCount")),
        ("ecs.machine", machine),
        details=(("words.resource", arn),),
    )
    return Signal(
        kind="ecs",
        sort="condition",
        subject=":".join((partition, account, region, "ecs", arn)),
        title=Phrase(
            "ecs.agent_lost" if lost else "ecs.instance", {"name": name, "cluster": cluster, "status": status}
        ),
        state="firing" if lost else "ok",
        at=plainly.moment(envelope),
        severity="medium" if lost else "info",
        quote=cut(fields.text(detail, "statusReason"), 1000)[0],
        facts=facts,
        links=plainly.links(("ecs.open_cluster", console.page(partition, region, place) if cluster else "")),
        labels={"cluster": cluster},
        partition=partition,
        account=account,
        region=region,
    )


def _page(partition: str, region: str, cluster: str, name: str) -> tuple[Link, ...]:
    place = f"ecs/v2/clusters/{quote(cluster, safe='')}/services/{quote(name, safe='')}"
    return plainly.links(("ecs.open_service", console.page(partition, region, place) if cluster and name else ""))


def _at(detail: fields.Json) -> int | None:
    names = ("stoppedAt", "stoppingAt", "updatedAt")
    return next((at for at in (instants.iso(detail.get(name)) for name in names) if at is not None), None)
