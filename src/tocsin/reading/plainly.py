"""What a kind can say of an event that it knows nothing about: where it came from, its fields, its whole content."""

from __future__ import annotations

from typing import NamedTuple

from tocsin.envelope import Envelope
from tocsin.model import At, Fact, Link, Phrase, Value
from tocsin.reading import arns, fields, secrets
from tocsin.reading.content import cut, dump

# A message shows some fields, a snapshot or a preview more; beyond this nobody reads, and the content is quoted anyway.
_SHOWN, _KNOWN, _DEEP = 8, 40, 4
_QUOTED = 2_500
_TELLING = ("name", "title", "subject", "severity", "status", "state", "result", "type", "reason", "message", "error",
            "description", "user", "actor", "resource", "url")  # fmt: skip


class Origin(NamedTuple):
    """Where an event belongs; empty where nobody says."""

    partition: str
    account: str
    region: str


def origin(envelope: Envelope) -> Origin:
    """The account and region that an EventBridge event names, else those of the topic that it came by."""
    topic = arns.parse(envelope.topic_arn)
    body = envelope.body if "eventbridge" in envelope.via else {}
    account = fields.text(body, "account") or (topic.account if topic else "")
    region = fields.text(body, "region") or (topic.region if topic else "")
    return Origin(arns.partition_of(region), account, region)


def moment(envelope: Envelope) -> int | None:
    """When it happened, as near as its wrappers know: the source's time, else when SNS or SQS took it."""
    times = envelope.times
    return next((at for at in (times.source, times.sns, times.sqs) if at is not None), None)


def named(text: str) -> Phrase:
    """A text from outside, as a label or a title."""
    return Phrase("words.text", {"text": text})


def called(name: str) -> Value:
    """A name within a sentence, also where an event has none."""
    return name or Phrase("words.unnamed")


def detail(envelope: Envelope) -> fields.Json:
    """An EventBridge event's detail; without one the whole object, since rules may pass on the detail alone."""
    body = envelope.body if isinstance(envelope.body, dict) else {}
    return fields.mapping(body, "detail") if "eventbridge" in envelope.via else body


def facts(*shown: tuple[str, Value | None], details: tuple[tuple[str, Value | None], ...] = ()) -> tuple[Fact, ...]:
    """Rows of a phrase's key and a value as facts, those without a value left out."""
    return tuple(
        Fact(Phrase(key), value, detail)
        for detail, known in ((False, shown), (True, details))
        for key, value in known
        if value is not None and value not in ("", ())
    )


def links(*known: tuple[str, str]) -> tuple[Link, ...]:
    """Rows of a phrase's key and an address as buttons; what is no address of the web is left out."""
    return tuple(Link(Phrase(key), url) for key, url in known if url.startswith(("https://", "http://")))


def instant(ms: int | None) -> At | None:
    """An instant as a value, if it is known."""
    return None if ms is None else At(ms)


def rows(content: object) -> tuple[Fact, ...]:
    """The fields of an object as facts, the most telling ones first and the others as details; secrets hidden."""
    found: list[tuple[str, Value]] = []
    _walk(secrets.hidden(content), "", found, _DEEP)
    found.sort(key=lambda row: _rank(row[0]))
    return tuple(
        Fact(named(cut(path, 80)[0]), value, detail=place >= _SHOWN) for place, (path, value) in enumerate(found)
    )


def _walk(value: object, path: str, found: list[tuple[str, Value]], depth: int) -> None:
    if len(found) >= _KNOWN:
        return
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and depth:
        value = _opened(value)
    if isinstance(value, dict) and depth:
        for key, inner in value.items():
            _walk(inner, f"{path}.{key}" if path else str(key), found, depth - 1)
    elif isinstance(value, list) and depth:
        for number, inner in enumerate(value):
            _walk(inner, f"{path}[{number}]", found, depth - 1)
    elif path and (said := _scalar(value)) is not None:
        found.append((fields.clean(path), said))


def _opened(text: str) -> object:
    """The object or list that a text of JSON holds, its secrets hidden; a text that holds none as it is."""
    found = fields.parsed(text)
    return secrets.hidden(found) if isinstance(found, (dict, list)) else text


def _scalar(value: object) -> Value | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return fields.as_number(value)
    return cut(fields.clean(value), 300)[0] if isinstance(value, str) and value.strip() else None


def _rank(path: str) -> int:
    last = path.rpartition(".")[2].lower()
    return next((place for place, word in enumerate(_TELLING) if last.endswith(word)), len(_TELLING))


def whole(content: object) -> tuple[str, tuple[Fact, ...]]:
    """An object as the JSON that it came as, its secrets hidden: a quotation, and what was cut off."""
    return quoted(dump(secrets.hidden(content)))


def quoted(content: str) -> tuple[str, tuple[Fact, ...]]:
    """The content as a quotation that fits a message, and a fact that says how much was cut off, if any was."""
    quote, total = cut(content.strip(), _QUOTED)
    if not total:
        return quote, ()
    shown = Phrase("unknown.first_of", {"shown": len(quote) - 1, "total": total})
    return quote, (Fact(Phrase("unknown.shortened"), shown),)
