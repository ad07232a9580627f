"""The whole document around what is shown: head, bar, the channel on the left, the rest beside it."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin_local.web.pages.elements import Child, Drawn, tag
from tocsin_local.web.pages.reader import Reader

TABS = ("channel", "alarms", "send", "events")
KEYS = (("j  k", "key_next"), ("Enter", "key_why"), ("/", "key_search"), ("1  2  3  4", "key_tabs"),
        ("t", "key_theme"), ("?", "key_help"), ("Esc", "key_close"))  # fmt: skip
# What the script says by itself, handed over in the document: it has no sentences of its own.
SPOKEN = ("live", "lost", "why", "why_hide", "older", "taken", "loading", "set_reason")


@dataclass(frozen=True, slots=True)
class Parts:
    """What stands where. ``rev`` is the revision that the page shows, ``where`` names the Slack."""

    channel: Child
    alarms: Child
    send: Child
    events: Child
    filters: Child
    name: str
    where: str
    rev: int
    count: int


def document(parts: Parts, reader: Reader, live: bool = True) -> str:
    """The page. Without ``live`` it stays as it is: one message, one event, a page of older ones."""
    body = tag(
        "body",
        _bar(parts, reader),
        tag("main", _section("channel", _channel(parts, reader), reader), _side(parts, reader)),
        _help(reader),
        _spoken(reader),
        data_rev=parts.rev,
        data_live="1" if live else None,
        data_tab="channel",
    )  # fmt: skip
    return "<!DOCTYPE html>" + tag("html", _head(reader), body, lang=reader.language).html


def alone(title: str, content: Child, reader: Reader) -> str:
    """A page for one thing, with the way back."""
    body = tag(
        "body",
        tag("header", _brand(reader), tag("a", reader.say("back"), href="/", cls="plain"), cls="bar"),
        tag("main", tag("section", tag("h2", title), content), cls="alone"),
        _spoken(reader),
    )
    return "<!DOCTYPE html>" + tag("html", _head(reader), body, lang=reader.language).html


def _spoken(reader: Reader) -> Child:
    filled = [("not_taken", reader.say("not_taken", error="{error}"))]
    filled.append(("last_reply", reader.view.say("last_reply", at="{at}")))
    spoken = [*((key, reader.say(key)) for key in SPOKEN), *filled]
    return [tag("span", hidden=True, data_say=key, data_text=text) for key, text in spoken]


def _head(reader: Reader) -> Drawn:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", reader.say("title")),
        tag("link", rel="icon", href="/static/icon.svg", type="image/svg+xml"),
        tag("link", rel="stylesheet", href="/static/slack.css"),
        tag("link", rel="stylesheet", href="/static/page.css"),
        tag("script", src="/static/page.js", defer=True),
    )


def _brand(reader: Reader) -> Drawn:
    drawn = tag(
        "svg",
        tag("path", d="M12 3.2c-3.4 0-5.4 2.5-5.4 5.9 0 4.6-1.9 6.1-1.9 7.3h14.6c0-1.2-1.9-2.7-1.9-7.3 "
                      "0-3.4-2-5.9-5.4-5.9zM9.8 18.4a2.2 2.2 0 0 0 4.4 0z"),
        viewBox="0 0 24 24", aria_hidden="true",
    )  # fmt: skip
    return tag("a", drawn, tag("b", "tocsin"), href="/", cls="brand", aria_label=reader.say("title"))


def _bar(parts: Parts, reader: Reader) -> Drawn:
    say, other = reader.say, "en" if reader.language == "ko" else "ko"
    return tag(
        "header",
        _brand(reader),
        parts.filters,
        tag(
            "nav",
            tag("a", say("language"), href=f"/?lang={other}", hreflang=other, lang=other, cls="plain"),
            tag("button", "◐", type="button", cls="plain needs-script", data_do="theme", title=say("theme"),
                aria_label=say("theme")),
            tag("button", "?", type="button", cls="plain needs-script", data_do="help", title=say("help"),
                aria_label=say("help")),
        ),
        cls="bar",
    )  # fmt: skip


def _tabs(reader: Reader) -> Drawn:
    return tag("nav", [tag("a", reader.say(one), href=f"#{one}", data_go=one) for one in TABS], cls="tabs")


def _side(parts: Parts, reader: Reader) -> Drawn:
    beside = tag(
        "div",
        _section("alarms", parts.alarms, reader),
        _section("send", parts.send, reader),
        _section("events", parts.events, reader),
        cls="beside",
    )
    return tag("div", _tabs(reader), beside, cls="side")


def _section(name: str, content: Child, reader: Reader) -> Drawn:
    return tag("section", tag("h2", reader.say(name)) if name != "channel" else None, content, id=name,
               aria_label=reader.say(name))  # fmt: skip


def _channel(parts: Parts, reader: Reader) -> Child:
    say = reader.say
    return [
        tag(
            "div",
            tag("h1", "#", parts.name),
            tag("span", say("members", n=parts.count), cls="quiet", data_count=parts.count),
            tag("span", parts.where, cls="quiet where"),
            tag("span", say("reading"), cls="pulse", role="status"),
            tag("a", "JSONL", href="/requests.jsonl", cls="plain", title=say("export"), download="requests.jsonl"),
            cls="title",
        ),
        tag("button", say("fresh"), type="button", cls="fresh", hidden=True, data_do="top"),
        tag("div", parts.channel, cls="rows", id="rows"),
    ]


def _help(reader: Reader) -> Drawn:
    say = reader.say
    listed = [
        tag("tr", tag("th", [tag("kbd", one) for one in keys.split()]), tag("td", say(about))) for keys, about in KEYS
    ]
    return tag(
        "dialog",
        tag("h2", say("keys")),
        tag("table", listed),
        tag("form", tag("button", say("close"), cls="act"), method="dialog"),
        id="help",
        aria_label=say("keys"),
    )
