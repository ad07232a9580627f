"""IAM Access Analyzer: who outside can reach something, who inside can reach what is critical, which is not used.

Shapes: docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-eventbridge.html
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import At, Link, Phrase, Severity, Signal, State, Value
from tocsin.reading import arns, console, fields, instants, plainly

WORDS = {
    "en": {
        "public": "Open to everybody: {what}",
        "external": "Others can reach {what}",
        "internal": "{who} can reach {what}",
        "unused_role": "Role that nobody uses: {what}",
        "unused_key": "Access key that nobody uses: {what}",
        "unused_password": "Password that nobody uses: {what}",
        "unused_permission": "Permissions that nobody uses: {what}",
        "error": "Access could not be analyzed: {what}",
        "preview": "Access preview of {what}",
        "state": "{status}",
        "change": "{old} → {status}",
        "access": "{who} may {actions}",
        "principal": "Principal",
        "actions": "Actions",
        "condition": "Condition",
        "anybody": "anybody",
        "yes": "yes",
        "is_public": "Public",
        "error_code": "Error",
        "services": "Unused services",
        "unused_actions": "Unused actions",
        "analyzer": "Analyzer",
        "finding": "Finding",
        "public_means": "Anybody in the world can use it, without an account of yours.",
        "external_means": "Somebody outside your account or organization can use it.",
        "internal_means": "Somebody of yours can reach a resource that you have marked as critical.",
        "unused_means": "Access that nobody uses helps nobody but an intruder.",
        "error_means": "Whether somebody outside can reach it is not known.",
        "do_intended": "Ask the owner whether this is meant. If so, archive the finding.",
        "do_policy": "If not, take the principal out of the resource's policy.",
        "do_public": "If not, close it at once, and look at who has used it (CloudTrail, access logs).",
        "do_remove": "Remove the access; deactivate it first if you are not sure.",
        "do_allow": "Allow the analyzer to read the resource's policy.",
    },
    "ko": {
        "public": "누구에게나 공개됨: {what}",
        "external": "외부에서 접근 가능: {what}",
        "internal": "{who}의 {what} 접근 가능",
        "unused_role": "사용하지 않는 역할: {what}",
        "unused_key": "사용하지 않는 액세스 키: {what}",
        "unused_password": "사용하지 않는 비밀번호: {what}",
        "unused_permission": "사용하지 않는 권한: {what}",
        "error": "액세스 분석 실패: {what}",
        "preview": "액세스 미리 보기: {what}",
        "state": "{status}",
        "change": "{old} → {status}",
        "access": "{who} 허용 작업: {actions}",
        "principal": "주체",
        "actions": "작업",
        "condition": "조건",
        "anybody": "누구나",
        "yes": "예",
        "is_public": "퍼블릭",
        "error_code": "오류",
        "services": "미사용 서비스",
        "unused_actions": "미사용 작업",
        "analyzer": "분석기",
        "finding": "탐지 ID",
        "public_means": "우리 계정이 없어도 전 세계 누구나 사용할 수 있습니다.",
        "external_means": "계정이나 조직 밖의 누군가가 사용할 수 있습니다.",
        "internal_means": "내부의 누군가가 중요 리소스로 지정한 리소스에 접근할 수 있습니다.",
        "unused_means": "아무도 쓰지 않는 권한은 침입자에게만 도움이 됩니다.",
        "error_means": "외부에서 접근할 수 있는지 확인하지 못했습니다.",
        "do_intended": "담당자에게 의도한 것인지 확인하고, 의도한 것이면 결과를 보관 처리하세요.",
        "do_policy": "아니라면 리소스 정책에서 해당 주체를 제거하세요.",
        "do_public": "아니라면 즉시 공개를 막고 누가 사용했는지 확인하세요(CloudTrail, 액세스 로그).",
        "do_remove": "권한을 제거하세요. 확실하지 않으면 먼저 비활성화하세요.",
        "do_allow": "분석기가 리소스 정책을 읽을 수 있게 허용하세요.",
    },
}  # fmt: skip

_UNUSED = ("access_analyzer.unused_means", ("access_analyzer.do_remove",))
_SHARED = ("access_analyzer.external_means", ("access_analyzer.do_intended", "access_analyzer.do_policy"))
# What it is: title, severity, meaning, advice.
_SORTS: dict[str, tuple[str, Severity, str, tuple[str, ...]]] = {
    "public": (
        "access_analyzer.public", "high", "access_analyzer.public_means",
        ("access_analyzer.do_intended", "access_analyzer.do_public"),
    ),
    "ExternalAccess": ("access_analyzer.external", "medium", *_SHARED),
    "InternalAccess": (
        "access_analyzer.internal", "low", "access_analyzer.internal_means",
        ("access_analyzer.do_intended", "access_analyzer.do_policy"),
    ),
    "UnusedIAMRole": ("access_analyzer.unused_role", "low", *_UNUSED),
    "UnusedIAMUserAccessKey": ("access_analyzer.unused_key", "low", *_UNUSED),
    "UnusedIAMUserPassword": ("access_analyzer.unused_password", "low", *_UNUSED),
    "UnusedPermission": ("access_analyzer.unused_permission", "low", *_UNUSED),
    "error": ("access_analyzer.error", "low", "access_analyzer.error_means", ("access_analyzer.do_allow",)),
}  # fmt: skip


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """A condition for a finding, a happening for a preview. Raises ValueError when neither names a resource."""
    detail = plainly.detail(envelope)
    if fields.text(detail, "accessPreviewId"):
        return (_preview(envelope, detail),)
    resource = fields.text(detail, "resource")
    identity = fields.text(detail, "id", "findingId")
    if not (resource or identity):
        raise ValueError("a finding that names no resource")
    where = plainly.origin(envelope)
    arn = arns.parse(resource)
    partition, region = arn.partition if arn else where.partition, fields.text(detail, "region") or where.region
    account = fields.text(detail, "accountId") or where.account
    over = fields.text(detail, "status").upper() in ("RESOLVED", "ARCHIVED") or fields.yes(detail, "isDeleted")
    state: State = "ok" if over else "firing"
    title, severity, meaning, advice = _SORTS[_sort(detail)]
    who, what = _who(detail), arns.name(resource) or identity
    page = f"#/findings/details/{console.quoted(identity)}"
    url = console.page(partition, region, "access-analyzer/home", page)
    return (
        Signal(
            kind="access_analyzer",
            sort="condition",
            state=state,
            subject=f"{partition}:{account}:{region}:access-analyzer:{identity or resource}",
            title=Phrase(title, {"who": who, "what": what}),
            at=instants.written(detail.get("updatedAt"))
            or instants.written(detail.get("analyzedAt"))
            or plainly.moment(envelope),
            severity=severity,
            summary=_summary(detail, who),
            facts=plainly.facts(
                ("words.resource", what),
                ("words.type", fields.text(detail, "resourceType")),
                ("access_analyzer.principal", who),
                ("access_analyzer.actions", _actions(detail)),
                ("access_analyzer.condition", _condition(detail)),
                (
                    "access_analyzer.is_public",
                    Phrase("access_analyzer.yes") if fields.yes(detail, "isPublic") else None,
                ),
                ("access_analyzer.services", fields.whole(detail, "numberOfUnusedServices")),
                ("access_analyzer.unused_actions", fields.whole(detail, "numberOfUnusedActions")),
                ("access_analyzer.error_code", fields.text(detail, "error")),
                ("words.status", fields.text(detail, "status")),
                ("words.first_seen", _at(detail.get("createdAt"))),
                details=(
                    ("access_analyzer.analyzer", _analyzer(envelope)),
                    ("access_analyzer.finding", identity),
                ),
            ),
            meaning=(Phrase(meaning),),
            advice=tuple(Phrase(step) for step in advice),
            links=(Link(Phrase("words.open_finding"), url),) if url and identity else (),
            labels={"type": fields.text(detail, "findingType"), "resourcetype": fields.text(detail, "resourceType")},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _sort(detail: fields.Json) -> str:
    said = fields.text(detail, "findingType")
    if fields.text(detail, "error"):
        return "error"
    if fields.yes(detail, "isPublic"):
        return "public"
    return said if said in _SORTS else "ExternalAccess"


def _who(detail: fields.Json) -> Value:
    """The principal's values ("AWS": "999988887777"); one that is "*" is anybody."""
    values = fields.mapping(detail, "principal").values()
    named = [fields.clean(value) for value in values if isinstance(value, str) and value]
    shown = tuple(Phrase("access_analyzer.anybody") if one == "*" else arns.name(one) for one in named)
    return shown or (Phrase("access_analyzer.anybody") if fields.yes(detail, "isPublic") else ())


