"""Whatever nobody else could read: an empty object, a list, a number, broken JSON. Shown all the same."""

from __future__ import annotations

from tocsin.envelope import Envelope
from tocsin.model import Phrase, Signal
from tocsin.reading import plainly
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "empty": "An empty message arrived",
        "title": "A message arrived that tocsin cannot read",
        "note": "Note",
        "tripped": "could not be read as {kind} ({error})",
        "shortened": "Shortened",
        "first_of": "the first {shown} of {total} characters",
    },
    "ko": {
        "empty": "빈 메시지가 도착했습니다",
        "title": "해석할 수 없는 메시지가 도착했습니다",
        "note": "참고",
        "tripped": "{kind} 형식으로 해석하지 못했습니다 ({error})",
        "shortened": "일부만 표시",
        "first_of": "전체 {total}자 중 처음 {shown}자",
    },
}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening, always."""
    partition, account, region = plainly.origin(envelope)
    body = envelope.body
    quote, note = plainly.quoted(body) if isinstance(body, str) else plainly.whole(body)
    return (
        Signal(
            kind="unknown",
            sort="happening",
            subject=":".join((partition, account, region, envelope.event_id)),
            title=_title(envelope, quote),
            at=plainly.moment(envelope),
            quote=quote,
            facts=note,
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _title(envelope: Envelope, quote: str) -> Phrase:
    if envelope.subject:
        return plainly.named(cut(" ".join(envelope.subject.split()), 150)[0])
    return Phrase("unknown.empty") if quote in ("", "{}", "[]", "null") else Phrase("unknown.title")
