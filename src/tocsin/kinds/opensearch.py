"""OpenSearch Service: software updates, Auto-Tune, cluster health, retired nodes, errors of a domain (EventBridge).

Shapes: docs.aws.amazon.com/opensearch-service/latest/developerguide/monitoring-events.html and
/serverless-monitoring-events.html
"""

from __future__ import annotations

import re
from urllib.parse import quote

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Severity, Signal
from tocsin.reading import arns, console, fields, plainly, severities
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "event": "OpenSearch {name}: {event}: {status}",
        "plain": "OpenSearch {name}: {event}",
        "domain": "Domain",
        "event_label": "Event",
        "open": "Open domain",
    },
    "ko": {
        "event": "OpenSearch {name}: {event} {status}",
        "plain": "OpenSearch {name}: {event}",
        "domain": "도메인",
        "event_label": "이벤트",
        "open": "도메인 열기",
    },
}

_FAMILY = re.compile(r"^Amazon (OpenSearch|Elasticsearch) Service |( Notification| Event)$")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening per domain and event; nothing when the event has no detail to speak of."""
    detail = plainly.detail(envelope)
    partition, account, region = plainly.origin(envelope)
    listed = [fields.clean(one) for one in fields.items(envelope.body, "resources") if isinstance(one, str)]
    arn = listed[0] if listed else ""
    known = arns.parse(arn)
    name = arns.name(arn) if known else fields.text(detail, "collectionName", "domainName")
    name = name or ("Serverless" if fields.text(envelope.body, "source") == "aws.aoss" else "")
    told = _FAMILY.sub("", fields.text(envelope.body, "detail-type"))
    event, status = fields.text(detail, "event") or told, fields.text(detail, "status")
    shown = "" if event.endswith(status) else status
    if not event:
        return ()
    level = fields.text(detail, "severity")
    identity = ":".join((partition, account, region, "opensearch", name))
    trouble = re.search("(?i)fail|error|reached max|(approaching)", f"{event} {status} {told}")
    bad: Severity = "info" if not trouble else "medium" if trouble[1] else "high"
    severity = severities.by_word(level, bad)
    page = f"#opensearch/domains/{quote(name, safe='')}" if known else ""
    more = () if "event" in detail else plainly.rows({**detail, "eventTime": None, "description": None})[:6]
    return (
        Signal(
            kind="opensearch",
            sort="happening",
            subject=identity,
            title=Phrase(
                "opensearch.event" if shown else "opensearch.plain",
                {"name": plainly.called(name), "event": event, "status": shown},
            ),
            at=plainly.moment(envelope),
            story=f"{identity}:{event}:{status}",
            severity="high" if bad == "high" and severity in ("info", "low", "medium") else severity,
            quote=cut(fields.text(detail, "description", "message"), 1500)[0],
            facts=(
                *plainly.facts(
                    ("opensearch.domain", name),
                    ("opensearch.event_label", event),
                    ("words.status", status),
                    ("words.severity", level),
                    details=(("words.resource", arn),),
                ),
                *more,
            ),
            links=plainly.links(("opensearch.open", console.page(partition, region, "aos/home", page))),
            labels={"domain": name, "event": event},
            partition=partition,
            account=account,
            region=region,
        ),
    )
