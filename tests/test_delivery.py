"""One run of the delivery: whoever is at fault, a message, a row or the destination, the others have their turn."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import pytest

from story.tellings import by_lambda, change
from tocsin.decide import Policy
from tocsin.delivery import Delivery
from tocsin.doors import Doors
from tocsin.enriching import Enriching
from tocsin.envelope import unwrap
from tocsin.intake import take_in
from tocsin.kinds import read
from tocsin.model import Incident, Message, Receipt
from tocsin.ports import DeliveryError, How, Put, Row
from tocsin.stores.memory import MemoryStore

NOON = 1_795_435_200_000


@dataclass(slots=True)
class Picky:
    """A destination that takes every message but those whose alarm's name has ``word`` in it."""

    word: str
    error: Exception = field(default_factory=lambda: DeliveryError("refused", permanent=True))
    name: str = "slack"
    asked: list[str] = field(default_factory=list)
    doubts: list[bool] = field(default_factory=list)

    def show(self, message: Message, incidents: tuple[Incident, ...], shown: Receipt | None) -> Receipt:
        self.asked.append(message.id.rpartition(":")[2].partition("#")[0])
        self.doubts.append(message.doubt)
        if self.word in message.id:
            raise self.error
        return Receipt(message.want, max(one.n for one in message.notices), ts="1")


def asked(destination: Picky, *names: str, runs: int = 1) -> list[str]:
    """Which of these alarms, told one after the other, the destination is asked to show in so many invocations."""
    store = MemoryStore(clock=lambda: NOON)
    for place, name in enumerate(names):
        (envelope,) = unwrap(by_lambda(change("ALARM", 0, name=name)))
        (signal,) = read(envelope)
        take_in(store, signal, (destination.name,), Policy(), NOON + place)
    clock = count(NOON + 60, 700)  # so slow that whoever was put off for a second is due again before the end
    doors = Doors(lambda: next(clock), lambda seconds: None, lambda: 30.0, lambda: 0.0)
    for _ in range(runs):
        Delivery(store, (destination,), Policy(), Enriching(())).run(doors)
    return destination.asked


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def test_messages_that_are_refused_hold_up_no_other() -> None:
    """However many are refused, while those between them are taken it is not the destination: each is asked once."""
    names = ["bad-1", "good-1", "bad-2", "good-2", "bad-3", "good-3"]
    assert asked(Picky("bad"), *names) == names


def test_a_message_that_trips_us_holds_up_no_other() -> None:
    """A bug of ours is never the destination's fault, and is met once in a run."""
    names = ["bad-1", "bad-2", "bad-3", "good-1"]
    assert asked(Picky("bad", RuntimeError("of ours")), *names) == names


def test_after_a_bug_of_ours_nobody_knows_whether_it_was_shown() -> None:
    """It may have come after the call, so the next one says that it may be a repeat."""
    picky = Picky("bad", RuntimeError("of ours"))
    assert asked(picky, "bad-1", runs=4)[:2] == ["bad-1", "bad-1"]
    assert picky.doubts[:2] == [False, True]


def test_a_destination_that_refuses_two_in_a_row_is_left_alone() -> None:
    """The second says that it is not the first message's fault; the rest waits for the next time."""
    assert asked(Picky("bad"), "good-1", "bad-1", "bad-2", "good-2") == ["good-1", "bad-1", "bad-2"]


def test_a_destination_that_asks_to_wait_is_asked_for_nothing_else() -> None:
    """One "too many requests" is about all messages."""
    wait = DeliveryError("ratelimited", retry_after=5.0)
    assert asked(Picky("bad", wait), "good-1", "bad-1", "good-2") == ["good-1", "bad-1"]


class Counting(MemoryStore):
    """A store that counts its changes."""

    changes = 0

    def change(self, keys: Sequence[str], how: How) -> dict[str, Row]:
        self.changes += 1
        return super().change(keys, how)


def test_a_row_that_time_does_not_change_is_looked_at_once() -> None:
    """Due, as another version has said, but nothing is to be done: it takes no time from those behind it."""
    store, seconds = Counting(clock=lambda: NOON), count(30, -1)
    row = Put("v1:I#a", Incident("v1:I#a", phase="open", episode=1, at=NOON), due=NOON)
    store.change([row.key], lambda rows: (row,))
    doors = Doors(lambda: NOON + 60, lambda seconds: None, lambda: float(next(seconds)), lambda: 0.0)
    Delivery(store, (), Policy(), Enriching(())).run(doors)
    assert store.changes == 2
