"""The nouns of the local Slack: what it holds, and what it tells those who look."""

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class HookState(StrEnum):
    """What became of an incoming webhook."""

    ACTIVE = "active"
    DISABLED = "disabled"
    REMOVED = "removed"
    ARCHIVED = "archived"
    CHANNEL_DELETED = "channel_deleted"
    PROHIBITED = "prohibited"
    GENERAL_DENIED = "general_denied"
    TEAM_DISABLED = "team_disabled"
    INVALID_TOKEN = "invalid_token"


class TokenState(StrEnum):
    """What became of the bot token."""

    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"
    ACCOUNT_INACTIVE = "account_inactive"


class UnknownThread(StrEnum):
    """What happens to a reply whose parent does not exist: Slack does not say, so each can be tried."""

    KEEP = "keep"
    TOP_LEVEL = "top_level"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Channel:
    id: str
    name: str
    """Without the #."""
    private: bool = False
    member: bool = True
    """Whether the bot is in it."""
    archived: bool = False
    users: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hook:
    id: str
    channel: str
    token: str = field(repr=False)
    state: HookState = HookState.ACTIVE


@dataclass(frozen=True, slots=True)
class Upload:
    """A file between its three steps: announced, uploaded, completed."""

    id: str
    name: str
    length: int
    content: bytes | None = field(default=None, repr=False)
    title: str = ""
    alt_text: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What people see now. `text`, `blocks` and `attachments` are as they were sent.

    `notified` is everyone whom the message has notified in any of its versions, `versions` how many there were.
    `edited` is whether Slack shows "(edited)". `seen_by` is a user's id for an ephemeral message.
    """

    channel: str
    channel_name: str
    ts: str
    author: str
    via: str
    text: str = ""
    blocks: list[Any] = field(default_factory=list)
    attachments: list[Any] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    thread_ts: str | None = None
    broadcast: bool = False
    edited: bool = False
    versions: int = 1
    notified: tuple[str, ...] = ()
    reactions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    seen_by: str | None = None
    username: str = ""
    mrkdwn: bool = True
    """Whether `text` is markup."""


@dataclass(frozen=True, slots=True)
class Received:
    """One request, verbatim but for its secrets, with what was thought of it.

    `at` is in seconds, `call` is "webhook", "upload" or a method's name, `verdict` is "ok" or Slack's code word,
    `reasons` is what Slack keeps to itself, `ts` is that of the message that was stored, `fault` names what was
    injected: then the sender did not get the answer that `verdict` says. `status` is 0 where none was sent.
    """

    at: float
    call: str
    verb: str
    path: str
    headers: dict[str, str]
    body: str
    verdict: str
    status: int
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    ts: str | None = None
    fault: str = ""

    def line(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self))
