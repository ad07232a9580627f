"""Plain text as somebody wrote it: the subject or the first line as the title, the text itself below."""

from __future__ import annotations

import re

from tocsin.envelope import Envelope
from tocsin.model import Signal
from tocsin.reading import fields, plainly
from tocsin.reading.content import cut

WORDS: dict[str, dict[str, str]] = {"en": {}, "ko": {}}

# The start of an object or a list. ("[FIRING] disk full" is none.) Whole JSON was taken apart before: this is broken.
_BROKEN = re.compile(r"\s*(\{\s*[\"}]|\[\s*[\"\[{\]])")


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening; nothing when the envelope holds no text that a human would have written."""
    body = envelope.body
    if not isinstance(body, str) or body.strip() in ("", "null") or fields.parsed(body) is not None:
        return ()
    if _BROKEN.match(body):
        return ()
    partition, account, region = plainly.origin(envelope)
    title = " ".join((envelope.subject or body.strip().splitlines()[0]).split())
    quote, note = plainly.quoted(body)
    return (
        Signal(
            kind="text",
            sort="happening",
            subject=":".join((partition, account, region, envelope.event_id)),
            title=plainly.named(cut(title, 150)[0]),
            at=plainly.moment(envelope),
            quote="" if quote == title else quote,
            facts=note,
            partition=partition,
            account=account,
            region=region,
        ),
    )
