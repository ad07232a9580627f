"""Redshift: what happened to a cluster or snapshot, and how a Data API statement ended (SNS and EventBridge).

Shapes: docs.aws.amazon.com/redshift/latest/mgmt/working-with-event-notifications.html and
/data-api-monitoring-events.html
"""

from __future__ import annotations

import re

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Severity, Signal
from tocsin.reading import arns, console, fields, instants, outcomes, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "event": "Redshift: {message}",
        "statement": "Redshift statement {name}: {status}",
        "source": "Source",
        "category": "Category",
        "id": "Event ID",
        "level": "Said as",
        "statement_id": "Statement",
        "rows": "Rows",
        "open": "Open in Redshift",
    },
    "ko": {
        "event": "Redshift: {message}",
        "statement": "Redshift 문 {name}: {status}",
        "source": "대상",
        "category": "범주",
        "id": "이벤트 ID",
        "level": "등급",
        "statement_id": "문 ID",
        "rows": "행 수",
        "open": "Redshift에서 열기",
    },
}

_ID = re.compile(r"REDSHIFT-(?:SERVERLESS-)?EVENT-\d{4}")
_BAD = re.compile(r"(?i)\b(fail|error|unable|not available|unavailable|incompatible|exceed)")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening per event; nothing when it says nothing."""
    detail = plainly.detail(envelope)
    if fields.text(detail, "statementId"):
        return (_statement(envelope, detail),)
    message = fields.text(detail, "Event Message", "Message", "message")
    if not message:
        return ()
    partition, account, region = plainly.origin(envelope)
    listed = [one for one in fields.items(envelope.body, "resources") if isinstance(one, str)]
    name = fields.text(detail, "Resource", "Source ID", "SourceIdentifier", "resourceName")
    name = name or (arns.name(fields.clean(listed[0])) if listed else "")
    sort = fields.text(detail, "Event Source", "SourceType", "sourceType")
    level = fields.text(detail, "Severity", "severity").upper()
    kept = fields.items(detail, "Category", "Event Categories", "EventCategories", "categories")
    categories = tuple(fields.clean(one) for one in kept if isinstance(one, str))
    found = _ID.search(" ".join((fields.text(detail, "About this Event"), fields.text(detail, "Event ID", "EventID"))))
    at = instants.iso(fields.text(detail, "Event Time", "Date"))
    link = fields.text(detail, "Identifier Link").strip().partition("\n")[0]
    identity = ":".join((partition, account, region, "redshift", name))
    severity: Severity = "high" if level == "ERROR" else "medium" if _BAD.search(message) else "info"
    return (
        Signal(
            kind="redshift",
            sort="happening",
            subject=identity,
            title=Phrase("redshift.event", {"message": cut(message, 150)[0]}),
            at=plainly.moment(envelope) if at is None else at,
            story=f"{identity}:{found[0] if found else message[:60]}",
            severity=severity,
            quote=cut(message, 1500)[0] if len(message) > 150 else "",
            facts=plainly.facts(
                ("redshift.source", " ".join(filter(None, (sort, name)))),
                ("redshift.category", categories),
                ("redshift.level", level),
                ("redshift.id", found[0] if found else ""),
            ),
            links=plainly.links(
                (
                    "redshift.open",
                    link if link.startswith("https://") else console.page(partition, region, "redshiftv2/home"),
                )
            ),
            labels={"source": name},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _statement(envelope: Envelope, detail: fields.Json) -> Signal:
    """The end of a statement of the Data API. The statement's own text is not in the event."""
    partition, account, region = plainly.origin(envelope)
    status, number = fields.text(detail, "state"), fields.text(detail, "statementId")
    outcome = outcomes.of(status)
    name = fields.text(detail, "statementName") or number
    return Signal(
        kind="redshift",
        sort="condition",
        subject=":".join((partition, account, region, "redshift-data", number)),
        title=Phrase("redshift.statement", {"name": name, "status": status}),
        state=outcome.state,
        at=plainly.moment(envelope),
        tell=outcome.tell,
        severity=outcome.severity,
        quote=cut(fields.text(detail, "error", "errorMessage"), 1500)[0],
        facts=plainly.facts(
            ("words.status", status),
            ("redshift.rows", fields.number(detail, "rows")),
            ("words.actor", arns.name(fields.text(detail, "principal"))),
            ("redshift.statement_id", number),
        ),
        labels={"status": status},
        partition=partition,
        account=account,
        region=region,
    )
