"""AWS Free Tier: usage came near the end of what is free, or passed it; a plain text.

What it is: docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/tracking-free-tier-usage.html
"""

from __future__ import annotations

import re

from tocsin.envelope import Envelope
from tocsin.model import Fact, Link, Phrase, Signal, Strong, Value
from tocsin.reading import console, money, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "title": "Free Tier: more than {share} used up",
        "over": "Free Tier: the free usage of {product} is used up",
        "untold": "Free Tier: usage is near its limit",
        "summary": "{products}",
        "used": "{used} of {limit}",
        "meaning": "What goes beyond the Free Tier is billed at the normal price. Nothing is stopped.",
        "find": "Open the Free Tier page: it shows what is used and what the month will come to.",
        "stop": "Delete or stop what you do not need, also in regions that you rarely look at.",
        "guard": "A budget of a few dollars tells you of the first real cost.",
        "product": "{name}: {what}",
        "share": "Used",
        "month": "Month",
        "open": "Open Free Tier",
    },
    "ko": {
        "title": "프리 티어: {share} 넘게 사용",
        "over": "프리 티어: {product} 무료 사용량 소진",
        "untold": "프리 티어: 사용량이 한도에 가까움",
        "summary": "{products}",
        "used": "{limit} 중 {used}",
        "meaning": "프리 티어를 넘는 사용량은 정상 요금으로 청구됩니다. 중지되는 것은 없습니다.",
        "find": "프리 티어 페이지에서 현재 사용량과 월말 예상치를 확인하세요.",
        "stop": "필요 없는 리소스는 삭제하거나 중지하세요. 잘 보지 않는 리전도 확인하세요.",
        "guard": "몇 달러짜리 예산을 만들어 두면 첫 비용이 생길 때 알 수 있습니다.",
        "product": "{name}: {what}",
        "share": "사용률",
        "month": "월",
        "open": "프리 티어 열기",
    },
}

_ACCOUNT = re.compile(r"\bAWS account:?\s*(\d{12})\b", re.IGNORECASE)
_SHARE = re.compile(r"\b(\d{1,3} ?%) of the\b")
_MONTH = re.compile(r"\bfor the month of ([A-Z][a-z]+)")
# Product, used, limit and what is free, kept apart by tabs, bars or several spaces.
_GAP = r"(?: {0,8}[|\t] {0,8}| {2,8})"
_AMOUNT = r"([\d.,]{1,20} ?[^|\t\n]{1,30}?)"
_ROW = re.compile(
    rf"^[ |]{{0,8}}([A-Z]\w[\w -]{{1,40}}?){_GAP}{_AMOUNT}{_GAP}{_AMOUNT}(?:{_GAP}(.{{0,200}}?))?[ |\r]{{0,8}}$",
    re.MULTILINE,
)
_SHOWN = 8


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening for the whole list."""
    text = envelope.body if isinstance(envelope.body, str) else ""
    where = plainly.origin(envelope)
    account = (_ACCOUNT.search(text) or ["", where.account])[1]
    rows = _ROW.findall(text)
    over = [row for row in rows if _full(row[1], row[2])]
    month = (_MONTH.search(text) or ["", ""])[1]
    quote, note = ("", ()) if rows else plainly.quoted(text)
    url = console.money(where.partition, "#/freetier")
    return (
        Signal(
            kind="free_tier",
            sort="happening",
            subject=f"{where.partition}:{account}::free-tier",
            story=f"{where.partition}:{account}:{month}:{'+'.join(row[0] for row in over)}",
            title=_title(text, over),
            at=plainly.moment(envelope),
            severity="high" if over else "medium",
            summary=_summary(rows),
            quote=quote,
            facts=(*_facts(rows), *_more(text, month), *note),
            meaning=(Phrase("free_tier.meaning"),),
            advice=(Phrase("free_tier.find"), Phrase("free_tier.stop"), Phrase("free_tier.guard")),
            links=(Link(Phrase("free_tier.open"), url),) if url else (),
            partition=where.partition,
            account=account,
        ),
    )


def _full(used: str, limit: str) -> bool:
    amount, most = money.amount_in(used), money.amount_in(limit)
    return amount is not None and most is not None and amount >= most


def _title(text: str, over: list[tuple[str, ...]]) -> Phrase:
    share = _SHARE.search(text)
    if over:
        products: tuple[Value, ...] = tuple(Strong(name) for name in dict.fromkeys(row[0] for row in over))
        return Phrase("free_tier.over", {"product": products[:3]})
    return Phrase("free_tier.title", {"share": Strong(share[1])}) if share else Phrase("free_tier.untold")


def _used(row: tuple[str, ...]) -> Phrase:
    return Phrase("free_tier.used", {"used": Strong(row[1].strip()), "limit": row[2].strip()})


def _summary(rows: list[tuple[str, ...]]) -> Phrase | None:
    told: tuple[Value, ...] = tuple(
        Phrase("free_tier.product", {"name": row[0], "what": _used(row)}) for row in rows[:3]
    )
    return Phrase("free_tier.summary", {"products": told}) if told else None


def _facts(rows: list[tuple[str, ...]]) -> tuple[Fact, ...]:
    return tuple(Fact(plainly.named(row[0]), cut(row[3], 200)[0] or _used(row)) for row in rows[:_SHOWN])


def _more(text: str, month: str) -> tuple[Fact, ...]:
    share = _SHARE.search(text)
    return plainly.facts(("free_tier.share", share and share[1]), ("free_tier.month", month))
