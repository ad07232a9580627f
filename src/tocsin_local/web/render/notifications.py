"""What a phone and a desktop announce: the phone takes a message's text, the desktop reads its blocks first.

So it is since 2026-07-13: https://docs.slack.dev/changelog
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tocsin_local.slack.records import Message
from tocsin_local.web.render.markup import Child, Element, h, html
from tocsin_local.web.render.markup import text as read
from tocsin_local.web.render.messages import avatar, top_text
from tocsin_local.web.render.rich_text import rich_text
from tocsin_local.web.render.texts import text, thing, things, words
from tocsin_local.web.render.view import View

_PHONE, _DESKTOP = 178, 240  # letters that find room


@dataclass(frozen=True, slots=True)
class Notification:
    """Two plain texts, cut as the screens cut them."""

    phone: str
    desktop: str


def notification(post: Message, view: View) -> Notification:
    """What is announced. A message without text that a phone could show has no preview there, as in Slack."""
    said = _line(read(top_text(post, view)))
    blocks = post.blocks or [block for one in things(post.attachments) for block in things(one.get("blocks"))]
    from_blocks = " ".join(filter(None, (_line(read(_said(block, view))) for block in things(blocks))))
    older = " ".join(_line(words(one.get("fallback"))) for one in things(post.attachments))
    phone = said or older.strip()
    return Notification(_cut(phone, _PHONE), _cut(from_blocks or phone, _DESKTOP))


def banners(post: Message, view: View) -> str:
    """Both, drawn: an HTML fragment."""
    return html(banner_pair(post, view))


def banner_pair(post: Message, view: View) -> Element:
    """The same as an element."""
    told = notification(post, view)
    name = post.username or post.author
    return h("div", _banner("phone", told.phone, name, post, view), _banner("desktop", told.desktop, name, post, view),
             cls="sk-banners")  # fmt: skip


def _banner(device: str, said: str, name: str, post: Message, view: View) -> Element:
    head = h("div", h("b", "Slack"), h("span", view.say("now"), cls="sk-now"), cls="sk-banner-head")
    who = h("div", h("b", view.say("channel", name=post.channel_name)), cls="sk-banner-channel")
    lines = h("div", head, who, h("div", f"{name}: {said}", cls="sk-banner-text"), cls="sk-banner-lines")
    inside = h("div", avatar(), lines, cls=f"sk-banner sk-{device}")
    return h("div", h("div", view.say(device), cls="sk-banner-name"), inside, cls="sk-banner-place")


def _said(block: Any, view: View) -> Iterator[Child]:
    """The words of a block that stands at the top of a message."""
    found = thing(block)
    match words(found.get("type")):
        case "header" | "section":
            yield text(found.get("text"), view)
            yield from (part for field in things(found.get("fields")) for part in (" ", *text(field, view)))
        case "context":
            yield from (part for one in things(found.get("elements")) for part in (*text(one, view), " "))
        case "rich_text":
            yield from rich_text(found, view)
        case "markdown":
            yield words(found.get("text"))


def _line(said: str) -> str:
    return " ".join(said.split())


def _cut(said: str, room: int) -> str:
    return said if len(said) <= room else said[: room - 1].rstrip() + "…"
