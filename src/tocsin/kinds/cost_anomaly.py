"""AWS Cost Anomaly Detection found spending that is not usual: as an SNS message or an EventBridge event.

Shapes: docs.aws.amazon.com/cost-management/latest/userguide/getting-started-ad.html and /cad-eventbridge.html
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import Fact, Link, Phrase, Severity, Signal, Strong, Value
from tocsin.reading import arns, console, fields, money, plainly

WORDS = {
    "en": {
        "title": "Unusual cost: {what}, {impact} more than expected",
        "untold": "Unusual cost: {what}",
        "something": "one of your services",
        "summary": "{actual} instead of the expected {expected} ({percent} % more)",
        "compared": "{actual} instead of the expected {expected}",
        "meaning": "Spending in this place does not fit its own past. It can be a planned launch, a forgotten "
        "resource, a mistake in code, or somebody else using your account.",
        "late": "Cost data is up to a day old: the amount grows until the cause is gone.",
        "look": "Open the anomaly: it names service, region, account and type of usage that grew.",
        "stop": "Nobody of yours did this? Treat the account as hacked: disable access keys, look at CloudTrail "
        "for that region, and write to AWS Support.",
        "teach": "If it was expected, say so in the console (not an issue), so that it is learned.",
        "impact": "Impact",
        "actual": "Spent",
        "expected": "Expected",
        "cause": "Cause {n}",
        "more": "{n} more causes",
        "causes": "Causes",
        "named": "{name} ({id})",
        "monitor": "Monitor",
        "monitor_type": "Monitor type",
        "started": "Began",
        "ended": "Last day seen",
        "max": "Largest daily impact",
        "score": "Anomaly score",
        "subscription": "Subscription",
        "id": "Anomaly ID",
        "open": "Open anomaly",
    },
    "ko": {
        "title": "비정상 비용: {what}, 예상보다 {impact} 초과",
        "untold": "비정상 비용: {what}",
        "something": "사용 중인 서비스",
        "summary": "예상 {expected}, 실제 {actual} ({percent} % 초과)",
        "compared": "예상 {expected}, 실제 {actual}",
        "meaning": "평소 패턴과 다른 비용이 발생했습니다. 예정된 출시, 잊고 있던 리소스, 코드 실수일 수도 있고 "
        "다른 사람이 계정을 쓰고 있는 것일 수도 있습니다.",
        "late": "비용 데이터는 최대 하루 늦습니다. 원인이 사라질 때까지 금액은 계속 늘어납니다.",
        "look": "이상 항목을 열어 어떤 서비스, 리전, 계정, 사용 유형이 늘었는지 확인하세요.",
        "stop": "팀에서 한 일이 아니라면 계정 침해로 보세요. 액세스 키를 비활성화하고 해당 리전의 CloudTrail을 "
        "확인한 뒤 AWS Support에 문의하세요.",
        "teach": "예상된 비용이라면 콘솔에서 문제가 아니라고 표시해 다음 탐지에 반영되게 하세요.",
        "impact": "초과 금액",
        "actual": "실제 비용",
        "expected": "예상 비용",
        "cause": "원인 {n}",
        "more": "원인 {n}개 더 있음",
        "causes": "원인",
        "named": "{name} ({id})",
        "monitor": "모니터",
        "monitor_type": "모니터 유형",
        "started": "시작",
        "ended": "마지막 관측일",
        "max": "하루 최대 초과 금액",
        "score": "이상 점수",
        "subscription": "구독",
        "id": "이상 ID",
        "open": "이상 항목 열기",
    },
}

_CAUSES = 4
_HOME = "#/anomaly-detection"


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition per anomaly; its updates have the same subject. Raises ValueError when it tells no amount."""
    detail = plainly.detail(envelope)
    anomaly, impact = fields.text(detail, "anomalyId"), fields.mapping(detail, "impact")
    if not anomaly and not impact:
        raise ValueError("a cost anomaly without id and impact")
    monitor = fields.text(detail, "monitorArn")
    arn, where = arns.parse(monitor), plainly.origin(envelope)
    partition = arn.partition if arn else where.partition
    account = fields.text(detail, "accountId") or (arn.account if arn else "") or where.account
    place = f"#/anomaly-detection/monitors/{arns.name(monitor)}/anomalies/{anomaly}" if monitor and anomaly else _HOME
    url = console.trusted(fields.text(detail, "anomalyDetailsLink")) or console.money(partition, place)
    return (
        Signal(
            kind="cost_anomaly",
            sort="condition",
            state="firing",
            subject=f"{partition}:{account}::anomaly/{anomaly or envelope.event_id}",
            title=_title(detail, impact),
            at=plainly.moment(envelope),
            severity=_severity(fields.number(impact, "totalImpact", "maxImpact")),
            summary=_summary(impact),
            facts=(*_causes(detail), *_facts(detail, impact, monitor)),
            meaning=(Phrase("cost_anomaly.meaning"), Phrase("cost_anomaly.late")),
            advice=(Phrase("cost_anomaly.look"), Phrase("cost_anomaly.stop"), Phrase("cost_anomaly.teach")),
            links=(Link(Phrase("cost_anomaly.open"), url),) if url else (),
            labels={"monitor": fields.text(detail, "monitorName")},
            partition=partition,
            account=account,
        ),
    )


