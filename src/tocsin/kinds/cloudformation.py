"""CloudFormation: a stack, resource, stack set or drift check changed state (a stack's SNS text, and EventBridge).

Shapes: docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/eventbridge-events.html; the text has one Key='Value' a
line. Resource properties may hold secrets: they are never shown.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Link, Phrase, Signal, Value
from tocsin.reading import arns, console, fields, instants, outcomes, plainly
from tocsin.reading.content import cut
from tocsin.reading.outcomes import Outcome

WORDS = {
    "en": {
        "started": "Stack {name}: {verb} started",
        "succeeded": "Stack {name}: {verb} complete",
        "failed": "Stack {name}: {verb} failed",
        "stopped": "Stack {name}: {verb} was stopped",
        "rolled_back": "Stack {name}: the change failed and was rolled back",
        "rolling_back": "Stack {name}: the change failed and is being rolled back",
        "changed": "Stack {name} is {status}",
        "resource": "Stack {name}: {resource} is {status}",
        "resource_failed": "Stack {name} failed at {resource}",
        "drifted": "Stack {name} has drifted from its template",
        "in_sync": "Stack {name} is in sync with its template",
        "drift": "Stack {name}: drift detection {status}",
        "set": "Stack set {name}: {verb} {status}",
        "create": "creation",
        "update": "update",
        "delete": "deletion",
        "import": "import",
        "change": "change",
        "stack": "Stack",
        "resource_label": "Resource",
        "physical": "Physical ID",
        "drift_count": "Drifted resources",
        "operation": "Operation",
        "open": "Open stack",
    },
    "ko": {
        "started": "{name} 스택 {verb} 시작",
        "succeeded": "{name} 스택 {verb} 완료",
        "failed": "{name} 스택 {verb} 실패",
        "stopped": "{name} 스택 {verb} 중지됨",
        "rolled_back": "{name} 스택 변경 실패, 롤백됨",
        "rolling_back": "{name} 스택 변경 실패, 롤백 중",
        "changed": "{name} 스택 상태: {status}",
        "resource": "{name} 스택: {resource} 상태 {status}",
        "resource_failed": "{name} 스택 실패: {resource}",
        "drifted": "{name} 스택이 템플릿과 달라졌습니다 (드리프트)",
        "in_sync": "{name} 스택이 템플릿과 일치합니다",
        "drift": "{name} 스택 드리프트 감지: {status}",
        "set": "{name} 스택 세트 {verb}: {status}",
        "create": "생성",
        "update": "업데이트",
        "delete": "삭제",
        "import": "가져오기",
        "change": "변경",
        "stack": "스택",
        "resource_label": "리소스",
        "physical": "물리적 ID",
        "drift_count": "달라진 리소스",
        "operation": "작업",
        "open": "스택 열기",
    },
}

_TITLES = {
    "started": "cloudformation.started",
    "succeeded": "cloudformation.succeeded",
    "failed": "cloudformation.failed",
    "stopped": "cloudformation.stopped",
    "changed": "cloudformation.changed",
}
_VERBS = {
    "CREATE": Phrase("cloudformation.create"),
    "UPDATE": Phrase("cloudformation.update"),
    "DELETE": Phrase("cloudformation.delete"),
    "IMPORT": Phrase("cloudformation.import"),
}
_KEY = re.compile(r"(\w+)='")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition per stack, stack set or drift check; a failing resource is its stack's failure."""
    if "eventbridge" not in envelope.via:
        return _text(envelope)
    detail, told = plainly.detail(envelope), fields.mapping(plainly.detail(envelope), "status-details")
    what = fields.text(envelope.body, "detail-type")
    if "Drift" in what:
        return (_drift(envelope, detail, told),)
    if "StackSet" in what:
        return (_set(envelope, detail, told),)
    hook, target = fields.mapping(detail, "hook-detail"), fields.mapping(detail, "target-detail")
    known = {
        "StackId": fields.text(detail, "stack-id") or fields.text(target, "target-id"),
        "LogicalResourceId": fields.text(detail, "logical-resource-id")
        or fields.text(hook, "hook-type-name", "type-name"),
        "PhysicalResourceId": fields.text(detail, "physical-resource-id"),
        "ResourceType": fields.text(detail, "resource-type") or fields.text(target, "target-name"),
        "ResourceStatus": _first("status", told, hook, detail),
        "ResourceStatusReason": _first("status-reason", told, hook, detail),
    }
    return (_told(envelope, known, plainly.moment(envelope)),) if known["StackId"] else ()


