"""The main job, told as a user would: an alarm event goes in at Lambda's door, and people see it in Slack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from story.tellings import by_action, by_bus, by_lambda, by_queue, change
from tocsin.config import Config
from tocsin.destinations.http import Connections
from tocsin.doors import Doors
from tocsin.handler import NotDelivered, answer, destination
from tocsin.pipeline import Pipeline
from tocsin.stores.memory import MemoryStore
from tocsin_local.slack import LocalSlack, Message, VirtualClock
from tocsin_local.slack.faults import hang_up, rate_limited, reply, rollup_error
from tocsin_local.tutorial import tutorial_event

RED, GREEN = "#D92D20", "#12B76A"
START = 1_795_435_200.0


class Road:
    """A handler in front of a local Slack, on a clock that only moves when told to."""

    def __init__(self, slack: LocalSlack, clock: VirtualClock, bot: bool, store: MemoryStore | None) -> None:
        webhook = Config(webhook_url=slack.webhook_url)
        as_bot = Config(bot_token=slack.bot_token, channel=slack.channel.name, api_url=slack.api_url)
        self.slack, self.clock = slack, clock
        self.connections = Connections()
        self.pipeline = Pipeline((destination(as_bot if bot else webhook, self.connections),), store)
        self.left = 30.0

    def __call__(self, event: Any) -> dict[str, Any]:
        with closing(self.connections):
            return answer(event, self.pipeline.run(event, self.doors))

    @property
    def doors(self) -> Doors:
        return Doors(lambda: int(self.clock() * 1000), self._sleep, lambda: self.left, lambda: 0.0)

    def _sleep(self, seconds: float) -> None:
        self.left -= seconds
        self.clock.advance(seconds)

    def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        with closing(self.connections):
            self.pipeline.catch_up(self.doors)

    @property
    def seen(self) -> list[Message]:
        return self.slack.messages()

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.seen]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def slack(clock: VirtualClock) -> Iterator[LocalSlack]:
    with LocalSlack(clock=clock, burst=100) as running:
        yield running


def colour(message: Message) -> str:
    return str(message.attachments[0]["color"])


@pytest.mark.parametrize("store", [None, "memory"])
def test_the_tutorials_test_event(slack: LocalSlack, clock: VirtualClock, store: str | None) -> None:
    """The console's test event gives a rich message marked TEST; sent twice it gives two, with and without a store."""
    road = Road(slack, clock, bot=False, store=MemoryStore() if store else None)
    road(tutorial_event())
    road(tutorial_event())
    first, second = road.seen
    assert first.text == second.text
    assert first.text.startswith("TEST · 🔴 ALARM · Example alarm name · CPUUtilization average 93.4 % &gt; 80 %")
    assert "Threshold Crossed: 1 datapoint [93.4" in json.dumps(first.blocks)
    assert colour(first) == RED
    assert not first.notified


