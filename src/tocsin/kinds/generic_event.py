"""Any EventBridge event that no kind knows: what happened, to what, and the most telling fields of its detail."""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import Fact, Link, Phrase, Signal
from tocsin.reading import console, fields, plainly

WORDS = {
    "en": {"title": "{service}: {what}", "resources": "Resources"},
    "ko": {"title": "{service}: {what}", "resources": "리소스"},
}

_RESOURCES = 5


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening; nothing when the envelope holds no EventBridge event."""
    if "eventbridge" not in envelope.via:
        return ()
    body = envelope.body
    source, what = fields.text(body, "source"), fields.text(body, "detail-type")
    partition, account, region = plainly.origin(envelope)
    resources = tuple(fields.clean(name) for name in fields.items(body, "resources") if isinstance(name, str))
    quote, note = plainly.whole(body)
    listed = (Fact(Phrase("generic_event.resources"), resources[:_RESOURCES]),) if resources else ()
    home = console.home(partition, region)
    return (
        Signal(
            kind="generic_event",
            sort="happening",
            subject=":".join((partition, account, region, source, envelope.event_id)),
            title=_title(source.removeprefix("aws."), what),
            at=plainly.moment(envelope),
            quote=quote,
            facts=(*listed, *plainly.rows(fields.mapping(body, "detail")), *note),
            links=(Link(Phrase("words.open_console"), home),) if home else (),
            labels={"source": source, "detail-type": what},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _title(service: str, what: str) -> Phrase:
    return Phrase("generic_event.title", {"service": service, "what": what}) if service else plainly.named(what or "?")
