"""What the journal keeps of a Slack message and of a request: columns to find it by, and itself as JSON. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from tocsin_local.slack import Message, Received
from tocsin_local.slack.walk import texts

LONGEST = 65_536  # characters of an event or of a request that are kept
# The colours of tocsin's own bars, and Slack's three words for them.
_COLOURS = {"d92d20": "red", "f79009": "amber", "12b76a": "green", "98a2b3": "grey",
            "danger": "red", "warning": "amber", "good": "green"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """Which message a request was about: ``root`` is the ts that it names, ``id`` is tocsin's own for it."""

    root: str
    id: str


def encode(message: Message) -> str:
    return json.dumps(asdict(message), separators=(",", ":"))


def decode(body: str) -> Message:
    given = json.loads(body)
    known = {field.name for field in fields(Message)}
    given = {name: value for name, value in given.items() if name in known}
    for name in ("notified", "files"):
        given[name] = tuple(given.get(name, ()))
    given["reactions"] = {name: tuple(users) for name, users in given.get("reactions", {}).items()}
    return Message(**given)


def decode_received(body: str) -> Received:
    given = json.loads(body)
    for name in ("reasons", "warnings"):
        given[name] = tuple(given[name])
    return Received(**given)


def colour_of(message: Message) -> str:
    """Of its first bar: red, amber, green or grey; empty where there is none."""
    first = message.attachments[0] if message.attachments else None
    colour = str(first.get("color", "")).lstrip("#").lower() if isinstance(first, Mapping) else ""
    return _COLOURS.get(colour, "grey" if colour else "")


def id_of(metadata: Any) -> str:
    """The id under which tocsin knows a message, as it hands it to Slack."""
    payload = metadata.get("event_payload") if isinstance(metadata, Mapping) else None
    return str(payload.get("id", "")) if isinstance(payload, Mapping) else ""


def words_of(message: Message) -> str:
    """All that can be read in it, in small letters."""
    read = [message.text, *texts(message.blocks)]
    for attachment in message.attachments:
        if isinstance(attachment, Mapping):
            read += [value for value in attachment.values() if isinstance(value, str)]
            read += texts(attachment.get("blocks", []))
            read += texts(attachment.get("fields", []))
    return clean("\n".join(read).lower())


def request_of(received: Received) -> Request:
    """Read from its body; empty where it does not say."""
    try:
        body = json.loads(received.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        return Request(received.ts or "", "")
    root = body.get("thread_ts") or body.get("ts") or received.ts or ""
    return Request(str(root), id_of(body.get("metadata")))


def clean(text: str) -> str:
    """Without the halves of surrogate pairs, which SQLite does not take as text."""
    return text.encode("utf-8", "replace").decode("utf-8")


def shortened(text: str, longest: int = LONGEST) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"