def test_the_tutorials_function_can_be_replaced_in_place(
    slack: LocalSlack, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing but the tutorial's HOOK_URL, tocsin.handler.lambda_handler delivers."""
    from tocsin.handler import lambda_handler

    monkeypatch.setenv("HOOK_URL", slack.webhook_url)
    assert lambda_handler(tutorial_event(), None) == {"signals": 1}
    assert len(slack.messages()) == 1


def test_nobody_posts_through_the_http_door(slack: LocalSlack, clock: VirtualClock) -> None:
    """A Function URL's request without a Slack signature is 401, before any setting is read, and posts nothing."""
    from tocsin.handler import lambda_handler

    event = {"requestContext": {"http": {"method": "POST"}}, "body": json.dumps(by_lambda(change("OK", 0)))}
    assert lambda_handler(event, None)["statusCode"] == 401
    assert lambda_handler({"requestContext": {}, "httpMethod": "POST", "body": "{}"}, None)["statusCode"] == 401
    assert not slack.received


def test_one_message_turns_green(slack: LocalSlack, clock: VirtualClock) -> None:
    """As a bot: the alarm is one message; when it is over it is green, and a quiet line in its thread says so."""
    road = Road(slack, clock, bot=True, store=MemoryStore())
    road(by_lambda(change("ALARM", 0)))
    assert [colour(one) for one in road.seen] == [RED]
    road(by_lambda(change("OK", 720, before="ALARM")))
    card, line = road.seen
    assert (colour(card), card.thread_ts, line.thread_ts) == (GREEN, None, card.ts)
    assert card.text.startswith("✅ OK · api-cpu · after 12 min · 123456789012/ap-northeast-2")
    assert not line.broadcast


def test_what_is_over_is_forgotten(slack: LocalSlack, clock: VirtualClock) -> None:
    """The store holds only what is open for good: a message and an incident that are over expire, messages first."""
    store = MemoryStore(clock=lambda: int(clock() * 1000))
    road = Road(slack, clock, bot=True, store=store)
    road(by_lambda(change("ALARM", 0), change("ALARM", 0, name="lasting")))
    road(by_lambda(change("OK", 60, before="ALARM")))
    (lasting,) = store.members("open", "", 10)
    assert "lasting" in lasting.key
    incident = lasting.key.replace("lasting", "api-cpu").replace("v1:M#slack#", "v1:I#").removesuffix("#1")
    keys = [incident, lasting.key.replace("lasting", "api-cpu")]
    assert len(store.read(keys)) == 2
    clock.advance(31 * 86_400)
    road(by_lambda(change("ALARM", clock() - START, name="other")))
    assert len(store.read(keys)) == 1
    clock.advance(31 * 86_400)
    road(by_lambda(change("ALARM", clock() - START, name="another")))
    assert store.read(keys) == {}
    assert len(store.members("open", "", 10)) == 3


def test_a_flapping_alarm_stays_one_message(slack: LocalSlack, clock: VirtualClock) -> None:
    """As a bot: 20 changes, one a minute, are one message and at most five lines in its thread."""
    road = Road(slack, clock, bot=True, store=MemoryStore())
    for minute in range(20):
        after, before = ("OK", "ALARM") if minute % 2 else ("ALARM", "OK")
        road(by_lambda(change(after, 60 * minute, before=before)))
        road.later(60)
    cards = [one for one in road.seen if one.thread_ts is None]
    lines = [one for one in road.seen if one.thread_ts is not None]
    assert len(cards) == 1
    assert len(lines) <= 5
    assert "flapping: 19 changes" in cards[0].text
    assert cards[0].versions >= 2


def test_the_same_alarm_by_every_road_is_one_message(slack: LocalSlack, clock: VirtualClock) -> None:
    """SNS by function and by queue, EventBridge and the alarm's own action bring the same change: it is shown once."""
    road = Road(slack, clock, bot=True, store=MemoryStore())
    one = change("ALARM", 0)
    for event in (by_bus(one), by_action(one), by_queue(one), by_lambda(one), by_lambda(one)):
        road(event)
    (card,) = road.seen
    assert "&gt; 80 %" in card.text


def test_webhook_table(slack: LocalSlack, clock: VirtualClock) -> None:
    """By webhook: a card when it fires, a compact line when it is over, one line when it fires again; no repetition."""
    road = Road(slack, clock, bot=False, store=MemoryStore())
    road(by_lambda(change("ALARM", 0)))
    road(by_lambda(change("ALARM", 0)))
    road(by_lambda(change("OK", 120, before="ALARM")))
    road(by_lambda(change("ALARM", 300, before="OK")))
    card, over, again = road.seen
    assert card.attachments and not over.attachments and not again.attachments
    assert over.text.startswith("✅ OK · api-cpu · after 2 min")
    assert "firing again (2nd time)" in again.text


def muted(event: dict[str, Any], until: str) -> dict[str, Any]:
    window = {"muteWindowStart": "2026-11-23T11:00:00.000+0000", "muteWindowEnd": until}
    event["detail"]["muteDetail"] = {"mutedByArn": "arn:aws:cloudwatch:r:1:alarm-mute-rule:night"} | window
    return event


@pytest.mark.parametrize("bot", [True, False])
def test_a_muted_alarm_is_shown_when_its_window_ends(slack: LocalSlack, clock: VirtualClock, bot: bool) -> None:
    """EventBridge tells it once, while AWS keeps it quiet: if it still fires when that ends, people see it then."""
    road = Road(slack, clock, bot=bot, store=MemoryStore())
    road(muted(by_bus(change("ALARM", 0)), "2026-11-23T12:30:00.000+0000"))
    road(muted(by_bus(change("ALARM", 0, name="over")), "2026-11-23T12:30:00.000+0000"))
    road(by_bus(change("OK", 600, before="ALARM", name="over")))
    road.later(1799)
    assert not road.seen
    road.later(1)
    (card,) = road.seen
    assert (colour(card), "api-cpu" in card.text) == (RED, True)
    assert "night" in json.dumps(card.attachments)
    road.later(60)
    assert len(road.seen) == 1


def test_a_muted_alarm_is_shown_at_once_where_nothing_is_remembered(slack: LocalSlack, clock: VirtualClock) -> None:
    """Without a store there is no later: it is shown, and says that AWS keeps it quiet."""
    road = Road(slack, clock, bot=False, store=None)
    road(muted(by_bus(change("ALARM", 0)), "2026-11-23T12:30:00.000+0000"))
    (card,) = road.seen
    assert "night" in json.dumps(card.attachments)


def test_time_alone_ends_flapping_and_silence(slack: LocalSlack, clock: VirtualClock) -> None:
    """Without any further event: 15 quiet minutes end flapping, in one line; a day without data closes an alarm."""
    road = Road(slack, clock, bot=True, store=MemoryStore())
    for minute in range(6):
        after, before = ("OK", "ALARM") if minute % 2 else ("ALARM", "OK")
        road(by_lambda(change(after, 60 * minute, before=before)))
        road.later(60)
    road.later(13 * 60 + 59)
    lines = len(road.seen)
    road.later(60)
    assert len(road.seen) == lines + 1
    assert "5 changes" in road.texts[-1]
    road(by_lambda(change("ALARM", 2000, name="gone")))
    road(by_lambda(change("INSUFFICIENT_DATA", 2060, before="ALARM", name="gone")))
    road.later(86_400 + 2060)
    card = next(one for one in road.seen if "gone" in one.text)
    assert "closed" in card.text
    assert colour(card) not in (RED, GREEN)


def test_while_it_flaps_a_message_is_edited_once_a_minute(slack: LocalSlack, clock: VirtualClock) -> None:
    """As a bot: a change every five seconds costs Slack one edit a minute, and the last one is always shown."""
    road = Road(slack, clock, bot=True, store=MemoryStore())
    for turn in range(60):
        after, before = ("OK", "ALARM") if turn % 2 else ("ALARM", "OK")
        road(by_lambda(change(after, 5 * turn, before=before)))
        road.later(5)
    card = road.seen[0]
    assert card.versions <= 5 + 5
    road.later(60)
    assert "59 changes" in road.seen[0].text


def series(reason: str, contributor: str = "") -> dict[str, Any]:
    """An alarm over several time series, or one of them, as EventBridge tells it."""
    event = by_bus(change("ALARM", 0))
    event["detail"]["state"] |= {"reason": reason, "reasonData": None}
    if contributor:
        event["detail-type"] = "CloudWatch Alarm Contributor State Change"
        event["detail"]["alarmContributor"] = {"id": contributor, "attributes": {"Team": contributor}}
    return event


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (1, 0, 2)])
def test_an_alarm_over_many_series_is_told_by_each_of_them(
    slack: LocalSlack, clock: VirtualClock, order: tuple[int, ...]
) -> None:
    """EventBridge tells of the alarm and of each contributor: people see the contributors, each once, in any order."""
    events = [series("2 out of 6 time series evaluated to ALARM"), series("crossed", "a"), series("crossed", "b")]
    road = Road(slack, clock, bot=False, store=MemoryStore())
    for one in order:
        road(events[one])
    road.later(120)
    assert len(road.seen) == 2
    assert not any("time series" in text for text in road.texts)


