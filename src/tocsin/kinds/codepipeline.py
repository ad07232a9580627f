"""CodePipeline: an execution, one of its stages or actions changed state, or an approval waits (EventBridge and SNS).

Shapes: docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html and
/approvals-json-format.html
"""

from __future__ import annotations

from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import At, Phrase, Signal
from tocsin.reading import console, fields, instants, outcomes, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "started": "Pipeline {name} started",
        "succeeded": "Pipeline {name} succeeded",
        "failed": "Pipeline {name} failed",
        "stopped": "Pipeline {name} was stopped",
        "changed": "Pipeline {name} is {status}",
        "superseded": "Pipeline {name}: overtaken by a newer execution",
        "part_started": "Pipeline {name}: {part} started",
        "part_succeeded": "Pipeline {name}: {part} succeeded",
        "part_failed": "Pipeline {name} failed at {part}",
        "part_stopped": "Pipeline {name}: {part} was stopped",
        "part_changed": "Pipeline {name}: {part} is {status}",
        "waits": "Pipeline {name} waits for approval: {part}",
        "approved": "Pipeline {name}: {part} was approved",
        "rejected": "Pipeline {name}: {part} was not approved",
        "until": "it gives up waiting at {at}",
        "pipeline": "Pipeline",
        "stage": "Stage",
        "action": "Action",
        "provider": "Provider",
        "execution": "Execution",
        "trigger": "Trigger",
        "expires": "Expires",
        "review": "To review",
        "error": "Error code",
        "note": "Note",
        "failed_actions": "Failed actions",
        "open": "Open pipeline",
        "open_action": "Open failed step",
        "approve": "Approve or reject",
        "review_link": "Open what is to be reviewed",
    },
    "ko": {
        "started": "{name} 파이프라인 시작",
        "succeeded": "{name} 파이프라인 성공",
        "failed": "{name} 파이프라인 실패",
        "stopped": "{name} 파이프라인 중지됨",
        "changed": "{name} 파이프라인 상태: {status}",
        "superseded": "{name} 파이프라인: 새 실행으로 대체됨",
        "part_started": "{name} 파이프라인: {part} 시작",
        "part_succeeded": "{name} 파이프라인: {part} 성공",
        "part_failed": "{name} 파이프라인 실패: {part}",
        "part_stopped": "{name} 파이프라인: {part} 중지됨",
        "part_changed": "{name} 파이프라인: {part} 상태 {status}",
        "waits": "{name} 파이프라인 승인 대기: {part}",
        "approved": "{name} 파이프라인: {part} 승인됨",
        "rejected": "{name} 파이프라인: {part} 승인되지 않음",
        "until": "{at}까지 승인하지 않으면 만료됩니다",
        "pipeline": "파이프라인",
        "stage": "스테이지",
        "action": "작업",
        "provider": "공급자",
        "execution": "실행 ID",
        "trigger": "트리거",
        "expires": "만료",
        "review": "검토 대상",
        "error": "오류 코드",
        "note": "메모",
        "failed_actions": "실패한 작업",
        "open": "파이프라인 열기",
        "open_action": "실패한 단계 열기",
        "approve": "승인 또는 거부",
        "review_link": "검토 대상 열기",
    },
}

