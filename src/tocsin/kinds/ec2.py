"""EC2: an instance changed state, a Spot instance is taken back, an image or a fleet changed (EventBridge).

Shapes: docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html,
/spot-instance-termination-notices.html, /rebalance-recommendations.html, /monitor-ami-events.html
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Severity, Signal, State, Value
from tocsin.reading import arns, console, fields, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "pending": "Instance {name} is starting",
        "running": "Instance {name} is running",
        "stopping": "Instance {name} is stopping",
        "stopped": "Instance {name} has stopped",
        "shutting_down": "Instance {name} is being terminated",
        "terminated": "Instance {name} was terminated",
        "state": "Instance {name} is {state}",
        "interruption": "Spot instance {name} will be taken back in two minutes",
        "rebalance": "Spot instance {name} may soon be taken back",
        "fulfilled": "Spot request {name} got its instance",
        "image": "Image {name}: {state}",
        "other": "{what}: {name}",
        "instance": "Instance",
        "state_label": "State",
        "action": "What AWS will do",
        "image_label": "Image",
        "request": "Spot request",
        "open": "Open instance",
        "spot_advice": "Let it finish or hand over its work now: after the notice nothing stops the interruption.",
    },
    "ko": {
        "pending": "{name} 인스턴스 시작 중",
        "running": "{name} 인스턴스 실행 중",
        "stopping": "{name} 인스턴스 중지 중",
        "stopped": "{name} 인스턴스 중지됨",
        "shutting_down": "{name} 인스턴스 종료 중",
        "terminated": "{name} 인스턴스 종료됨 (삭제)",
        "state": "{name} 인스턴스 상태: {state}",
        "interruption": "{name} 스팟 인스턴스가 2분 뒤 회수됩니다",
        "rebalance": "{name} 스팟 인스턴스가 곧 회수될 수 있습니다",
        "fulfilled": "{name} 스팟 요청에 인스턴스가 할당됨",
        "image": "{name} 이미지 상태: {state}",
        "other": "{what}: {name}",
        "instance": "인스턴스",
        "state_label": "상태",
        "action": "AWS의 조치",
        "image_label": "이미지",
        "request": "스팟 요청",
        "open": "인스턴스 열기",
        "spot_advice": "지금 작업을 마치거나 넘기세요. 통보 뒤에는 회수를 막을 수 없습니다.",
    },
}

# Standing still is what will end (a condition); what is on its way, or runs, ends it. ``tell``: worth a first word.
_STATES: dict[str, tuple[str, State, bool, Severity]] = {
    "pending": ("ec2.pending", "ok", False, "info"),
    "running": ("ec2.running", "ok", True, "info"),
    "stopping": ("ec2.stopping", "ok", False, "info"),
    "stopped": ("ec2.stopped", "firing", False, "low"),
    "shutting-down": ("ec2.shutting_down", "ok", False, "info"),
    "terminated": ("ec2.terminated", "ok", True, "low"),
}


class Told(NamedTuple):
    """What an event says; without a state it is a happening."""

    title: Phrase
    severity: Severity = "info"
    state: State | None = None
    tell: bool = False
    advice: tuple[Phrase, ...] = ()


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One signal per event: an instance's states are one condition, anything else is a happening."""
    detail, what = plainly.detail(envelope), fields.text(envelope.body, "detail-type")
    listed = [fields.clean(one) for one in fields.items(envelope.body, "resources") if isinstance(one, str)]
    instance = fields.text(detail, "instance-id", "instanceId")
    name = instance or fields.text(detail, "ImageId", "spot-instance-request-id", "fleet-id", "capacityReservationId")
    name = name or (arns.name(listed[0]) if listed else "")
    told = _told(what, detail, plainly.called(name))
    partition, account, region = plainly.origin(envelope)
    identity = ":".join((partition, account, region, "ec2", name))
    page = f"#InstanceDetails:instanceId={quote(instance, safe='')}"
    return (
        Signal(
            kind="ec2",
            sort="condition" if told.state else "happening",
            subject=identity,
            title=told.title,
            state=told.state,
            at=plainly.moment(envelope),
            tell=told.tell,
            story="" if told.state else f"{identity}:{what}",
            severity=told.severity,
            quote=cut(fields.text(detail, "ErrorMessage", "description", "message"), 1000)[0],
            facts=(
                *plainly.facts(
                    ("ec2.instance", instance),
                    ("ec2.state_label", fields.text(detail, "state", "State")),
                    ("ec2.action", fields.text(detail, "instance-action")),
                    ("ec2.image_label", fields.text(detail, "ImageId")),
                    ("ec2.request", fields.text(detail, "spot-instance-request-id")),
                    details=(("words.type", what), ("words.resource", listed[0] if listed else "")),
                ),
                *(plainly.rows(detail)[:8] if told.title.key == "ec2.other" else ()),
            ),
            advice=told.advice,
            links=plainly.links(("ec2.open", console.page(partition, region, "ec2/home", page) if instance else "")),
            labels={"instance": instance},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _told(what: str, detail: fields.Json, called: Value) -> Told:
    state = fields.text(detail, "state", "State")
    if "instance-id" in detail and "state" in detail:
        key, standing, tell, severity = _STATES.get(state, ("ec2.state", "unknown", True, "info"))
        return Told(Phrase(key, {"name": called, "state": state}), severity, standing, tell)
    if "Interruption Warning" in what:
        return Told(Phrase("ec2.interruption", {"name": called}), "medium", advice=(Phrase("ec2.spot_advice"),))
    if "Rebalance" in what:
        return Told(Phrase("ec2.rebalance", {"name": called}), "low")
    if "Fulfillment" in what:
        return Told(Phrase("ec2.fulfilled", {"name": fields.text(detail, "spot-instance-request-id") or called}))
    if "AMI State" in what:
        bad: Severity = "high" if state == "failed" else "low" if state in ("deregistered", "disabled") else "info"
        return Told(Phrase("ec2.image", {"name": called, "state": state}), bad)
    trouble = re.search("(?i)fail|error|underutil|invalid", what + fields.text(detail, "sub-type", "state"))
    return Told(Phrase("ec2.other", {"what": what, "name": called}), "medium" if trouble else "info")
