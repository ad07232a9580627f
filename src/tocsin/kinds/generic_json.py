"""Any other JSON object: its most telling fields as a short table, and the whole of it, shortened, below."""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Signal
from tocsin.reading import fields, plainly
from tocsin.reading.content import cut, dump

WORDS = {
    "en": {"title": "Message with {n} fields", "one": "Message with one field"},
    "ko": {"title": "필드 {n}개짜리 메시지", "one": "필드 1개짜리 메시지"},
}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening; nothing when the envelope holds no object, or an empty one."""
    body = envelope.body
    if not isinstance(body, dict) or not body:
        return ()
    partition, account, region = plainly.origin(envelope)
    quote, note = plainly.quoted(dump(body))
    return (
        Signal(
            kind="generic_json",
            sort="happening",
            subject=":".join((partition, account, region, envelope.event_id)),
            title=_title(envelope, body),
            at=plainly.moment(envelope),
            quote=quote,
            facts=(*plainly.rows(body), *note),
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _title(envelope: Envelope, body: dict[str, object]) -> Phrase:
    known = envelope.subject or fields.text(body, "title", "subject", "AlarmName", "name", "summary", "message")
    if known:
        return plainly.named(cut(" ".join(known.split()), 150)[0])
    return Phrase("generic_json.one") if len(body) == 1 else Phrase("generic_json.title", {"n": len(body)})
