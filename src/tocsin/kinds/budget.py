"""AWS Budgets: an actual or forecast amount passed a threshold, or an action on a budget; plain text by SNS or e-mail.

What a budget is: docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tocsin.envelope import Envelope
from tocsin.model import Fact, Link, Phrase, Severity, Signal, Strong, Value
from tocsin.reading import arns, console, money, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "actual": "Budget {name}: {actual} used of {limit}",
        "actual_alone": "Budget {name}: {actual} used",
        "forecast": "Budget {name}: forecast {actual} of {limit}",
        "forecast_alone": "Budget {name}: forecast {actual}",
        "below": "Budget {name}: {type} is only {actual}",
        "passed": "Budget {name} has passed its alert threshold",
        "action": "Budget {name}: an action was triggered",
        "action_waits": "Budget {name}: an action waits for approval",
        "action_done": "Budget {name}: an action was executed",
        "action_failed": "Budget {name}: an action failed",
        "unnamed": "without a name",
        "use": "use",
        "share": "{share} % of the budget, alert at {threshold}",
        "alert": "alert at {threshold}",
        "spent_over": "The whole budget is used up. AWS does not stop anything by itself: costs go on.",
        "spent_part": "A part of the budget that you wanted to hear about is used up. Nothing is stopped.",
        "will": "If things go on as they do, the budget will not be enough for the period. Nothing is over yet.",
        "idle": "Reserved Instances or Savings Plans are paid for but used (or cover) less than you wanted.",
        "acts": "AWS acts on this budget: it can attach policies that deny calls, or stop EC2 and RDS instances.",
        "late": "Billing data is up to a day old: the real amount may be higher already.",
        "find": "Open the budget, then Cost Explorer by service and region: what grew since last period?",
        "stop": "Stop or delete what nobody needs; if nobody of yours started it, treat the account as hacked.",
        "raise": "If the cost is wanted, raise the budget, so that the next alert means something.",
        "commit": "See which reservation is idle and move work to it, or do not renew it.",
        "approve": "Open the budget and approve or reject the action.",
        "check": "Check that nothing needed was stopped or denied; the action can be reversed in the budget.",
        "amount": "Amount",
        "limit": "Budgeted",
        "threshold": "Alert threshold",
        "name": "Budget",
        "subject": "Subject",
        "type": "Budget type",
        "alert_type": "Alert type",
        "period": "Period",
        "day": "day",
        "month": "month",
        "quarter": "quarter",
        "year": "year",
        "date": "Date",
        "open": "Open budget",
    },
    "ko": {
        "actual": "예산 {name}: {limit} 중 {actual} 사용",
        "actual_alone": "예산 {name}: {actual} 사용",
        "forecast": "예산 {name}: {limit} 대비 {actual} 예상",
        "forecast_alone": "예산 {name}: {actual} 예상",
        "below": "예산 {name}: {type}이(가) {actual}에 그침",
        "passed": "예산 {name}: 알림 임계값을 넘음",
        "action": "예산 {name}: 예산 작업이 시작됨",
        "action_waits": "예산 {name}: 예산 작업이 승인을 기다림",
        "action_done": "예산 {name}: 예산 작업이 실행됨",
        "action_failed": "예산 {name}: 예산 작업 실패",
        "unnamed": "(이름 없음)",
        "use": "사용률",
        "share": "예산의 {share} %, 알림 임계값 {threshold}",
        "alert": "알림 임계값 {threshold}",
        "spent_over": "예산을 모두 썼습니다. AWS가 알아서 멈추지는 않으므로 비용은 계속 나갑니다.",
        "spent_part": "예산이 알림을 받기로 한 수준까지 소진되었습니다. 중지된 것은 없습니다.",
        "will": "지금 추세라면 이번 기간의 예산이 부족합니다. 아직 초과한 것은 아닙니다.",
        "idle": "예약 인스턴스나 Savings Plans 비용을 내고 있지만 사용률(또는 적용률)이 목표보다 낮습니다.",
        "acts": "AWS가 이 예산에 설정된 작업을 수행합니다. "
        "API 호출을 막는 정책을 붙이거나 EC2, RDS 인스턴스를 중지할 수 있습니다.",
        "late": "청구 데이터는 최대 하루 늦습니다. 실제 금액은 이미 더 클 수 있습니다.",
        "find": "예산을 열고 Cost Explorer에서 서비스와 리전별로 지난 기간보다 늘어난 것을 찾으세요.",
        "stop": "필요 없는 리소스는 중지하거나 삭제하세요. 팀에서 만든 것이 아니라면 계정 침해로 보고 대응하세요.",
        "raise": "예정된 비용이라면 예산을 올려 다음 알림이 의미를 갖게 하세요.",
        "commit": "놀고 있는 예약을 확인해 워크로드를 옮기거나 갱신하지 마세요.",
        "approve": "예산을 열어 작업을 승인하거나 거부하세요.",
        "check": "필요한 리소스가 중지되거나 차단되지 않았는지 확인하세요. 예산에서 작업을 되돌릴 수 있습니다.",
        "amount": "금액",
        "limit": "예산 금액",
        "threshold": "알림 임계값",
        "name": "예산",
        "subject": "제목",
        "type": "예산 유형",
        "alert_type": "알림 유형",
        "period": "기간",
        "day": "일",
        "month": "월",
        "quarter": "분기",
        "year": "연",
        "date": "날짜",
        "open": "예산 열기",
    },
}

_COSTS = ("budget.find", "budget.stop", "budget.raise")


class Case(NamedTuple):
    """What is said of one case: keys of WORDS."""

    title: str
    severity: Severity
    meaning: tuple[str, ...]
    advice: tuple[str, ...]


_PASSED = Case("budget.passed", "high", ("budget.spent_part", "budget.late"), _COSTS)
_PART = Case("budget.actual", "medium", ("budget.spent_part", "budget.late"), _COSTS)
_OVER = Case("budget.actual", "high", ("budget.spent_over", "budget.late"), _COSTS)
_FAR_OVER = _OVER._replace(severity="critical")
_WILL = Case("budget.forecast", "medium", ("budget.will",), _COSTS)
_IDLE = Case("budget.below", "low", ("budget.idle",), ("budget.commit",))
_ACTS = Case("budget.action", "high", ("budget.acts",), ("budget.check", "budget.find"))
_ACTIONS = (
    (r"\bfail", _ACTS._replace(title="budget.action_failed", advice=("budget.find", "budget.stop"))),
    (r"\bpending|\bapprov", _ACTS._replace(title="budget.action_waits", advice=("budget.approve", "budget.find"))),
    (r"\bsuccess|\bexecut|\bcomplet", _ACTS._replace(title="budget.action_done")),
)
_PERIODS = {
    "day": Phrase("budget.day"),
    "month": Phrase("budget.month"),
    "quarter": Phrase("budget.quarter"),
    "year": Phrase("budget.year"),
}
_WITHOUT_LIMIT = {"budget.actual": "budget.actual_alone", "budget.forecast": "budget.forecast_alone"}

# Every quantifier that could meet a run of spaces is bounded: a text may be long, and anybody may write it.
_LINE = re.compile(r"^[ \t]{0,8}([A-Za-z][A-Za-z /()]{2,39}?)[ \t]{0,8}:[ \t]{0,8}(\S.*)$", re.MULTILINE)
_ACCOUNT = re.compile(r"\bAWS Account:? *#?(\d{12})\b", re.IGNORECASE)
_DATE = re.compile(r"\A\s{0,8}AWS Budgets? (?:Action )?Notification[ \t]{1,4}(\S[^\n]{5,29})", re.IGNORECASE)
_PERIOD = re.compile(r"\bcurrent (month|quarter|year|day)\b|\bper (day)\b", re.IGNORECASE)
_SUBJECT = re.compile(r"\AAWS Budgets?: *(.*?)(?: (?:has|is|exceed|forecast)|\s{0,8}\Z)", re.IGNORECASE)
# AWS's own sentence, without where to find more.
_SENTENCE = re.compile(
    r"^You requested\b.*?(?=\s{0,8}You can find\b|\r?\n[ \t]{0,8}\r?\n|\Z)", re.MULTILINE | re.DOTALL
)
_ACTION = re.compile(r"\bbudgets? action|^[ \t]*action (?:type|status|id)\b", re.IGNORECASE | re.MULTILINE)
_KNOWN = ("budget name", "budgeted amount", "alert threshold", "budget type", "alert type")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening per threshold. Raises ValueError when the text names neither a budget nor an amount."""
    text = envelope.body if isinstance(envelope.body, str) else ""
    lines = {name.lower(): value.strip() for name, value in _LINE.findall(text)}
    subject = _SUBJECT.match(envelope.subject or "")
    name = lines.get("budget name") or (subject[1] if subject else "")
    if not name and not lines:
        raise ValueError("a budget's notification without a name or an amount")
    where = plainly.origin(envelope)
    account = (_ACCOUNT.search(text) or ["", where.account])[1]
    case = _case(lines, text)
    url = console.money(where.partition, "#/budgets")
    said = _SENTENCE.search(text)
    alert = f"{lines.get('alert type', '')}:{lines.get('alert threshold', '')}"
    return (
        Signal(
            kind="budget",
            sort="happening",
            subject=f"{where.partition}:{account}::budget/{name}",
            story=f"{where.partition}:{account}:{name}:{alert}",
            title=_title(case, lines, name),
            at=plainly.moment(envelope),
            severity=case.severity,
            summary=_summary(lines),
            quote=cut(" ".join((said[0] if said else "" if lines else text).split()), 600)[0],
            facts=(*_facts(lines, text), *plainly.facts(details=_named(name, envelope))),
            meaning=tuple(Phrase(key) for key in case.meaning),
            advice=tuple(Phrase(key) for key in case.advice),
            links=(Link(Phrase("budget.open"), url),) if url else (),
            labels={"budget": name},
            partition=where.partition,
            account=account,
        ),
    )


