"""DMS: a replication task or instance changed (EventBridge; the same by an event subscription's SNS message).

Shape: docs.aws.amazon.com/dms/latest/userguide/CHAP_EventBridge.html
"""

from __future__ import annotations

import re

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Severity, Signal, State
from tocsin.reading import arns, console, fields, instants, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "failed": "Database migration {name} failed",
        "stopped": "Database migration {name} has stopped",
        "finished": "Database migration {name} is complete",
        "running": "Database migration {name} is running",
        "other": "Database migration {name}: {message}",
        "source": "Source",
        "category": "Category",
        "event": "Event",
        "id": "Event ID",
        "open": "Open in DMS",
    },
    "ko": {
        "failed": "{name} 데이터베이스 마이그레이션 실패",
        "stopped": "{name} 데이터베이스 마이그레이션 중지됨",
        "finished": "{name} 데이터베이스 마이그레이션 완료",
        "running": "{name} 데이터베이스 마이그레이션 실행 중",
        "other": "{name} 데이터베이스 마이그레이션: {message}",
        "source": "대상",
        "category": "범주",
        "event": "이벤트",
        "id": "이벤트 ID",
        "open": "DMS에서 열기",
    },
}

_FAILED = re.compile(r"(?i)fail(?!over)|error|unable|not healthy|storage full|low.?storage")
_STOPPED = re.compile(r"(?i)\bstop(ped)?\b|_STOPPED")
_RUNNING = re.compile(r"(?i)has started|task started|resumed|_STARTED|_RESUMED|_RESTARTED")
_ID = re.compile(r"DMS-EVENT-\d{4}")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """What a task does is a condition, other news are happenings; nothing when the event says nothing."""
    detail = plainly.detail(envelope)
    message = fields.text(detail, "detailMessage", "Event Message")
    event, category = fields.text(detail, "eventType", "state", "Status"), fields.text(detail, "category")
    if not (message or event):
        return ()
    partition, account, region = plainly.origin(envelope)
    listed = [one for one in fields.items(envelope.body, "resources") if isinstance(one, str)]
    arn = fields.text(detail, "Source ARN") or (listed[0] if listed else "")
    link, _, rest = fields.text(detail, "resourceLink", "Identifier Link").partition("\n")
    named = fields.text(detail, "Source ID", "SourceId", "task-id", "ReplicationTaskId")
    name = named or rest.partition("SourceId:")[2].strip() or arns.name(fields.clean(arn))
    sort = fields.text(detail, "type", "Event Source").lower().replace("_", "-")
    task = "task" in f"{sort} {event} {fields.text(envelope.body, 'detail-type')}".lower()
    key, state, severity = _meaning(f"{event} {message} {category}", task)
    found = _ID.search(fields.text(detail, "eventId", "Event ID", "About this Event"))
    at = instants.iso(detail.get("Event Time"))
    identity = ":".join((partition, account, region, "dms", sort, name))
    url = link.strip() if link.startswith("https://") else console.page(partition, region, "dms/v2/home")
    return (
        Signal(
            kind="dms",
            sort="condition" if state else "happening",
            subject=identity,
            title=Phrase(key, {"name": plainly.called(name), "message": cut(message or event, 150)[0]}),
            state=state,
            at=plainly.moment(envelope) if at is None else at,
            story="" if state else f"{identity}:{event or message[:60]}",
            tell=key == "dms.finished",
            severity=severity,
            quote="" if key == "dms.other" and len(message) <= 150 else cut(message, 1500)[0],
            facts=plainly.facts(
                ("dms.source", " ".join(filter(None, (sort, name)))),
                ("dms.event", event),
                ("dms.category", category),
                ("dms.id", found[0] if found else ""),
                details=(("words.type", sort), ("words.resource", fields.clean(arn) or name)),
            ),
            links=plainly.links(("dms.open", url)),
            labels={"source": name, "event": event},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _meaning(told: str, task: bool) -> tuple[str, State | None, Severity]:
    if _FAILED.search(told):
        return "dms.failed", "firing" if task else None, "high"
    if task and "FULL_LOAD_ONLY_FINISHED" in told:
        return "dms.finished", "ok", "info"
    if task and _STOPPED.search(told):
        return "dms.stopped", "firing", "medium"
    if task and _RUNNING.search(told):
        return "dms.running", "ok", "info"
    return "dms.other", None, "low" if re.search("(?i)delet|maintenance|failover", told) else "info"
