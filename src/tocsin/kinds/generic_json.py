"""Any other JSON object: its most telling fields as a short table, and the whole of it, shortened, below."""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Signal
from tocsin.reading import fields, plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {"title": "Message with {names}", "more": "Message with {names} and {n} more fields"},
    "ko": {"title": "{names} 필드가 있는 메시지", "more": "{names} 외 필드 {n}개가 있는 메시지"},
}

_NAMED = 4


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening; nothing when the envelope holds no object, or an empty one."""
    body = envelope.body
    if not isinstance(body, dict) or not body:
        return ()
    partition, account, region = plainly.origin(envelope)
    quote, note = plainly.whole(body)
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
    names = tuple(cut(fields.clean(" ".join(str(name).split())), 40)[0] for name in list(body)[:_NAMED])
    more = len(body) - len(names)
    return Phrase(
        "generic_json.more" if more else "generic_json.title", {"names": names, **({"n": more} if more else {})}
    )
