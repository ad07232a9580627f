"""Slack's secret comes from a parameter that may come late, change, or be out of reach."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from raw_server import RawServer, Say, http
from tocsin.aws.client import Client
from tocsin.aws.secrets import Unlocked
from tocsin.config import Aws
from tocsin.destinations.http import Connections
from tocsin.model import Incident, Message, Receipt
from tocsin.ports import ConfigError, DeliveryError, Destination

MESSAGE = Message("slack", "m", Incident("i"))


def holds(secret: str) -> Say:
    return http(200, json.dumps({"Parameter": {"Name": "/tocsin/webhook", "Value": secret}}).encode())


def refuses(code: str) -> Say:
    return http(400, json.dumps({"__type": code, "message": "User: x is not authorized"}).encode())


@dataclass
class Door:
    """Destinations made from secrets; those that are ``good`` take messages, others refuse for good."""

    good: tuple[str, ...]
    shown: list[tuple[str, bool]] = field(default_factory=list)
    ambiguous: bool = False

    def make(self, secret: str) -> Destination:
        if " " in secret or not secret:
            raise ConfigError("this is no address that tocsin may call")
        return Key(self, secret)


@dataclass
class Key:
    door: Door
    secret: str
    name: str = "slack"

    def show(self, message: Message, incidents: tuple[Incident, ...], shown: Receipt | None) -> Receipt:
        self.door.shown.append((self.secret, message.doubt))
        if self.secret not in self.door.good:
            raise DeliveryError("no_service", permanent=True, ambiguous=self.door.ambiguous)
        return Receipt(message.want, 0)


@contextmanager
def behind(door: Door, *said: Say) -> Iterator[tuple[Unlocked, RawServer]]:
    """The destination, with a parameter store that answers these in turn, the last one for ever."""
    connections = Connections()
    with RawServer(lambda n: said[min(n, len(said)) - 1]) as server:
        aws = Aws("eu-west-1", "AKID", "SECRETKEY", "", f"http://127.0.0.1:{server.port}")
        client = Client(aws, connections, sleep=lambda _: None)
        try:
            yield Unlocked("slack", "/tocsin/webhook", client, door.make), server
        finally:
            connections.close()


def test_the_secret_is_read_once() -> None:
    """A container asks for it when it first shows something, decrypted, and not again."""
    door = Door(("one",))
    with behind(door, holds(" one\n")) as (destination, server):
        assert server.heard == []
        for _ in range(3):
            destination.show(MESSAGE, (), None)
    assert door.shown == [("one", False)] * 3
    assert [json.loads(heard.body) for heard in server.heard] == [{"Name": "/tocsin/webhook", "WithDecryption": True}]


@pytest.mark.parametrize(
    ("first", "code"),
    [
        (refuses("ParameterNotFound"), "secret_missing"),
        (refuses("AccessDeniedException"), "secret_unreadable"),
        (holds("not a url"), "secret_unusable"),
        (holds(""), "secret_unusable"),
    ],
)
def test_messages_wait_for_a_secret(first: Say, code: str) -> None:
    """Until it can be used each try fails, to be made again, and says why; then it is shown."""
    door = Door(("one",))
    with behind(door, first, first, holds("one")) as (destination, _):
        for _ in range(2):
            with pytest.raises(DeliveryError) as waiting:
                destination.show(MESSAGE, (), None)
            assert (waiting.value.code, waiting.value.permanent, waiting.value.ambiguous) == (code, False, False)
        assert destination.show(MESSAGE, (), None).painted == 1


def test_a_rotated_secret_is_picked_up() -> None:
    """Slack refuses the old one for good: the parameter is read again, and the message shown with the new one."""
    door = Door(("one",), ambiguous=True)
    with behind(door, holds("one"), holds("two")) as (destination, server):
        destination.show(MESSAGE, (), None)
        door.good = ("two",)
        destination.show(MESSAGE, (), None)
        destination.show(MESSAGE, (), None)
    assert door.shown == [("one", False), ("one", False), ("two", True), ("two", False)]
    assert len(server.heard) == 2


@pytest.mark.parametrize("second", [holds("one"), refuses("AccessDeniedException"), holds("not a url")])
def test_a_refusal_stays_one_without_another_secret(second: Say) -> None:
    """An unchanged parameter, or one that cannot be read or used, leaves Slack's own answer, and no second call."""
    door = Door(())
    with behind(door, holds("one"), second) as (destination, _), pytest.raises(DeliveryError, match="no_service"):
        destination.show(MESSAGE, (), None)
    assert len(door.shown) == 1


def test_no_secret_shows(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the representation nor a log line holds the secret, used or not."""
    with behind(Door(("hush",)), holds("hush hush"), holds("hush")) as (destination, _):
        with pytest.raises(DeliveryError) as refused:
            destination.show(MESSAGE, (), None)
        destination.show(MESSAGE, (), None)
        shown = repr(destination) + caplog.text + repr(refused.value)
    assert "hush" not in shown and "SECRETKEY" not in shown
