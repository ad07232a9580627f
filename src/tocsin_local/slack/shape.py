"""A message as the Web API shows it: https://docs.slack.dev/reference/events/message."""

from typing import Any

from tocsin_local.slack.records import Message
from tocsin_local.slack.workspace import APP, BOT, BOT_USER, TEAM


def as_slack(message: Message, with_metadata: bool = True) -> dict[str, Any]:
    """Never quite what was sent: blocks and attachments get ids, as the documentation warns."""
    shown: dict[str, Any] = {
        "type": "message",
        "ts": message.ts,
        "text": message.text,
        "team": TEAM,
        "app_id": APP,
        "bot_id": BOT if message.author == BOT_USER else message.author,
    }
    if message.author == BOT_USER:
        shown["user"] = BOT_USER
    else:
        shown["subtype"] = "bot_message"
    optional = {
        "username": message.username,
        "blocks": [_with_id(block, f"b{index}") for index, block in enumerate(message.blocks)],
        "attachments": [_attachment(attachment, index) for index, attachment in enumerate(message.attachments, 1)],
        "thread_ts": message.thread_ts,
        "metadata": message.metadata if with_metadata else None,
        "edited": {"user": BOT_USER, "ts": message.ts} if message.edited else None,
        "reactions": [{"name": n, "users": list(u), "count": len(u)} for n, u in message.reactions.items()],
        "files": [{"id": file} for file in message.files],
    }
    return shown | {name: value for name, value in optional.items() if value}


def _with_id(block: dict[str, Any], name: str) -> dict[str, Any]:
    return {"block_id": name, **block}


def _attachment(attachment: dict[str, Any], number: int) -> dict[str, Any]:
    shown = {"id": number, "fallback": "[no preview available]", **attachment}
    if "blocks" in attachment:
        shown["blocks"] = [_with_id(block, f"a{number}b{i}") for i, block in enumerate(attachment["blocks"])]
    return shown
