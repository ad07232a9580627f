"""ECR: an image was pushed, deleted or scanned (EventBridge).

Shape: docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
"""

from __future__ import annotations

from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Severity, Signal, Value
from tocsin.reading import console, fields, plainly, severities
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "scanned": "Scan of image {name}: {counts}",
        "clean": "Scan of image {name}: nothing found",
        "scan_failed": "Scan of image {name} failed",
        "push": "Image {name} was pushed",
        "delete": "Image {name} was deleted",
        "other": "Image {name}: {what}",
        "count": "{n} {severity}",
        "repository": "Repository",
        "tags": "Tags",
        "digest": "Digest",
        "findings": "Findings",
        "result": "Result",
        "action": "Action",
        "open": "Open repository",
        "means": "The image holds packages with known weaknesses.",
        "advice": "Rebuild it on a newer base image, and replace what runs from this one.",
    },
    "ko": {
        "scanned": "{name} 이미지 스캔: {counts}",
        "clean": "{name} 이미지 스캔: 발견된 취약점 없음",
        "scan_failed": "{name} 이미지 스캔 실패",
        "push": "{name} 이미지 푸시됨",
        "delete": "{name} 이미지 삭제됨",
        "other": "{name} 이미지: {what}",
        "count": "{severity} {n}건",
        "repository": "리포지토리",
        "tags": "태그",
        "digest": "다이제스트",
        "findings": "발견된 취약점",
        "result": "결과",
        "action": "작업",
        "open": "리포지토리 열기",
        "means": "이미지에 알려진 취약점이 있는 패키지가 들어 있습니다.",
        "advice": "최신 베이스 이미지로 다시 빌드하고, 이 이미지로 실행 중인 것을 교체하세요.",
    },
}

_GRADES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED")
_ACTIONS = {"PUSH": "ecr.push", "DELETE": "ecr.delete"}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening per event; nothing when it names no repository."""
    detail, what = plainly.detail(envelope), fields.text(envelope.body, "detail-type")
    partition, account, region = plainly.origin(envelope)
    repository, digest = fields.text(detail, "repository-name"), fields.text(detail, "image-digest")
    if not repository:
        return ()
    listed = [fields.clean(one) for one in fields.items(detail, "image-tags") if isinstance(one, str)]
    tags = tuple(listed[:5]) or tuple(filter(None, (fields.text(detail, "image-tag"),)))
    name = f"{repository}:{tags[0]}" if tags else repository
    counts = _counts(detail)
    key, severity = _meaning(detail, what, counts)
    identity = ":".join((partition, account, region, "ecr", repository))
    found = key == "ecr.scanned"
    page = f"ecr/repositories/private/{account}/{quote(repository, safe='/')}"
    return (
        Signal(
            kind="ecr",
            sort="happening",
            subject=f"{identity}:{digest}",
            title=Phrase(key, {"name": name, "counts": _said(counts), "what": what}),
            at=plainly.moment(envelope),
            story=f"{identity}:{digest or name}:{key}",
            severity=severity,
            quote=cut(fields.text(detail, "scan-failure-reason", "failure-reason"), 500)[0],
            facts=plainly.facts(
                ("ecr.repository", repository),
                ("ecr.tags", tags),
                ("ecr.findings", _said(counts)),
                ("words.status", fields.text(detail, "scan-status")),
                ("ecr.action", fields.text(detail, "action-type")),
                ("ecr.result", fields.text(detail, "result")),
                details=(("ecr.digest", digest),),
            ),
            meaning=(Phrase("ecr.means"),) if found and severity in ("critical", "high") else (),
            advice=(Phrase("ecr.advice"),) if found and severity in ("critical", "high") else (),
            links=plainly.links(("ecr.open", console.page(partition, region, page) if account else "")),
            labels={"repository": repository},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _counts(detail: fields.Json) -> dict[str, int]:
    known = fields.mapping(detail, "finding-severity-counts")
    found = {grade: fields.whole(known, grade, grade.title(), grade.lower()) for grade in _GRADES}
    return {grade: n for grade, n in found.items() if n}


def _said(counts: dict[str, int]) -> tuple[Value, ...]:
    return tuple(Phrase("ecr.count", {"n": n, "severity": grade}) for grade, n in counts.items())


def _meaning(detail: fields.Json, what: str, counts: dict[str, int]) -> tuple[str, Severity]:
    """What was found is as grave as the gravest of it."""
    status = fields.text(detail, "scan-status")
    if counts:
        return "ecr.scanned", severities.by_word(next(iter(counts)), "low")
    if "FAIL" in status or status == "UNSUPPORTED_IMAGE":
        return "ecr.scan_failed", "medium"
    if status and "Scan" in what:
        return ("ecr.clean", "info") if status == "COMPLETE" else ("ecr.other", "info")
    return _ACTIONS.get(fields.text(detail, "action-type"), "ecr.other"), "info"
