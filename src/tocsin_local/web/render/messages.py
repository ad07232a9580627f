"""Draws a message of a channel: who, when, what, and what became of it (edits, reactions, mentions, its thread)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tocsin_local.slack.mentions import notified
from tocsin_local.slack.records import Message
from tocsin_local.web.render.attachments import attachments
from tocsin_local.web.render.blocks import blocks
from tocsin_local.web.render.dates import clock, whole
from tocsin_local.web.render.emoji import emoji
from tocsin_local.web.render.markup import Child, Element, h, html
from tocsin_local.web.render.mrkdwn import mrkdwn, plain
from tocsin_local.web.render.texts import number, words
from tocsin_local.web.render.view import View

_BELL = (
    "M12 3.2a1.3 1.3 0 0 1 1.3 1.3v.5a5.6 5.6 0 0 1 4.3 5.5v3.3l1.5 2.4a.6.6 0 0 1-.5.9H5.4a.6.6 0 0 1-.5-.9l1.5-2.4"
    "v-3.3A5.6 5.6 0 0 1 10.700 5v-.5A1.300 1.300 0 0 1 12 3.200zM9.900 18.200h4.200a2.100 2.100 0 0 1-4.200 0z"
)


def message(post: Message, view: View, replies: Sequence[Message] = ()) -> str:
    """One message as an HTML fragment. `replies` are those of its thread, oldest first."""
    return html(article(post, view, replies))


def posted(payload: Mapping[str, Any], ts: str = "", channel: str = "alarms", author: str = "tocsin") -> Message:
    """A bare payload as a message that nobody has posted yet. `ts` is Slack's ("1795430000.000100"), "" for none."""
    found = payload.get("text"), payload.get("blocks"), payload.get("attachments")
    text = words(found[0])
    held, attached = (list(one) if isinstance(one, list) else [] for one in found[1:])
    names = notified(text, held, attached)
    marked = payload.get("mrkdwn") is not False
    return Message("C0000000000", channel, ts, author, "preview", text, held, attached, notified=names, mrkdwn=marked)


def article(post: Message, view: View, replies: Sequence[Message] = (), anchored: bool = True) -> Element:
    """The same as an element, to build it into a page. `anchored`: it has an id, which its time links to."""
    name = post.username or post.author
    anchor = f"m-{post.channel}-{post.ts}" if post.ts and anchored else None
    head = h("div", h("b", name, cls="sk-author"), h("span", view.say("app"), cls="sk-app"), _time(post, view, anchor),
             cls="sk-head")  # fmt: skip
    return h(
        "article",
        avatar(),
        h(
            "div",
            h("p", view.say("only_you", who=post.seen_by), cls="sk-broadcast") if post.seen_by else None,
            head,
            h("p", view.say("thread_reply"), cls="sk-broadcast") if post.broadcast else None,
            body(post, view),
            _mentions(post, view),
            _reactions(post),
            _thread(replies, view),
            cls="sk-column",
        ),
        cls="sk-message",
        id=anchor,
        data_ts=post.ts,
        data_channel=post.channel_name,
    )


def body(post: Message, view: View) -> Element:
    """What it says: blocks and attachments; the text where it has no blocks."""
    held = list(blocks(post.blocks, view))
    attached = attachments(post.attachments, view)
    said = [] if held or not post.text else [h("div", top_text(post, view), cls="sk-text")]
    files = [h("p", view.say("file", id=file), cls="sk-small-print") for file in post.files]
    parts: list[Child] = [*said, *held, *attached, *files]
    edited = h("span", view.say("edited"), cls="sk-edited") if post.edited else None
    return h("div", parts or h("p", view.say("empty"), cls="sk-small-print"), edited, cls="sk-body")


def top_text(post: Message, view: View) -> list[Child]:
    """The text beside the blocks, which its sender may have said to hold no markup."""
    return mrkdwn(post.text, view) if post.mrkdwn else plain(post.text)


def avatar() -> Element:
    """The product's bell."""
    return h(
        "svg",
        h("rect", width=24, height=24, rx=5, cls="sk-avatar-ground"),
        h("path", d=_BELL, cls="sk-avatar-bell"),
        cls="sk-avatar",
        viewBox="0 0 24 24",
        aria_hidden="true",
    )


def _time(post: Message, view: View, anchor: str | None) -> Child:
    if not post.ts:
        return None
    seconds, link = number(post.ts), anchor and f"#{anchor}"
    return h("a" if link else "span", clock(seconds, view), cls="sk-time", href=link, title=whole(seconds, view))


def _mentions(post: Message, view: View) -> Child:
    """Who is called: it must be nobody whenever a message holds only what came from outside."""
    if not post.notified:
        return None
    names = ", ".join(f"@{name}" for name in post.notified)
    return h("p", view.say("notified", n=len(post.notified), who=names), cls="sk-mentions")


def _reactions(post: Message) -> Child:
    if not post.reactions:
        return None
    shown = (
        h("span", emoji(name), " ", h("b", str(len(who))), cls="sk-reaction", title=f":{name}:")
        for name, who in post.reactions.items()
    )
    return h("div", shown, cls="sk-reactions")


def _thread(replies: Sequence[Message], view: View) -> Child:
    if not replies:
        return None
    count = len(replies)
    total = view.say("replies_1") if count == 1 else view.say("replies", n=count)
    last = view.say("last_reply", at=whole(number(replies[-1].ts), view))
    face = h("summary", avatar(), h("b", total), h("span", last, cls="sk-last"), cls="sk-replies")
    return h("details", face, h("div", (article(one, view) for one in replies), cls="sk-replied"), cls="sk-thread")