def _named(name: str, envelope: Envelope) -> tuple[tuple[str, Value | None], ...]:
    return ("budget.name", name), ("budget.subject", cut(envelope.subject or "", 200)[0])


def _amount(lines: dict[str, str]) -> str:
    """What was measured: "ACTUAL Amount", "FORECASTED Amount", "ACTUAL Utilization" …"""
    return next((lines[key] for key in lines if key.startswith(("actual ", "forecasted "))), "")


def _case(lines: dict[str, str], text: str) -> Case:
    if _ACTION.search(text):
        return next((case for words, case in _ACTIONS if re.search(words, text, re.IGNORECASE)), _ACTS)
    share = _share(lines)
    if not _amount(lines):
        return _PASSED
    if lines.get("alert threshold", "").startswith("<"):
        return _IDLE
    if _forecast(lines):
        return _WILL
    if share is None or share < 100:
        return _PART
    return _OVER if share < 200 else _FAR_OVER


def _title(case: Case, lines: dict[str, str], name: str) -> Phrase:
    shown: dict[str, Value] = {"name": Strong(name) if name else Phrase("budget.unnamed")}
    amount, limit = _amount(lines), lines.get("budgeted amount", "")
    if amount:
        shown |= {"actual": Strong(amount), "limit": limit, "type": lines.get("budget type") or Phrase("budget.use")}
    return Phrase(case.title if limit else _WITHOUT_LIMIT.get(case.title, case.title), shown)