def _severity(impact: float | None) -> Severity:
    """By money alone, in USD: what a month of it would cost decides how fast somebody should look."""
    if impact is None:
        return "high"
    return "critical" if impact >= 1000 else "high" if impact >= 100 else "medium"


def _title(detail: fields.Json, impact: fields.Json) -> Phrase:
    causes = (fields.text(cause, "service") for cause in fields.items(detail, "rootCauses"))
    told = fields.text(detail, "dimensionalValue") or next(filter(None, causes), "")
    what: Value = Strong(told) if told else Phrase("cost_anomaly.something")
    amount = _money(impact, "totalImpact", "maxImpact")
    if not amount:
        return Phrase("cost_anomaly.untold", {"what": what})
    return Phrase("cost_anomaly.title", {"what": what, "impact": Strong(amount)})


def _money(source: object, *names: str) -> str:
    amount = fields.number(source, *names)
    return "" if amount is None else money.written(amount)


def _summary(impact: fields.Json) -> Phrase | None:
    actual, expected = _money(impact, "totalActualSpend"), _money(impact, "totalExpectedSpend")
    percent = fields.number(impact, "totalImpactPercentage")
    if not actual or not expected:
        return None
    if percent is None:
        return Phrase("cost_anomaly.compared", {"actual": Strong(actual), "expected": expected})
    return Phrase("cost_anomaly.summary", {"actual": Strong(actual), "expected": expected, "percent": round(percent)})


def _causes(detail: fields.Json) -> tuple[Fact, ...]:
    causes = [cause for cause in fields.items(detail, "rootCauses") if isinstance(cause, dict)]
    found = [
        Fact(Phrase("cost_anomaly.cause", {"n": n}), parts)
        for n, cause in enumerate(causes[:_CAUSES], 1)
        if (parts := _cause(cause))
    ]
    if len(causes) > _CAUSES:
        more = Phrase("cost_anomaly.more", {"n": len(causes) - _CAUSES})
        found.append(Fact(Phrase("cost_anomaly.causes"), more))
    return tuple(found)


def _cause(cause: fields.Json) -> tuple[Value, ...]:
    """Service, region, usage type, account, and how much of the impact it explains."""
    account, name = fields.text(cause, "linkedAccount"), fields.text(cause, "linkedAccountName")
    known: list[Value] = [fields.text(cause, key) for key in ("service", "region", "usageType")]
    known.append(Phrase("cost_anomaly.named", {"name": name, "id": account}) if name and account else name or account)
    known.append(_money(fields.mapping(cause, "impact"), "contribution"))
    return tuple(part for part in known if part)


def _facts(detail: fields.Json, impact: fields.Json, monitor: str) -> tuple[Fact, ...]:
    # They are days, written as instants.
    started, ended = (fields.text(detail, name)[:10] for name in ("anomalyStartDate", "anomalyEndDate"))
    return plainly.facts(
        ("cost_anomaly.impact", _money(impact, "totalImpact", "maxImpact")),
        ("cost_anomaly.actual", _money(impact, "totalActualSpend")),
        ("cost_anomaly.expected", _money(impact, "totalExpectedSpend")),
        ("cost_anomaly.monitor", fields.text(detail, "monitorName") or arns.name(monitor)),
        ("cost_anomaly.started", started),
        details=(
            ("cost_anomaly.ended", ended),
            ("cost_anomaly.max", _money(impact, "maxImpact")),
            ("cost_anomaly.score", fields.number(fields.mapping(detail, "anomalyScore"), "currentScore", "maxScore")),
            ("cost_anomaly.monitor_type", fields.text(detail, "monitorType")),
            ("cost_anomaly.subscription", fields.text(detail, "subscriptionName")),
            ("cost_anomaly.id", fields.text(detail, "anomalyId")),
        ),
    )
