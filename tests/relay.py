"""Stands between a client and the emulator, and may lose, delay or replace an answer that was given."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from emulator import access
from raw_server import RawServer, Say, http
from tocsin.aws.client import Client
from tocsin.aws.dynamodb_store import DynamoStore
from tocsin.destinations.http import Answer, Connections

_HEADER = re.compile(r"^(X-Amz-Target|X-Amz-Date|Content-Type|Authorization): (.*?)\r?$", re.MULTILINE)
LOST = Say(b"", then="reset")

Alter = Callable[[Answer], Say | None]


def error(code: str, **more: object) -> Alter:
    """Answers, whatever the emulator said, with this refusal."""
    return lambda _: http(400, json.dumps({"__type": code, **more}).encode())


def lost(_: Answer) -> Say:
    """The call was heard, its answer never arrives."""
    return LOST


@dataclass
class Relay:
    """``alter`` maps an action to what is done with its next answers, one after the other; None leaves one alone.

    ``calls`` are the actions that were heard, ``asked`` what each of them was given.
    """

    alter: dict[str, list[Alter | None]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, action: str, asked: bytes, answer: Answer) -> Say:
        self.calls.append(action)
        self.asked.append(json.loads(asked))
        waiting = self.alter.get(action)
        alter = waiting.pop(0) if waiting else None
        return (alter(answer) if alter else None) or http(answer.status, answer.body)


@contextmanager
def relayed(endpoint: str, table: str) -> Iterator[tuple[DynamoStore, Relay]]:
    """A store whose calls go through a relay; it never waits."""
    relay, upstream, downstream = Relay(), Connections(), Connections()

    def forward(_: int) -> Say:
        heard = server.heard[-1]
        headers = dict(_HEADER.findall(heard.head))
        answer = upstream.post(endpoint, heard.body, headers)
        return relay.answer(headers["X-Amz-Target"].partition(".")[2], heard.body, answer)

    with RawServer(forward) as server:
        client = Client(access(f"http://127.0.0.1:{server.port}"), downstream, sleep=lambda _: None)
        try:
            yield DynamoStore(client, table), relay
        finally:
            downstream.close()
            upstream.close()