def _first(name: str, *sources: fields.Json) -> str:
    return next(filter(None, (fields.text(source, name) for source in sources)), "")


def _text(envelope: Envelope) -> tuple[Signal, ...]:
    known = _lines(envelope.body if isinstance(envelope.body, str) else "")
    if not known.get("StackId"):
        return ()
    return (_told(envelope, known, instants.written(known.get("Timestamp")) or plainly.moment(envelope)),)


def _lines(text: str) -> dict[str, str]:
    """The fields of the text; a value ends where its line ends with a quote and may be longer than a line."""
    found: dict[str, list[str]] = {}
    parts = ["'"]
    for line in text.splitlines():
        begun = _KEY.match(line)
        if begun and parts[-1].rstrip().endswith("'"):
            parts = found[begun[1]] = [line[begun.end() :]]
        else:
            parts.append(line)
    return {name: fields.clean("\n".join(value)).rstrip().removesuffix("'") for name, value in found.items()}


def _told(envelope: Envelope, known: dict[str, str], at: int | None) -> Signal:
    stack, status = known["StackId"], known.get("ResourceStatus", "")
    logical, physical = known.get("LogicalResourceId", ""), known.get("PhysicalResourceId", "")
    name, sort = known.get("StackName") or _name(stack), known.get("ResourceType", "")
    reason = known.get("ResourceStatusReason", "")
    part = logical if logical and not (physical == stack or (logical == name and sort.endswith("::Stack"))) else ""
    outcome = _outcome(status)
    key = _key(status, outcome)
    if part:
        # What was only cancelled because something else failed is no cause.
        consequence = reason.endswith("cancelled")
        outcome = outcomes.quietly(outcome)._replace(severity="low" if consequence else outcome.severity)
        key = "cloudformation.resource_failed" if outcome.state == "firing" else "cloudformation.resource"
    verb = _VERBS.get(status.partition("_")[0], Phrase("cloudformation.change"))
    where = _where(envelope, stack)
    place = f":{part}" if part and outcome.state != "firing" else ""
    return Signal(
        kind="cloudformation",
        sort="condition",
        subject=":".join((*where, "cloudformation", stack)) + place,
        title=Phrase(key, {"name": name, "verb": verb, "resource": part, "status": status}),
        state=outcome.state,
        at=at,
        tell=outcome.tell,
        severity=outcome.severity,
        quote=cut(reason, 1500)[0],
        facts=plainly.facts(
            ("words.status", status),
            ("cloudformation.resource_label", part),
            ("words.type", sort),
            ("cloudformation.physical", physical if part else ""),
            details=(("cloudformation.stack", stack),),
        ),
        links=_links(where, stack),
        labels={"stack": name, "status": status},
        partition=where[0],
        account=where[1],
        region=where[2],
    )


def _outcome(status: str) -> Outcome:
    """ROLLBACK in a stack's status says that its change has failed; a deleted stack deserves a word too."""
    if status.endswith("_FAILED") or "ROLLBACK" in status:
        return outcomes.FAILED
    if status.endswith(("_COMPLETE", "_SUCCEEDED")):
        return outcomes.SUCCEEDED._replace(severity="low" if status == "DELETE_COMPLETE" else "info")
    if status.endswith("_CLEANUP_IN_PROGRESS"):
        return outcomes.PASSING
    return outcomes.STARTED if status.endswith("_IN_PROGRESS") else outcomes.of(status)


