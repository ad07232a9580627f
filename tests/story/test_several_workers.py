"""Several containers at once, and containers that die: what is shown is shown once, and nothing stays unshown."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import pytest

from story.tellings import by_bus, by_lambda, change
from tocsin.config import Config
from tocsin.destinations.http import Connections
from tocsin.doors import Doors
from tocsin.handler import destination
from tocsin.model import Incident, Message, Receipt
from tocsin.outbox import LEASE
from tocsin.pipeline import Pipeline
from tocsin.ports import Conflict, Destination, Store
from tocsin.stores.memory import MemoryStore
from tocsin_local.slack import LocalSlack, VirtualClock
from tocsin_local.slack import Message as Shown

START = 1_795_435_200.0


def doors(clock: VirtualClock) -> Doors:
    return Doors(lambda: int(clock() * 1000), clock.advance, lambda: 30.0, lambda: 0.5)


def at_once(events: list[Any], store: Store, slack: LocalSlack, clock: VirtualClock, bot: bool) -> list[Shown]:
    """Each event is handled by a worker of its own, all at the same moment; what people see afterwards."""
    gate = threading.Barrier(len(events))

    def work(event: Any) -> None:
        settings = (
            Config(bot_token=slack.bot_token, channel=slack.channel.name, api_url=slack.api_url)
            if bot
            else Config(webhook_url=slack.webhook_url)
        )
        with closing(Connections()) as connections:
            pipeline = Pipeline((destination(settings, connections),), store)
            gate.wait()
            pipeline.run(event, doors(clock))

    workers = [threading.Thread(target=work, args=(event,)) for event in events]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return slack.messages()


@pytest.mark.parametrize("bot", [True, False])
def test_the_same_alarm_by_both_roads_at_once_is_one_message(bot: bool) -> None:
    """SNS and EventBridge bring the same change to two containers at the same moment, again and again: one message."""
    for _ in range(20):
        clock = VirtualClock(START)
        with LocalSlack(clock=clock, burst=100) as slack:
            one = change("ALARM", 0)
            (card,) = at_once([by_lambda(one), by_bus(one)], MemoryStore(), slack, clock, bot)
            assert "&gt; 80 %" in card.text


def test_many_alarms_at_once_are_one_message_each() -> None:
    """Eight containers with eight alarms, each delivered twice: eight messages."""
    clock = VirtualClock(START)
    with LocalSlack(clock=clock, burst=100) as slack:
        names = [f"alarm-{number}" for number in range(8)]
        events = [by_lambda(change("ALARM", 0, name=name)) for name in names for _ in range(2)]
        seen = at_once(events, MemoryStore(), slack, clock, bot=True)
        assert sorted(name for name in names for card in seen if f"{name} " in card.text) == names
        assert len(seen) == 8


@dataclass(slots=True)
class Dying:
    """A destination whose worker is killed while it calls: after Slack took it, or before it was asked."""

    inner: Destination
    after: bool

    @property
    def name(self) -> str:
        return self.inner.name

    def show(self, message: Message, incidents: tuple[Incident, ...], shown: Receipt | None) -> Receipt:
        if self.after:
            self.inner.show(message, incidents, shown)
        raise KeyboardInterrupt


@pytest.mark.parametrize("after", [True, False])
def test_a_worker_that_dies_is_followed_by_another(after: bool) -> None:
    """While its call might still land nobody repeats it; then another worker shows the alarm, as a possible repeat."""
    clock, store = VirtualClock(START), MemoryStore()
    with LocalSlack(clock=clock, burst=100) as slack, closing(Connections()) as connections:
        webhook = destination(Config(webhook_url=slack.webhook_url), connections)
        with pytest.raises(KeyboardInterrupt):
            Pipeline((Dying(webhook, after),), store).run(by_lambda(change("ALARM", 0)), doors(clock))
        before = len(slack.messages())
        survivor = Pipeline((webhook,), store)
        clock.advance(LEASE / 1000 - 1)
        survivor.catch_up(doors(clock))
        assert len(slack.messages()) == before == after
        clock.advance(2)
        survivor.catch_up(doors(clock))
        assert [("repeat?" in card.text) for card in slack.messages()] == [False] * before + [True]
        clock.advance(LEASE / 1000 + 1)
        survivor.catch_up(doors(clock))
        assert len(slack.messages()) == before + 1


def test_who_was_too_slow_records_nothing() -> None:
    """A worker that comes back after its lease finds that another has shown the message, and leaves it at that."""
    clock, store = VirtualClock(START), MemoryStore()
    with LocalSlack(clock=clock, burst=100) as slack, closing(Connections()) as connections:
        webhook = destination(Config(webhook_url=slack.webhook_url), connections)
        other = Pipeline((webhook,), store)

        class Slow:
            name = "slack"

            def show(self, message: Message, incidents: tuple[Incident, ...], shown: Receipt | None) -> Receipt:
                clock.advance(LEASE / 1000 + 1)
                other.catch_up(doors(clock))
                return Receipt(painted=0, said=0, ts="of an earlier worker")

        Pipeline((Slow(),), store).run(by_lambda(change("ALARM", 0)), doors(clock))
        (row,) = (row for row in store.members("open", "", 10) if isinstance(row.content, Message))
        assert isinstance(row.content, Message)
        assert row.content.receipt is not None
        assert (row.content.receipt.ts, row.due, len(slack.messages())) == ("", None, 1)


class Crowded(MemoryStore):
    """A store that finds a row too crowded as often as it is told to."""

    times = 0

    def change(self, keys: Any, how: Any) -> Any:
        if self.times:
            self.times -= 1
            raise Conflict("crowded")
        return super().change(keys, how)


@dataclass(slots=True)
class Drawing:
    """A destination that draws a crowd: when it has shown a message, many want to change that row."""

    inner: Destination
    store: Crowded

    @property
    def name(self) -> str:
        return self.inner.name

    def show(self, message: Message, incidents: tuple[Incident, ...], shown: Receipt | None) -> Receipt:
        receipt = self.inner.show(message, incidents, shown)
        self.store.times = 3
        return receipt


def test_what_was_shown_is_written_down_however_crowded_its_row_is() -> None:
    """Else it would be shown again, as a possible repeat, although nothing had gone wrong."""
    clock, store = VirtualClock(START), Crowded()
    with LocalSlack(clock=clock, burst=100) as slack, closing(Connections()) as connections:
        webhook = destination(Config(webhook_url=slack.webhook_url), connections)
        pipeline = Pipeline((Drawing(webhook, store),), store)
        pipeline.run(by_lambda(change("ALARM", 0)), doors(clock))
        clock.advance(LEASE / 1000 + 1)
        pipeline.catch_up(doors(clock))
        assert (len(slack.messages()), store.due(int(clock() * 1000), 9)) == (1, ())


def test_an_alarm_whose_row_is_crowded_is_stored_all_the_same() -> None:
    """A burst about one thing is no failing store: people see each of it once, and no record comes again."""
    clock, store = VirtualClock(START), Crowded()
    with LocalSlack(clock=clock, burst=100) as slack, closing(Connections()) as connections:
        store.times = 3
        pipeline = Pipeline((destination(Config(webhook_url=slack.webhook_url), connections),), store)
        assert pipeline.run(by_lambda(change("ALARM", 0)), doors(clock)).failed == ()
        (card,) = slack.messages()
        assert "could not reach" not in str(card)
