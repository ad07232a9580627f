"""Systems Manager: a command, an automation or anything else of it changed its state (EventBridge; Run Command's SNS).

Shapes: docs.aws.amazon.com/systems-manager/latest/userguide/monitoring-eventbridge-events.html and
/monitoring-sns-notifications.html. A command's parameters may hold secrets: they are never shown.
"""

from __future__ import annotations

from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Signal
from tocsin.reading import arns, console, fields, instants, outcomes, plainly
from tocsin.reading.content import cut
from tocsin.reading.outcomes import Outcome

WORDS = {
    "en": {
        "succeeded": "{name} succeeded on {where}",
        "failed": "{name} failed on {where}",
        "stopped": "{name} was stopped on {where}",
        "started": "{name} started on {where}",
        "changed": "{name} on {where} is {status}",
        "other": "Systems Manager: {what}: {name}",
        "document": "Document",
        "instance": "Instance",
        "command": "Command",
        "event": "Event",
        "several": "its targets",
        "open": "Open command",
    },
    "ko": {
        "succeeded": "{where}에서 {name} 성공",
        "failed": "{where}에서 {name} 실패",
        "stopped": "{where}에서 {name} 중지됨",
        "started": "{where}에서 {name} 시작",
        "changed": "{where}에서 {name} 상태: {status}",
        "other": "Systems Manager {what}: {name}",
        "document": "문서",
        "instance": "인스턴스",
        "command": "명령",
        "event": "이벤트",
        "several": "대상 인스턴스",
        "open": "명령 열기",
    },
}

_TITLES = {
    "succeeded": "ssm.succeeded",
    "failed": "ssm.failed",
    "stopped": "ssm.stopped",
    "started": "ssm.started",
    "changed": "ssm.changed",
}
# Beside the words that all executions share.
_OWN: dict[str, Outcome] = {
    "deliverytimedout": outcomes.FAILED,
    "executiontimedout": outcomes.FAILED,
    "undeliverable": outcomes.FAILED,
    "terminated": outcomes.STOPPED,
    "delayed": outcomes.PASSING,
}
_DOCUMENTS = ("documentName", "document-name", "Definition")
_COMMANDS = ("commandId", "command-id", "ExecutionId")
_NEVER = {"parameters", "Parameters", "command", "Outputs"}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition per execution and instance; a happening for what is no execution. Nothing when it says nothing."""
    detail, what = plainly.detail(envelope), fields.text(envelope.body, "detail-type")
    if not detail:
        return ()
    partition, account, region = plainly.origin(envelope)
    status = fields.text(detail, "detailedStatus", "detailed-status", "status", "Status", "state")
    command, document = fields.text(detail, *_COMMANDS), fields.text(detail, *_DOCUMENTS)
    listed = [fields.clean(one) for one in fields.items(envelope.body, "resources") if isinstance(one, str)]
    instances = [arns.name(one) for one in listed if "instance/" in one]
    instance = fields.text(detail, "instanceId", "instance-id") or (instances[0] if len(instances) == 1 else "")
    run = bool(command and status)
    outcome = _OWN.get(status.lower().replace(" ", "")) or outcomes.of(status)
    name = document or fields.text(detail, "name", "window-id") or arns.name(listed[0] if listed else "")
    known = {"name": plainly.called(name), "where": instance or Phrase("ssm.several"), "status": status, "what": what}
    identity = ":".join(filter(None, (partition, account, region, "ssm", command or name, instance)))
    page = f"systems-manager/run-command/{quote(command, safe='')}"
    shown = {key: value for key, value in detail.items() if key not in _NEVER}
    return (
        Signal(
            kind="ssm",
            sort="condition" if run else "happening",
            subject=identity,
            title=Phrase(_TITLES[outcome.name] if run else "ssm.other", known),
            state=outcome.state if run else None,
            at=instants.iso(detail.get("eventTime")) or plainly.moment(envelope),
            tell=run and outcome.tell,
            story="" if run else f"{identity}:{what}:{status}",
            severity=outcome.severity if run or outcome.state == "firing" else "info",
            quote=cut(fields.text(detail, "status-details", "FailureMessage", "description"), 1000)[0],
            facts=(
                *plainly.facts(
                    ("words.status", status),
                    ("ssm.document", document),
                    ("ssm.instance", instance or tuple(instances[:5])),
                    details=(("ssm.command", command), ("ssm.event", what)),
                ),
                *(() if run else plainly.rows(shown)[:6]),
            ),
            links=plainly.links(("ssm.open", console.page(partition, region, page) if command else "")),
            labels={"document": document, "status": status},
            partition=partition,
            account=account,
            region=region,
        ),
    )