def test_an_alarm_over_many_series_is_told_where_nobody_tells_of_them(slack: LocalSlack, clock: VirtualClock) -> None:
    """A rule that lets contributors' events not through still brings the alarm, half a minute later."""
    road = Road(slack, clock, bot=False, store=MemoryStore())
    road(series("2 out of 6 time series evaluated to ALARM"))
    assert not road.seen
    road.later(30)
    assert ["2 of 6 time series" in text for text in road.texts] == [True]


def test_stateless_posts_every_change(slack: LocalSlack, clock: VirtualClock) -> None:
    """Without a store nothing is remembered, so each change is told once; EventBridge alone knows how long it was."""
    road = Road(slack, clock, bot=False, store=None)
    road(by_lambda(change("ALARM", 0)))
    road(by_lambda(change("OK", 120, before="ALARM")))
    road(by_bus(change("OK", 120, before="ALARM")))
    assert [text.split(" · ")[0] for text in road.texts] == ["🔴 ALARM", "✅ OK", "✅ OK"]
    assert ["after 2 min" in text for text in road.texts] == [False, False, True]


def test_a_late_alarm_is_told_once(slack: LocalSlack, clock: VirtualClock) -> None:
    """An OK that overtakes its ALARM leaves neither a red message nor silence."""
    road = Road(slack, clock, bot=True, store=MemoryStore())
    road(by_lambda(change("OK", 60, before="ALARM")))
    assert not road.seen
    road(by_lambda(change("ALARM", 0)))
    (card,) = road.seen
    assert colour(card) == GREEN
    assert "arrived late" in card.text


