"""The local Slack's rate limits, on a clock that tests advance: rules F22-F25."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plain_http import Reply, post_json
from tocsin_local.slack import LocalSlack, VirtualClock
from tocsin_local.slack.limits import TIER_2, TIER_3, TIER_4, Pace, RateLimits


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def slack(clock: VirtualClock) -> Iterator[LocalSlack]:
    with LocalSlack(clock) as running:
        yield running


def call(slack: LocalSlack, method: str, **arguments: object) -> Reply:
    return post_json(f"{slack.api_url}/{method}", arguments, Authorization=f"Bearer {slack.bot_token}")


def test_a_burst_passes_then_one_a_second(slack: LocalSlack, clock: VirtualClock) -> None:
    """Four messages pass at once; the fifth is 429 with an empty body and whole seconds to wait (F22)."""
    replies = [post_json(slack.webhook_url, {"text": "a"}) for _ in range(5)]
    assert [reply.status for reply in replies] == [200, 200, 200, 200, 429]
    assert (replies[4].body, replies[4].headers["retry-after"]) == (b"", "1")
    assert slack.received[4].verdict == "rate_limited"


def test_a_limited_message_is_not_stored_and_passes_after_the_wait(slack: LocalSlack, clock: VirtualClock) -> None:
    """What got 429 was never shown; the same message passes once Retry-After is over (F24, F25)."""
    for text in "abcd":
        post_json(slack.webhook_url, {"text": text})
    limited = post_json(slack.webhook_url, {"text": "e"})
    assert [message.text for message in slack.messages()] == list("abcd")
    clock.advance(int(limited.headers["retry-after"]))
    assert post_json(slack.webhook_url, {"text": "e"}).status == 200
    assert slack.messages()[-1].text == "e"


def test_webhook_and_bot_share_a_channels_bucket(slack: LocalSlack) -> None:
    """A channel does not care by which way a message comes; another channel is not touched (F22)."""
    other = slack.add_channel("#other")
    for _ in range(4):
        assert call(slack, "chat.postMessage", channel="#alarms", text="a").json()["ok"]
    limited = call(slack, "chat.postMessage", channel="#alarms", text="a")
    assert (limited.status, limited.json()) == (429, {"ok": False, "error": "ratelimited"})
    assert limited.headers["retry-after"] == "1"
    assert post_json(slack.webhook_url, {"text": "a"}).status == 429
    assert call(slack, "chat.postMessage", channel=other.id, text="a").status == 200


def test_the_burst_can_be_chosen() -> None:
    """Slack does not publish the burst, so a test chooses it (F22)."""
    with LocalSlack(VirtualClock(), burst=1) as slack:
        assert [post_json(slack.webhook_url, {"text": "a"}).status for _ in range(2)] == [200, 429]


def test_only_the_offending_method_is_limited(slack: LocalSlack, clock: VirtualClock) -> None:
    """chat.update takes 50 a minute; beyond it only chat.update is refused, and only for a while (F23)."""
    sent = call(slack, "chat.postMessage", channel="#alarms", text="a").json()
    place = {"channel": sent["channel"], "ts": sent["ts"]}
    statuses = [call(slack, "chat.update", text="b", **place).status for _ in range(51)]
    assert statuses == [200] * 50 + [429]
    assert call(slack, "conversations.history", channel=sent["channel"]).status == 200
    clock.advance(2)
    assert call(slack, "chat.update", text="b", **place).status == 200


@pytest.mark.parametrize(("pace", "most"), [(TIER_2, 20), (TIER_3, 50), (TIER_4, 100)])
def test_tiers_hold_per_minute(pace: Pace, most: int) -> None:
    """A tier lets its number of calls through at once, and as many again over the next minute (F23)."""
    clock = VirtualClock()
    limits = RateLimits(clock)
    assert [limits.call("m", pace) for _ in range(most + 1)].count(0) == most
    clock.advance(60)
    assert [limits.call("m", pace) for _ in range(most + 1)].count(0) == most


@given(st.lists(st.floats(0, 5), max_size=40), st.integers(1, 6))
def test_never_more_than_the_burst_and_one_a_second(pauses: list[float], burst: int) -> None:
    """Over any stretch of time a channel takes at most its burst plus one message for each second (F22)."""
    clock = VirtualClock()
    limits, passed, start = RateLimits(clock, burst), 0, clock()
    for pause in pauses:
        clock.advance(pause)
        passed += limits.post("C1") == 0
        assert passed <= burst + (clock() - start) + 0.001


@given(st.lists(st.floats(0, 2), max_size=20))
def test_waiting_as_told_is_enough(pauses: list[float]) -> None:
    """Whoever waits for Retry-After is let through, and the wait is a whole number of at least 1 (F22, F24)."""
    clock = VirtualClock()
    limits = RateLimits(clock)
    for pause in pauses:
        clock.advance(pause)
        wait = limits.post("C1")
        if wait:
            assert wait >= 1
            clock.advance(wait)
            assert limits.post("C1") == 0


def test_a_clock_does_not_go_back() -> None:
    """Virtual time only advances."""
    with pytest.raises(ValueError, match="back"):
        VirtualClock().advance(-1)