def _key(status: str, outcome: Outcome) -> str:
    if "ROLLBACK" in status and not status.endswith("_FAILED"):
        done = status.endswith("ROLLBACK_COMPLETE")
        return "cloudformation.rolled_back" if done else "cloudformation.rolling_back"
    return _TITLES[outcome.name]


def _drift(envelope: Envelope, detail: fields.Json, told: fields.Json) -> Signal:
    stack = fields.text(detail, "stack-id")
    found, status = fields.text(told, "stack-drift-status"), fields.text(told, "detection-status")
    outcome = {"DRIFTED": outcomes.FAILED._replace(severity="medium"), "IN_SYNC": outcomes.QUIET}.get(found)
    keys = {"DRIFTED": "cloudformation.drifted", "IN_SYNC": "cloudformation.in_sync"}
    where = _where(envelope, stack)
    if outcome is None:
        outcome = outcomes.of(status.removeprefix("DETECTION_"))._replace(tell=False)
    count = fields.number(fields.mapping(detail, "drift-detection-details"), "drifted-stack-resource-count")
    return Signal(
        kind="cloudformation",
        sort="condition",
        subject=":".join((*where, "cloudformation-drift", stack)),
        title=Phrase(keys.get(found, "cloudformation.drift"), {"name": _name(stack), "status": status}),
        state=outcome.state,
        at=plainly.moment(envelope),
        tell=outcome.tell,
        severity=outcome.severity,
        quote=cut(fields.text(told, "status-reason", "detection-status-reason"), 1500)[0],
        facts=plainly.facts(
            ("words.status", found or status),
            ("cloudformation.drift_count", count),
            ("cloudformation.operation", status),
            details=(("cloudformation.stack", stack),),
        ),
        links=_links(where, stack),
        labels={"stack": _name(stack), "status": found or status},
        partition=where[0],
        account=where[1],
        region=where[2],
    )


def _set(envelope: Envelope, detail: fields.Json, told: fields.Json) -> Signal:
    arn, stack = fields.text(detail, "stack-set-arn"), fields.text(detail, "stack-id")
    operation = fields.text(detail, "stack-set-operation-id", "operation-id")
    status, action = fields.text(told, "detailed-status", "status"), fields.text(detail, "action")
    outcome = _outcome(status) if "_" in status else outcomes.of(status)
    where = _where(envelope, arn)
    name = arns.name(arn).partition(":")[0]
    verb: Value = _VERBS.get(action.partition("_")[0].upper(), Phrase("cloudformation.change"))
    return Signal(
        kind="cloudformation",
        sort="condition",
        subject=":".join(filter(None, (*where, "cloudformation-set", arn, operation, stack))),
        title=Phrase("cloudformation.set", {"name": name, "verb": verb, "status": status}),
        state=outcome.state,
        at=plainly.moment(envelope),
        tell=outcome.tell and not stack,
        severity=outcome.severity,
        quote=cut(fields.text(told, "status-reason"), 1500)[0],
        facts=plainly.facts(
            ("words.status", status),
            ("cloudformation.operation", action or operation),
            ("cloudformation.stack", stack or arn),
        ),
        labels={"stack": name, "status": status},
        partition=where[0],
        account=where[1],
        region=where[2],
    )


def _name(stack: str) -> str:
    return arns.name(stack).partition("/")[0]


def _where(envelope: Envelope, arn: str) -> tuple[str, str, str]:
    known, (partition, account, region) = arns.parse(arn), plainly.origin(envelope)
    return (known.partition, known.account, known.region) if known else (partition, account, region)


def _links(where: tuple[str, str, str], stack: str) -> tuple[Link, ...]:
    place = f"#/stacks/events?stackId={quote(stack, safe='')}"
    return plainly.links(("cloudformation.open", console.page(where[0], where[2], "cloudformation/home", place)))
