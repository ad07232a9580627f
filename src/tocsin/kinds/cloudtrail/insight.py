"""CloudTrail Insights: a call that is made, or fails, far more often than usual. It starts, and it ends.

Shape: docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-trails.html
"""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.envelope import Envelope
from tocsin.kinds.cloudtrail.verdict import called
from tocsin.model import Fact, Lapse, Link, Phrase, Signal, Value
from tocsin.reading import arns, console, fields, instants, plainly

_NAMED = 3


def details(envelope: Envelope) -> fields.Json:
    """The event that holds insightDetails; empty when this is no Insights event."""
    event = fields.mapping(envelope.body, "detail") if "eventbridge" in envelope.via else envelope.body
    return event if isinstance(event, dict) and fields.mapping(event, "insightDetails") else {}


def read(envelope: Envelope, event: fields.Json) -> Signal:
    """A condition: "Start" is firing, "End" is ok, and both share the sharedEventID."""
    insight = fields.mapping(event, "insightDetails")
    _, account, region = plainly.origin(envelope)
    region = fields.text(event, "awsRegion") or region
    account = fields.text(event, "recipientAccountId") or account
    partition = arns.partition_of(region)
    shared = fields.text(event, "sharedEventID", "sharedEventId", "eventID") or envelope.event_id
    service, name = fields.text(insight, "eventSource").partition(".")[0], fields.text(insight, "eventName")
    at = instants.iso(event.get("eventTime"))
    over = fields.text(insight, "state").lower() == "end"
    now, usual = _average(insight, "insight"), _average(insight, "baseline")
    error = fields.text(insight, "errorCode")
    url = console.page(partition, region, "cloudtrailv2/home", "#/insights")
    call = called(service, name)
    known: dict[str, Value] = {"call": call, "error": error}
    return Signal(
        kind="cloudtrail",
        sort="condition",
        subject=f"{partition}:{account}:{region}:cloudtrail:insight:{shared}",
        title=Phrase("cloudtrail.insight_errors" if error else "cloudtrail.insight_rate", known),
        state="ok" if over else "firing",
        old="firing" if over else None,
        at=plainly.moment(envelope) if at is None else at,
        event_id=fields.text(event, "eventID", "eventId"),
        severity="medium",
        summary=_sentence(now, usual),
        facts=tuple(_facts(insight, call, now, usual)),
        meaning=(Phrase("cloudtrail.insight_means"),),
        advice=(Phrase("cloudtrail.insight_look"),),
        links=(Link(Phrase("cloudtrail.open"), url),) if url else (),
        labels={"eventname": name, "eventsource": service},
        partition=partition,
        account=account,
        region=region,
    )


def _sentence(now: float | None, usual: float | None) -> Phrase | None:
    if now is None or usual is None:
        return None
    return Phrase("cloudtrail.insight_now", {"now": now, "usual": usual})


def _average(insight: fields.Json, which: str) -> float | None:
    statistics = fields.mapping(fields.mapping(insight, "insightContext"), "statistics")
    return fields.number(fields.mapping(statistics, which), "average")


def _facts(insight: fields.Json, call: str, now: float | None, usual: float | None) -> Iterator[Fact]:
    yield Fact(Phrase("cloudtrail.call_name"), call)
    context = fields.mapping(insight, "insightContext")
    for one in fields.items(context, "attributions"):
        who = tuple(fields.text(each, "value") for each in fields.items(one, "insight")[:_NAMED])
        shown = tuple(name for name in who if name and name != "null")
        label = {"userIdentityArn": "cloudtrail.insight_who", "userAgent": "cloudtrail.agent",
                 "errorCode": "cloudtrail.result"}.get(fields.text(one, "attribute"))  # fmt: skip
        if label and shown:
            yield Fact(Phrase(label), shown)
    if now is not None:
        yield Fact(Phrase("cloudtrail.insight_rates"), now)
    if usual is not None:
        yield Fact(Phrase("cloudtrail.insight_usual"), usual)
    minutes = fields.number(fields.mapping(context, "statistics"), "insightDuration")
    if minutes:
        yield Fact(Phrase("cloudtrail.insight_lasted"), Lapse(minutes * 60))
