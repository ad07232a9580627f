"""CloudTrail says by SNS that it wrote log files, or tries whether it may publish to the topic. Nothing is wrong.

Shape: docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import Fact, Link, Phrase, Signal
from tocsin.reading import console, fields, plainly

WORDS = {
    "en": {
        "written": "Log files written by CloudTrail to {bucket}: {n}",
        "tried": "CloudTrail can publish to this topic",
        "test": "A trail was given this topic; the message is CloudTrail's own test",
        "bucket": "Bucket",
        "files": "Files",
        "n": "Number of files",
        "topic": "Topic",
        "open": "Open bucket",
    },
    "ko": {
        "written": "CloudTrail이 {bucket}에 로그 파일 {n}개를 저장함",
        "tried": "CloudTrail이 이 주제에 게시할 수 있음",
        "test": "추적에 이 주제가 지정되었고, CloudTrail이 스스로 보낸 시험 메시지입니다",
        "bucket": "버킷",
        "files": "파일",
        "n": "파일 수",
        "topic": "주제",
        "open": "버킷 열기",
    },
}

_SHOWN = 3


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening."""
    partition, account, region = plainly.origin(envelope)
    body = fields.mapping({"": envelope.body}, "")
    keys = tuple(fields.clean(one) for one in fields.items(body, "s3ObjectKey") if isinstance(one, str))
    keys = keys or tuple(filter(None, [fields.text(body, "s3ObjectKey")]))
    bucket = fields.text(body, "s3Bucket")
    topic = Fact(Phrase("cloudtrail_delivery.topic"), envelope.topic_arn)
    url = console.page(partition, region, f"s3/buckets/{console.quoted(bucket)}") if bucket else ""
    files = (
        Fact(Phrase("cloudtrail_delivery.bucket"), bucket),
        Fact(Phrase("cloudtrail_delivery.n"), len(keys)),
        *((Fact(Phrase("cloudtrail_delivery.files"), keys[:_SHOWN]),) if keys else ()),
    )
    return (
        Signal(
            kind="cloudtrail_delivery",
            sort="happening",
            subject=f"{partition}:{account}:{region}:cloudtrail:delivery:{bucket or envelope.topic_arn}",
            title=Phrase("cloudtrail_delivery.written", {"n": len(keys), "bucket": bucket})
            if bucket
            else Phrase("cloudtrail_delivery.tried"),
            at=plainly.moment(envelope),
            story=f"{partition}:{account}:{region}:{bucket or envelope.topic_arn}",
            severity="info",
            summary=None if bucket else Phrase("cloudtrail_delivery.test"),
            facts=(*(files if bucket else ()), *((topic,) if envelope.topic_arn else ())),
            links=(Link(Phrase("cloudtrail_delivery.open"), url),) if url else (),
            partition=partition,
            account=account,
            region=region,
        ),
    )
