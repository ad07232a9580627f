"""A container may die at any of its calls to the world, and what it was told comes again: it ends right in Slack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, cast

import pytest

import emulator
from story.tellings import by_queue, change
from tocsin.aws.calls import PUT
from tocsin.aws.dynamodb_store import DynamoStore
from tocsin.aws.items import key_text
from tocsin.config import read_config
from tocsin.destinations.http import Connections
from tocsin.doors import Doors
from tocsin.envelope import unwrap
from tocsin.grouping import incident_key
from tocsin.handler import answer, assembled
from tocsin.kinds import read
from tocsin.outbox import LEASE
from tocsin_local.slack import LocalSlack, VirtualClock

START = 1_795_435_200.0
TICK = {
    "id": "1", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {},
    "resources": ["arn:aws:events:ap-northeast-2:123456789012:rule/tocsin-tick"],
}  # fmt: skip


class Killed(BaseException):
    """What no code can catch by accident."""


class Mortal:
    """The connections of a container that is killed at its nth call: before the call is heard, or after."""

    def __init__(self, inner: Connections, last: int, heard: bool) -> None:
        self.inner, self.left, self.heard = inner, last, heard

    def post(self, *call: Any, **more: Any) -> Any:
        return self._made(lambda: self.inner.post(*call, **more))

    def post_json(self, *call: Any, **more: Any) -> Any:
        return self._made(lambda: self.inner.post_json(*call, **more))

    def countdown(self, seconds: float) -> Callable[[], float]:
        return self.inner.countdown(seconds)

    def _made(self, call: Callable[[], Any]) -> Any:
        self.left -= 1
        if self.left == 0:
            if self.heard:
                call()
            raise Killed
        return call()


class Home:
    """A table and a Slack, and containers that share them. Time moves only when it is told to."""

    def __init__(self, endpoint: str, stack: ExitStack, bot: bool) -> None:
        self.clock = VirtualClock(START)
        self.slack = stack.enter_context(LocalSlack(clock=self.clock, burst=100))
        self.stack = stack
        self.client = stack.enter_context(emulator.client(endpoint))
        self.table = emulator.make_table(self.client)
        here = self.client.aws
        spoken = {
            "TOCSIN_SLACK_BOT_TOKEN": self.slack.bot_token,
            "TOCSIN_SLACK_CHANNEL": self.slack.channel.name,
            "TOCSIN_SLACK_API_URL": self.slack.api_url,
        }
        self.settings = {
            "TOCSIN_STORE": f"dynamodb:{self.table}",
            "TOCSIN_AWS_ENDPOINT_URL": endpoint,
            "AWS_REGION": here.region,
            "AWS_ACCESS_KEY_ID": here.key_id,
            "AWS_SECRET_ACCESS_KEY": here.secret,
            **(spoken if bot else {"HOOK_URL": self.slack.webhook_url}),
        }

    def container(self, last: int = 0, heard: bool = False) -> Callable[[Any], Any]:
        """A new one, which dies at its ``last`` call, or never."""
        connections = Connections()
        self.stack.callback(connections.close)
        parts = assembled(read_config(self.settings), cast(Connections, Mortal(connections, last, heard)))

        def handle(event: Any) -> Any:
            doors = Doors(lambda: int(self.clock() * 1000), self.clock.advance, lambda: 30.0, lambda: 0.0)
            return answer(event, parts.handle(event, doors))

        return handle

    def dies(self, event: Any, last: int, heard: bool) -> bool:
        """Whether its container made so many calls for the event, and died at the last."""
        try:
            self.container(last, heard)(event)
        except Killed:
            return True
        return False

    def afterwards(self, event: Any) -> Any:
        """The event comes again to another container, and the minutes go by; what the queue was told of it."""
        survivor = self.container()
        told = survivor(event)
        for _ in range(3):
            self.clock.advance(LEASE / 1000 + 1)
            survivor(TICK)
        return told

    def cards(self, name: str) -> list[str]:
        """What people see about an alarm, but for what is said in a thread."""
        return [one.text for one in self.slack.messages() if f"{name} " in one.text and not one.thread_ts]

    @property
    def waiting(self) -> int:
        """How many rows are to be looked at again, sooner or later."""
        return len(DynamoStore(self.client, self.table).due(10**14, 9))

    def spoil(self, record: dict[str, Any]) -> None:
        """A row that no version can read stands where this record's incident belongs."""
        (signal,) = read(unwrap({"Records": [record]})[0])
        row = {"pk": key_text(incident_key(signal)), "tag": "t", "body": '{"~":"Novelty"}'}
        spoilt = {name: {"S": value} for name, value in row.items()} | {"ver": {"N": "1"}}
        self.client.call(PUT, {"TableName": self.table, "Item": spoilt})


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as closing:
        yield closing


def right(home: Home, name: str, shown: int) -> None:
    """Shown once; twice only if the dead one had shown it, and then the second says that it may be a repeat."""
    cards = home.cards(name)
    assert 1 <= len(cards) <= 1 + shown, cards
    assert ["repeat?" in card for card in cards[1:]] == [True] * (len(cards) - 1)


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("bot", [False, True])
def test_whatever_call_it_dies_at_an_alarm_is_shown(aws: str, bot: bool, heard: bool) -> None:
    """At each call in turn, to the table or to Slack: never lost, never doubled without saying so, and nothing stays
    due."""
    event, last = by_queue(change("ALARM", 0)), 1
    while True:
        with ExitStack() as stack:
            home = Home(aws, stack, bot)
            died, shown = home.dies(event, last, heard), len(home.cards("api-cpu"))
            assert home.afterwards(event) == {"batchItemFailures": []}
            right(home, "api-cpu", shown)
            assert home.waiting == 0
        if not died:
            break
        last += 1
    assert last > 10


@pytest.mark.parametrize("heard", [False, True])
@pytest.mark.parametrize("last", range(2, 27, 4))
def test_twice_out_of_order_beside_poison_and_after_a_crash(aws: str, stack: ExitStack, last: int, heard: bool) -> None:
    """An OK before its ALARM, an alarm told twice, one whose row is spoilt, all in one batch, and it dies at some call;
    then the batch comes again in another order. Only the poison comes again after that."""
    home = Home(aws, stack, bot=True)
    batch = by_queue(
        change("OK", 60, before="ALARM", name="late-one"),
        change("ALARM", 0, name="poison"),
        change("ALARM", 0, name="late-one"),
        change("ALARM", 10, name="disk-full"),
        change("ALARM", 10, name="disk-full"),
    )
    poison = batch["Records"][1]
    home.spoil(poison)
    assert home.dies(batch, last, heard)
    shown = {name: len(home.cards(name)) for name in ("late-one", "disk-full", "poison")}
    told = home.afterwards({"Records": batch["Records"][::-1]})

    assert told == {"batchItemFailures": [{"itemIdentifier": poison["messageId"]}]}
    right(home, "disk-full", shown["disk-full"])
    right(home, "late-one", shown["late-one"])
    assert all(card.startswith("✅") for card in home.cards("late-one"))  # it was over when people heard of it
    assert len(home.cards("poison")) == 1 + shown["poison"]
