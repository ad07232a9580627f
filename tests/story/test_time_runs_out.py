"""An invocation ends in time whatever is slow: a batch that is cut off comes again whole, what was shown with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from story.tellings import by_queue, change
from tocsin.config import Config
from tocsin.decide import Policy
from tocsin.destinations.http import Connections
from tocsin.doors import Doors
from tocsin.handler import answer, destination
from tocsin.model import Incident, Message, Receipt
from tocsin.pipeline import Pipeline
from tocsin.ports import Destination, Store
from tocsin.stores.memory import MemoryStore
from tocsin_local.slack import LocalSlack, VirtualClock

START = 1_795_435_200.0
LIFE = 30.0
NAMES = [f"alarm-{number}" for number in range(10)]


@dataclass(slots=True)
class Slow:
    """A destination that takes its time."""

    inner: Destination
    clock: VirtualClock
    seconds: float

    @property
    def name(self) -> str:
        return self.inner.name

    def show(self, message: Message, incidents: tuple[Incident, ...], shown: Receipt | None) -> Receipt:
        self.clock.advance(self.seconds)
        return self.inner.show(message, incidents, shown)


class Silent(MemoryStore):
    """A store that has no answer: it is waited for long once, and then not as long, as the client for AWS does it."""

    virtual = VirtualClock(START)
    patience = 5.0

    def change(self, keys: Any, how: Any) -> Any:
        self.virtual.advance(self.patience)
        self.patience = 1.0
        raise OSError("no answer")


class Sluggish(MemoryStore):
    """A store that takes its time for each change."""

    virtual = VirtualClock(START)
    seconds = 0.0

    def change(self, keys: Any, how: Any) -> Any:
        self.virtual.advance(self.seconds)
        return super().change(keys, how)


class Function:
    """A container that is cut off after 30 s; the queue hands out what it reports, until nothing is left."""

    def __init__(self, slack: LocalSlack, clock: VirtualClock, seconds: float, store: Store | None) -> None:
        self.slack, self.clock = slack, clock
        self.connections = Connections()
        webhook = destination(Config(webhook_url=slack.webhook_url), self.connections)
        self.pipeline = Pipeline((Slow(webhook, clock, seconds),), store)

    def __call__(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those that must come again."""
        event = {"Records": records}
        told = self._in_time(lambda doors: answer(event, self.pipeline.run(event, doors)))
        failed = {one["itemIdentifier"] for one in told.get("batchItemFailures", ())}
        return [record for record in records if record["messageId"] in failed]

    def tick(self) -> None:
        self._in_time(self.pipeline.catch_up)

    def _in_time(self, handle: Callable[[Doors], Any]) -> Any:
        end = self.clock() + LIFE
        doors = Doors(lambda: int(self.clock() * 1000), self.clock.advance, lambda: end - self.clock(), lambda: 0.0)
        told = handle(doors)
        assert doors.left() > 0, "cut off: the whole batch comes again"
        return told

    @property
    def seen(self) -> list[str]:
        return [name for message in self.slack.messages() for name in NAMES if f"{name} " in message.text]


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as closing:
        yield closing


def batch() -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = by_queue(*(change("ALARM", 0, name=name) for name in NAMES))["Records"]
    return records


def function(stack: ExitStack, seconds: float, store: Store | None) -> Function:
    clock = VirtualClock(START)
    slack = stack.enter_context(LocalSlack(clock=clock, burst=100))
    made = Function(slack, clock, seconds, store)
    stack.callback(made.connections.close)
    return made


@pytest.mark.parametrize("seconds", [0.1, 4.0, 8.0])
def test_a_slow_slack_doubles_nothing(stack: ExitStack, seconds: float) -> None:
    """Without a store: what cannot be begun in time is reported in time, so that what was shown is not shown again."""
    slow, waiting = function(stack, seconds, None), batch()
    rounds = 0
    while waiting:
        waiting, rounds = slow(waiting), rounds + 1
    assert sorted(slow.seen) == NAMES
    assert rounds == {0.1: 1, 4.0: 2, 8.0: 4}[seconds]


def test_with_a_store_a_slow_slack_keeps_nothing_from_being_stored(stack: ExitStack) -> None:
    """The whole batch succeeds at once; what Slack had no time for is shown by the next invocations, each once."""
    slow = function(stack, 8.0, MemoryStore(clock=lambda: int(START * 1000)))
    assert slow(batch()) == []
    told = len(slow.seen)
    for _ in range(3):
        slow.tick()
    assert told == 3
    assert sorted(slow.seen) == NAMES


def test_a_silent_store_silences_nobody(stack: ExitStack) -> None:
    """Each alarm of the batch is told plainly, and once, however often its record comes again."""
    silent, records = function(stack, 0.3, store := Silent()), batch()
    store.virtual = silent.clock
    assert [silent(records), silent(records)] == [records, records]
    assert sorted(silent.seen) == NAMES


def test_where_all_is_slow_a_batch_is_told_by_and_by(stack: ExitStack) -> None:
    """Store and Slack at their slowest: each time some are told, none twice, and all come again."""
    slow, records = function(stack, 4.0, store := Silent()), batch()
    store.virtual = slow.clock
    told = []
    for _ in range(5):
        assert slow(records) == records
        told.append(len(slow.seen))
    assert told == sorted(told) and told[0] > 0
    assert len(set(slow.seen)) == len(slow.seen)


def test_what_time_alone_changes_is_done_by_and_by(stack: ExitStack) -> None:
    """Ten alarms have had no data for a day, and the store is slow: each invocation ends in time until all are over."""
    slow = function(stack, 0.1, store := Sluggish(clock=lambda: int(START * 1000)))
    store.virtual = slow.clock
    slow(batch())
    slow(by_queue(*(change("INSUFFICIENT_DATA", 60, "ALARM", name=name) for name in NAMES))["Records"])
    slow.clock.advance(Policy().stale / 1000 + 60)
    store.seconds = 4.0

    def waiting() -> int:
        return len([row for row in store.due(int(slow.clock() * 1000), 50) if isinstance(row.content, Incident)])

    left = [waiting()]
    for _ in range(2):
        slow.tick()
        left.append(waiting())
    assert left == [10, 4, 0]
