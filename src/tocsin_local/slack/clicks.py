"""What Slack posts to an app when somebody clicks a button in a message, signed as Slack signs it (F38).

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tocsin_local.slack.records import Message
from tocsin_local.slack.walk import objects
from tocsin_local.slack.workspace import APP, TEAM

USER = "U0LOCAL0001"


@dataclass(frozen=True, slots=True)
class Posted:
    """An HTTP request's headers and body, as they go over the wire."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def signed(body: bytes, secret: str, at: float) -> Posted:
    """Whatever Slack posts, at ``at`` (seconds since 1970)."""
    stamp = str(int(at))
    made = hmac.new(secret.encode("ascii"), f"v0:{stamp}:".encode("ascii") + body, hashlib.sha256)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={made.hexdigest()}",
    }
    return Posted(headers, body)


def click(message: Message, action_id: str, at: float) -> bytes:
    """The body for a click on that button of the message. LookupError if it has none of that id."""
    button = next(
        (each for _, each in objects([message.blocks, message.attachments], "") if each.get("action_id") == action_id),
        None,
    )
    if button is None:
        raise LookupError(action_id)
    return urlencode({"payload": json.dumps(_payload(message, button, at))}).encode("ascii")


def _payload(message: Message, button: Mapping[str, Any], at: float) -> dict[str, Any]:
    """A button that opens a link is told of like any other."""
    shown = {"type": "message", "ts": message.ts, "text": message.text, "blocks": message.blocks}
    given = {name: button[name] for name in ("action_id", "block_id", "type", "text", "value", "url") if name in button}
    return {
        "type": "block_actions",
        "user": {"id": USER, "username": "somebody", "name": "somebody", "team_id": TEAM},
        "api_app_id": APP,
        "token": "deprecated",
        "container": {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": message.seen_by is not None,
        },
        "trigger_id": f"{int(at)}.{secrets.token_hex(16)}",
        "team": {"id": TEAM, "domain": "local"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": message.channel, "name": message.channel_name},
        "message": shown | {"attachments": message.attachments, "thread_ts": message.thread_ts},
        "state": {"values": {}},
        "response_url": f"https://hooks.slack.com/actions/{TEAM}/{secrets.token_hex(6)}/{secrets.token_hex(12)}",
        "actions": [{**given, "action_ts": f"{at:.6f}"}],
    }