def _actions(detail: fields.Json) -> Value:
    listed = fields.texts(detail, "action")
    return listed if len(listed) <= 5 else Phrase("words.more", {"shown": listed[:5], "n": len(listed) - 5})


def _condition(detail: fields.Json) -> Value:
    found = fields.mapping(detail, "condition")
    return tuple(f"{fields.clean(name)} {text}" for name in found if (text := fields.text(found, name)))


def _summary(detail: fields.Json, who: Value) -> Phrase | None:
    """Who may do what while it lasts; else how its state changed."""
    actions, status = _actions(detail), fields.text(detail, "status")
    if status.upper() == "ACTIVE" and who and actions:
        return Phrase("access_analyzer.access", {"who": who, "actions": actions})
    old = fields.text(detail, "previousStatus")
    if old and status:
        return Phrase("access_analyzer.change", {"old": old, "status": status})
    return Phrase("access_analyzer.state", {"status": status}) if status not in ("", "ACTIVE") else None


def _at(value: object) -> At | None:
    found = instants.written(value)
    return None if found is None else At(found)


def _analyzer(envelope: Envelope) -> str:
    return next((arns.name(one) for one in fields.texts(envelope.body, "resources")), "")


def _preview(envelope: Envelope, detail: fields.Json) -> Signal:
    partition, account, region = plainly.origin(envelope)
    identity, status = fields.text(detail, "accessPreviewId"), fields.text(detail, "status")
    names = tuple(arns.name(one) for one in fields.texts(detail, "configuredResources"))
    why = fields.text(fields.mapping(detail, "statusReason"), "code")
    return Signal(
        kind="access_analyzer",
        sort="happening",
        subject=f"{partition}:{account}:{region}:access-preview:{identity}",
        story=f"{partition}:{account}:{region}:access-preview:{identity}",
        title=Phrase("access_analyzer.preview", {"what": names or identity}),
        at=plainly.moment(envelope),
        severity="low" if status.upper() == "FAILED" else "info",
        summary=_summary(detail, ()),
        facts=plainly.facts(
            ("words.resource", names),
            ("words.status", status),
            ("words.reason", why),
            ("access_analyzer.analyzer", _analyzer(envelope)),
            ("access_analyzer.finding", identity),
        ),
        partition=partition,
        account=account,
        region=region,
    )
