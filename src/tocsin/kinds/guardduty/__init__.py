"""A GuardDuty finding: something in the account behaves like an attack. Updates of a finding are one incident.

Shape: docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html; by rules that pass on the detail
alone, and by programs that pass on the API's spelling (Id, Type), too.
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.kinds.guardduty import activity, resources, teaching
from tocsin.kinds.guardduty.words import WORDS as WORDS
from tocsin.model import At, Link, Phrase, Severity, Signal, Value
from tocsin.reading import arns, console, fields, instants, plainly, severities

# Graded Low by GuardDuty, but what an intruder does first.
_RAISED: dict[str, Severity] = {
    "Stealth:IAMUser/CloudTrailLoggingDisabled": "high",
    "Policy:IAMUser/RootCredentialUsage": "medium",
}
_GRADES = {"critical": 9, "high": 7, "medium": 4, "low": 1, "info": 0}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition. Raises ValueError when nothing says what was found."""
    finding = fields.camel(plainly.detail(envelope))
    service = fields.mapping(finding, "service")
    partition, account, region = plainly.origin(envelope)
    region = fields.text(finding, "region") or region
    account = fields.text(finding, "accountId") or account
    arn = arns.parse(fields.text(finding, "arn"))
    partition = arn.partition if arn else arns.partition_of(region)
    identity, kind = fields.text(finding, "id"), fields.text(finding, "type", "title")
    if not kind:
        raise ValueError("a GuardDuty finding without a type or a title")
    score = fields.number(finding, "severity")
    archived = fields.yes(service, "archived")
    url = console.page(partition, region, "guardduty/home", f"#/findings?search=id%3D{identity}")
    return (
        Signal(
            kind="guardduty",
            sort="condition",
            state="ok" if archived else "firing",
            subject=f"{partition}:{account}:{region}:{arn or identity or envelope.event_id}",
            title=Phrase(teaching.title(kind), {"what": resources.noun(finding, account), "type": kind}),
            at=instants.written(finding.get("updatedAt"))
            or instants.written(service.get("eventLastSeen"))
            or plainly.moment(envelope),
            severity=_severity(kind, score, fields.text(finding, "severity")),
            summary=Phrase("guardduty.archived" if archived else "guardduty.said", {"type": kind}),
            quote=fields.text(finding, "description") or fields.text(finding, "title"),
            facts=plainly.facts(
                ("words.severity", _grade(kind, score)),
                ("words.resource", resources.noun(finding, account)),
                *resources.facts(finding),
                *activity.facts(service),
                ("words.count", fields.whole(service, "count")),
                ("words.first_seen", _at(service.get("eventFirstSeen"))),
                ("words.last_seen", _at(service.get("eventLastSeen"))),
                ("guardduty.note", _note(service)),
                details=(("words.type", kind), ("guardduty.finding", identity), ("guardduty.title", _title(finding))),
            ),
            meaning=teaching.meaning(kind),
            advice=teaching.advice(kind, finding),
            links=(Link(Phrase("words.open_finding"), url),) if url and identity else (),
            labels={"type": kind, "purpose": kind.partition(":")[0], "resourcetype": resources.sort(finding)},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _severity(kind: str, score: float | None, word: str) -> Severity:
    found = severities.by_score(score, severities.by_word(word))
    raised = _RAISED.get(kind, found)
    return max(found, raised, key=_GRADES.__getitem__)


def _grade(kind: str, score: float | None) -> Value | None:
    """GuardDuty's own number, with its word, even where tocsin grades the finding higher."""
    if score is None:
        return None
    words: dict[Severity, str] = {
        "critical": "guardduty.critical", "high": "guardduty.high", "medium": "guardduty.medium",
        "low": "guardduty.low", "info": "guardduty.low",
    }  # fmt: skip
    return Phrase(words[severities.by_score(score)], {"score": score})


def _at(value: object) -> At | None:
    found = instants.written(value)
    return None if found is None else At(found)


def _note(service: fields.Json) -> Phrase | None:
    """Sample findings look like real ones; GuardDuty marks them."""
    return Phrase("guardduty.sample") if fields.yes(fields.mapping(service, "additionalInfo"), "sample") else None


def _title(finding: fields.Json) -> str:
    return fields.text(finding, "title")
