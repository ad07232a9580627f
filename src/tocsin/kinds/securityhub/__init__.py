"""Security Hub's findings, of AWS's services and of others, in both formats, and what people send from it by hand.

Shapes: docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html and, for the second format,
…/securityhub-v2-cwe-event-formats.html. A finding is named by its own id: told by GuardDuty and by the hub, it is one.
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.kinds.securityhub import asff, insight, ocsf
from tocsin.kinds.securityhub.finding import Finding, Nature
from tocsin.kinds.securityhub.words import WORDS as WORDS
from tocsin.model import At, Link, Phrase, Signal, Value
from tocsin.reading import fields, plainly

_SHOWN = 5
_TEACHING: dict[Nature, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "threat": (("securityhub.threat",), ("securityhub.do_who", "securityhub.do_stop", "securityhub.do_trail")),
    "vulnerability": (("securityhub.vulnerability",), ("securityhub.do_patch", "securityhub.do_reach")),
    "setting": (("securityhub.setting",), ("securityhub.do_fix", "securityhub.do_accept")),
    "data": (("securityhub.data",), ("securityhub.do_data", "securityhub.do_close")),
    "exposure": (("securityhub.exposure",), ("securityhub.do_close", "securityhub.do_patch")),
    "other": ((), ("securityhub.do_look",)),
}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """A condition for each finding in the event; a happening for each that was sent by hand. Raises ValueError when
    there is none."""
    detail = plainly.detail(envelope)
    if "insightResults" in detail or "insightArn" in detail:
        return (insight.signal(envelope, detail),)
    listed = fields.items(detail, "findings", "Findings") or [detail]
    found = [_finding(one) for one in listed if isinstance(one, dict)]
    signals = tuple(_signal(envelope, detail, one, place) for place, one in enumerate(filter(None, found)))
    if not signals:
        raise ValueError("no finding that has an id")
    return signals


def _finding(one: fields.Json) -> Finding | None:
    found = asff.read(one) if asff.is_finding(one) else ocsf.read(one) if ocsf.is_finding(one) else None
    return found if found and found.id else None


def _signal(envelope: Envelope, detail: fields.Json, found: Finding, place: int) -> Signal:
    where = plainly.origin(envelope)
    partition, account, region = (
        found.partition or where.partition,
        found.account or where.account,
        found.region or where.region,
    )
    action = fields.text(detail, "actionName")
    meaning, advice = _TEACHING[found.nature] if found.state == "firing" else ((), ())
    links = (("words.open_finding", found.url), ("securityhub.how", found.fix_url))
    return Signal(
        kind="securityhub",
        sort="happening" if action else "condition",
        state=None if action else found.state,
        subject=f"{partition}:{account}:{region}:{found.id}",
        event_id=f"{envelope.event_id}#{place}" if place else envelope.event_id,
        title=_title(found),
        at=plainly.moment(envelope) if action else found.at or plainly.moment(envelope),
        severity=found.severity if found.state == "firing" else "info",
        summary=_summary(found, action),
        quote=found.about if found.about != found.title else "",
        facts=plainly.facts(
            ("words.account", _account(found, account)),
            ("words.severity", found.grade),
            ("words.resource", _resources(found)),
            ("securityhub.product", found.product),
            ("securityhub.control", found.control),
            ("words.status", _status(found)),
            *found.more,
            ("securityhub.fix", found.fix),
            ("words.first_seen", None if found.first is None else At(found.first)),
            ("words.last_seen", None if found.last is None else At(found.last)),
            details=(
                ("words.type", found.types[:_SHOWN]),
                ("securityhub.action", action),
                ("securityhub.finding", found.id),
            ),
        ),
        meaning=tuple(Phrase(key) for key in meaning),
        advice=tuple(Phrase(key) for key in advice),
        links=tuple(Link(Phrase(label), url) for label, url in links if url.startswith("https://")),
        labels={"product": found.product, "control": found.control, "compliance": found.compliance},
        partition=partition,
        account=account,
        region=region,
    )


def _title(found: Finding) -> Phrase:
    """A check's title says what should be; so the message says whether it is."""
    if not found.compliance or found.nature != "setting":
        return plainly.named(found.title)
    results = {"pass": "securityhub.passed", "passed": "securityhub.passed", "not_available": "securityhub.unknown"}
    return Phrase(results.get(found.compliance.lower(), "securityhub.failed"), {"title": found.title})


def _summary(found: Finding, action: str) -> Phrase | None:
    if action:
        return Phrase("securityhub.by_hand", {"action": action})
    what = found.control or found.product
    if not found.resources:
        return plainly.named(what) if what else None
    first = found.resources[0].name
    return Phrase("securityhub.about", {"what": what, "resource": first}) if what else plainly.named(first)


def _resources(found: Finding) -> Value:
    """Each with its sort, the first few of many."""
    named = tuple(f"{one.name} ({one.sort})" if one.sort else one.name for one in found.resources)
    if len(named) <= _SHOWN:
        return named
    return Phrase("words.more", {"shown": named[:_SHOWN], "n": len(named) - _SHOWN})


def _status(found: Finding) -> Value:
    return tuple(one for one in (found.compliance, found.workflow) if one)


def _account(found: Finding, account: str) -> Value | None:
    return f"{found.account_name} ({account})" if found.account_name else None
