"""ElastiCache: what happened to a cluster, node, replication group or cache (one-field SNS message, and EventBridge).

Names of events: docs.aws.amazon.com/AmazonElastiCache/latest/dg/ElastiCacheSNS.html and
/eventbridge/latest/ref/events-ref-elasticache.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Severity, Signal, State
from tocsin.reading import arns, console, fields, instants, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "failover": "Cache {name} has failed over",
        "replacing": "Cache {name}: a node is being replaced",
        "replaced": "Cache {name}: the node was replaced",
        "scheduled": "Cache {name}: a node will be replaced",
        "other": "Cache {name}: {event}",
        "name": "Cache",
        "event": "Event",
        "from": "From",
        "until": "Until",
        "open": "Open ElastiCache",
    },
    "ko": {
        "failover": "{name} 캐시 장애 조치 완료",
        "replacing": "{name} 캐시: 노드 교체 중",
        "replaced": "{name} 캐시: 노드 교체 완료",
        "scheduled": "{name} 캐시: 노드 교체 예정",
        "other": "{name} 캐시: {event}",
        "name": "캐시",
        "event": "이벤트",
        "from": "시작",
        "until": "종료",
        "open": "ElastiCache 열기",
    },
}

_START = "ElastiCache:"
_BAD = re.compile(r"(?i)fail(?!over)|exceed|approaching|insufficient")
_KNOWN: dict[str, tuple[str, State | None, Severity]] = {
    "FailoverComplete": ("elasticache.failover", None, "high"),
    "CacheNodeReplaceStarted": ("elasticache.replacing", "firing", "medium"),
    "CacheNodeReplaceComplete": ("elasticache.replaced", "ok", "medium"),
    "NodeReplacementScheduled": ("elasticache.scheduled", None, "medium"),
    "NodeReplacementRescheduled": ("elasticache.scheduled", None, "medium"),
}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One signal per field of the message; a node's replacement is a condition with a beginning and an end."""
    if "eventbridge" in envelope.via:
        return tuple(_event(envelope))
    body = envelope.body if isinstance(envelope.body, dict) else {}
    told = [(str(key), fields.text(body, key)) for key in body if str(key).startswith(_START)]
    return tuple(
        _signal(envelope, fields.clean(key[len(_START) :]).strip(), value, place)
        for place, (key, value) in enumerate(told)
    )


def _signal(envelope: Envelope, event: str, value: str, place: int) -> Signal:
    partition, account, region = plainly.origin(envelope)
    name = cut(value.partition(" ")[0].strip("[],"), 100)[0]
    severity: Severity = "high" if _BAD.search(event) else "low" if re.search("Delete|Remove|Reboot", event) else "info"
    key, state, known = _KNOWN.get(event, ("elasticache.other", None, severity))
    times = [fields.text(envelope.body, one, one.replace(" ", "")) for one in ("Start Time", "End Time")]
    begin, end = (plainly.instant(instants.written(one)) or one for one in times)
    identity = ":".join((partition, account, region, "elasticache", name))
    return Signal(
        kind="elasticache",
        sort="condition" if state else "happening",
        subject=f"{identity}:replacement" if state else identity,
        title=Phrase(key, {"name": plainly.called(name), "event": _spaced(event)}),
        state=state,
        at=plainly.moment(envelope),
        tell=state == "ok",
        event_id=f"{envelope.event_id}#{place}" if place else "",
        story="" if state else f"{identity}:{event}",
        severity=known,
        quote="" if value in (name, "") else cut(value, 1000)[0],
        facts=plainly.facts(
            ("elasticache.name", name),
            ("elasticache.event", event),
            ("elasticache.from", begin),
            ("elasticache.until", end),
        ),
        links=plainly.links(("elasticache.open", console.page(partition, region, "elasticache/home", "#/"))),
        labels={"cache": name, "event": event},
        partition=partition,
        account=account,
        region=region,
    )


def _event(envelope: Envelope) -> Iterator[Signal]:
    """EventBridge's form: the detail-type says what, the resources say to what."""
    partition, account, region = plainly.origin(envelope)
    event, detail = fields.text(envelope.body, "detail-type"), plainly.detail(envelope)
    listed = [fields.clean(one) for one in fields.items(envelope.body, "resources") if isinstance(one, str)]
    said = fields.text(detail, "message", "Message", "description", "errorMessage")
    for place, arn in enumerate(listed or [fields.text(detail, "arn", "name", "cacheName")]):
        identity = ":".join((partition, account, region, "elasticache", arn))
        yield Signal(
            kind="elasticache",
            sort="happening",
            subject=identity,
            title=Phrase("elasticache.other", {"name": plainly.called(arns.name(arn)), "event": event}),
            at=plainly.moment(envelope),
            event_id=f"{envelope.event_id}#{place}" if place else "",
            story=f"{identity}:{event}",
            severity="high" if _BAD.search(event) else "info",
            quote=cut(said, 1000)[0],
            facts=(
                *plainly.facts(("elasticache.name", arns.name(arn)), ("elasticache.event", event)),
                *plainly.rows(detail)[:6],
            ),
            links=plainly.links(("elasticache.open", console.page(partition, region, "elasticache/home", "#/"))),
            labels={"cache": arns.name(arn), "event": event},
            partition=partition,
            account=account,
            region=region,
        )


def _spaced(event: str) -> str:
    """ "SnapshotComplete" as people write it: "snapshot complete"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", event).lower()
