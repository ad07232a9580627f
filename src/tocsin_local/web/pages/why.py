"""Why a message looks as it does: what came in, what was decided, what was sent, what Slack answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from tocsin_local.journal import Journal
from tocsin_local.journal.records import Entry, Finding, Telling
from tocsin_local.slack import Message, Received
from tocsin_local.web.pages.elements import Drawn, tag, together
from tocsin_local.web.pages.reader import Reader
from tocsin_local.web.pages.words import reason_in_words
from tocsin_local.web.render.notifications import banners, notification

MOST = 30  # events and requests of one message that are shown, the newest
HEADLINE = 120  # characters of a message that name it
LONGEST = 20_000  # characters of an event or a request that are shown


def named(message: Message) -> Message:
    """By the name that people see: the stand-in knows its own bot and its webhooks by their ids alone."""
    return message if message.username else replace(message, username="tocsin")


def why(journal: Journal, message: Message, reader: Reader) -> Drawn:
    """The panel under a message."""
    say = reader.say
    root = journal.root(message.ts)
    entries, sent = journal.entries_of(root)[-MOST:], journal.sent(root)[-MOST:]
    came = [came_in(one, root, journal, reader) for one in entries] or tag("p", say("unknown_road"), cls="quiet")
    asked = [request(one, reader) for one in sent] or tag("p", say("no_request"), cls="quiet")
    return tag(
        "div",
        tag("section", tag("h3", say("came_in")), came),
        tag("section", tag("h3", say("was_sent")), asked, list(_log(journal.tellings(root)[-MOST:], reader))),
        tag("section", tag("h3", say("notified")), tag("div", Drawn(banners(named(message), reader.view)), cls="sk")),
        cls="why",
    )


def came_in(entry: Entry, ts: str, journal: Journal, reader: Reader) -> Drawn:
    """One event, what was found in it, and what that led to. ``ts``: of the message that is read already, or ""."""
    say = reader.say
    return tag(
        "div",
        tag(
            "p",
            tag("a", f"#{entry.n}", href=f"/event/{entry.n}", cls="number"),
            " ",
            reader.time(entry.at),
            tag("span", say("tries", n=entry.tries), cls="chip") if entry.tries > 1 else None,
            cls="head",
        ),
        [finding(one, reader) for one in entry.findings],
        tag("p", say("failed", n=entry.tries, error=entry.error), cls="bad") if entry.error else None,
        list(_led(journal, entry, ts, reader)),
        tag("details", tag("summary", say("event_json")), tag("pre", _cut(entry.event, entry.size, reader))),
        cls="entry",
        data_n=entry.n,
    )


def finding(found: Finding, reader: Reader) -> Drawn:
    """Which kind claimed a signal, what was decided about it, and what that means."""
    say, failed = reader.say, found.did != "taken in"
    if found.did == "store failed":
        meaning = say("reason_store", code=found.code)
    elif failed:
        meaning = say("reason_failed", code=found.code)
    else:
        meaning = reason_in_words(say, reader.language, found.reason)
    return tag(
        "div",
        tag("p", list(road(found, reader)), cls="road"),
        tag("p", found.subject, cls="subject") if found.subject else None,
        tag("p", meaning, cls="bad" if failed else "meaning"),
        cls="finding",
    )


def road(found: Finding, reader: Reader) -> Iterator[Drawn]:
    """By what way it came, the kind, the named reason: as chips."""
    for text, cls in ((found.via, "via"), (found.kind, "kind"), (found.reason or found.code, "reason")):
        if text:
            bad = " bad" if cls == "reason" and found.did != "taken in" else ""
            yield tag("span", text, cls=f"chip {cls}{bad}")


def request(received: Received, reader: Reader) -> Drawn:
    """One request to Slack and its answer."""
    say, fine = reader.say, received.verdict == "ok" and not received.fault
    answer = say("answered", status=received.status, verdict=received.verdict) if received.status else say("silent")
    notes = [*received.reasons, *received.warnings]
    return tag(
        "div",
        tag(
            "p",
            reader.time(round(received.at * 1000)),
            " ",
            tag("span", received.call, cls="chip call"),
            tag("span", answer, cls=f"chip {'good' if fine else 'bad'}"),
            tag("span", say("fault", name=received.fault), cls="chip bad") if received.fault else None,
            cls="head",
        ),
        tag("ul", [tag("li", one) for one in notes], cls="notes") if notes else None,
        tag("details", tag("summary", say("request_json")), tag("pre", _body(received.body))),
        cls="request",
    )


def _led(journal: Journal, entry: Entry, here: str, reader: Reader) -> Iterator[Drawn]:
    say, led = reader.say, journal.led(entry.n)
    for name, ts in dict.fromkeys(led):
        if ts == here and ts:
            continue
        message = journal.message(ts) if ts else None
        shown = (
            tag("a", notification(message, reader.view).phone[:HEADLINE], href=f"/message/{ts}")
            if message
            else together(tag("bdi", name), " (", say("led_elsewhere"), ")")
        )
        yield tag("p", say("led_to"), " ", shown, cls="led")
    if not led and not entry.error and any(one.did == "taken in" for one in entry.findings):
        yield tag("p", say("led_nowhere"), cls="led quiet")


def _log(tellings: tuple[Telling, ...], reader: Reader) -> Iterator[Drawn]:
    say = reader.say
    if tellings:
        lines = [
            tag(
                "li",
                reader.time(one.at),
                " ",
                say("log_shown", name=one.destination) if one.did == "shown" else say("log_not_shown", code=one.code),
                cls=None if one.did == "shown" else "bad",
            )
            for one in tellings
        ]
        yield tag("details", tag("summary", say("log")), tag("ul", lines, cls="notes"))


def _cut(event: str, size: int, reader: Reader) -> str:
    if size <= LONGEST and size == len(event):
        return event
    return f"{event[:LONGEST]}\n\n({reader.say('shortened', n=size)})"


def _body(body: str) -> str:
    try:
        written = json.dumps(json.loads(body), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        written = body
    return written if len(written) <= LONGEST else f"{written[:LONGEST]}…"
