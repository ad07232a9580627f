"""Inspector's scans: a first scan is done, a resource is (no longer) scanned, members could not be enabled.

Shapes: docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import Link, Phrase, Severity, Signal, State, Value
from tocsin.reading import arns, console, fields, instants, plainly

WORDS = {
    "en": {
        "done": "Inspector has scanned {name}: {n} findings",
        "clean": "Inspector has scanned {name}: nothing found",
        "scanned": "Inspector scans {name}",
        "unscanned": "Inspector does not scan {name}",
        "enable": "Inspector could not be switched on for all members",
        "status": "Scan status {status}",
        "count": "{word} {n}",
        "found": "Findings",
        "tags": "Image tags",
        "digest": "Image",
        "scan_type": "Scan type",
        "means": "Holes in its software are not found until it is scanned again.",
        "do_agent": (
            "Look at the reason: often the SSM agent is missing, the platform is not supported, or the image is too "
            "old."
        ),
        "do_enable": "Look at the reason, and at the limits of Inspector in the administrator's account.",
        "open": "Open Inspector",
    },
    "ko": {
        "done": "Inspector가 {name} 검사 완료: {n}건 발견",
        "clean": "Inspector가 {name} 검사 완료: 발견 없음",
        "scanned": "Inspector 검사 재개: {name}",
        "unscanned": "Inspector 검사 중단: {name}",
        "enable": "일부 멤버 계정에서 Inspector를 켜지 못함",
        "status": "검사 상태 {status}",
        "count": "{word} {n}",
        "found": "탐지 건수",
        "tags": "이미지 태그",
        "digest": "이미지",
        "scan_type": "검사 유형",
        "means": "다시 검사될 때까지 소프트웨어 취약점을 찾지 못합니다.",
        "do_agent": (
            "사유를 확인하세요. SSM 에이전트가 없거나, 지원하지 않는 플랫폼이거나, 이미지가 너무 오래된 경우가 "
            "많습니다."
        ),
        "do_enable": "사유와 관리자 계정의 Inspector 한도를 확인하세요.",
        "open": "Inspector 열기",
    },
}

_WORDS = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "UNTRIAGED")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """A happening for a scan, a condition for coverage and for enabling members."""
    detail = plainly.detail(envelope)
    if "finding-severity-counts" in detail or "scan-status" in detail:
        return (_scan(envelope, detail),)
    if "AutoEnableStatus" in detail or "autoEnableStatus" in detail:
        return (_enabling(envelope, detail),)
    if fields.mapping(detail, "scanStatus"):
        return (_coverage(envelope, detail),)
    raise ValueError("neither a scan nor a change of coverage")


def _named(envelope: Envelope, detail: fields.Json) -> str:
    listed = fields.texts(envelope.body, "resources")
    return arns.name(
        fields.text(detail, "instance-id", "repository-name")
        or (listed[0] if listed else plainly.origin(envelope).account)
    )


def _scan(envelope: Envelope, detail: fields.Json) -> Signal:
    partition, account, region = plainly.origin(envelope)
    name, counts = _named(envelope, detail), fields.mapping(detail, "finding-severity-counts")
    found = [(word, n) for word in _WORDS if (n := fields.whole(counts, word))]
    total = fields.whole(counts, "TOTAL") or sum(n for _, n in found)
    status, tags = fields.text(detail, "scan-status"), fields.texts(detail, "image-tags")
    return Signal(
        kind="inspector2_scan",
        sort="happening",
        subject=f"{partition}:{account}:{region}:inspector-scan:{name}",
        story=f"{partition}:{account}:{region}:scan:{name}:{fields.text(detail, 'image-digest')}",
        title=Phrase("inspector2_scan.done" if total else "inspector2_scan.clean", {"name": name, "n": total}),
        at=plainly.moment(envelope),
        severity=_severity([word for word, _ in found]),
        summary=Phrase("inspector2_scan.status", {"status": status}) if status else None,
        facts=plainly.facts(
            ("words.resource", name),
            ("inspector2_scan.found", _counted(found)),
            ("inspector2_scan.tags", tags),
            ("words.status", status),
            details=(("inspector2_scan.digest", fields.text(detail, "image-digest")),),
        ),
        links=_links(partition, region),
        partition=partition,
        account=account,
        region=region,
    )


def _coverage(envelope: Envelope, detail: fields.Json) -> Signal:
    partition, account, region = plainly.origin(envelope)
    name, now = _named(envelope, detail), fields.mapping(detail, "scanStatus")
    status = fields.text(now, "statusCodeValue", "statusCode")
    state: State = "ok" if status.upper() == "ACTIVE" else "firing"
    sort = fields.text(detail, "scanType")
    return Signal(
        kind="inspector2_scan",
        sort="condition",
        state=state,
        subject=f"{partition}:{account}:{region}:inspector-coverage:{sort}:{name}",
        title=Phrase("inspector2_scan.scanned" if state == "ok" else "inspector2_scan.unscanned", {"name": name}),
        at=instants.written(detail.get("eventTimestamp")) or plainly.moment(envelope),
        severity="low" if state == "firing" else "info",
        summary=Phrase("inspector2_scan.status", {"status": status}) if status else None,
        facts=plainly.facts(
            ("words.resource", name),
            ("words.status", status),
            ("words.reason", fields.text(now, "reason")),
            ("inspector2_scan.scan_type", sort),
        ),
        meaning=(Phrase("inspector2_scan.means"),) if state == "firing" else (),
        advice=(Phrase("inspector2_scan.do_agent"),) if state == "firing" else (),
        links=_links(partition, region),
        partition=partition,
        account=account,
        region=region,
    )


def _enabling(envelope: Envelope, detail: fields.Json) -> Signal:
    partition, account, region = plainly.origin(envelope)
    status = fields.text(detail, "AutoEnableStatus", "autoEnableStatus")
    why: Value = fields.text(detail, "Reason", "reason")
    return Signal(
        kind="inspector2_scan",
        sort="happening",
        subject=f"{partition}:{account}:{region}:inspector-enable",
        story=f"{partition}:{account}:{region}:enable:{why}",
        title=Phrase("inspector2_scan.enable"),
        at=plainly.moment(envelope),
        severity="medium",
        summary=Phrase("inspector2_scan.status", {"status": status}) if status else None,
        facts=plainly.facts(("words.status", status), ("words.reason", why)),
        advice=(Phrase("inspector2_scan.do_enable"),),
        links=_links(partition, region),
        partition=partition,
        account=account,
        region=region,
    )


def _counted(found: list[tuple[str, int]]) -> Value:
    return tuple(Phrase("inspector2_scan.count", {"word": word, "n": n}) for word, n in found) or 0


def _severity(words: list[str]) -> Severity:
    return "high" if "CRITICAL" in words else "medium" if "HIGH" in words else "low" if words else "info"


def _links(partition: str, region: str) -> tuple[Link, ...]:
    url = console.page(partition, region, "inspector/v2/home", "#/dashboard")
    return (Link(Phrase("inspector2_scan.open"), url),) if url else ()
