"""Inspector Classic, by SNS: an assessment run started, ended or failed, or it reported a finding.

Shape: docs.aws.amazon.com/inspector/v1/userguide/inspector_assessments.html (notifications of an assessment template)
"""

from __future__ import annotations

import re

from tocsin.envelope import Envelope
from tocsin.model import Link, Phrase, Severity, Signal
from tocsin.reading import arns, console, fields, instants, plainly

WORDS = {
    "en": {
        "started": "Inspector assessment started",
        "completed": "Inspector assessment done",
        "changed": "Inspector assessment is now {state}",
        "finding": "Inspector has found something",
        "enabled": "Inspector notifications are on",
        "other": "Inspector: {event}",
        "findings": "Findings",
        "run": "Run",
        "template": "Template",
        "target": "Target",
        "event": "Event",
        "id": "Finding",
        "do_look": (
            "Open the finding in Inspector Classic. Plan the move to the current Inspector: the classic one is being "
            "shut down."
        ),
        "open": "Open Inspector Classic",
    },
    "ko": {
        "started": "Inspector 평가 시작",
        "completed": "Inspector 평가 완료",
        "changed": "Inspector 평가 상태: {state}",
        "finding": "Inspector가 문제를 발견함",
        "enabled": "Inspector 알림이 켜짐",
        "other": "Inspector: {event}",
        "findings": "발견 내용",
        "run": "평가 실행",
        "template": "템플릿",
        "target": "대상",
        "event": "이벤트",
        "id": "탐지 ID",
        "do_look": (
            "Inspector Classic에서 결과를 확인하세요. 구버전은 종료될 예정이므로 현재 Inspector로 이전을 계획하세요."
        ),
        "open": "Inspector Classic 열기",
    },
}

_EVENTS: dict[str, tuple[str, Severity]] = {
    "ASSESSMENT_RUN_STARTED": ("inspector.started", "info"),
    "ASSESSMENT_RUN_COMPLETED": ("inspector.completed", "low"),
    "ASSESSMENT_RUN_STATE_CHANGED": ("inspector.changed", "info"),
    "FINDING_REPORTED": ("inspector.finding", "medium"),
    "ENABLE_ASSESSMENT_NOTIFICATIONS": ("inspector.enabled", "info"),
}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening; all that is told of one run is one story. Raises ValueError when the template is no ARN."""
    body = envelope.body
    run, template = fields.text(body, "run"), fields.text(body, "template")
    arn = arns.parse(template or run)
    if arn is None:
        raise ValueError("an assessment without its template's ARN")
    event, state = fields.text(body, "event"), fields.text(body, "newstate", "newState", "state")
    title, severity = _EVENTS.get(event, ("inspector.other", "info"))
    failed = state.upper() in ("FAILED", "ERROR", "CANCELED")
    url = console.page(arn.partition, arn.region, "inspector/home", "#/run")
    return (
        Signal(
            kind="inspector",
            sort="happening",
            subject=f"{arn.partition}:{arn.account}:{arn.region}:{run or template}",
            story=f"{arn.partition}:{arn.account}:{arn.region}:{run or template}:{event}:{state}",
            title=Phrase(title, {"state": state or event, "event": event}),
            at=instants.written(fields.text(body, "time")) or plainly.moment(envelope),
            severity="medium" if failed else severity,
            facts=plainly.facts(
                ("inspector.findings", _found(fields.text(body, "findingsCount"))),
                ("inspector.template", arns.name(template)),
                ("inspector.target", arns.name(fields.text(body, "target"))),
                ("words.status", state),
                ("inspector.run", arns.name(run).rpartition("/")[2]),
                ("inspector.id", arns.name(fields.text(body, "finding")).rpartition("/")[2]),
                ("inspector.event", event),
            ),
            advice=(Phrase("inspector.do_look"),) if event == "FINDING_REPORTED" else (),
            links=(Link(Phrase("inspector.open"), url),) if url else (),
            partition=arn.partition,
            account=arn.account,
            region=arn.region,
        ),
    )


def _found(counts: str) -> int | None:
    """`{arn:…:rulespackage/0-x=3, arn:…:rulespackage/0-y=1}` is how many findings each package of rules had."""
    numbers = [int(number) for number in re.findall(r"=\s*(\d{1,9})\b", counts)]
    return sum(numbers) if numbers else None
