"""Draws rich_text blocks: sections, lists, quotes and preformatted text, in which nothing is markup.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin_local.web.render.dates import date
from tocsin_local.web.render.emoji import emoji
from tocsin_local.web.render.markup import Child, Element, h, link
from tocsin_local.web.render.mrkdwn import plain
from tocsin_local.web.render.texts import Thing, flag, number, thing, things, unknown, words
from tocsin_local.web.render.view import View

_DEEPEST = 8
_STYLES = (("code", "code"), ("strike", "del"), ("italic", "em"), ("bold", "strong"), ("underline", "u"))
_CODE_POINTS = re.compile(r"[0-9a-f]{2,6}(?:-[0-9a-f]{2,6})*")


def rich_text(block: Thing, view: View) -> list[Child]:
    """The parts of a rich_text block."""
    return [_part(part, view) for part in things(block.get("elements"))]


def _part(part: Thing, view: View) -> Child:
    kind = words(part.get("type"))
    inside = things(part.get("elements"))
    if kind == "rich_text_section":
        return h("div", _inline(inside, view), cls="sk-text")
    if kind == "rich_text_quote":
        return h("blockquote", _inline(inside, view), cls="sk-quote")
    if kind == "rich_text_preformatted":
        return h("pre", _inline(inside, view), cls="sk-pre")
    if kind == "rich_text_list":
        return _list(part, view)
    return unknown(kind, view)


def _list(part: Thing, view: View) -> Element:
    ordered = part.get("style") == "ordered"
    depth = min(_DEEPEST, max(0, round(number(part.get("indent")))))
    items = [h("li", _inline(things(item.get("elements")), view)) for item in things(part.get("elements"))]
    start = round(number(part.get("offset"))) + 1 if ordered and part.get("offset") else None
    return h("ol" if ordered else "ul", items, cls=f"sk-list sk-indent-{depth}", start=start)


def _inline(elements: list[Thing], view: View) -> Iterator[Child]:
    for one in elements:
        yield _styled(_plain_element(one, view), thing(one.get("style")))


def _plain_element(one: Thing, view: View) -> list[Child]:
    match words(one.get("type")):
        case "text":
            return plain(words(one.get("text")), emoji=False)
        case "link":
            url = words(one.get("url"))
            return [link(url, words(one.get("text")) or url, cls="sk-link")]
        case "emoji":
            return [_picture(one)]
        case "user":
            return [h("span", "@", words(one.get("user_id")), cls="sk-mention")]
        case "usergroup":
            return [h("span", "@", words(one.get("usergroup_id")), cls="sk-mention")]
        case "team":
            return [h("span", "@", words(one.get("team_id")), cls="sk-mention")]
        case "broadcast":
            return [h("span", "@", words(one.get("range")), cls="sk-mention sk-call")]
        case "channel":
            return [h("span", "#", words(one.get("channel_id")), cls="sk-channel")]
        case "date":
            said = words(one.get("fallback"))
            seconds = number(one.get("timestamp"))
            return [date(seconds, words(one.get("format")), said, view, words(one.get("url")))]
        case "color":
            return [_swatch(words(one.get("value"))), words(one.get("value"))]
        case kind:
            return [unknown(kind, view)]


def _picture(one: Thing) -> str:
    """Slack sends the code points along with the name; ours are those of the name where it does not."""
    points = words(one.get("unicode")).lower()
    if _CODE_POINTS.fullmatch(points) and all(int(point, 16) < 0x110000 for point in points.split("-")):
        return "".join(chr(int(point, 16)) for point in points.split("-"))
    return emoji(words(one.get("name")))


def _styled(nodes: list[Child], style: Thing) -> list[Child]:
    for name, tag in _STYLES:
        if flag(style, name):
            nodes = [h(tag, nodes, cls="sk-code" if name == "code" else None)]
    return nodes


def _swatch(value: str) -> Child:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
        return None
    return h("svg", h("rect", width=12, height=12, rx=3, fill=value), cls="sk-swatch", width=12, height=12,
             aria_hidden="true")  # fmt: skip
