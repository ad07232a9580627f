"""A notification of your own in the schema of AWS's chat product (Amazon Q Developer in chat, AWS Chatbot).

Schema: docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
"""

from __future__ import annotations

import re

from tocsin.envelope import Envelope
from tocsin.model import Fact, Severity, Signal, Value
from tocsin.reading import fields, plainly, severities
from tocsin.reading.content import cut

WORDS = {
    "en": {
        "keywords": "Keywords",
        "event_type": "Event type",
        "thread": "Thread",
    },
    "ko": {
        "keywords": "키워드",
        "event_type": "이벤트 유형",
        "thread": "스레드",
    },
}

_LINKS = (
    re.compile(r"<(?P<url>https?://[^|<>\s]{1,2000})\|(?P<text>[^<>\n]{1,300})>"),
    re.compile(r"\[(?P<text>[^\[\]\n]{1,300})\]\((?P<url>https?://[^()\s]{1,2000})\)"),
)
_SHORTCODE = re.compile(r"(?<![\w:]):[a-z0-9_+-]{2,40}:(?![\w:])\s?")
_MARKS = re.compile(r"(?<!\w)(\*{1,3}|_{1,2}|~{1,2}|`{1,3})(?=\S)([^\n]{1,500}?)(?<=\S)\1(?!\w)")
_LINE_MARKS = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?)", re.MULTILINE)
_SHOWN, _LONG = 10, 4_000


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One happening; those of a thread are one story. Raises ValueError when it says nothing at all."""
    body = envelope.body
    content, more = fields.mapping(body, "content"), fields.mapping(body, "metadata")
    title, text = _plain(fields.text(content, "title")), _plain(fields.text(content, "description"))
    summary = _plain(fields.text(more, "summary"))
    head = title or summary or text
    if not head:
        raise ValueError("a custom notification without title and description")
    partition, account, region = plainly.origin(envelope)
    thread = fields.text(more, "threadId")
    place = f"{partition}:{account}:{region}"
    return (
        Signal(
            kind="custom_notification",
            sort="happening",
            subject=f"{place}:custom/{thread or fields.text(body, 'id') or envelope.event_id}",
            story=f"{place}:{thread}" if thread else "",
            title=plainly.named(cut(" ".join(head.split()), 150)[0]),
            at=plainly.moment(envelope),
            severity=_severity(content, more),
            summary=plainly.named(cut(" ".join(summary.split()), 300)[0]) if summary and summary != head else None,
            quote="" if text == head else cut(text, 2500)[0],
            facts=_facts(content, more),
            advice=tuple(plainly.named(cut(step, 400)[0]) for step in _texts(content, "nextSteps")),
            labels={"event-type": fields.text(more, "eventType")},
            partition=partition,
            account=account,
            region=region,
        ),
    )


def _facts(content: fields.Json, more: fields.Json) -> tuple[Fact, ...]:
    known: tuple[tuple[str, Value | None], ...] = (
        ("words.resources", tuple(_texts(more, "relatedResources"))),
        ("custom_notification.keywords", tuple(_keywords(content))),
        ("custom_notification.event_type", fields.text(more, "eventType")),
    )
    thread = (("custom_notification.thread", fields.text(more, "threadId")),)
    return (*plainly.rows(fields.mapping(more, "additionalContext")), *plainly.facts(*known, details=thread))


def _keywords(content: fields.Json) -> list[str]:
    """Those that say more than the grade, which is shown by its colour."""
    return [word for word in _texts(content, "keywords") if not severities.is_word(word)]


def _texts(source: fields.Json, name: str) -> list[str]:
    return [_plain(one) for one in fields.items(source, name)[:_SHOWN] if isinstance(one, str) and one.strip()]


def _severity(content: fields.Json, more: fields.Json) -> Severity:
    """What the sender calls it: in the context, else as a keyword that is a grade."""
    context = fields.mapping(more, "additionalContext")
    words = [fields.text(context, "severity", "Severity", "priority", "Priority"), *_texts(content, "keywords")]
    return next((grade for word in words if (grade := severities.by_word(word, "medium")) != "medium"), "medium")


def _plain(markdown: str) -> str:
    """The text without its markup: links as "text (address)", no emoji codes, no signs for bold, headings, quotes."""
    text = cut(fields.clean(markdown), _LONG)[0]
    for link in _LINKS:
        text = link.sub(r"\g<text> (\g<url>)", text)
    text = _LINE_MARKS.sub("", _SHORTCODE.sub("", text))
    return _MARKS.sub(r"\2", text).strip()
