"""What each answer of Slack means: one table, by code word first and by status second (a proxy may change either).

Words: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks,
https://docs.slack.dev/reference/methods/chat.postMessage, …/chat.update; limits: https://docs.slack.dev/apis/web-api/rate-limits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from tocsin.destinations.http import Answer

# ok: taken. degrade: never unchanged, perhaps plainer. retry: not taken, try again. wait: not taken, not before a time.
# ambiguous: perhaps taken. broken: the destination itself, for a human. forget: our message is not there any more.
Kind = Literal["ok", "degrade", "retry", "wait", "ambiguous", "broken", "forget", "other"]
Road = Literal["webhook", "web api"]

SHORTEST_WAIT = 1.0
UNKNOWN_WAIT = 30.0
LONGEST_WAIT = 900.0

_WORDS: dict[Kind, str] = {
    "wait": "ratelimited rate_limited",
    "retry": "service_unavailable rollup_error team_added_to_org",
    "ambiguous": "internal_error fatal_error request_timeout",
    "degrade": """invalid_payload invalid_blocks invalid_blocks_format invalid_attachments too_many_attachments
        attachment_payload_limit_exceeded no_text missing_text_or_fallback_or_attachments msg_too_long
        msg_blocks_too_long""",
    "broken": """user_not_found action_prohibited invalid_token posting_to_general_channel_denied channel_not_found
        no_service no_service_id no_team no_active_hooks channel_is_archived team_disabled not_in_channel is_archived
        is_inactive account_inactive not_authed invalid_auth token_revoked token_expired missing_scope""",
    "forget": """message_not_found cant_update_message edit_window_closed
        thread_not_found invalid_thread_ts cannot_reply_to_message""",
}
KINDS: Mapping[str, Kind] = {word: kind for kind, words in _WORDS.items() for word in words.split()}

_CODE = re.compile(r"[a-z_]{3,64}")
_SECONDS = re.compile(r"[0-9]+(\.[0-9]*)?")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``code``: Slack's word, or one made from the status. ``retry_after``: seconds, for "wait" only.
    ``body``: the Web API's answer, as it came."""

    kind: Kind
    code: str
    retry_after: float | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)


def classify(answer: Answer, road: Road, now: float) -> Verdict:
    """What an answer means. ``now`` is in seconds since 1970, for a Retry-After that is a date."""
    body = _json(answer.body)
    if 200 <= answer.status <= 299 and _taken(answer, body, road):
        return Verdict("ok", "ok", body=body)
    word = _word(answer, body)
    known = KINDS.get(word)
    if known is None or (known == "forget" and road == "webhook"):  # a webhook knows no message of ours
        known = _unknown(word, answer.status, refused=body.get("ok") is False)
    wait = retry_after(answer.headers.get("retry-after"), now) if known == "wait" else None
    return Verdict(known, word or f"http_{answer.status}", wait, body)


def retry_after(value: str | None, now: float) -> float:
    """Seconds to wait: a number, or until a date; 30 s if missing or unreadable, at least 1 s, at most 15 min."""
    value = (value or "").strip()
    try:
        seconds = float(value) if _SECONDS.fullmatch(value) else parsedate_to_datetime(value).timestamp() - now
    except (ValueError, OverflowError, OSError):
        seconds = UNKNOWN_WAIT
    return min(LONGEST_WAIT, max(SHORTEST_WAIT, seconds))


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _taken(answer: Answer, body: Mapping[str, Any], road: Road) -> bool:
    """A webhook says exactly "ok", the Web API says it in JSON; anything else at 200 is somebody else speaking."""
    return answer.body == b"ok" if road == "webhook" else body.get("ok") is True


def _word(answer: Answer, body: Mapping[str, Any]) -> str:
    said = body.get("error") if body else answer.body[:1024].decode("ascii", "replace").strip()
    return said if isinstance(said, str) and _CODE.fullmatch(said) else ""


def _unknown(word: str, status: int, refused: bool) -> Kind:
    if word.startswith("restricted_action"):
        return "broken"
    if status <= 299:
        return "other" if refused else "ambiguous"
    if status <= 399 or status in (401, 403, 404, 410):
        return "broken"
    if status in (400, 413):
        return "degrade"
    if status == 429:
        return "wait"
    return "retry" if status >= 500 else "other"
