"""What Lambda sends to a destination: an asynchronous call, or a batch of a stream, that failed or succeeded.

Shape: docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html. The payload of the call is not shown.
"""

from __future__ import annotations

from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Fact, Phrase, Severity, Signal, Strong
from tocsin.reading import arns, console, fields, instants, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "failed": "Function {name} failed for good",
        "batch": "Function {name} failed on a batch of records",
        "succeeded": "Function {name} succeeded",
        "expired": "A call of function {name} waited too long and was given up",
        "condition": "Condition",
        "error": "Error",
        "attempts": "Attempts",
        "event": "Called by",
        "stream": "Stream",
        "shard": "Shard",
        "batch_size": "Records",
        "version": "Version",
        "request": "Request ID",
        "open": "Open function",
        "log": "Log",
    },
    "ko": {
        "failed": "함수 {name} 최종 실패",
        "batch": "함수 {name} 레코드 배치 처리 실패",
        "succeeded": "함수 {name} 성공",
        "expired": "함수 {name} 호출이 너무 오래 대기해 포기됨",
        "condition": "조건",
        "error": "오류",
        "attempts": "시도 횟수",
        "event": "호출 원인",
        "stream": "스트림",
        "shard": "샤드",
        "batch_size": "레코드 수",
        "version": "버전",
        "request": "요청 ID",
        "open": "함수 열기",
        "log": "로그",
    },
}

_BATCHES = ("KinesisBatchInfo", "DDBStreamBatchInfo", "SQSBatchInfo", "KafkaBatchInfo", "DocumentDBBatchInfo")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening per call; those of one function with one error are one story.

    Raises ValueError when no function is named.
    """
    record = plainly.detail(envelope)
    context, answer = fields.mapping(record, "requestContext"), fields.mapping(record, "responseContext")
    arn = fields.text(context, "functionArn")
    function = arns.parse(arn)
    if function is None:
        raise ValueError("a call's record without a function")
    name = function.resource.removeprefix("function:").partition(":")[0]
    payload = record.get("responsePayload")
    error = fields.text(payload, "errorType") or fields.text(answer, "functionError")
    title, severity = _told(record, context, error)
    condition = fields.text(context, "condition")
    partition, region = function.partition, function.region
    page = console.page(partition, region, "lambda/home", f"#/functions/{quote(name, safe='')}")
    return (
        Signal(
            kind="lambda_destination",
            sort="happening",
            subject=f"{partition}:{function.account}:{region}:{arn}",
            story=f"{partition}:{function.account}:{region}:{name}:{condition}:{error}",
            title=Phrase(title, {"name": Strong(name)}),
            at=instants.iso(record.get("timestamp")) or plainly.moment(envelope),
            event_id=fields.text(context, "requestId"),
            severity=severity,
            quote=cut(fields.text(payload, "errorMessage"), 1000)[0],
            facts=_facts(record, context, answer, error),
            links=plainly.links(
                ("lambda_destination.open", page),
                ("lambda_destination.log", console.log_group(partition, region, f"/aws/lambda/{name}")),
            ),
            labels={"function": name, "condition": condition},
            partition=partition,
            account=function.account,
            region=region,
        ),
    )


def _told(record: fields.Json, context: fields.Json, error: str) -> tuple[str, Severity]:
    condition = fields.text(context, "condition").lower()
    if condition == "success" and not error:
        return "lambda_destination.succeeded", "info"
    if condition == "eventageexceeded":
        return "lambda_destination.expired", "high"
    return ("lambda_destination.batch" if _batch(record) else "lambda_destination.failed"), "high"


def _batch(record: fields.Json) -> fields.Json:
    return fields.mapping(record, *_BATCHES)


def _facts(record: fields.Json, context: fields.Json, answer: fields.Json, error: str) -> tuple[Fact, ...]:
    batch = _batch(record)
    return plainly.facts(
        ("lambda_destination.condition", fields.text(context, "condition")),
        ("lambda_destination.error", error),
        ("lambda_destination.attempts", fields.whole(context, "approximateInvokeCount")),
        ("lambda_destination.event", _caller(record.get("requestPayload"))),
        ("lambda_destination.stream", arns.name(fields.text(batch, "streamArn", "eventSourceArn"))),
        ("lambda_destination.shard", fields.text(batch, "shardId")),
        ("lambda_destination.batch_size", fields.whole(batch, "batchSize")),
        details=(
            ("words.status", fields.text(answer, "statusCode")),
            ("lambda_destination.version", fields.text(answer, "executedVersion")),
            ("lambda_destination.request", fields.text(context, "requestId")),
        ),
    )


def _caller(payload: object) -> str:
    """Where the call came from, as far as a payload of AWS's own says: not what it holds."""
    source = fields.text(payload, "detail-type", "eventSource", "source")
    return source or fields.text(fields.first(payload, "Records"), "EventSource", "eventSource")