def test_fired_and_over_before_the_first_paint(slack: LocalSlack, clock: VirtualClock) -> None:
    """What was over before Slack could be reached is one message, already green, with its duration."""
    road = Road(slack, clock, bot=True, store=MemoryStore())
    slack.inject(rollup_error(), times=2)
    road(by_lambda(change("ALARM", 0)))
    assert not road.seen
    road(by_lambda(change("OK", 120, before="ALARM")))
    road.later(5)
    (card,) = road.seen
    assert colour(card) == GREEN
    assert "after 2 min" in card.text


def test_one_message_that_slack_never_takes_holds_up_no_other(slack: LocalSlack, clock: VirtualClock) -> None:
    """What Slack refuses in every form stays due, and the alarm that comes behind it is shown all the same."""
    road = Road(slack, clock, bot=False, store=MemoryStore())
    slack.inject(reply(400, b"invalid_blocks"), times=4)
    road(by_lambda(change("ALARM", 0, name="refused")))
    clock.advance(5)
    slack.inject(reply(400, b"invalid_blocks"), times=4)
    road(by_lambda(change("ALARM", 5, name="fine")))
    assert ["fine" in text for text in road.texts] == [True]
    road.later(5)
    assert ["refused" in text for text in road.texts] == [False, True]


@pytest.mark.parametrize("bot", [True, False])
def test_a_store_outlives_slacks_outage(slack: LocalSlack, clock: VirtualClock, bot: bool) -> None:
    """Once it is stored the invocation succeeds; when Slack is back, the alarm is shown, once."""
    road = Road(slack, clock, bot=bot, store=MemoryStore())
    with slack.refusing():
        assert road(by_queue(change("ALARM", 0))) == {"batchItemFailures": []}
        road.later(1)
        road.later(60)
    road.later(60)
    assert [colour(one) for one in road.seen] == [RED]


def test_rate_limit_is_waited_for(slack: LocalSlack, clock: VirtualClock) -> None:
    """A 429 loses nothing: with a store the message comes after Retry-After, without one the handler waits for it."""
    for store in (MemoryStore(), None):
        road = Road(slack, clock, bot=False, store=store)
        before = len(road.seen)
        slack.inject(rate_limited("7"))
        road(by_lambda(change("ALARM", clock() - START)))
        road.later(6.5)
        waits = len(road.seen) - before
        road.later(1)
        assert (waits, len(road.seen) - before) == ((0, 1) if store else (1, 1))


def test_one_probe_for_each_time_of_waiting(slack: LocalSlack, clock: VirtualClock) -> None:
    """While Slack asks to wait, no other message is tried in its place."""
    road = Road(slack, clock, bot=False, store=MemoryStore())
    slack.inject(rate_limited("7"))
    road(by_queue(*(change("ALARM", 0, name=name) for name in ("one", "two", "three"))))
    assert not road.seen
    road.later(8)
    assert len(road.seen) == 3


def test_rate_limit_longer_than_the_invocation_fails_the_record(slack: LocalSlack, clock: VirtualClock) -> None:
    """Without a store, what cannot be waited for comes again: only that record is reported."""
    road = Road(slack, clock, bot=False, store=None)
    event = by_queue(change("ALARM", 0, name="one"), change("ALARM", 0, name="two"))
    slack.inject(rate_limited("60"))
    assert road(event) == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    assert [("two" in text) for text in road.texts] == [True]