_WHOLE = {
    "started": "codepipeline.started",
    "succeeded": "codepipeline.succeeded",
    "failed": "codepipeline.failed",
    "stopped": "codepipeline.stopped",
    "changed": "codepipeline.changed",
}
_PART = {
    "started": "codepipeline.part_started",
    "succeeded": "codepipeline.part_succeeded",
    "failed": "codepipeline.part_failed",
    "stopped": "codepipeline.part_stopped",
    "changed": "codepipeline.part_changed",
}
_APPROVAL = {"started": "codepipeline.waits", "succeeded": "codepipeline.approved", "failed": "codepipeline.rejected"}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition per execution (a failed part is the execution's failure), or a happening for a bare approval."""
    if "eventbridge" not in envelope.via and isinstance(envelope.body, dict):
        return (_asked(envelope, fields.mapping(envelope.body, "approval")),)
    detail, more = plainly.detail(envelope), fields.mapping(envelope.body, "additionalAttributes")
    partition, account, region = plainly.origin(envelope)
    name, execution = fields.text(detail, "pipeline"), fields.text(detail, "execution-id")
    if not name:
        return ()
    stage, action, status = (fields.text(detail, one) for one in ("stage", "action", "state"))
    part, kind = action or stage, fields.mapping(detail, "type")
    approval = bool(action) and fields.text(kind, "category") == "Approval"
    outcome = outcomes.of(status)
    if part and not approval:
        outcome = outcomes.quietly(outcome)
    title = _title(outcome.name, status, part, approval)
    # An approval goes its own way; a fine part says nothing of the whole.
    own = part and (approval or outcome.state != "firing")
    result = fields.mapping(detail, "execution-result")
    url = console.page(partition, region, f"codesuite/codepipeline/pipelines/{quote(name, safe='')}/view")
    return (
        Signal(
            kind="codepipeline",
            sort="condition",
            subject=":".join((partition, account, region, "codepipeline", name, execution))
            + (f":{stage}:{action}" if own else ""),
            title=Phrase(title, {"name": name, "part": part, "status": status}),
            state=outcome.state,
            at=plainly.moment(envelope),
            tell=outcome.tell,
            severity="medium" if approval and outcome.name == "started" else outcome.severity,
            quote=cut(_why(result, more), 1500)[0],
            facts=plainly.facts(
                ("codepipeline.stage", stage),
                ("codepipeline.action", action),
                ("codepipeline.failed_actions", _failures(more)),
                ("words.status", status),
                ("codepipeline.error", fields.text(result, "error-code")),
                ("codepipeline.trigger", _trigger(detail)),
                ("codepipeline.provider", fields.text(kind, "provider")),
                ("codepipeline.execution", execution),
                details=(("codepipeline.pipeline", name),),
            ),
            links=plainly.links(
                ("codepipeline.open_action", fields.text(result, "external-execution-url")),
                ("codepipeline.review_link", fields.text(more, "externalEntityLink")),
                ("codepipeline.open", url),
            ),
            labels={"pipeline": name, "status": status},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _title(name: str, status: str, part: str, approval: bool) -> str:
    if approval and name in _APPROVAL:
        return _APPROVAL[name]
    if status == "SUPERSEDED" and not part:
        return "codepipeline.superseded"
    return _PART[name] if part else _WHOLE[name]


def _why(result: fields.Json, more: fields.Json) -> str:
    told = [fields.text(one, "additionalInformation") for one in fields.items(more, "failedActions")]
    return "\n".join(filter(None, told)) or fields.text(result, "external-execution-summary")


def _failures(more: fields.Json) -> tuple[str, ...]:
    return tuple(filter(None, (fields.text(one, "action") for one in fields.items(more, "failedActions"))))[:5]


def _trigger(detail: fields.Json) -> str:
    trigger = fields.mapping(detail, "execution-trigger")
    return " ".join(filter(None, (fields.text(trigger, "trigger-type"), fields.text(trigger, "trigger-detail"))))


def _asked(envelope: Envelope, approval: fields.Json) -> Signal:
    """An approval action's own message. Its token lets anybody answer: it is never shown."""
    partition, account, topic_region = plainly.origin(envelope)
    region = fields.text(envelope.body, "region") or topic_region
    name, stage, action = (fields.text(approval, one) for one in ("pipelineName", "stageName", "actionName"))
    expires = instants.written(fields.text(approval, "expires"))
    note = fields.text(approval, "customData")
    until = Phrase("codepipeline.until", {"at": At(expires)}) if expires is not None else None
    facts = plainly.facts(
        ("codepipeline.stage", stage),
        ("codepipeline.action", action),
        ("codepipeline.note", cut(note, 500)[0]),
        ("codepipeline.review", fields.text(approval, "externalEntityLink")),
        details=(("codepipeline.pipeline", name), ("codepipeline.expires", plainly.instant(expires))),
    )
    return Signal(
        kind="codepipeline",
        sort="happening",
        subject=":".join((partition, account, region, "codepipeline", name, stage, action)),
        title=Phrase("codepipeline.waits", {"name": name, "part": action}),
        at=plainly.moment(envelope),
        story=":".join((account, region, name, stage, action)),
        summary=until,
        facts=facts,
        links=plainly.links(
            ("codepipeline.approve", fields.text(approval, "approvalReviewLink")),
            ("codepipeline.review_link", fields.text(approval, "externalEntityLink")),
            ("codepipeline.open", fields.text(envelope.body, "consoleLink")),
        ),
        labels={"pipeline": name},
        partition=partition,
        account=account,
        region=region,
    )
