"""Amazon S3 tells of its objects: created, deleted, restored, replicated, tagged … as a record or an EventBridge event.

Shapes: docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html and /ev-events.html
"""

from __future__ import annotations

from urllib.parse import quote, unquote_plus

from tocsin.envelope import Envelope
from tocsin.model import Fact, Phrase, Severity, Signal, Strong, Value
from tocsin.reading import arns, console, fields, instants, plainly, sizes
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "test": "S3 can send events of {bucket} here",
        "created": "Object created in {bucket}: {key}",
        "deleted": "Object deleted from {bucket}: {key}",
        "marked": "Object hidden by a delete marker in {bucket}: {key}",
        "lost": "An object of reduced redundancy was lost in {bucket}: {key}",
        "restoring": "Restore begun in {bucket}: {key}",
        "restored": "Restore completed in {bucket}: {key}",
        "restore_ended": "Restored copy has ended in {bucket}: {key}",
        "replication_failed": "Replication failed in {bucket}: {key}",
        "replication": "Replication in {bucket}: {key}",
        "acl": "Permissions of an object changed in {bucket}: {key}",
        "tags": "Tags of an object changed in {bucket}: {key}",
        "class": "Storage class of an object changed in {bucket}: {key}",
        "expired": "Object removed by a lifecycle rule in {bucket}: {key}",
        "other": "{what} in {bucket}: {key}",
        "unnamed": "(without a name)",
        "event": "Event",
        "bucket": "Bucket",
        "key": "Object",
        "size": "Size",
        "version": "Version",
        "tag": "ETag",
        "storage": "Storage class",
        "owner": "Bucket owner",
        "rule": "Notification",
        "until": "Restored until",
        "request": "Request ID",
        "open": "Open object",
    },
    "ko": {
        "test": "S3가 {bucket}의 이벤트를 이곳으로 보낼 수 있습니다",
        "created": "{bucket}에 객체 생성: {key}",
        "deleted": "{bucket}에서 객체 삭제: {key}",
        "marked": "{bucket}에서 삭제 마커로 객체가 숨겨짐: {key}",
        "lost": "{bucket}에서 RRS 객체 손실: {key}",
        "restoring": "{bucket} 객체 복원 시작: {key}",
        "restored": "{bucket} 객체 복원 완료: {key}",
        "restore_ended": "{bucket} 복원본 만료: {key}",
        "replication_failed": "{bucket} 복제 실패: {key}",
        "replication": "{bucket} 복제: {key}",
        "acl": "{bucket} 객체 권한 변경: {key}",
        "tags": "{bucket} 객체 태그 변경: {key}",
        "class": "{bucket} 객체 스토리지 클래스 변경: {key}",
        "expired": "{bucket} 수명 주기 규칙으로 객체 제거: {key}",
        "other": "{bucket} {what}: {key}",
        "unnamed": "(이름 없음)",
        "event": "이벤트",
        "bucket": "버킷",
        "key": "객체",
        "size": "크기",
        "version": "버전",
        "tag": "ETag",
        "storage": "스토리지 클래스",
        "owner": "버킷 소유자",
        "rule": "알림 구성",
        "until": "복원 유효 기한",
        "request": "요청 ID",
        "open": "객체 열기",
    },
}

