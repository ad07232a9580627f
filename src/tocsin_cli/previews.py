"""What would be posted for an event: read, decided and drawn as the stateless handler does, and written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tocsin.config import Config
from tocsin.decide import alone
from tocsin.destinations.slack import SlackWebhook
from tocsin.destinations.slack.answers import Verdict
from tocsin.destinations.slack.api import Payload
from tocsin.destinations.slack.blocks import Look
from tocsin.envelope import unwrap
from tocsin.grouping import message_id
from tocsin.kinds import read
from tocsin.model import Message, Signal
from tocsin.outbox import behind, shown


@dataclass(frozen=True, slots=True)
class Preview:
    """A signal, the road that it came by, and what a webhook would be sent for it."""

    road: str
    signal: Signal
    messages: tuple[dict[str, Any], ...]


def previews(content: bytes, config: Config) -> Iterator[Preview]:
    """Every signal in a file's content, in order."""
    for envelope in unwrap(content.decode("utf-8-sig", "replace"), http=True):
        for signal in read(envelope):
            yield Preview(envelope.road, signal, _messages(signal, config))


@dataclass(slots=True)
class _Notebook:
    """A webhook that writes down what it is sent."""

    sent: list[dict[str, Any]] = field(default_factory=list)

    def within(self, seconds: float) -> Callable[[Payload], Verdict]:
        return self._take

    def _take(self, payload: Payload) -> Verdict:
        self.sent.append(dict(payload))
        return Verdict("ok", "ok")


def _messages(signal: Signal, config: Config) -> tuple[dict[str, Any], ...]:
    """What the stateless handler posts: the very destination that it uses, writing into a notebook."""
    notebook = _Notebook()
    slack = SlackWebhook("slack", notebook, Look(config.language, config.zone))
    for show in alone(signal).shows:
        message = Message(slack.name, message_id(show.view), show.view, notices=show.notices)
        while behind(message):
            message = shown(message, slack.show(message, (show.view,), message.receipt))
    return tuple(notebook.sent)
