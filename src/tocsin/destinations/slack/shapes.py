"""The shapes of Block Kit that we use, each within Slack's limits (https://docs.slack.dev/reference/block-kit/blocks).

What is handed in as ``mrkdwn`` must have come from the module of that name; all other text is written as plain_text.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tocsin.destinations.slack.mrkdwn import plain

Block = dict[str, Any]

HEADER, SECTION, BUTTON, BUTTONS, FIELDS = 150, 3000, 75, 8, 10


def plain_text(text: str, limit: int) -> Block | None:
    """None where nothing visible is left of ``text``: Slack refuses an empty text."""
    shown = plain(text, limit)
    return {"type": "plain_text", "text": shown, "emoji": False} if shown else None


def marked(mrkdwn: str) -> Block:
    """``verbatim``: Slack makes no links or mentions of what merely looks like one."""
    return {"type": "mrkdwn", "text": mrkdwn, "verbatim": True}


def header(text: str) -> list[Block]:
    shown = plain_text(text, HEADER)
    return [{"type": "header", "text": shown}] if shown else []


def section(mrkdwn: str) -> list[Block]:
    return [{"type": "section", "text": marked(mrkdwn)}] if mrkdwn.strip() else []


def fields(mrkdwns: Iterable[str]) -> list[Block]:
    """Two columns, ten to a section."""
    texts = [marked(one) for one in mrkdwns]
    parts = (texts[start : start + FIELDS] for start in range(0, len(texts), FIELDS))
    return [{"type": "section", "fields": part} for part in parts]


def small(text: str, limit: int) -> list[Block]:
    """A small grey line."""
    shown = plain_text(text, limit)
    return [{"type": "context", "elements": [shown]}] if shown else []


def buttons(links: Iterable[tuple[str, str]]) -> list[Block]:
    """A button for each of the first (label, web address)."""
    drawn = [(plain_text(label, BUTTON), address) for label, address in links][:BUTTONS]
    elements = [
        {"type": "button", "action_id": f"link-{number}", "text": text, "url": address}
        for number, (text, address) in enumerate(drawn)
        if text
    ]
    return [{"type": "actions", "elements": elements}] if elements else []