# Words of the event's name or detail-type, the first that fit; in small letters without spaces.
_CASES: tuple[tuple[str, str, Severity], ...] = (
    ("deletemarker", "s3_event.marked", "low"),
    ("lifecycleexpiration", "s3_event.expired", "info"),
    ("objectcreated", "s3_event.created", "info"),
    ("objectremoved", "s3_event.deleted", "low"),
    ("objectdeleted", "s3_event.deleted", "low"),
    ("reducedredundancylostobject", "s3_event.lost", "high"),
    ("failedreplication", "s3_event.replication_failed", "medium"),
    ("replication", "s3_event.replication", "low"),
    ("restore:post", "s3_event.restoring", "info"),
    ("restoreinitiated", "s3_event.restoring", "info"),
    ("restore:completed", "s3_event.restored", "info"),
    ("restorecompleted", "s3_event.restored", "info"),
    ("restore:delete", "s3_event.restore_ended", "info"),
    ("restoreexpired", "s3_event.restore_ended", "info"),
    ("acl", "s3_event.acl", "medium"),
    ("tag", "s3_event.tags", "info"),
    ("lifecycletransition", "s3_event.class", "info"),
    ("storageclass", "s3_event.class", "info"),
    ("accesstier", "s3_event.class", "info"),
    ("intelligenttiering", "s3_event.class", "info"),
)


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening per record. Raises ValueError when no bucket is named."""
    body = envelope.body if isinstance(envelope.body, dict) else {}
    if "Event" in body and "Bucket" in body:
        return (_test(envelope, body),)
    inside = body.get("detail-type") is not None
    record = plainly.detail(envelope) if inside else fields.mapping(body, "s3")
    bucket, thing = fields.mapping(record, "bucket"), fields.mapping(record, "object")
    arn = fields.text(bucket, "arn") or next(iter(fields.items(body, "resources")), "")
    name = fields.text(bucket, "name") or (arns.name(fields.clean(arn)) if isinstance(arn, str) else "")
    key = fields.text(thing, "key")
    if not name:
        raise ValueError("an S3 event without a bucket")
    what = fields.text(body, "detail-type", "eventName")
    if inside and fields.text(record, "deletion-type") == "Delete Marker Created":
        what = "Object Delete Marker Created"
    key = key if inside else unquote_plus(key)
    title, severity = _told(what, name, key)
    where = plainly.origin(envelope)
    region = fields.text(body, "awsRegion", "region") or where.region
    partition = arns.partition_of(region)
    actor = _actor(body, record)
    return (
        Signal(
            kind="s3_event",
            sort="happening",
            subject=f"{partition}:{where.account}:{region}:arn:{partition}:s3:::{name}/{key}",
            story=":".join((partition, region, name, what, actor)),
            title=title,
            at=instants.iso(body.get("eventTime")) or plainly.moment(envelope),
            severity=severity,
            facts=_facts(body, record, (name, key), what, actor),
            links=plainly.links(("s3_event.open", _page(partition, region, name, key))),
            labels={"bucket": name},
            partition=partition,
            account=where.account,
            region=region,
        ),
    )


def _test(envelope: Envelope, body: fields.Json) -> Signal:
    """What S3 sends once, when somebody sets notifications up."""
    where, name = plainly.origin(envelope), fields.text(body, "Bucket")
    return Signal(
        kind="s3_event",
        sort="happening",
        subject=f"{where.partition}:{where.account}:{where.region}:arn:{where.partition}:s3:::{name}",
        title=Phrase("s3_event.test", {"bucket": Strong(name)}),
        at=instants.iso(body.get("Time")) or plainly.moment(envelope),
        severity="info",
        facts=plainly.facts(
            ("s3_event.event", fields.text(body, "Event")),
            ("s3_event.bucket", name),
            details=(("s3_event.request", fields.text(body, "RequestId")),),
        ),
        labels={"bucket": name},
        partition=where.partition,
        account=where.account,
        region=where.region,
    )


def _told(what: str, bucket: str, key: str) -> tuple[Phrase, Severity]:
    plain = what.lower().replace(" ", "")
    found = next(((title, grade) for words, title, grade in _CASES if words in plain), ("s3_event.other", "info"))
    shown: Value = Strong(cut(key, 200)[0]) if key else Phrase("s3_event.unnamed")
    return Phrase(found[0], {"bucket": bucket, "key": shown, "what": what}), found[1]


def _actor(body: fields.Json, record: fields.Json) -> str:
    """Who did it, without AWS's prefix: "AWS:AROAEXAMPLE:session"."""
    who = fields.text(fields.mapping(body, "userIdentity"), "principalId") or fields.text(record, "requester")
    return who.removeprefix("AWS:")


def _facts(body: fields.Json, record: fields.Json, where: tuple[str, str], what: str, actor: str) -> tuple[Fact, ...]:
    name, key = where
    bucket, thing = fields.mapping(record, "bucket"), fields.mapping(record, "object")
    restore = fields.mapping(fields.mapping(body, "glacierEventData"), "restoreEventData")
    until = fields.either(restore, "lifecycleRestorationExpiryTime") or record.get("restore-expiry-time")
    address = fields.text(fields.mapping(body, "requestParameters"), "sourceIPAddress")
    storage = ("destination-storage-class", "destination-access-tier", "source-storage-class")
    return plainly.facts(
        ("s3_event.event", what),
        ("s3_event.bucket", name),
        ("s3_event.key", cut(key, 600)[0]),
        ("s3_event.size", sizes.written(fields.number(thing, "size"))),
        ("words.actor", actor),
        ("words.source_ip", address or fields.text(record, "source-ip-address")),
        ("words.reason", fields.text(record, "reason", "deletion-type")),
        ("s3_event.storage", fields.text(record, *storage) or fields.text(restore, "lifecycleRestoreStorageClass")),
        ("s3_event.until", plainly.instant(instants.iso(until))),
        details=(
            ("s3_event.version", fields.text(thing, "versionId", "version-id")),
            ("s3_event.tag", fields.text(thing, "eTag", "etag")),
            ("s3_event.rule", fields.text(record, "configurationId")),
            ("s3_event.request", fields.text(fields.mapping(body, "responseElements"), "x-amz-request-id")
             or fields.text(record, "request-id")),
            ("s3_event.owner", fields.text(fields.mapping(bucket, "ownerIdentity"), "principalId")),
        ),
    )  # fmt: skip


def _page(partition: str, region: str, bucket: str, key: str) -> str:
    page = console.page(partition, region, f"s3/object/{quote(bucket, safe='')}")
    return page and f"{page}&prefix={quote(key, safe='')}"
