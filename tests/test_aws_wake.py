"""What is due before the next tick gets a wake: in time, one in flight, and never more than 200 an hour."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import emulator
from raw_server import RawServer, http
from tocsin.aws.calls import Call
from tocsin.aws.client import Client
from tocsin.aws.wake import Waker
from tocsin.config import Aws
from tocsin.destinations.http import Connections
from tocsin.model import Seen
from tocsin.ports import Put
from tocsin.stores.memory import MemoryStore
from tocsin.summons import is_wake

NOW = 1_795_435_200_000


class Bed:
    """A waker over a store in memory, and a queue that keeps what it is sent."""

    def __init__(self, server: RawServer, connections: Connections) -> None:
        aws = Aws("eu-west-1", "AKID", "x", "", f"http://127.0.0.1:{server.port}")
        self.server = server
        self.store = MemoryStore(clock=lambda: NOW)
        self.client = Client(aws, connections, patience=0.1)

    @property
    def waker(self) -> Waker:
        """A new one each time, as another container has: what it knows is in the store."""
        return Waker(self.client, "https://queue", self.store)

    def due(self, **when: int) -> None:
        puts = tuple(Put(key, Seen(1), due=due) for key, due in when.items())
        self.store.change(list(when), lambda _: puts)

    @property
    def sent(self) -> list[dict[str, Any]]:
        return [json.loads(heard.body) for heard in self.server.heard]


@pytest.fixture
def bed() -> Iterator[Bed]:
    connections = Connections()
    with RawServer(lambda _: http(200, b"{}")) as server:
        yield Bed(server, connections)
        connections.close()


def test_it_comes_when_the_first_is_due(bed: Bed) -> None:
    """The message is late by as many seconds, rounded up, as are left; it is one that the function knows."""
    bed.due(a=NOW + 30_000, b=NOW + 1_001, c=NOW + 90_000)
    bed.waker.arrange(NOW, behind=False)
    (sent,) = bed.sent
    assert (sent["QueueUrl"], sent["DelaySeconds"]) == ("https://queue", 2)
    assert is_wake({"body": sent["MessageBody"]})


@pytest.mark.parametrize("due", [NOW + 60_001, NOW, NOW - 5])
def test_no_wake_for_what_the_tick_will_see(bed: Bed, due: int) -> None:
    """What is due later than a minute, or was looked at and waits for its settings, asks for none."""
    bed.due(a=due)
    bed.waker.arrange(NOW, behind=False)
    assert bed.sent == []


def test_a_backlog_goes_on_at_once(bed: Bed) -> None:
    """If time ran out before all was looked at, the next invocation follows without delay."""
    bed.due(a=NOW - 5, b=NOW + 9_000)
    bed.waker.arrange(NOW, behind=True)
    assert [sent["DelaySeconds"] for sent in bed.sent] == [0]


def test_one_wake_is_in_flight(bed: Bed) -> None:
    """While one comes in time no other is sent; one that is wanted much sooner is, and so is one after it rang."""
    bed.due(a=NOW + 20_000)
    for later in (0, 1_000, 19_000):
        bed.waker.arrange(NOW + later, behind=False)
    assert len(bed.sent) == 1
    bed.due(b=NOW + 10_000)
    bed.waker.arrange(NOW + 2_000, behind=False)
    assert [sent["DelaySeconds"] for sent in bed.sent] == [20, 8]
    bed.due(a=NOW + 30_000)
    bed.waker.arrange(NOW + 21_000, behind=False)
    assert [sent["DelaySeconds"] for sent in bed.sent] == [20, 8, 9]


def test_a_loop_is_bounded(bed: Bed) -> None:
    """However often something is due in a second, at most 200 wakes are sent in any hour."""
    rung: list[int] = []
    for now in range(NOW, NOW + 7_200_000, 2_000):
        bed.due(a=now + 1_000)
        before = len(bed.server.heard)
        bed.waker.arrange(now, behind=False)
        rung += [now] * (len(bed.server.heard) - before)
    assert rung[:15] == list(range(NOW, NOW + 30_000, 2_000))
    assert 150 < max(len([one for one in rung if since <= one < since + 3_600_000]) for since in rung) <= 200


def test_a_wake_that_cannot_be_sent_costs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """The tick will see to it: an unreachable queue is a line in the log."""
    connections = Connections()
    with RawServer(lambda _: http(400, b'{"__type": "QueueDoesNotExist"}')) as server:
        bed = Bed(server, connections)
        bed.due(a=NOW + 1_000)
        bed.waker.arrange(NOW, behind=False)
    connections.close()
    assert "QueueDoesNotExist" in caplog.text


def test_a_queue_takes_it(aws: str) -> None:
    """The emulator's SQS accepts the message and holds it back."""
    with emulator.client(aws) as client:
        made = client.call(Call("sqs", "CreateQueue", "queue", ()), {"QueueName": "tocsin"})
        store = MemoryStore(clock=lambda: NOW)
        store.change(["a"], lambda _: (Put("a", Seen(1), due=NOW + 50_000),))
        Waker(client, made["QueueUrl"], store).arrange(NOW, behind=False)
        asked = {"QueueUrl": made["QueueUrl"], "AttributeNames": ["ApproximateNumberOfMessagesDelayed"]}
        attributes = client.call(Call("sqs", "GetQueueAttributes", "queue", ()), asked)["Attributes"]
    assert attributes == {"ApproximateNumberOfMessagesDelayed": "1"}
