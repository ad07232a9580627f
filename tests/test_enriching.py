"""Who knows more is asked in time, never twice for what is known, and never keeps an alarm waiting."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from story.tellings import by_bus, by_lambda, change
from tocsin.config import Config
from tocsin.decide import Policy
from tocsin.delivery import CALL
from tocsin.destinations.http import Connections
from tocsin.doors import Doors
from tocsin.enriching import AGAIN, BUDGET, PAUSE, SLOW
from tocsin.envelope import unwrap
from tocsin.handler import destination
from tocsin.intake import take_in
from tocsin.kinds import read
from tocsin.model import Fact, Incident, Message, Phrase, Receipt, Series, Signal
from tocsin.outbox import LEASE
from tocsin.pipeline import Pipeline
from tocsin.ports import DeliveryError, Enricher, More, Put
from tocsin.stores.memory import MemoryStore
from tocsin_local.slack import LocalSlack, VirtualClock
from tocsin_local.slack import Message as Shown
from tocsin_local.slack.faults import rate_limited
from tocsin_local.tutorial import tutorial_event

START = 1_795_435_200.0
OWNER = Fact(Phrase("words.reason"), "payments")

Answer = Callable[[Signal], More]


def owner(signal: Signal) -> More:
    return More(replace(signal, facts=(*signal.facts, OWNER)))


def nothing(signal: Signal) -> More:
    return More(signal, whole=False)


def broken(signal: Signal) -> More:
    raise RuntimeError("of the enricher")


@dataclass(slots=True)
class Scripted:
    """An enricher that answers in turn, the last one for ever, each after ``slow`` seconds of the clock."""

    answers: tuple[Answer, ...]
    clock: VirtualClock
    slow: float = 0.0
    heard: list[tuple[str | None, float]] = field(default_factory=list)

    def more(self, signal: Signal, seconds: float) -> More:
        self.heard.append((signal.state, seconds))
        self.clock.advance(self.slow)
        return self.answers[min(len(self.heard), len(self.answers)) - 1](signal)


class Road:
    """A pipeline with enrichers in front of a local Slack."""

    def __init__(self, slack: LocalSlack, clock: VirtualClock, *enrichers: Enricher, bot: bool = True) -> None:
        as_bot = Config(bot_token=slack.bot_token, channel=slack.channel.name, api_url=slack.api_url)
        config = as_bot if bot else Config(webhook_url=slack.webhook_url)
        self.slack, self.clock, self.store, self.left = slack, clock, MemoryStore(), 30.0
        self.connections = Connections()
        self.pipeline = Pipeline((destination(config, self.connections),), self.store, enrichers=enrichers)
        self.doors = Doors(lambda: int(clock() * 1000), clock.advance, lambda: self.left, lambda: 0.0)

    def __call__(self, event: Any) -> None:
        with closing(self.connections):
            assert not self.pipeline.run(event, self.doors).failed

    def later(self, ms: int) -> None:
        self.clock.advance(ms / 1000)
        with closing(self.connections):
            self.pipeline.catch_up(self.doors)

    @property
    def owners(self) -> list[int]:
        """How often each message in the channel names the owner."""
        return [str(one.attachments).count("payments") for one in self.slack.messages() if not one.thread_ts]

    @property
    def card(self) -> Shown:
        """The one message of the channel, without its thread."""
        (card,) = (one for one in self.slack.messages() if not one.thread_ts)
        return card

    @property
    def stored(self) -> Message:
        (row,) = (row for row in self.store.members("open", "", 9) if isinstance(row.content, Message))
        assert isinstance(row.content, Message)
        return row.content


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def slack(clock: VirtualClock) -> Iterator[LocalSlack]:
    with LocalSlack(clock=clock, burst=100) as running:
        yield running


@pytest.mark.parametrize("bot", [True, False])
def test_the_first_painting_says_what_was_found(slack: LocalSlack, clock: VirtualClock, bot: bool) -> None:
    """An alarm is asked about once, within the budget, and its message says what was found."""
    asked = Scripted((owner,), clock)
    road = Road(slack, clock, asked, bot=bot)
    road(by_lambda(change("ALARM", 0)))
    assert road.owners == [1]
    assert asked.heard == [("firing", BUDGET)]


def test_what_is_unchanged_is_asked_about_once(slack: LocalSlack, clock: VirtualClock) -> None:
    """The same change by another road, or an hour that passes, is no reason to ask again; its end is."""
    asked = Scripted((owner,), clock)
    road = Road(slack, clock, asked)
    road(by_lambda(change("ALARM", 0)))
    road(by_bus(change("ALARM", 0)))
    road.later(3_600_000)
    assert [state for state, _ in asked.heard] == ["firing"]
    road(by_lambda(change("OK", 3700, "ALARM")))
    assert [state for state, _ in asked.heard] == ["firing", "ok"]
    assert road.owners == [1]


def test_what_was_found_survives_an_asking_that_fails(slack: LocalSlack, clock: VirtualClock) -> None:
    """The end's asking fails: the green message still names the owner, from the row alone."""
    road = Road(slack, clock, Scripted((owner, broken), clock))
    road(by_lambda(change("ALARM", 0)))
    road(by_lambda(change("OK", 300, "ALARM")))
    card = road.card
    assert road.owners == [1] and "OK" in card.text