def _forecast(lines: dict[str, str]) -> bool:
    return "forecast" in lines.get("alert type", "").lower() or any(key.startswith("forecasted ") for key in lines)


def _share(lines: dict[str, str]) -> float | None:
    """The amount in percent of the budget."""
    actual, limit = money.amount_in(_amount(lines)), money.amount_in(lines.get("budgeted amount", ""))
    return actual / limit * 100 if actual is not None and limit else None


def _summary(lines: dict[str, str]) -> Phrase | None:
    threshold, share = lines.get("alert threshold", ""), _share(lines)
    if not threshold:
        return None
    if share is None or "%" in _amount(lines):
        return Phrase("budget.alert", {"threshold": threshold})
    return Phrase("budget.share", {"share": round(share) if share < 1e6 else share, "threshold": threshold})


def _facts(lines: dict[str, str], text: str) -> tuple[Fact, ...]:
    period, date = _PERIOD.search(text), _DATE.search(text)
    others = ((key, value) for key, value in lines.items() if key not in _KNOWN and value != _amount(lines))
    return (
        *plainly.facts(
            ("budget.amount", _amount(lines)),
            ("budget.limit", lines.get("budgeted amount")),
            ("budget.threshold", lines.get("alert threshold")),
            ("budget.type", lines.get("budget type")),
            ("budget.alert_type", lines.get("alert type")),
            ("budget.period", period and _PERIODS[(period[1] or period[2]).lower()]),
            details=(("budget.date", date and date[1].strip()),),
        ),
        *(Fact(plainly.named(key.capitalize()), cut(arns.name(value), 200)[0]) for key, value in others),
    )
