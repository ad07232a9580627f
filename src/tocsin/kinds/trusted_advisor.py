"""Trusted Advisor checked a resource or a quota: a condition of that check and that resource. Quota Monitor's, too.

Shape: docs.aws.amazon.com/awssupport/latest/user/cloudwatch-events-ta.html
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import At, Fact, Link, Phrase, Severity, Signal, State, Value
from tocsin.reading import arns, console, fields, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "red": "Trusted Advisor advises action: {check}",
        "yellow": "Trusted Advisor advises a look: {check}",
        "green": "Trusted Advisor is content: {check}",
        "quota": "Quota nearly used up: {what}",
        "quota_full": "Quota used up: {what}",
        "exposed": "Access key is public: {what}",
        "says": "Status {status}",
        "used": "{used} of {limit} used",
        "check": "Check",
        "means_quota": "When the quota is used up, new resources cannot be made, and scaling fails.",
        "do_quota": "Ask for more in Service Quotas, or remove what is not needed.",
        "means_exposed": "AWS found the key on the internet. Whoever finds it can use your account at your expense.",
        "do_key": "Deactivate the key now, make a new one, and delete the old one.",
        "do_look": "Look in CloudTrail and at the bill for what was done with it, in all regions.",
        "open": "Open Trusted Advisor",
    },
    "ko": {
        "red": "Trusted Advisor 조치 권고: {check}",
        "yellow": "Trusted Advisor 확인 권고: {check}",
        "green": "Trusted Advisor 정상: {check}",
        "quota": "할당량 부족: {what}",
        "quota_full": "할당량 소진: {what}",
        "exposed": "액세스 키 노출: {what}",
        "says": "상태 {status}",
        "used": "한도 {limit} 중 {used} 사용",
        "check": "점검 항목",
        "means_quota": "할당량을 다 쓰면 새 리소스를 만들 수 없고 확장이 실패합니다.",
        "do_quota": "Service Quotas에서 증설을 요청하거나 필요 없는 리소스를 삭제하세요.",
        "means_exposed": "AWS가 인터넷에서 이 키를 발견했습니다. 누구든 우리 비용으로 계정을 쓸 수 있습니다.",
        "do_key": "지금 키를 비활성화하고 새 키를 만든 뒤 기존 키를 삭제하세요.",
        "do_look": "이 키로 무엇을 했는지 모든 리전의 CloudTrail과 요금을 확인하세요.",
        "open": "Trusted Advisor 열기",
    },
}

_STATES: dict[str, tuple[State, Severity, str]] = {
    "ERROR": ("firing", "high", "trusted_advisor.red"),
    "WARN": ("firing", "medium", "trusted_advisor.yellow"),
    "OK": ("ok", "info", "trusted_advisor.green"),
}
_EXPOSED = "Exposed Access Keys"
_SHOWN, _KNOWN = 8, 20


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition. Raises ValueError when the event names no check, no status and nothing that was checked."""
    detail = plainly.detail(envelope)
    partition, account, region = plainly.origin(envelope)
    item = fields.mapping(detail, "check-item-detail")
    check, status = (
        fields.text(detail, "check-name") or fields.text(item, "Service"),
        fields.text(detail, "status").upper(),
    )
    thing = fields.text(detail, "resource_id")
    identity = (
        thing or fields.text(detail, "uuid") or ":".join(filter(None, (fields.text(item, "Region"), _quota(item))))
    )
    if not (check or status) or not (check or identity):
        raise ValueError("a check without a name and a status")
    state, severity, title = _STATES.get(status, ("firing", "low", "trusted_advisor.yellow"))
    quota, exposed = _quota(item), check == _EXPOSED and state == "firing"
    if quota and state == "firing":
        title = "trusted_advisor.quota_full" if status == "ERROR" else "trusted_advisor.quota"
    url = console.page(partition, region, "trustedadvisor/home", "#/dashboard")
    what = quota or fields.text(item, "Access Key ID", "User Name (IAM or Root)") or check
    return (
        Signal(
            kind="trusted_advisor",
            sort="condition",
            state=state,
            subject=f"{partition}:{account}:{region}:trusted-advisor:{check}:{identity}",
            title=Phrase("trusted_advisor.exposed" if exposed else title, {"check": check, "what": what}),
            at=plainly.moment(envelope),
            severity="critical" if exposed else severity,
            summary=_summary(item, status),
            facts=(
                *plainly.facts(
                    ("trusted_advisor.check", check),
                    ("words.status", status),
                    ("words.resource", arns.name(thing)),
                ),
                *_rows(item),
            ),
            meaning=_means(quota, exposed) if state == "firing" else (),
            advice=_advice(quota, exposed) if state == "firing" else (),
            links=(Link(Phrase("trusted_advisor.open"), url),) if url else (),
            labels={"check": check, "status": status},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _quota(item: fields.Json) -> str:
    """The service and the name of a limit, and where; "" for checks that are about something else."""
    name = fields.text(item, "Limit Name", "Limit Amount") if "Current Usage" in item else ""
    if fields.as_number(name) is not None:
        name = ""
    parts = (fields.text(item, "Service"), name, fields.text(item, "Region"))
    return " ".join(filter(None, parts)) if name or "Current Usage" in item else ""


def _summary(item: fields.Json, status: str) -> Phrase | None:
    used, limit = fields.number(item, "Current Usage"), fields.number(item, "Limit Amount")
    if used is not None and limit is not None:
        return Phrase("trusted_advisor.used", {"used": used, "limit": limit})
    return Phrase("trusted_advisor.says", {"status": status}) if status else None


def _rows(item: fields.Json) -> tuple[Fact, ...]:
    """The check's own columns, in AWS's own words."""
    said = [(fields.clean(str(name)), text) for name in item if (text := fields.text(item, name))][:_KNOWN]
    return tuple(
        Fact(plainly.named(cut(name, 60)[0]), _value(text), detail=place >= _SHOWN)
        for place, (name, text) in enumerate(said)
        if name.strip() and name != "Status"
    )


def _means(quota: str, exposed: bool) -> tuple[Phrase, ...]:
    if exposed:
        return (Phrase("trusted_advisor.means_exposed"),)
    return (Phrase("trusted_advisor.means_quota"),) if quota else ()


def _advice(quota: str, exposed: bool) -> tuple[Phrase, ...]:
    if exposed:
        return (Phrase("trusted_advisor.do_key"), Phrase("trusted_advisor.do_look"))
    return (Phrase("trusted_advisor.do_quota"),) if quota else ()


def _value(text: str) -> Value:
    """Some columns are instants in milliseconds."""
    return At(int(text)) if text.isdecimal() and len(text) == 13 else text