@pytest.mark.parametrize("wrong", [nothing, broken])
@pytest.mark.parametrize("bot", [True, False])
def test_what_comes_later_is_painted_later(
    slack: LocalSlack, clock: VirtualClock, bot: bool, wrong: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    """The message does not wait for what is not answered; a bot asks again and edits it, a webhook's stays as it is."""
    caplog.set_level(logging.CRITICAL)
    asked = Scripted((wrong, owner), clock)
    road = Road(slack, clock, asked, bot=bot)
    road(by_lambda(change("ALARM", 0)))
    assert road.owners == [0]
    road.later(AGAIN[0] - 1)
    assert (road.owners, len(asked.heard)) == ([0], 1)
    road.later(1)
    assert (road.owners, len(asked.heard)) == (([1], 2) if bot else ([0], 1))
    road.later(86_400_000)
    assert len(asked.heard) == 1 + bot


def test_nobody_is_asked_for_ever(slack: LocalSlack, clock: VirtualClock) -> None:
    """Who never answers is asked a few times about one change, as often about the next, and nothing is painted for
    that."""
    asked = Scripted((nothing,), clock)
    road = Road(slack, clock, asked)
    road(by_lambda(change("ALARM", 0)))
    for wait in (*AGAIN, *AGAIN):
        road.later(wait)
    assert len(asked.heard) == 1 + len(AGAIN)
    assert road.stored.want == 1
    assert not road.store.due(10**15, 9)
    road(by_lambda(change("OK", 300, "ALARM")))
    for wait in (*AGAIN, *AGAIN):
        road.later(wait)
    assert [state for state, _ in asked.heard].count("ok") == 1 + len(AGAIN)


def test_nothing_new_is_no_reason_to_paint(slack: LocalSlack, clock: VirtualClock) -> None:
    """Asked again, it answers whole but adds nothing: the message is not edited."""
    road = Road(slack, clock, Scripted((nothing, More), clock))
    road(by_lambda(change("ALARM", 0)))
    road.later(AGAIN[0])
    assert road.stored.found is not None
    assert (road.stored.want, road.stored.found.tries) == (1, 0)


def test_all_together_have_one_budget(slack: LocalSlack, clock: VirtualClock) -> None:
    """What the first takes, the next no longer has; whose turn comes too late is not asked now."""
    first, second, third = (Scripted((one,), clock, slow) for one, slow in ((owner, 0.5), (More, 0.3), (More, 0.0)))
    road = Road(slack, clock, first, second, third)
    road(by_lambda(change("ALARM", 0)))
    assert [round(seconds, 1) for _, seconds in second.heard] == [0.2]
    assert third.heard == []
    assert road.owners == [1]
    road.later(AGAIN[0])
    assert len(first.heard) == 2


def test_one_who_is_slow_holds_up_one_message_alone(slack: LocalSlack, clock: VirtualClock) -> None:
    """After an answer that did not come in time the next alarms are painted without asking; theirs is asked later."""
    asked = Scripted((nothing, nothing, owner), clock, slow=BUDGET)
    road = Road(slack, clock, asked)
    road(by_lambda(*(change("ALARM", 0, name=f"a-{n}") for n in range(5))))
    assert len(slack.messages()) == 5 and len(asked.heard) == 1
    asked.slow = 0
    road.later(AGAIN[0])
    assert len(asked.heard) == 6 and AGAIN[0] > PAUSE
    assert sum(road.owners) == 4


def test_who_says_no_at_once_holds_up_nobody(slack: LocalSlack, clock: VirtualClock) -> None:
    """What is quickly known to be unknown keeps no other alarm from being asked about."""
    asked = Scripted((nothing,), clock, slow=SLOW / 2000)
    road = Road(slack, clock, asked)
    road(by_lambda(*(change("ALARM", 0, name=f"a-{n}") for n in range(5))))
    assert (len(slack.messages()), len(asked.heard)) == (5, 5)


def test_another_call_is_no_other_asking(slack: LocalSlack, clock: VirtualClock) -> None:
    """Slack refuses the first post: what was found is kept for the next try, and nobody is asked again."""
    asked = Scripted((owner,), clock)
    road = Road(slack, clock, asked)
    slack.inject(rate_limited("5"))
    road(by_lambda(change("ALARM", 0)))
    assert road.owners == []
    road.later(6_000)
    assert (road.owners, len(asked.heard)) == ([1], 1)


def test_a_call_is_not_begun_without_its_time(slack: LocalSlack, clock: VirtualClock) -> None:
    """Nobody is asked where the call would then be cut off; and asking that took too long leaves the call for later."""
    asked = Scripted((owner,), clock)
    road = Road(slack, clock, asked)
    road.left = CALL + BUDGET / 2
    road(by_lambda(change("ALARM", 0)))
    assert (road.owners, asked.heard) == ([0], [])

    def late(signal: Signal) -> More:
        other.left = CALL - 1
        return owner(signal)

    other = Road(slack, clock, Scripted((late,), clock))
    other(by_lambda(change("ALARM", 0, name="another")))
    assert len(slack.messages()) == 1
    other.left = 30.0
    other.later(2_000)
    assert (other.owners, other.stored.doubt) == ([0, 1], False)


def test_an_asking_is_part_of_the_lease() -> None:
    """A worker that asked, called and was then forgotten is over before another takes its message."""
    function = 30.0
    assert BUDGET + CALL + function < LEASE / 1000


def test_a_test_event_is_not_asked_about(slack: LocalSlack, clock: VirtualClock) -> None:
    """It is no alarm of anybody's account."""
    asked = Scripted((owner,), clock)
    road = Road(slack, clock, asked)
    road(tutorial_event())
    assert (len(slack.messages()), asked.heard) == (1, [])


def test_who_is_switched_off_is_waited_for_by_nobody(slack: LocalSlack, clock: VirtualClock) -> None:
    """Enrichers that are switched off let go of a row that waits for them."""
    road = Road(slack, clock, Scripted((nothing,), clock))
    road(by_lambda(change("ALARM", 0)))
    assert road.stored.found and road.stored.found.again_at
    road.pipeline = Pipeline((destination(Config(webhook_url=slack.webhook_url), road.connections),), road.store)
    road.later(AGAIN[0])
    assert road.stored.found.again_at is None
    assert not road.store.due(10**15, 9)


def test_a_change_that_comes_while_we_ask_is_not_lost(slack: LocalSlack, clock: VirtualClock) -> None:
    """While the alarm is asked about again, it ends: the message turns green all the same, and is asked about anew."""
    (envelope,) = unwrap(by_lambda(change("OK", 20, "ALARM")))
    (over,) = read(envelope)

    def meanwhile(signal: Signal) -> More:
        take_in(road.store, over, ("slack",), Policy(), road.doors.clock())
        return owner(signal)

    asked = Scripted((nothing, meanwhile, owner), clock)
    road = Road(slack, clock, asked)
    road(by_lambda(change("ALARM", 0)))
    road.later(AGAIN[0])
    card = road.card
    assert "OK" in card.text and road.owners == [1]
    assert [state for state, _ in asked.heard] == ["firing", "firing", "ok"]


def test_a_row_without_room_keeps_its_message(
    slack: LocalSlack, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    """What was found does not fit beside the message: it is shown once, and recorded without it."""
    caplog.set_level(logging.CRITICAL)
    road = Road(slack, clock, Scripted((owner,), clock))
    change_row = road.store.change

    class Small:
        """The same rows, but none may keep what was found."""

        read, due, members, drop = road.store.read, road.store.due, road.store.members, road.store.drop

        def change(self, keys: Any, how: Any) -> Any:
            def bounded(rows: Any) -> Any:
                answer = how(rows)
                for put in answer if isinstance(answer, tuple) else ():
                    if isinstance(put, Put) and isinstance(put.content, Message) and put.content.found:
                        raise ValueError("a row of 500,000 bytes is more than an item holds")
                return answer

            return change_row(keys, bounded)

    road.pipeline = Pipeline(
        (destination(Config(webhook_url=slack.webhook_url), road.connections),),
        Small(),
        enrichers=(Scripted((owner,), clock),),
    )
    road(by_lambda(change("ALARM", 0)))
    road.later(3_600_000)
    assert road.owners == [1]
    assert road.stored.found is None and road.stored.receipt is not None


def test_a_chart_grows_with_what_is_told_later(slack: LocalSlack, clock: VirtualClock) -> None:
    """The end's own points are added to those found at the beginning, if the end's asking brings none."""
    minute = 60_000
    points = tuple((int(START * 1000) - n * minute, 90.0 + n) for n in range(8, 1, -1))

    def history(signal: Signal) -> More:
        return More(replace(signal, series=Series("CPUUtilization", points, 80.0)))

    road = Road(slack, clock, Scripted((history, nothing), clock))
    road(by_lambda(change("ALARM", 0)))
    road(by_lambda(change("OK", 300, "ALARM")))
    card = road.card
    (drawn,) = (block["chart"] for block in card.blocks if block["type"] == "data_visualization")
    values = [point["value"] for point in drawn["series"][0]["data"]]
    assert values == [98, 97, 96, 95, 94, 93, 92, 12]


@dataclass(slots=True)
class Channel:
    """A destination that now and then asks to wait; ``posts`` counts new messages, ``painted`` is what each shows."""

    fails: list[bool]
    name: str = "slack"
    posts: Counter[str] = field(default_factory=Counter)
    painted: dict[str, tuple[str, str | None, int]] = field(default_factory=dict)

    def show(self, message: Message, incidents: tuple[Incident, ...], shown: Receipt | None) -> Receipt:
        if self.fails and self.fails.pop():
            raise DeliveryError("ratelimited", retry_after=2.0)
        self.posts[message.id] += shown is None
        self.painted[message.id] = (message.incident.phase, message.incident.source, message.incident.at)
        return Receipt(message.want, max([one.n for one in message.notices], default=shown.said if shown else 0), "1")


@dataclass(slots=True)
class Moody:
    """An enricher that answers as it likes and takes its time."""

    said: list[Answer]
    slow: list[float]
    clock: VirtualClock
    asked: Counter[tuple[str | None, int | None]] = field(default_factory=Counter)

    def more(self, signal: Signal, seconds: float) -> More:
        self.asked[signal.state, signal.at] += 1
        self.clock.advance(self.slow.pop() if self.slow else 0.0)
        return (self.said.pop() if self.said else owner)(signal)


def told(moves: list[str], channel: Channel, clock: VirtualClock, *enrichers: Enricher) -> MemoryStore:
    """One alarm's story, a move a minute, and an hour of quiet after it."""
    store = MemoryStore()
    pipeline = Pipeline((channel,), store, enrichers=enrichers)
    doors = Doors(lambda: int(clock() * 1000), clock.advance, lambda: 30.0, lambda: 0.5)
    for minute, move in enumerate(moves):
        clock.advance(max(0.0, START + 60 * minute - clock()))
        if move != "quiet":
            assert not pipeline.run(
                by_lambda(change(move, 60 * minute, "OK" if move == "ALARM" else "ALARM")), doors
            ).failed
        pipeline.catch_up(doors)
    for _ in range(120):
        clock.advance(30)
        pipeline.catch_up(doors)
    return store


@settings(max_examples=60)
@given(
    moves=st.lists(st.sampled_from(["ALARM", "OK", "quiet"]), min_size=1, max_size=10),
    said=st.lists(st.sampled_from([owner, nothing, broken, More]), max_size=8),
    slow=st.lists(st.sampled_from([0.0, 0.3, 0.8]), max_size=8),
    fails=st.lists(st.booleans(), max_size=8),
)
def test_nothing_is_lost_or_doubled_whoever_is_asked(
    moves: list[str], said: list[Answer], slow: list[float], fails: list[bool]
) -> None:
    """Whatever enrichers do while Slack refuses: the same messages show the same in the end as without any; nobody is
    asked about one change more often than was agreed, and nothing is left waiting."""
    logging.getLogger("tocsin").addFilter(silent := Silent())
    try:
        alone, plain, clock = VirtualClock(START), Channel([]), VirtualClock(START)
        told(moves, plain, alone)
        channel, moody = Channel(list(fails)), Moody(list(said), list(slow), clock)
        store = told(moves, channel, clock, moody)
    finally:
        logging.getLogger("tocsin").removeFilter(silent)
    assert (channel.posts, channel.painted) == (plain.posts, plain.painted)
    assert all(count <= 1 + len(AGAIN) for count in moody.asked.values())
    assert not [row for row in store.due(int(clock() * 1000), 9) if isinstance(row.content, Message)]


class Silent(logging.Filter):
    """Keeps what is meant to go wrong out of the test's own output."""

    def filter(self, record: logging.LogRecord) -> bool:
        return False
