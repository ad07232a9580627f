"""AWS Health: problems of AWS itself, what it will change, its notices, and stolen credentials or abuse it has seen.

Shape: docs.aws.amazon.com/health/latest/ug/aws-health-events-eventbridge-schema.html. A backup event from another
region names the same ARN and time as its twin, so both are one incident; notices, which are none, are told apart by
communicationId and page.
"""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.kinds.health import teaching
from tocsin.kinds.health.words import WORDS as WORDS
from tocsin.model import At, Link, Phrase, Signal, State, Value
from tocsin.reading import arns, console, fields, instants, plainly

_SHOWN, _KNOWN = 5, 10
_SAID = ("userName", "publicKey", "exposedUrl", "accountId")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """A condition; for a notice, which has no state to leave, a happening. Raises ValueError when nothing says what it
    is about."""
    detail = plainly.detail(envelope)
    code, service = fields.text(detail, "eventTypeCode"), fields.text(detail, "service")
    if not (code or service):
        raise ValueError("a Health event without a type and a service")
    where, arn = plainly.origin(envelope), arns.parse(fields.text(detail, "eventArn"))
    account = fields.text(detail, "affectedAccount", "accountId") or where.account
    region = fields.text(detail, "eventRegion", "region") or (arn.region if arn else "") or where.region
    partition = arn.partition if arn else where.partition
    category = fields.text(detail, "eventTypeCategory")
    updated, start = _when(detail, "lastUpdatedTime"), _when(detail, "startTime")
    about = teaching.about(service, code, category)
    notice = about.sort == "happening"
    over = fields.text(detail, "statusCode").lower() == "closed"
    state: State = "ok" if over else "firing"
    entities = _entities(envelope, detail)
    named = str(arn) if arn else ":".join((service, code, str(start or ""), *entities[:1]))
    identity = f"{partition}:{account}:{region}:{named}"
    return (
        Signal(
            kind="health",
            sort=about.sort,
            state=None if notice else state,
            tell=over and not notice,
            subject=identity,
            story=identity if notice else "",
            event_id=_event_id(envelope, detail, identity, updated or start),
            title=_title(about, service, region, code, entities),
            at=updated or plainly.moment(envelope),
            severity=about.severity,
            summary=None if notice else _summary(detail, over, start, _when(detail, "endTime"), category),
            quote=_description(detail),
            facts=plainly.facts(
                ("words.service", service),
                ("words.resources", _listed(entities)),
                ("health.what", teaching.spelled(code, service)),
                ("words.status", fields.text(detail, "statusCode")),
                ("health.start", None if start is None else At(start)),
                ("health.end", _at(detail, "endTime")),
                *_exposed(fields.mapping(detail, "eventMetadata")),
                ("health.page", _page(detail)),
                ("health.action", fields.text(detail, "actionability")),
                details=(
                    ("health.category", category),
                    ("health.code", code),
                    ("health.scope", fields.text(detail, "eventScopeCode")),
                    ("health.updated", None if updated is None else At(updated)),
                    ("health.delivered", where.region if where.region != region else ""),
                    ("health.told", where.account if where.account != account else ""),
                    *_metadata(fields.mapping(detail, "eventMetadata")),
                ),
            ),
            meaning=tuple(Phrase(key) for key in about.meaning),
            advice=tuple(Phrase(key) for key in about.advice),
            links=_links(partition, where.region, arn),
            labels={"service": service, "category": category, "code": code},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _event_id(envelope: Envelope, detail: fields.Json, identity: str, at: int | None) -> str:
    """The same for a message and its backup, another for each page of it."""
    said = fields.text(detail, "communicationId") or ("" if at is None else str(at))
    return f"{identity}#{said}#{fields.text(detail, 'page')}" if said else envelope.event_id


def _title(about: teaching.About, service: str, region: str, code: str, entities: tuple[str, ...]) -> Phrase:
    what: Value = entities[0] if entities else region
    if len(entities) > 1:
        what = Phrase("words.more", {"shown": entities[0], "n": len(entities) - 1})
    known: dict[str, Value] = {"service": service, "region": region, "what": what}
    return Phrase(about.title, {**known, "type": teaching.spelled(code, service) or service})


def _summary(detail: fields.Json, over: bool, start: int | None, end: int | None, category: str) -> Phrase | None:
    """For a planned change when it comes; for anything else how it stands."""
    if category == "scheduledChange" and start is not None and not over:
        if end is not None and end != start:
            return Phrase("health.between", {"start": At(start), "end": At(end)})
        return Phrase("health.planned", {"start": At(start)})
    status = fields.text(detail, "statusCode").lower()
    words = {"open": "health.open", "closed": "health.closed", "upcoming": "health.upcoming"}
    return Phrase(words[status]) if status in words else None


def _when(detail: fields.Json, name: str) -> int | None:
    return instants.written(detail.get(name)) or instants.epoch_ms(detail.get(name))


def _at(detail: fields.Json, name: str) -> At | None:
    found = _when(detail, name)
    return None if found is None else At(found)


def _entities(envelope: Envelope, detail: fields.Json) -> tuple[str, ...]:
    """What is affected, with its own status where it has one; else the event's resources."""
    found = [fields.text(one, "entityValue", "entityArn") for one in fields.items(detail, "affectedEntities")]
    named = [arns.name(one) for one in (*filter(None, found), *fields.texts(envelope.body, "resources"))]
    return tuple(dict.fromkeys(named))


def _listed(entities: tuple[str, ...]) -> Value:
    if len(entities) <= _SHOWN:
        return entities
    return Phrase("words.more", {"shown": entities[:_SHOWN], "n": len(entities) - _SHOWN})


def _description(detail: fields.Json) -> str:
    """In English where there is any, else the first that says something. A line may end with a backslash and an n."""
    said = {
        fields.text(one, "language"): fields.text(one, "latestDescription", "description")
        for one in fields.items(detail, "eventDescription")
    }
    english = next((text for language, text in said.items() if language.lower().startswith("en") and text), "")
    return (english or next(filter(None, said.values()), "")).replace("\\n", "\n")


def _exposed(metadata: fields.Json) -> tuple[tuple[str, Value | None], ...]:
    """Which key of whom was found where."""
    return (
        ("health.user", fields.text(metadata, "userName")),
        ("health.key", fields.text(metadata, "publicKey")),
        ("health.found", fields.text(metadata, "exposedUrl")),
    )


def _metadata(metadata: fields.Json) -> tuple[tuple[str, Value | None], ...]:
    found = ((fields.clean(str(name)), fields.text(metadata, name)) for name in list(metadata)[:_KNOWN])
    return tuple(("health.metadata", f"{name}: {text}") for name, text in found if text and name not in _SAID)


def _page(detail: fields.Json) -> Phrase | None:
    page, pages = fields.whole(detail, "page"), fields.whole(detail, "totalPages")
    return Phrase("health.page_of", {"page": page, "pages": pages}) if page and pages and pages > 1 else None


def _links(partition: str, region: str, arn: arns.Arn | None) -> tuple[Link, ...]:
    place = f"#/account/event-log?eventID={console.quoted(str(arn))}&eventTab=details" if arn else "#/account/dashboard"
    known = f"https://health.aws.amazon.com/health/home{place}" if partition == "aws" else ""
    url = known or console.page(partition, region, "health/home", place)
    return (Link(Phrase("health.see"), url),) if url else ()
