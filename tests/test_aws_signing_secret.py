"""Slack's signing secret comes from a parameter that may come late or change, and strangers make nobody ask for it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from raw_server import RawServer, Say, http
from tocsin.aws.client import Client
from tocsin.aws.signing_secret import BETWEEN, SigningSecret
from tocsin.config import Aws
from tocsin.destinations.http import Connections
from tocsin_local.slack import VirtualClock


def holds(secret: str) -> Say:
    return http(200, json.dumps({"Parameter": {"Name": "/tocsin/x", "Value": secret}}).encode())


def refuses(code: str) -> Say:
    return http(400, json.dumps({"__type": code, "message": "User: x is not authorized"}).encode())


@contextmanager
def kept(clock: VirtualClock, *said: Say) -> Iterator[tuple[SigningSecret, RawServer]]:
    """The secret, with a parameter store that answers these in turn, the last one for ever."""
    connections = Connections()
    with RawServer(lambda n: said[min(n, len(said)) - 1]) as server:
        aws = Aws("eu-west-1", "AKID", "SECRETKEY", "", f"http://127.0.0.1:{server.port}")
        try:
            yield SigningSecret("/tocsin/x", Client(aws, connections, sleep=lambda _: None), clock), server
        finally:
            connections.close()


def test_it_is_read_when_it_is_first_needed_and_kept() -> None:
    """Once in a container's life while it fits, decrypted, and without the spaces that came with a paste."""
    with kept(VirtualClock(), holds(" one\n")) as (secret, server):
        assert server.heard == []
        assert [secret.other_than("") for _ in range(5)] == ["one"] * 5
    assert [json.loads(heard.body) for heard in server.heard] == [{"Name": "/tocsin/x", "WithDecryption": True}]


def test_a_rotated_one_is_found_when_the_old_one_does_not_fit() -> None:
    """It is read again, and from then on the new one is the first that is tried."""
    clock = VirtualClock()
    with kept(clock, holds("one"), holds("two")) as (secret, _):
        assert secret.other_than("") == "one"
        clock.advance(BETWEEN)
        assert secret.other_than("one") == "two"
        assert secret.other_than("") == "two"


def test_however_many_strangers_knock_it_is_read_once_a_minute() -> None:
    """A thousand signatures that do not fit, over ten minutes: ten readings."""
    clock = VirtualClock()
    with kept(clock, holds("one")) as (secret, server):
        for _ in range(1000):
            assert secret.other_than("") == "one"
            assert secret.other_than("one") == ""
            clock.advance(BETWEEN * 10 / 1000)
    assert len(server.heard) == 10


@pytest.mark.parametrize("code", ["ParameterNotFound", "AccessDeniedException"])
def test_where_there_is_none_nobody_gets_in_until_it_comes(code: str, caplog: pytest.LogCaptureFixture) -> None:
    """That is an error in the log, once a minute at most; the secret is found within a minute of being there."""
    clock = VirtualClock()
    with kept(clock, refuses(code), holds("one")) as (secret, _):
        assert [secret.other_than("") for _ in range(100)] == [""] * 100
        clock.advance(BETWEEN)
        assert secret.other_than("") == "one"
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert "signing secret not read" in line and "/tocsin/x" in line


def test_a_known_one_outlives_a_store_that_is_away() -> None:
    """A refusal while it is read again takes nothing away from what is known."""
    clock = VirtualClock()
    with kept(clock, holds("one"), refuses("AccessDeniedException")) as (secret, _):
        assert secret.other_than("") == "one"
        clock.advance(BETWEEN)
        assert secret.other_than("one") == ""
        assert secret.other_than("") == "one"


def test_it_never_shows(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the representation nor a log line holds it."""
    caplog.set_level(logging.DEBUG)
    with kept(VirtualClock(), holds("hush")) as (secret, _):
        assert secret.other_than("") == "hush"
        assert "hush" not in repr(secret) + caplog.text and "SECRETKEY" not in repr(secret)