def test_a_dead_webhook_is_loud(slack: LocalSlack, clock: VirtualClock) -> None:
    """Without a store a revoked webhook fails the invocation, with Slack's word and without the URL."""
    road = Road(slack, clock, bot=False, store=None)
    slack.set_hook_state("removed")
    with pytest.raises(NotDelivered) as failure:
        road(by_lambda(change("ALARM", 0)))
    assert "no_service" in str(failure.value)
    assert "services/" not in str(failure.value)


def test_a_rejected_message_is_sent_plainer(slack: LocalSlack, clock: VirtualClock) -> None:
    """Slack's "invalid_blocks" never drops an alarm: it is sent again without chart, without blocks, as text."""
    road = Road(slack, clock, bot=False, store=None)
    slack.inject(reply(400, b"invalid_blocks"), times=2)
    road(by_lambda(change("ALARM", 0)))
    (plain,) = road.seen
    assert not plain.blocks and not plain.attachments
    assert "api-cpu" in plain.text and "93.4" in plain.text


def test_an_ambiguous_answer_is_repeated_and_says_so(slack: LocalSlack, clock: VirtualClock) -> None:
    """If Slack took it but hung up, it comes once more by webhook, marked as a possible repeat."""
    road = Road(slack, clock, bot=False, store=None)
    slack.inject(hang_up(stored=True))
    road(by_lambda(change("ALARM", 0)))
    first, second = road.texts
    assert second.startswith(first)
    assert second != first


def test_a_bad_record_never_hurts_its_neighbours(slack: LocalSlack, clock: VirtualClock) -> None:
    """Among good records, nonsense is shown as what it is, and everything is taken."""
    road = Road(slack, clock, bot=False, store=None)
    event = by_queue(change("ALARM", 0, name="one"), change("ALARM", 0, name="two"))
    event["Records"].insert(1, {"eventSource": "aws:sqs", "messageId": "m", "body": "{broken"})
    event["Records"].insert(0, {"eventSource": "aws:sqs", "messageId": "n", "body": None})
    assert road(event) == {"batchItemFailures": []}
    assert len(road.seen) == 4
    assert ["one" in road.texts[1], "broken" in json.dumps(road.seen[2].blocks), "two" in road.texts[3]] == [True] * 3


class DeadStore(MemoryStore):
    """A store whose table is gone."""

    def change(self, keys: Any, how: Any) -> Any:
        raise OSError("no such table")


def test_a_dead_store_is_no_reason_for_silence(slack: LocalSlack, clock: VirtualClock) -> None:
    """People see the alarm plainly, the message says why it may come twice, and the record comes again."""
    road = Road(slack, clock, bot=True, store=DeadStore())
    event = by_queue(change("ALARM", 0))
    failed = {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
    assert [road(event), road(event)] == [failed, failed]
    (card,) = road.seen
    assert "could not reach its store" in json.dumps(card.attachments)


def test_a_store_that_cannot_be_opened_is_no_reason_for_silence(
    slack: LocalSlack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A wrong path in the settings is a store that is down: the alarm is shown, and its record comes again."""
    from tocsin.handler import lambda_handler

    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("HOOK_URL", slack.webhook_url)
    monkeypatch.setenv("TOCSIN_STORE", f"sqlite:{tmp_path}/file/incidents.sqlite")
    with pytest.raises(NotDelivered, match="store_unreachable"):
        lambda_handler(by_lambda(change("ALARM", 0)), None)
    (card,) = slack.messages()
    assert "could not reach its store" in json.dumps(card.attachments)


def test_korean(slack: LocalSlack, clock: VirtualClock) -> None:
    """In Korean the sentence is Korean and AWS's own words stay as they are."""
    road = Road(slack, clock, bot=False, store=None)
    korean = destination(Config(language="ko", webhook_url=slack.webhook_url), road.connections)
    road.pipeline = Pipeline((korean,))
    road(by_lambda(change("ALARM", 0)))
    (card,) = road.seen
    assert card.text.startswith("🔴 ALARM · api-cpu · CPUUtilization 평균")
