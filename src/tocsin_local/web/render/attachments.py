"""Draws attachments: the colour bar, and beside it blocks or the older fields.

https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments
"""

from __future__ import annotations

import re
from typing import Any

from tocsin_local.web.render.blocks import blocks
from tocsin_local.web.render.dates import whole
from tocsin_local.web.render.elements import image
from tocsin_local.web.render.markup import Child, Element, h, link
from tocsin_local.web.render.markup import text as read
from tocsin_local.web.render.mrkdwn import mrkdwn, plain, unescape
from tocsin_local.web.render.texts import Thing, flag, number, things, words
from tocsin_local.web.render.view import View

_NAMED = {"good": "#2EB67D", "warning": "#ECB22E", "danger": "#E01E5A"}
_HEX = re.compile(r"#?([0-9A-Fa-f]{6}|[0-9A-Fa-f]{3})")
_MARKED = ("text", "pretext", "fields")


def attachments(found: Any, view: View) -> list[Element]:
    """Each in its own element, what stands before it (its pretext) included."""
    return [_attachment(one, view) for one in things(found)]


def _attachment(one: Thing, view: View) -> Element:
    inside = list(blocks(one.get("blocks"), view)) or _older(one, view)
    bar = h("svg", h("rect", width=4, height="100%", rx=2, fill=_colour(one)), cls="sk-bar", aria_hidden="true")
    return h(
        "div",
        _line("sk-text", _marked(one, "pretext", view)),
        h("div", bar, h("div", inside, cls="sk-inside"), cls="sk-attachment"),
        cls="sk-attached",
    )


def _colour(one: Thing) -> str | None:
    """As an SVG fill; None leaves it to the style sheet."""
    said = words(one.get("color"))
    found = _HEX.fullmatch(said)
    return f"#{found[1]}" if found else _NAMED.get(said)


def _older(one: Thing, view: View) -> list[Child]:
    title, author = words(one.get("title")), words(one.get("author_name"))
    fields = [_field(field, "fields" in _markup(one), view) for field in things(one.get("fields"))]
    said = words(one.get("text")) or ("" if title or fields else words(one.get("fallback")))
    foot = " · ".join(part for part in (words(one.get("footer")), _moment(one, view)) if part)
    return [
        _line("sk-small-print", author and link(words(one.get("author_link")), author, cls="sk-author-link")),
        _line("sk-text", title and link(words(one.get("title_link")), plain(title), cls="sk-title")),
        _line("sk-text", _marked({**one, "text": said}, "text", view)),
        _line("sk-fields", fields),
        image({"alt_text": words(one.get("fallback"))}, view) if one.get("image_url") else None,
        _line("sk-footer", plain(foot)),
    ]


def _line(look: str, inside: Child) -> Child:
    """None where there is nothing to read."""
    return h("div", inside, cls=look) if read(inside) else None


def _field(field: Thing, marked: bool, view: View) -> Element:
    """The title is escaped by Slack, the value is not."""
    value = words(field.get("value"))
    drawn = mrkdwn(value, view) if marked else plain(value)
    look = "sk-field" if flag(field, "short") else "sk-field sk-whole"
    return h("div", h("strong", unescape(words(field.get("title")))), h("br"), drawn, cls=look)


def _marked(one: Thing, key: str, view: View) -> list[Child]:
    said = words(one.get(key))
    return mrkdwn(said, view) if key in _markup(one) else plain(said)


def _markup(one: Thing) -> tuple[str, ...]:
    """Which parts are mrkdwn: all of them unless `mrkdwn_in` says otherwise."""
    named = one.get("mrkdwn_in")
    return tuple(words(part) for part in named) if isinstance(named, list) else _MARKED


def _moment(one: Thing, view: View) -> str:
    return whole(number(one.get("ts")), view) if one.get("ts") else ""
