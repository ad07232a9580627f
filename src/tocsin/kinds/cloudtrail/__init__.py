"""What CloudTrail records: API calls, sign-ins, events of services, insights. Each call is told with who, from where
and how it ended; the telling ones also with what they mean and what to do (rules, by theme, in the other files).

Shapes: docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html, and a record by itself as it
stands in CloudTrail's files (`{"Records": [...]}`).
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.envelope import Envelope
from tocsin.kinds.cloudtrail import insight, parameters
from tocsin.kinds.cloudtrail import record as records
from tocsin.kinds.cloudtrail.actor import Actor, actor
from tocsin.kinds.cloudtrail.record import Record, texts
from tocsin.kinds.cloudtrail.verdict import Verdict, called, judge
from tocsin.kinds.cloudtrail.words import WORDS as WORDS
from tocsin.model import Fact, Link, Phrase, Signal, Value
from tocsin.reading import console, fields
from tocsin.reading.content import cut

_AGENT, _QUOTE = 160, 800
_MADE = ("accessKey.accessKeyId", "instancesSet.instanceId", "functionUrl", "securityGroupRuleSet.securityGroupRuleId")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening; for an insight one condition. Raises ValueError when no call is named."""
    if event := insight.details(envelope):
        return (insight.read(envelope, event),)
    record = records.read(envelope)
    who = actor(record)
    verdict = judge(record, who)
    place = f"{record.partition}:{record.account}:{record.region}"
    objects = ",".join(verdict.objects)
    # AWS is one actor for everything: what it does to one thing has nothing to do with what it does to another.
    about = objects if who.sort == "service" else record.ip
    return (
        Signal(
            kind="cloudtrail",
            sort="happening",
            subject=f"{place}:{record.service}:{record.name}:{objects or record.event_id or envelope.event_id}",
            title=verdict.title,
            at=record.at,
            event_id=record.event_id,
            story=f"{place}:{verdict.story}:{record.outcome}:{who.id}:{about}",
            severity=verdict.severity,
            summary=verdict.summary,
            quote=cut(parameters.redacted(record.message), _QUOTE)[0],
            facts=tuple(_facts(record, who)),
            meaning=verdict.meaning,
            advice=verdict.advice,
            links=_links(record, who),
            labels=_labels(record, who, verdict),
            partition=record.partition,
            account=record.account,
            region=record.region,
        ),
    )


def _facts(record: Record, who: Actor) -> Iterator[Fact]:
    yield Fact(Phrase("words.actor"), who.said)
    if record.ip:
        yield Fact(Phrase("words.source_ip"), record.ip)
    yield Fact(Phrase("cloudtrail.call_name"), called(record.service, record.name))
    if record.error:
        yield Fact(Phrase("cloudtrail.result"), record.error)
    if mfa := _mfa(record, who):
        yield Fact(Phrase("cloudtrail.mfa"), mfa)
    if made := texts(record.response, *_MADE):
        yield Fact(Phrase("cloudtrail.made"), tuple(made))
    yield from parameters.facts(record.request)
    yield from _background(record, who)


def _background(record: Record, who: Actor) -> Iterator[Fact]:
    if record.agent:
        yield Fact(Phrase("cloudtrail.agent"), cut(record.agent, _AGENT)[0])
    if who.account and record.account and who.account != record.account:
        yield Fact(Phrase("cloudtrail.actor_account"), who.account)
    through = fields.text(record.identity, "invokedBy")
    rest = (
        ("cloudtrail.through", through if who.sort != "service" else ""),
        ("cloudtrail.access_key", who.key),
        ("cloudtrail.principal", fields.text(record.identity, "arn")),
        ("cloudtrail.event", record.event_id),
    )
    for label, value in rest:
        if value:
            yield Fact(Phrase(label), value, detail=True)


def _mfa(record: Record, who: Actor) -> Value | None:
    """Whether a second factor was asked for, at a sign-in."""
    if record.name != "ConsoleLogin":
        return None
    if fields.text(record.extra, "MFAUsed").lower() == "yes":
        return Phrase("cloudtrail.mfa_yes")
    local = who.sort in ("root", "user", "unknown")
    return Phrase("cloudtrail.mfa_no" if local else "cloudtrail.mfa_elsewhere")


def _links(record: Record, who: Actor) -> tuple[Link, ...]:
    page = {"user": "users", "role": "roles", "instance": "roles"}.get(who.sort)
    ours = who.account in ("", record.account)
    event = console.api_call(record.partition, record.region, record.event_id) if record.event_id else ""
    found = [
        Link(Phrase("cloudtrail.open"), event),
        Link(Phrase("cloudtrail.open_actor"), console.iam(record.partition, page, who.name) if page and ours else ""),
    ]
    return tuple(link for link in found if link.url)


def _labels(record: Record, who: Actor, verdict: Verdict) -> dict[str, str]:
    return {
        "eventname": record.name,
        "eventsource": record.service,
        "rule": verdict.story.removeprefix("cloudtrail."),
        "actor": who.name,
        "actortype": who.sort,
        "outcome": record.outcome,
        "errorcode": record.error,
        "sourceip": record.ip,
    }
