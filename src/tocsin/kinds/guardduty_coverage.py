"""GuardDuty's runtime agent stopped watching a cluster or an instance, or watches it again.

Shape: docs.aws.amazon.com/guardduty/latest/ug/eks-runtime-monitoring-coverage.html (and those of ECS and EC2)
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import Link, Phrase, Signal, State
from tocsin.reading import console, fields, instants, plainly

WORDS = {
    "en": {
        "unhealthy": "GuardDuty no longer watches {name}",
        "healthy": "GuardDuty watches {name} again",
        "change": "Runtime coverage {old} → {new}",
        "is": "Runtime coverage {new}",
        "nodes": "Nodes with an agent",
        "of": "{some} of {all}",
        "agent": "Agent",
        "issue": "Issue",
        "managed": "Managed by",
        "means": (
            "Attacks that happen inside it (miners, reverse shells, stolen credentials) are not seen until the agent "
            "runs again."
        ),
        "do_agent": "Look at the issue: usually the agent is missing, too old, or cannot reach its VPC endpoint.",
        "open": "Open coverage",
    },
    "ko": {
        "unhealthy": "GuardDuty가 {name} 감시를 중단함",
        "healthy": "GuardDuty가 {name} 감시를 재개함",
        "change": "런타임 커버리지 {old} → {new}",
        "is": "런타임 커버리지 {new}",
        "nodes": "에이전트가 있는 노드",
        "of": "{all}개 중 {some}개",
        "agent": "에이전트",
        "issue": "문제",
        "managed": "관리 방식",
        "means": (
            "에이전트가 다시 동작할 때까지 내부에서 일어나는 공격(채굴, 리버스 셸, 자격 증명 탈취)을 탐지하지 "
            "못합니다."
        ),
        "do_agent": (
            "문제 내용을 확인하세요. 대개 에이전트가 없거나 오래되었거나 VPC 엔드포인트에 연결하지 못하는 경우입니다."
        ),
        "open": "커버리지 열기",
    },
}  # fmt: skip


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition. Raises ValueError when no resource is named."""
    detail = plainly.detail(envelope)
    partition, account, region = plainly.origin(envelope)
    account = fields.text(detail, "resourceAccountId") or account
    resource = fields.mapping(detail, "resourceDetails")
    inner = fields.mapping(resource, "eksClusterDetails", "ecsClusterDetails", "ec2InstanceDetails")
    name, sort = fields.text(inner, "clusterName", "instanceId"), fields.text(resource, "resourceType")
    if not (name or sort):
        raise ValueError("a change of coverage that names no resource")
    name = name or sort
    new = fields.text(detail, "currentStatus") or fields.text(envelope.body, "detail-type").rpartition(" ")[2]
    state: State = "ok" if new.upper() == "HEALTHY" else "firing"
    firing = state == "firing"
    old = fields.text(detail, "previousStatus")
    url = console.page(partition, region, "guardduty/home", "#/runtime-coverage")
    return (
        Signal(
            kind="guardduty_coverage",
            sort="condition",
            state=state,
            old=("ok" if old.upper() == "HEALTHY" else "firing") if old else None,
            subject=f"{partition}:{account}:{region}:guardduty-coverage:{sort}:{name}",
            title=Phrase("guardduty_coverage.unhealthy" if firing else "guardduty_coverage.healthy", {"name": name}),
            at=instants.written(detail.get("lastUpdatedAt")) or plainly.moment(envelope),
            severity="medium" if firing else "info",
            summary=Phrase("guardduty_coverage.change", {"old": old, "new": new})
            if old
            else Phrase("guardduty_coverage.is", {"new": new}),
            quote=fields.text(detail, "issue"),
            facts=plainly.facts(
                ("words.resource", name),
                ("words.type", sort),
                ("words.status", new),
                ("guardduty_coverage.nodes", _nodes(inner)),
                ("guardduty_coverage.issue", _issues(fields.mapping(inner, "fargateDetails"))),
                details=(
                    ("guardduty_coverage.agent", _agent(inner)),
                    ("guardduty_coverage.managed", _managed(inner)),
                ),
            ),
            meaning=(Phrase("guardduty_coverage.means"),) if firing else (),
            advice=(Phrase("guardduty_coverage.do_agent"),) if firing else (),
            links=(Link(Phrase("guardduty_coverage.open"), url),) if url else (),
            labels={"resourcetype": sort},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _nodes(inner: fields.Json) -> Phrase | None:
    some, everyone = fields.text(inner, "availableNodes"), fields.text(inner, "desiredNodes")
    return Phrase("guardduty_coverage.of", {"some": some, "all": everyone}) if some and everyone else None


def _issues(fargate: fields.Json) -> tuple[str, ...]:
    return fields.texts(fargate, "issues")


def _agent(inner: fields.Json) -> str:
    return fields.text(inner, "addonVersion") or fields.text(fields.mapping(inner, "agentDetails"), "version")


def _managed(inner: fields.Json) -> str:
    return fields.text(inner, "managementType") or fields.text(
        fields.mapping(inner, "fargateDetails"), "managementType"
    )
