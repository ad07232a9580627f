"""What the local Slack knows: channels, webhooks, messages, files, and everything that it ever received."""

import secrets
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from tocsin_local.slack.clock import Clock
from tocsin_local.slack.faults import Faults
from tocsin_local.slack.limits import RateLimits
from tocsin_local.slack.mentions import notified
from tocsin_local.slack.records import Channel, Hook, HookState, Message, Received, TokenState, UnknownThread, Upload
from tocsin_local.slack.validation import Content

TEAM = "T0LOCAL0001"
BOT_USER = "U0TOCSIN001"
BOT = "B0TOCSIN001"
APP = "A0TOCSIN001"
SCOPES = frozenset({"chat:write", "reactions:write", "files:write", "channels:history", "groups:history"})


class UnknownParent(Exception):
    """A reply to a message that is not there, where the workspace refuses such replies."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it has a place."""

    content: Content
    author: str
    via: str
    thread_ts: str | None = None
    broadcast: bool = False
    link_names: bool = False
    files: tuple[str, ...] = ()
    seen_by: str | None = None
    username: str = ""


@dataclass(slots=True)
class Settings:
    """What a test may turn while the server runs."""

    images: set[str] = field(default_factory=set)
    strict: bool = True
    unknown_thread: UnknownThread = UnknownThread.KEEP
    token_state: TokenState = TokenState.ACTIVE
    scopes: frozenset[str] = SCOPES


class Workspace:
    """The state, guarded by one lock: hold `changed` around whatever must happen at once."""

    def __init__(self, clock: Clock, burst: int, keep: int | None = None) -> None:
        """``keep``: how many messages and how many requests are remembered, the newest; None is all of them."""
        self.clock = clock
        self.limits = RateLimits(clock, burst)
        self.faults = Faults()
        self.settings = Settings()
        self.bot_token = f"xoxb-{secrets.token_hex(12)}"
        self.signing_secret = secrets.token_hex(16)
        self.changed = threading.Condition(threading.RLock())
        self.received: deque[Received] = deque(maxlen=keep)
        self.channels: dict[str, Channel] = {}
        self.hooks: dict[str, Hook] = {}
        self.uploads: dict[str, Upload] = {}
        self.upload_keys: dict[str, str] = {}
        self._messages: dict[tuple[str, str], Message] = {}
        self._keep = keep
        self._listeners: list[Callable[[Message], None]] = []
        self._inspectors: list[Callable[[Received], None]] = []
        self._fresh: list[Message] = []
        self._came: list[Received] = []
        self._last = 0

    def add_channel(
        self, name: str, private: bool = False, member: bool = True, users: Collection[str] = ()
    ) -> Channel:
        """A channel by its name, with or without the #."""
        with self.changed:
            kind = "G" if private else "C"
            channel = Channel(
                f"{kind}{len(self.channels) + 1:010d}", name.lstrip("#"), private, member, users=frozenset(users)
            )
            self.channels[channel.id] = channel
            return channel

    def add_hook(self, channel: Channel) -> Hook:
        with self.changed:
            hook = Hook(f"B{len(self.hooks) + 1:010d}", channel.id, secrets.token_hex(12))
            self.hooks[hook.id] = hook
            return hook

    def set_hook(self, hook_id: str, state: HookState) -> None:
        with self.changed:
            self.hooks[hook_id] = replace(self.hooks[hook_id], state=state)

    def set_channel(self, channel: Channel) -> None:
        with self.changed:
            self.channels[channel.id] = channel

    def channel(self, name: Any) -> Channel | None:
        """By id, by #name or by name."""
        named = (c for c in self.channels.values() if c.name == str(name).lstrip("#"))
        return self.channels.get(str(name)) or next(named, None)

    def post(self, channel: Channel, draft: Draft) -> tuple[Message, tuple[str, ...]]:
        """Put a message into a channel; returns it with warnings. Raises UnknownParent."""
        with self.changed:
            thread_ts, warnings = self._parent(channel, draft.thread_ts)
            content = draft.content
            message = Message(
                channel.id,
                channel.name,
                self._next_ts(),
                draft.author,
                draft.via,
                content.text,
                content.blocks,
                content.attachments,
                content.metadata,
                thread_ts,
                draft.broadcast and thread_ts is not None,
                notified=notified(content.text, content.blocks, content.attachments, draft.link_names),
                files=draft.files,
                seen_by=draft.seen_by,
                username=draft.username,
                mrkdwn=content.mrkdwn,
            )
            self.put(message)
            return message, warnings

    def put(self, message: Message) -> None:
        """Show this version of a message; those who wait and listen hear of it."""
        with self.changed:
            self._messages[message.channel, message.ts] = message
            self._fresh.append(message)
            while self._keep is not None and len(self._messages) > self._keep:
                del self._messages[next(iter(self._messages))]
            self.changed.notify_all()

    def restore(self, messages: Iterable[Message]) -> None:
        """Messages of an earlier life, oldest first. Nobody is told of them."""
        with self.changed:
            for message in messages:
                self._messages[message.channel, message.ts] = message
                self._last = max(self._last, int(message.ts.replace(".", "")))

    def remove(self, channel: str, ts: str) -> None:
        """As when a person deletes it. KeyError if it is not there."""
        with self.changed:
            del self._messages[channel, ts]
            self.changed.notify_all()

    def find(self, channel: str, ts: str) -> Message | None:
        return self._messages.get((channel, ts))

    def messages(self, channel: str | None = None) -> Iterator[Message]:
        """Oldest first, ephemeral ones too, of one channel (its id) or of all."""
        ordered = sorted(self._messages.values(), key=lambda message: message.ts)
        return (message for message in ordered if channel in (None, message.channel))

    def record(self, received: Received) -> None:
        with self.changed:
            self.received.append(received)
            self._came.append(received)
            self.changed.notify_all()

    def subscribe(self, listener: Callable[[Message], None]) -> None:
        with self.changed:
            self._listeners.append(listener)

    def inspect(self, inspector: Callable[[Received], None]) -> None:
        with self.changed:
            self._inspectors.append(inspector)

    def tell(self) -> None:
        """Tell the listeners what is new; to be called without the lock, so that they may ask back."""
        with self.changed:
            fresh, self._fresh = self._fresh, []
            came, self._came = self._came, []
            listeners, inspectors = tuple(self._listeners), tuple(self._inspectors)
        for message in fresh:
            for listener in listeners:
                listener(message)
        for received in came:
            for inspector in inspectors:
                inspector(received)

    def _parent(self, channel: Channel, thread_ts: str | None) -> tuple[str | None, tuple[str, ...]]:
        """The ts that a reply hangs on: never another reply's."""
        if thread_ts is None:
            return None, ()
        parent = self.find(channel.id, thread_ts)
        if parent is not None:
            return parent.thread_ts or parent.ts, ()
        match self.settings.unknown_thread:
            case UnknownThread.REJECT:
                raise UnknownParent(thread_ts)
            case UnknownThread.TOP_LEVEL:
                return None, ("unknown thread_ts: posted top-level",)
            case UnknownThread.KEEP:
                return thread_ts, ("unknown thread_ts: kept as given",)

    def _next_ts(self) -> str:
        self._last = max(int(self.clock() * 1_000_000), self._last + 1)
        return f"{self._last // 1_000_000:010d}.{self._last % 1_000_000:06d}"
