"""AWS Certificate Manager: a certificate nears its end, has ended, needs somebody for its renewal, or is renewed.

Shapes: docs.aws.amazon.com/acm/latest/userguide/supported-events.html
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Fact, Phrase, Severity, Signal, State, Strong, Value
from tocsin.reading import arns, console, fields, instants, plainly

WORDS = {
    "en": {
        "expiring": "Certificate {name} expires in {days} days",
        "expiring_soon": "Certificate {name} expires within a day",
        "expiring_sometime": "Certificate {name} is about to expire",
        "expired": "Certificate {name} has expired",
        "revoked": "Certificate {name} was revoked",
        "renewal": "Certificate {name} cannot be renewed without you",
        "available": "Certificate {name} is available",
        "renewed": "Certificate {name} was renewed",
        "other": "Certificate {name}: {what}",
        "unnamed": "without a name",
        "meaning": "When it ends, browsers and programs refuse to connect to what uses it.",
        "over": "Browsers and programs refuse to connect to what uses it, now.",
        "unused": "AWS says that nothing uses it.",
        "import": "ACM does not renew imported certificates: get a new one and import it over this one.",
        "validate": "Check the DNS record (or the e-mail) by which ACM validates the domain, and its CAA records.",
        "in_use": "ACM renews only certificates that are in use and can be validated: look at its status.",
        "days": "Days left",
        "expires": "Expires",
        "type": "Certificate type",
        "validation": "Validation",
        "used": "In use",
        "action": "Action",
        "domain": "Domain name",
        "arn": "Certificate ARN",
        "created": "Created",
        "exported": "Exported",
        "open": "Open certificate",
    },
    "ko": {
        "expiring": "인증서 {name} 만료 {days}일 전",
        "expiring_soon": "인증서 {name} 만료 하루 이내",
        "expiring_sometime": "인증서 {name} 만료 임박",
        "expired": "인증서 {name} 만료됨",
        "revoked": "인증서 {name} 폐기됨",
        "renewal": "인증서 {name} 갱신에 조치 필요",
        "available": "인증서 {name} 사용 가능",
        "renewed": "인증서 {name} 갱신됨",
        "other": "인증서 {name}: {what}",
        "unnamed": "(이름 없음)",
        "meaning": "만료되면 이 인증서를 쓰는 곳에 브라우저와 프로그램이 접속하지 못합니다.",
        "over": "지금 이 인증서를 쓰는 곳에 브라우저와 프로그램이 접속하지 못합니다.",
        "unused": "AWS에 따르면 이 인증서를 쓰는 곳은 없습니다.",
        "import": "ACM은 가져온 인증서를 갱신하지 않습니다. 새 인증서를 발급받아 이 인증서 위에 다시 가져오세요.",
        "validate": "ACM이 도메인을 검증하는 DNS 레코드(또는 이메일)와 CAA 레코드를 확인하세요.",
        "in_use": "ACM은 사용 중이고 검증 가능한 인증서만 갱신합니다. 인증서 상태를 확인하세요.",
        "days": "남은 일수",
        "expires": "만료",
        "type": "인증서 유형",
        "validation": "검증 방법",
        "used": "사용 중",
        "action": "작업",
        "domain": "도메인 이름",
        "arn": "인증서 ARN",
        "created": "생성",
        "exported": "내보냄",
        "open": "인증서 열기",
    },
}


class Case(NamedTuple):
    """What the end of a detail-type means."""

    ending: str
    title: str
    state: State | None
    severity: Severity


_CASES = (
    Case("Approaching Expiration", "acm.expiring", "firing", "medium"),
    Case("Expired", "acm.expired", "firing", "critical"),
    Case("Revoked", "acm.revoked", "firing", "critical"),
    Case("Renewal Action Required", "acm.renewal", "firing", "high"),
    Case("Available", "acm.available", "ok", "info"),
    Case("Rotated", "acm.renewed", "ok", "info"),
)
_OTHER = Case("", "acm.other", None, "info")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition per certificate: what nears its end is over when it is renewed. An unknown event is a happening."""
    detail = {name[:1].upper() + name[1:]: value for name, value in plainly.detail(envelope).items()}
    what = fields.text(envelope.body, "detail-type")
    partition, account, region = plainly.origin(envelope)
    arn = next((fields.clean(one) for one in fields.items(envelope.body, "resources") if isinstance(one, str)), "")
    name = fields.text(detail, "CommonName") or arns.name(arn)
    case = _case(what, detail)
    bad = case.state == "firing"
    unused = _flag(detail, "InUse") == "false"
    page = console.page(partition, region, "acm/home", f"#/certificates/{quote(arns.name(arn), safe='')}")
    return (
        Signal(
            kind="acm",
            sort="condition" if case.state else "happening",
            state=case.state,
            tell=case.state == "ok",
            subject=f"{partition}:{account}:{region}:{arn or name}",
            title=_title(case, name, what, detail),
            at=plainly.moment(envelope),
            severity="low" if bad and unused else case.severity,
            quote=fields.text(detail, "RenewalStatusReason", "Reason"),
            meaning=_meaning(case.title, unused) if bad else (),
            advice=_advice(detail) if bad else (),
            facts=_facts(detail, arn),
            links=plainly.links(("acm.open", page if arn else "")),
            labels={"certificate": name},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _case(what: str, detail: fields.Json) -> Case:
    case = next((case for case in _CASES if what.endswith(case.ending)), _OTHER)
    if case.title == "acm.expiring":
        return _near(case, fields.number(detail, "DaysToExpiry"))
    if case.title == "acm.available" and fields.text(detail, "Action").upper() == "RENEWAL":
        return case._replace(title="acm.renewed")
    return case


def _near(case: Case, days: float | None) -> Case:
    """How loud an end must be told: ACM itself begins 45 days before it, 30 for public ones."""
    if days is None:
        return case._replace(title="acm.expiring_sometime")
    if days < 2:
        return case._replace(title="acm.expiring_soon", severity="critical")
    return case._replace(severity="critical" if days <= 3 else "high" if days <= 14 else "medium")


def _title(case: Case, name: str, what: str, detail: fields.Json) -> Phrase:
    shown: dict[str, Value] = {"name": Strong(name) if name else Phrase("acm.unnamed"), "what": what}
    return Phrase(case.title, {**shown, "days": Strong(fields.text(detail, "DaysToExpiry"))})


def _facts(detail: fields.Json, arn: str) -> tuple[Fact, ...]:
    ends, made = (instants.iso(detail.get(name)) for name in ("CertificateExpirationDate", "CertificateCreatedDate"))
    return plainly.facts(
        ("acm.days", fields.number(detail, "DaysToExpiry")),
        ("acm.expires", plainly.instant(ends)),
        ("acm.type", fields.text(detail, "CertificateType")),
        ("acm.validation", fields.text(detail, "DomainValidationMethod")),
        ("acm.used", _flag(detail, "InUse")),
        ("acm.action", fields.text(detail, "Action")),
        details=(
            ("acm.created", plainly.instant(made)),
            ("acm.exported", _flag(detail, "Exported")),
            ("acm.domain", fields.text(detail, "CommonName")),
            ("acm.arn", arn),
        ),
    )


def _flag(detail: fields.Json, name: str) -> str:
    value = detail.get(name)
    return str(value).lower() if isinstance(value, bool) else fields.text(detail, name).lower()


def _meaning(title: str, unused: bool) -> tuple[Phrase, ...]:
    now = Phrase("acm.over" if title in ("acm.expired", "acm.revoked") else "acm.meaning")
    return (now, Phrase("acm.unused")) if unused else (now,)


def _advice(detail: fields.Json) -> tuple[Phrase, ...]:
    kind = fields.text(detail, "CertificateType").upper()
    if kind == "IMPORTED":
        return (Phrase("acm.import"),)
    return (Phrase("acm.validate"), Phrase("acm.in_use")) if kind else (Phrase("acm.validate"), Phrase("acm.import"))
