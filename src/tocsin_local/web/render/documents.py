"""Static pages: one file each, with its style sheet inside, that loads nothing and runs nothing."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from tocsin_local.slack.records import Message
from tocsin_local.web.render.markup import Child, Element, h, html
from tocsin_local.web.render.messages import article
from tocsin_local.web.render.notifications import banner_pair
from tocsin_local.web.render.view import View

_SHEETS = ("slack.css", "document.css")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was understood of an event, and the messages that would be sent for it. `road` is how it came."""

    kind: str
    road: str
    severity: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An event under the name of its file; `event` is its text as it came in."""

    name: str
    event: str
    findings: tuple[Finding, ...]


def document(title: str, content: Sequence[Child], view: View) -> str:
    """A whole page. Its policy lets the browser use its own style sheet and nothing else."""
    sheet = "\n".join(files("tocsin_local.web").joinpath("static", name).read_text("utf-8") for name in _SHEETS)
    digest = b64encode(sha256(sheet.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = h(
        "head",
        h("meta", charset="utf-8"),
        h("meta", http_equiv="Content-Security-Policy", content=policy),
        h("meta", name="viewport", content="width=device-width, initial-scale=1"),
        h("title", title),
        h("style", sheet),
    )
    body = h("body", h("main", content, cls="doc"), cls="sk")
    return f"<!doctype html>\n{html(h('html', head, body, lang=view.language))}\n"


def exhibits(title: str, shown: Sequence[Exhibit], view: View) -> str:
    """The page of some events: for each what came in, what was understood, what would be posted."""
    return document(title, [h("h1", title), *(exhibit(one, view) for one in shown)], view)


def exhibit(one: Exhibit, view: View) -> Element:
    """One event as a part of a page, its name the anchor."""
    held, anchor = one.findings, anchor_of(one.name)
    meta = " · ".join(dict.fromkeys(f"{found.kind} · {found.road} · {found.severity}" for found in held))
    came = h("details", h("summary", view.say("came_in")), h("pre", one.event, cls="doc-event"), cls="doc-came")
    return h(
        "section",
        h("h2", h("a", one.name, href=f"#{anchor}", cls="doc-name")),
        h("p", meta, cls="doc-meta"),
        (h("div", _channel(found, view), cls="doc-channel") for found in held),
        came,
        cls="doc-exhibit",
        id=anchor,
    )


def anchor_of(name: str) -> str:
    """A name as an id within its page."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name)


def _channel(found: Finding, view: View) -> list[Child]:
    shown = [article(post, view, anchored=False) for post in found.messages]
    return [*shown, *(banner_pair(post, view) for post in found.messages[:1])]
