"""Slack as a destination: what to do for a message, by incoming webhook or as a bot.

A webhook can only add messages, so it says less and each message stands alone. A bot keeps one message per episode up
to date and says what is notable in its thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

from tocsin.destinations.slack import blocks
from tocsin.destinations.slack.answers import Verdict
from tocsin.destinations.slack.api import Bot, Payload
from tocsin.destinations.slack.blocks import Look
from tocsin.destinations.slack.insist import Errand, failure, insist
from tocsin.destinations.slack.shapes import small
from tocsin.model import Incident, Message, Notice, Phrase, Receipt
from tocsin.words import plain

# What a webhook shows as a whole card, and what as one compact line; all other reasons are worth an edit at most.
CARDS = frozenset({"first", "worse", "late", "said", "told"})
LINES = frozenset({"resolved", "reopen", "flap-start", "flap-end", "repeated"})
# News even when nothing is open any more.
NEWS = frozenset({"said", "told", "late", "repeated"})
# A message that vanished is posted anew at most this often (ms); more often, a human does not want it there.
ANEW = 900_000
LOUD = ("critical", "high")
# Seconds that one show() may take, all its tries together.
LIMIT = 8.5

Draw = Callable[[int], Payload]


class Renderer(Protocol):
    """How a message looks; the module ``blocks`` is one."""

    def draw(self, message: Message, look: Look, plainness: int = 0) -> dict[str, Any]: ...

    def draw_notice(self, message: Message, notice: Notice, look: Look, plainness: int = 0) -> dict[str, Any]: ...


class Hook(Protocol):
    """What takes the messages: ``Webhook``, or a preview that only writes them down."""

    def within(self, seconds: float) -> Callable[[Payload], Verdict]: ...


@dataclass(frozen=True, slots=True)
class SlackWebhook:
    """Shows messages through an incoming webhook. ``limit``: seconds that one show() may take."""

    name: str
    webhook: Hook
    look: Look
    limit: float = LIMIT
    renderer: Renderer = field(default=blocks, repr=False)

    def show(self, message: Message, incidents: tuple[Incident, ...], shown: Receipt | None) -> Receipt:
        """A card if one is due: it shows the newest state, so it covers all that is unsaid; else the next line."""
        unsaid = _unsaid(message, shown)
        plainness, said = shown.plainness if shown else 0, _last(message, shown)
        line = next((notice for notice in unsaid if notice.reason in LINES), None)
        if any(notice.reason in CARDS for notice in unsaid) or (shown is None and not unsaid):
            plainness = self._send(partial(self.renderer.draw, message, self.look), message, plainness)
        elif line:
            self._send(partial(self.renderer.draw_notice, message, line, self.look), message, 0)
            said = line.n
        return Receipt(message.want, said, plainness=plainness)

    def _send(self, draw: Draw, message: Message, plainness: int) -> int:
        errand = Errand(self.webhook.within(self.limit), draw, partial(_again, self.look))
        return insist(errand, plainness, message.doubt)[1]


@dataclass(frozen=True, slots=True)
class SlackBot:
    """Shows messages as a bot: one per episode, edited in place, with a thread. ``limit`` as in SlackWebhook."""

    name: str
    bot: Bot
    look: Look
    limit: float = LIMIT
    renderer: Renderer = field(default=blocks, repr=False)

    def show(self, message: Message, incidents: tuple[Incident, ...], shown: Receipt | None) -> Receipt:
        """The first post, or the edit that is owed, or the next line in the thread."""
        if shown is None:
            return self._post(message, None)
        if not shown.ts:
            speaks = _next_line(message, shown) is not None
            return (
                self._post(message, shown) if speaks and self._is_wanted(message, shown) else _caught_up(message, shown)
            )
        if shown.painted < message.want:
            return self._update(message, shown)
        return self._say(message, shown)

    def _post(self, message: Message, shown: Receipt | None) -> Receipt:
        """A new message: it shows the newest state, so nothing is left unsaid."""
        # The id lets this message be found again: https://docs.slack.dev/messaging/message-metadata
        found_by = {"event_type": "tocsin_message", "event_payload": {"id": message.id}}
        named = {"channel": self.bot.channel, "metadata": found_by}
        errand = self._errand("chat.postMessage", named, partial(self.renderer.draw, message, self.look))
        verdict, plainness = insist(errand, shown.plainness if shown else 0, message.doubt)
        if verdict.kind == "forget":
            raise failure(verdict)
        ts, channel = str(verdict.body.get("ts") or ""), str(verdict.body.get("channel") or "")
        gone_at = shown.gone_at if shown else None
        return Receipt(message.want, _last(message, shown), ts, channel, plainness, gone_at)

    def _update(self, message: Message, shown: Receipt) -> Receipt:
        # What an edit does not name may stay as it was: https://docs.slack.dev/reference/methods/chat.update
        named = {"channel": shown.channel, "ts": shown.ts, "blocks": [], "attachments": []}
        errand = self._errand("chat.update", named, partial(self.renderer.draw, message, self.look))
        errand = replace(errand, again=None)  # an edit made twice is made once
        verdict, plainness = insist(errand, shown.plainness)
        if verdict.kind == "forget":
            return self._lost(message, shown)
        return replace(shown, painted=message.want, plainness=plainness)

    def _say(self, message: Message, shown: Receipt) -> Receipt:
        """The next line in the thread that is worth one."""
        notice = _next_line(message, shown)
        if notice is None:
            return _caught_up(message, shown)
        said = message.incident.said
        loud = notice.reason == "resolved" and said is not None and said.severity in LOUD
        named = {"channel": shown.channel, "thread_ts": shown.ts, "reply_broadcast": loud}
        errand = self._errand("chat.postMessage", named, partial(self.renderer.draw_notice, message, notice, self.look))
        verdict, _ = insist(errand, doubt=message.doubt)
        if verdict.kind == "forget":
            return self._lost(message, shown)
        return replace(shown, said=notice.n, ts="" if _is_orphan(verdict.body) else shown.ts)

    def _lost(self, message: Message, shown: Receipt) -> Receipt:
        """Somebody removed our message: a new one if it still matters, unless they have just removed that too."""
        now = int(self.bot.clock() * 1000)
        wanted = self._is_wanted(message, shown)
        lost = replace(shown, ts="", gone_at=now)
        return self._post(message, lost) if wanted else _caught_up(message, lost)

    def _is_wanted(self, message: Message, shown: Receipt) -> bool:
        removed = shown.gone_at is not None and self.bot.clock() * 1000 - shown.gone_at < ANEW
        news = any(notice.reason in NEWS for notice in _unsaid(message, shown))
        return (message.incident.phase == "open" or news) and not removed

    def _errand(self, method: str, named: Payload, draw: Draw) -> Errand:
        left = self.bot.connections.countdown(self.limit)
        return Errand(
            lambda payload: self.bot.call(method, {**named, **payload}, left()), draw, partial(_again, self.look)
        )


def _unsaid(message: Message, shown: Receipt | None) -> tuple[Notice, ...]:
    return tuple(notice for notice in message.notices if shown is None or notice.n > shown.said)


def _next_line(message: Message, shown: Receipt) -> Notice | None:
    return next((notice for notice in _unsaid(message, shown) if notice.reason in CARDS | LINES), None)


def _last(message: Message, shown: Receipt | None) -> int:
    """The number of the newest notice, said or not."""
    return max([notice.n for notice in message.notices] + [shown.said if shown else 0])


def _caught_up(message: Message, shown: Receipt) -> Receipt:
    """Nothing more to show: what is unsaid is worth no line."""
    return replace(shown, painted=message.want, said=_last(message, shown))


def _is_orphan(answer: Mapping[str, Any]) -> bool:
    """Slack posts a reply to a message that is gone as a message of its own."""
    posted = answer.get("message")
    return isinstance(posted, dict) and not posted.get("thread_ts")


def _again(look: Look, payload: Payload) -> Payload:
    """Marked as one that may have been shown before: no call to Slack can be made twice without that risk."""
    mark, why = (plain(Phrase(f"words.{key}"), look.language, look.zone) for key in ("repeat", "repeat_why"))
    marked = {**payload, "text": f"{payload['text']} · {mark}"}
    return {**marked, "blocks": [*payload["blocks"], *small(why, 300)]} if payload.get("blocks") else marked
