"""Turns an event into what a static page shows of it."""

from __future__ import annotations

import json
import re
from contextlib import suppress

from tocsin.config import Config
from tocsin_cli.previews import Preview, previews
from tocsin_local.web.render import posted
from tocsin_local.web.render.documents import Exhibit, Finding

_UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
_LARGEST = 100_000  # characters of an event that a page holds


def exhibit(name: str, content: bytes, config: Config) -> Exhibit:
    """The event of a file, with the messages that a webhook would be sent for it."""
    return Exhibit(name, readable(content), tuple(finding(seen) for seen in previews(content, config)))


def finding(seen: Preview) -> Finding:
    """One signal with its messages, which carry the signal's own time."""
    signal = seen.signal
    ts = f"{signal.at // 1000}.000000" if signal.at is not None and signal.at >= 0 else ""
    posts = tuple(posted(payload, ts) for payload in seen.messages)
    return Finding(signal.kind, seen.road, signal.severity, posts)


def readable(content: bytes) -> str:
    """The event's text, laid out if it is JSON, cut where it would fill the page; what nobody could see is spelled."""
    text = content.decode("utf-8-sig", "replace")
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    text = _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text if len(text) <= _LARGEST else f"{text[:_LARGEST]}\n…"
