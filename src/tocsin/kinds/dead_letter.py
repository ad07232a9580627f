"""A dead letter: what EventBridge Scheduler, an EventBridge rule or Lambda could not deliver, found by its attributes.

Of what was to be delivered only the names of its fields are shown: it may hold anything, also secrets.
Attributes: docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html,
/eventbridge/latest/userguide/eb-rule-dlq.html and /lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import Fact, Phrase, Signal, Strong, Value
from tocsin.reading import arns, console, fields, instants, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "schedule": "Schedule {name} could not start {target}",
        "rule": "An event of rule {name} could not be delivered to {target}",
        "lambda": "A function call failed for good",
        "other": "An event could not be delivered to {target}",
        "target": "Target",
        "error": "Error",
        "attempts": "Retries",
        "exhausted": "Given up by",
        "scheduled": "Due at",
        "execution": "Execution ID",
        "request": "Request ID",
        "schedule_label": "Schedule",
        "event": "Event",
        "held": "Fields of the content",
        "open": "Open schedules",
    },
    "ko": {
        "schedule": "일정 {name}: {target} 실행 실패",
        "rule": "규칙 {name}의 이벤트를 {target}에 전달하지 못함",
        "lambda": "함수 호출이 최종 실패함",
        "other": "이벤트를 {target}에 전달하지 못함",
        "target": "대상",
        "error": "오류",
        "attempts": "재시도 횟수",
        "exhausted": "중단 조건",
        "scheduled": "예정 시각",
        "execution": "실행 ID",
        "request": "요청 ID",
        "schedule_label": "일정",
        "event": "이벤트",
        "held": "내용의 필드",
        "open": "일정 열기",
    },
}

_NAMED = 8


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening; those of one schedule or rule with one error are one story. Raises ValueError without an error."""
    told = envelope.attributes
    error = fields.text(told, "ERROR_CODE", "ErrorCode")
    source, target = fields.text(told, "SCHEDULE_ARN", "RULE_ARN"), fields.text(told, "TARGET_ARN")
    if not error and not source:
        raise ValueError("a dead letter without an error")
    known = arns.parse(source) or arns.parse(target) or arns.parse(envelope.topic_arn)
    partition, account, region = (known.partition, known.account, known.region) if known else ("aws", "", "")
    title, name = _title(told)
    shown: dict[str, Value] = {"name": Strong(name), "target": _target(target)}
    page = console.page(partition, region, "scheduler/home", "#schedules") if "SCHEDULE_ARN" in told else ""
    return (
        Signal(
            kind="dead_letter",
            sort="happening",
            subject=f"{partition}:{account}:{region}:{source or target or envelope.event_id}",
            story=f"{partition}:{account}:{region}:{source or target}:{error}",
            title=Phrase(title, shown),
            at=plainly.moment(envelope),
            severity="high",
            quote=cut(fields.text(told, "ERROR_MESSAGE", "ErrorMessage"), 1000)[0],
            facts=_facts(envelope, error),
            links=plainly.links(("dead_letter.open", page)),
            labels={"error": error, "name": name},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _title(told: object) -> tuple[str, str]:
    """The sentence, and whose dead letter it is: "schedule/group/name" and "rule/bus/name" end in the name."""
    schedule, rule = fields.text(told, "SCHEDULE_ARN"), fields.text(told, "RULE_ARN")
    if schedule or rule:
        return "dead_letter.schedule" if schedule else "dead_letter.rule", (schedule or rule).rpartition("/")[2]
    return ("dead_letter.other" if fields.text(told, "TARGET_ARN") else "dead_letter.lambda"), ""


def _target(arn: str) -> str:
    """ "sqs orders" of an ARN: what it is, and its name."""
    parsed = arns.parse(arn)
    return f"{parsed.service} {arns.name(arn)}" if parsed else arn


def _facts(envelope: Envelope, error: str) -> tuple[Fact, ...]:
    told, body = envelope.attributes, envelope.body
    due = instants.iso(told.get("SCHEDULED_TIME"))
    return plainly.facts(
        ("dead_letter.error", error),
        ("dead_letter.target", _target(fields.text(told, "TARGET_ARN"))),
        ("dead_letter.attempts", fields.text(told, "RETRY_ATTEMPTS")),
        ("dead_letter.exhausted", fields.text(told, "EXHAUSTED_RETRY_CONDITION")),
        ("dead_letter.scheduled", plainly.instant(due)),
        ("dead_letter.event", fields.text(body, "detail-type", "eventName")),
        (
            "dead_letter.held",
            tuple(fields.clean(str(key)) for key in list(plainly.detail(envelope))[:_NAMED]),
        ),
        details=(
            ("dead_letter.schedule_label", fields.text(told, "SCHEDULE_ARN", "RULE_ARN")),
            ("dead_letter.execution", fields.text(told, "EXECUTION_ID")),
            ("dead_letter.request", fields.text(told, "RequestID")),
        ),
    )
