"""A Macie finding: sensitive data in an S3 object, or a bucket whose protection became weaker. Macie Classic's, too.

Shape: docs.aws.amazon.com/macie/latest/user/findings-publish-event-schemas.html
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import At, Link, Phrase, Severity, Signal, State, Value
from tocsin.reading import arns, console, fields, instants, plainly, severities

WORDS = {
    "en": {
        "data": "Sensitive data in S3: {what}",
        "credentials": "Passwords or keys lie in S3: {what}",
        "public": "S3 bucket is public: {what}",
        "shared": "S3 bucket is shared with others: {what}",
        "replicated": "S3 bucket is copied to another account: {what}",
        "unencrypted": "S3 bucket is no longer encrypted: {what}",
        "unblocked": "S3 bucket may be made public again: {what}",
        "other": "Macie finding on {what}",
        "type": "Macie: {type}",
        "archived": "Archived in Macie: {type}",
        "found": "Found",
        "detected": "{what}: {n}",
        "bucket": "Bucket",
        "object": "Object",
        "access": "Bucket access",
        "encryption": "Encryption",
        "call": "Call",
        "remote": "Remote IP",
        "size": "Size in bytes",
        "job": "Job",
        "note": "Note",
        "sample": "sample finding, made for testing",
        "finding": "Finding",
        "data_means": "Macie read the object and found data that must not get into wrong hands.",
        "credentials_means": "Whoever can read the object can use these passwords or keys.",
        "public_means": "Anybody on the internet may read the bucket, or write to it.",
        "shared_means": "Accounts that are not yours can reach the bucket.",
        "unencrypted_means": "New objects are stored without the encryption that was set before.",
        "unblocked_means": (
            "The block on public access is off. The bucket need not be public yet, but nothing prevents it."
        ),
        "other_means": "Macie has seen something around your data that is not as it should be.",
        "do_needed": "Find out whether the data must lie there; if not, delete or move it.",
        "do_readers": "Look at who may read the bucket, and take away what is not needed.",
        "do_replace": "Replace the passwords and keys at once, then delete the object.",
        "do_block": "Switch on Block Public Access, unless the bucket serves a public site on purpose.",
        "do_who": "Ask whoever made the change whether it was meant; CloudTrail names them.",
        "do_back": "Set it back.",
    },
    "ko": {
        "data": "S3에 민감한 데이터: {what}",
        "credentials": "S3에 비밀번호 또는 키 노출: {what}",
        "public": "S3 버킷 공개됨: {what}",
        "shared": "S3 버킷이 외부와 공유됨: {what}",
        "replicated": "S3 버킷이 다른 계정으로 복제됨: {what}",
        "unencrypted": "S3 버킷 암호화 해제됨: {what}",
        "unblocked": "S3 버킷 퍼블릭 액세스 차단 해제됨: {what}",
        "other": "Macie 탐지: {what}",
        "type": "Macie: {type}",
        "archived": "Macie에서 보관 처리됨: {type}",
        "found": "발견 내용",
        "detected": "{what}: {n}건",
        "bucket": "버킷",
        "object": "객체",
        "access": "버킷 액세스",
        "encryption": "암호화",
        "call": "호출",
        "remote": "원격 IP",
        "size": "크기(바이트)",
        "job": "작업",
        "note": "참고",
        "sample": "테스트용 샘플 결과",
        "finding": "탐지 ID",
        "data_means": "Macie가 객체를 읽어 유출되면 안 되는 데이터를 찾았습니다.",
        "credentials_means": "객체를 읽을 수 있는 사람은 누구나 이 비밀번호나 키를 쓸 수 있습니다.",
        "public_means": "인터넷의 누구나 버킷을 읽거나 버킷에 쓸 수 있습니다.",
        "shared_means": "우리 것이 아닌 계정이 버킷에 접근할 수 있습니다.",
        "unencrypted_means": "새 객체가 이전에 설정한 암호화 없이 저장됩니다.",
        "unblocked_means": "퍼블릭 액세스 차단이 꺼져 있습니다. 아직 공개되지 않았더라도 막아 주는 장치가 없습니다.",
        "other_means": "Macie가 데이터와 관련된 이상 징후를 발견했습니다.",
        "do_needed": "데이터가 그곳에 있어야 하는지 확인하고, 아니라면 삭제하거나 옮기세요.",
        "do_readers": "누가 버킷을 읽을 수 있는지 확인하고 불필요한 권한을 회수하세요.",
        "do_replace": "비밀번호와 키를 즉시 교체한 뒤 객체를 삭제하세요.",
        "do_block": "의도한 공개 사이트가 아니라면 퍼블릭 액세스 차단을 켜세요.",
        "do_who": "변경한 사람에게 의도한 것인지 확인하세요. CloudTrail에 기록되어 있습니다.",
        "do_back": "설정을 되돌리세요.",
    },
}

# Beginning of a type: title, meaning, advice. The first that fits counts.
_DATA = ("macie.data", "macie.data_means", ("macie.do_needed", "macie.do_readers"))
_SHARED = ("macie.shared_means", ("macie.do_who", "macie.do_readers"))
_TYPES = (
    ("SensitiveData:S3Object/Credentials", "macie.credentials", "macie.credentials_means",
     ("macie.do_replace", "macie.do_readers")),
    ("SensitiveData:", *_DATA),
    ("Policy:IAMUser/S3BucketPublic", "macie.public", "macie.public_means", ("macie.do_block", "macie.do_who")),
    ("Policy:IAMUser/S3BucketShared", "macie.shared", *_SHARED),
    ("Policy:IAMUser/S3BucketReplicated", "macie.replicated", *_SHARED),
    ("Policy:IAMUser/S3BucketEncryption", "macie.unencrypted", "macie.unencrypted_means",
     ("macie.do_who", "macie.do_back")),
    ("Policy:IAMUser/S3BlockPublicAccess", "macie.unblocked", "macie.unblocked_means",
     ("macie.do_block", "macie.do_who")),
    ("", "macie.other", "macie.other_means", ("macie.do_who", "macie.do_readers")),
)  # fmt: skip
_SHOWN = 6


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition. Raises ValueError when nothing says what was found."""
    detail = plainly.detail(envelope)
    where = plainly.origin(envelope)
    kind = fields.text(detail, "type") or fields.text(detail, "name", "title")
    if not kind:
        raise ValueError("a Macie finding without a type or a name")
    named = fields.text(detail, "id", "alert-arn") or next(iter(fields.texts(envelope.body, "resources")), "")
    identity = named or envelope.event_id
    region = fields.text(detail, "region") or where.region
    account = fields.text(detail, "accountId") or where.account
    partition = fields.text(detail, "partition") or where.partition
    affected = fields.mapping(detail, "resourcesAffected")
    bucket, thing = fields.mapping(affected, "s3Bucket"), fields.mapping(affected, "s3Object")
    state: State = "ok" if fields.yes(detail, "archived") else "firing"
    _, title, meaning, advice = next(one for one in _TYPES if kind.startswith(one[0]))
    place = f"#findings?search=id%3D{console.quoted(identity)}&macros=current"
    url = console.page(partition, region, "macie/home", place)
    return (
        Signal(
            kind="macie",
            sort="condition",
            state=state,
            subject=f"{partition}:{account}:{region}:macie:{identity}",
            title=Phrase(title, {"what": _name(bucket, thing) or kind}),
            at=instants.written(detail.get("updatedAt"))
            or instants.written(detail.get("created-at"))
            or plainly.moment(envelope),
            severity=_severity(detail),
            summary=Phrase("macie.archived" if state == "ok" else "macie.type", {"type": kind}),
            quote=fields.text(detail, "description", "title")
            or fields.text(fields.mapping(detail, "summary"), "Description"),
            facts=plainly.facts(
                ("words.severity", _grade(detail)),
                ("macie.found", _found(detail)),
                ("macie.bucket", fields.text(bucket, "name")),
                ("macie.object", fields.text(thing, "key", "path")),
                ("macie.access", fields.text(fields.mapping(bucket, "publicAccess"), "effectivePermission")),
                ("macie.encryption", _encryption(bucket)),
                *_actor(fields.mapping(detail, "policyDetails")),
                ("words.actor", fields.text(detail, "actor")),
                ("words.count", fields.whole(detail, "count")),
                ("words.first_seen", _at(detail.get("createdAt"))),
                ("macie.note", Phrase("macie.sample") if fields.yes(detail, "sample") else None),
                details=(
                    ("words.type", kind),
                    ("macie.size", fields.whole(thing, "size")),
                    ("macie.job", fields.text(fields.mapping(detail, "classificationDetails"), "jobId")),
                    ("macie.finding", identity),
                ),
            ),
            meaning=(Phrase(meaning),),
            advice=tuple(Phrase(step) for step in advice),
            links=(Link(Phrase("words.open_finding"), url),) if url else (),
            labels={"type": kind, "bucket": fields.text(bucket, "name")},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _name(bucket: fields.Json, thing: fields.Json) -> str:
    return "/".join(filter(None, (fields.text(bucket, "name"), fields.text(thing, "key"))))


def _severity(detail: fields.Json) -> Severity:
    """Macie's word; Macie Classic graded from 1 to 10, once from 1 to 100."""
    risk = fields.number(detail, "risk-score")
    return severities.by_word(_grade(detail), severities.by_score(risk / 10 if risk and risk > 10 else risk))


def _grade(detail: fields.Json) -> str:
    return fields.text(fields.mapping(detail, "severity"), "description") or fields.text(
        detail, "severity", "risk-score"
    )


def _at(value: object) -> At | None:
    found = instants.written(value)
    return None if found is None else At(found)


def _found(detail: fields.Json) -> Value:
    """What sort of data, and how often: "AWS_CREDENTIALS: 2", own identifiers by their name."""
    result = fields.mapping(fields.mapping(detail, "classificationDetails"), "result")
    groups = [*fields.items(result, "sensitiveData"), fields.mapping(result, "customDataIdentifiers")]
    found: list[Value] = []
    for group in groups:
        for one in fields.items(group, "detections"):
            if what := fields.text(one, "type", "name"):
                found.append(Phrase("macie.detected", {"what": what, "n": fields.whole(one, "count") or 1}))
    if len(found) <= _SHOWN:
        return tuple(found)
    return Phrase("words.more", {"shown": tuple(found[:_SHOWN]), "n": len(found) - _SHOWN})


def _encryption(bucket: fields.Json) -> str:
    return fields.text(fields.mapping(bucket, "defaultServerSideEncryption"), "encryptionType")


def _actor(policy: fields.Json) -> tuple[tuple[str, Value | None], ...]:
    """Who changed the bucket, by which call, from where."""
    actor, action = fields.mapping(policy, "actor"), fields.mapping(fields.mapping(policy, "action"), "apiCallDetails")
    user = fields.mapping(actor, "userIdentity")
    known = fields.mapping(user, "iamUser", "assumedRole", "federatedUser", "root", "awsAccount", "awsService")
    return (
        ("words.actor", fields.text(known, "userName") or arns.name(fields.text(known, "arn", "accountId"))),
        ("macie.call", fields.text(action, "api")),
        ("macie.remote", fields.text(fields.mapping(actor, "ipAddressDetails"), "ipAddressV4")),
    )
