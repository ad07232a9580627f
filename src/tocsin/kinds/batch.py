"""AWS Batch: a job changed state, or a job queue is blocked (EventBridge).

Shapes: docs.aws.amazon.com/batch/latest/userguide/batch_cwe_events.html and /batch-job-queue-blocked-events.html.
Commands and environments may hold secrets: they are never shown.
"""

from __future__ import annotations

from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Lapse, Phrase, Signal, Value
from tocsin.reading import arns, console, fields, outcomes, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "succeeded": "Job {name} succeeded",
        "failed": "Job {name} failed",
        "started": "Job {name} is {status}",
        "blocked": "Queue {queue} is blocked by job {name}",
        "job": "Job",
        "queue": "Queue",
        "definition": "Job definition",
        "exit_code": "Exit code",
        "attempts": "Attempts",
        "ran": "Ran for",
        "why": "Container's reason",
        "image": "Image",
        "log_stream": "Log stream",
        "array": "Array job",
        "open": "Open job",
        "log": "Open log",
    },
    "ko": {
        "succeeded": "{name} 작업 성공",
        "failed": "{name} 작업 실패",
        "started": "{name} 작업 상태: {status}",
        "blocked": "{name} 작업 때문에 {queue} 대기열이 막힘",
        "job": "작업 ID",
        "queue": "대기열",
        "definition": "작업 정의",
        "exit_code": "종료 코드",
        "attempts": "시도 횟수",
        "ran": "실행 시간",
        "why": "컨테이너 종료 사유",
        "image": "이미지",
        "log_stream": "로그 스트림",
        "array": "배열 작업",
        "open": "작업 열기",
        "log": "로그 열기",
    },
}

_LOGS = "/aws/batch/job"


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition per job; only its end, or a blocked queue, deserves a first word."""
    detail = plainly.detail(envelope)
    partition, account, region = plainly.origin(envelope)
    name, job, status = (fields.text(detail, one) for one in ("jobName", "jobId", "status"))
    if not (name or job):
        return ()
    blocked = "Blocked" in fields.text(envelope.body, "detail-type")
    outcome = outcomes.FAILED._replace(severity="medium") if blocked else outcomes.of(status)
    if outcome.state == "unknown":
        outcome = outcome._replace(name="started", tell=False)
    titles = {"succeeded": "batch.succeeded", "failed": "batch.failed"}
    key = "batch.blocked" if blocked else titles.get(outcome.name, "batch.started")
    queue = arns.name(fields.text(detail, "jobQueue"))
    container = _container(detail)
    stream = fields.text(container, "logStreamName")
    return (
        Signal(
            kind="batch",
            sort="condition",
            subject=":".join((partition, account, region, "batch", job or name)),
            title=Phrase(key, {"name": name or job, "status": status, "queue": queue}),
            state=outcome.state,
            at=plainly.moment(envelope),
            tell=outcome.tell,
            severity=outcome.severity,
            quote=cut(fields.text(detail, "statusReason"), 1000)[0],
            facts=plainly.facts(
                ("words.status", status),
                ("batch.queue", queue),
                ("batch.exit_code", fields.text(container, "exitCode")),
                ("batch.why", cut(fields.text(container, "reason"), 500)[0]),
                ("batch.ran", _ran(detail)),
                ("batch.attempts", len(fields.items(detail, "attempts")) or None),
                ("batch.definition", arns.name(fields.text(detail, "jobDefinition"))),
                details=(
                    ("batch.job", job),
                    ("batch.image", fields.text(container, "image")),
                    ("batch.log_stream", stream),
                    ("batch.array", fields.whole(fields.mapping(detail, "arrayProperties"), "size")),
                ),
            ),
            links=plainly.links(
                ("batch.open", console.page(partition, region, "batch/home", f"#jobs/detail/{quote(job, safe='')}")),
                ("batch.log", console.log_group(partition, region, _LOGS) if stream else ""),
            ),
            labels={"job": name, "queue": queue, "status": status},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _container(detail: fields.Json) -> fields.Json:
    """What the last attempt left, over what the job says of its container."""
    last = next((one for one in reversed(fields.items(detail, "attempts")) if isinstance(one, dict)), {})
    tried = {name: value for name, value in fields.mapping(last, "container").items() if value is not None}
    return {**fields.mapping(detail, "container"), **tried}


def _ran(detail: fields.Json) -> Value | None:
    begun, ended = fields.number(detail, "startedAt"), fields.number(detail, "stoppedAt")
    return Lapse((ended - begun) / 1000) if begun and ended and ended >= begun else None
