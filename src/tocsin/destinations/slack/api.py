"""The calls to Slack: an incoming webhook, and the Web API with a bot's token. Nothing here decides what to do next."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tocsin.destinations.http import Answer, Connections, NoAnswer, Timeout, address
from tocsin.destinations.slack.answers import Road, Verdict, classify
from tocsin.ports import ConfigError

API_URL = "https://slack.com/api"

Payload = Mapping[str, Any]

_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Webhook:
    """An incoming webhook: one URL, a secret, bound to one channel; answers without a handle on the message.

    ``clock`` is in seconds since 1970. Raises ConfigError if the URL is none that may be called.
    """

    url: str = field(repr=False)
    connections: Connections = field(repr=False)
    clock: Callable[[], float] = field(default=time.time, repr=False)

    def __post_init__(self) -> None:
        address(self.url)

    def within(self, seconds: float) -> Callable[[Payload], Verdict]:
        """How to send, all tries together within ``seconds`` from now."""
        left = self.connections.countdown(seconds)
        return lambda payload: self.send(payload, left())

    def send(self, payload: Payload, left: float) -> Verdict:
        """One POST within ``left`` seconds; never raises for what Slack or the road to it does."""
        post = partial(self.connections.post_json, self.url, payload, timeout=Timeout(total=left))
        return _judged(post, "webhook", self.clock)


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot in one channel (its id, or #name). ``clock`` as in Webhook. Raises ConfigError as it does."""

    token: str = field(repr=False)
    channel: str
    connections: Connections = field(repr=False)
    api_url: str = field(default=API_URL, repr=False)
    clock: Callable[[], float] = field(default=time.time, repr=False)

    def __post_init__(self) -> None:
        address(self.api_url)
        if not _TOKEN.fullmatch(self.token):
            raise ConfigError("this is no bot token", "it starts with xoxb- and has no spaces or line breaks in it")

    def call(self, method: str, arguments: Payload, left: float) -> Verdict:
        """One call of a method within ``left`` seconds; never raises for what Slack or the road to it does."""
        url = f"{self.api_url.rstrip('/')}/{method}"
        headers = {"Authorization": f"Bearer {self.token}"}
        post = partial(self.connections.post_json, url, arguments, headers, Timeout(total=left))
        return _judged(post, "web api", self.clock)


def _judged(post: Callable[[], Answer], road: Road, clock: Callable[[], float]) -> Verdict:
    try:
        return classify(post(), road, clock())
    except NoAnswer as error:
        return Verdict("ambiguous" if error.sent else "retry", error.code)
    except ValueError:  # JSON has no NaN: a chart may hold one, a plainer rendering holds none
        return Verdict("degrade", "invalid_payload")
