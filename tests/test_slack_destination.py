"""What is done in Slack for a message: by webhook and as a bot, against the local Slack over a real socket."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

import pytest

from raw_server import RawServer, http
from tocsin.destinations.http import Connections
from tocsin.destinations.slack import ANEW, Renderer, SlackBot, SlackWebhook, blocks
from tocsin.destinations.slack.api import Bot, Webhook
from tocsin.destinations.slack.blocks import Look
from tocsin.model import Incident, Message, Notice, Phrase, Reason, Receipt, Series, Severity, Signal
from tocsin.outbox import behind, shown
from tocsin.ports import DeliveryError, Destination
from tocsin_local.slack import LocalSlack, VirtualClock, faults

START = 1_800_000_000_000
LOOK = Look("en", UTC)


def open_incident(severity: Severity = "medium") -> Incident:
    """An alarm that fires, with points enough for a chart."""
    said = Signal(
        kind="cloudwatch_alarm",
        sort="condition",
        subject="arn:aws:cloudwatch:ap-northeast-2:123456789012:alarm:checkout-5xx",
        title=Phrase("words.text", {"text": "checkout-5xx"}),
        state="firing",
        at=START,
        severity=severity,
        word="ALARM",
        quote="Threshold Crossed",
        series=Series("5XX", tuple((START - 60_000 * n, 40.0 + n) for n in range(5, 0, -1)), 10.0),
        account="123456789012",
        region="ap-northeast-2",
    )
    return Incident(
        "v1:checkout",
        source="firing",
        at=START,
        phase="open",
        episode=1,
        opened_at=START,
        fired=True,
        count=1,
        said=said,
    )


def resolved(incident: Incident, after: float) -> Incident:
    over = START + int(after * 1000)
    return replace(incident, source="ok", at=over, phase="resolved", resolved_at=over)


OPEN = open_incident()
GREEN = resolved(OPEN, 60)


def wanting(incident: Incident, *reasons: Reason, want: int = 1, said: int = 0, **more: Any) -> Message:
    """A message that owes these notices, numbered behind what is said."""
    notices = tuple(Notice(said + n, reason, incident.at, 60.0, 3) for n, reason in enumerate(reasons, 1))
    return Message("slack", "v1:checkout#1", incident, want=want, notices=notices, **more)


def news(message: Message, incident: Incident, *reasons: Reason) -> Message:
    """The same message, with one more change to show."""
    said = message.receipt.said if message.receipt else 0
    fresh = wanting(incident, *reasons, want=message.want + 1, said=said)
    return replace(fresh, receipt=message.receipt)


def catch_up(destination: Destination, message: Message) -> Message:
    """As the pipeline does: ask, record, and ask again while something is owed."""
    while message.receipt is None or behind(message):
        message = shown(message, destination.show(message, (message.incident,), message.receipt))
    return message


@pytest.fixture
def connections() -> Iterator[Connections]:
    made = Connections()
    yield made
    made.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def slack(clock: VirtualClock) -> Iterator[LocalSlack]:
    with LocalSlack(clock, burst=100) as running:
        yield running


@pytest.fixture
def hook(slack: LocalSlack, connections: Connections) -> SlackWebhook:
    return SlackWebhook("slack", Webhook(slack.webhook_url, connections), LOOK)


@pytest.fixture
def bot(slack: LocalSlack, connections: Connections, clock: VirtualClock) -> SlackBot:
    return SlackBot("slack", Bot(slack.bot_token, "#alarms", connections, slack.api_url, clock), LOOK)


@pytest.fixture(params=["webhook", "bot"])
def either(request: pytest.FixtureRequest, hook: SlackWebhook, bot: SlackBot) -> Destination:
    return hook if request.param == "webhook" else bot


def calls(slack: LocalSlack) -> list[str]:
    return [received.call for received in slack.received]


def lines(slack: LocalSlack) -> list[str]:
    return [message.text for message in slack.messages()]


class TestWebhook:
    """Only new messages are possible: what is worth one is a table."""

    @pytest.mark.parametrize("reason", ["first", "worse", "late", "said", "told"])
    def test_a_card(self, reason: Reason, hook: SlackWebhook, slack: LocalSlack) -> None:
        """What is new is a whole card, with its colour."""
        receipt = hook.show(wanting(OPEN, reason), (OPEN,), Receipt(1, 0))
        assert [bool(message.attachments) for message in slack.messages()] == [True]
        assert receipt == Receipt(1, 1)

    @pytest.mark.parametrize("reason", ["resolved", "reopen", "flap-start", "flap-end", "repeated"])
    def test_a_line(self, reason: Reason, hook: SlackWebhook, slack: LocalSlack) -> None:
        """What became of something known is one compact message, also where nothing is remembered."""
        for before in (None, Receipt(1, 0)):
            assert hook.show(wanting(GREEN, reason), (GREEN,), before) == Receipt(1, 1)
        assert [message.attachments for message in slack.messages()] == [[], []]

    @pytest.mark.parametrize("reason", ["refresh", "merged", "stale", "closed", "expired"])
    def test_nothing(self, reason: Reason, hook: SlackWebhook, slack: LocalSlack) -> None:
        """What only an edit could show is not shown: no call is made, and the message has caught up."""
        receipt = hook.show(wanting(OPEN, reason, want=7, said=3), (OPEN,), Receipt(6, 3, plainness=1))
        assert receipt == Receipt(7, 4, plainness=1)
        assert slack.received == []

    def test_an_edit_that_says_nothing(self, hook: SlackWebhook, slack: LocalSlack) -> None:
        """A repaint without a notice makes no call."""
        assert hook.show(wanting(OPEN, want=2, said=1), (OPEN,), Receipt(1, 1)) == Receipt(2, 1)
        assert slack.received == []

    def test_fired_and_cleared_before_the_first_word(self, hook: SlackWebhook, slack: LocalSlack) -> None:
        """Nothing was shown yet and it is over already: one message, green, with its duration."""
        done = catch_up(hook, wanting(GREEN, "first", "resolved", want=2))
        [message] = slack.messages()
        assert "after 1 min" in message.text
        assert message.attachments[0]["color"] == "#12B76A"
        assert done.receipt == Receipt(2, 2)

    def test_one_call_at_a_time(self, hook: SlackWebhook, slack: LocalSlack) -> None:
        """Each line is a call of its own, so that each is recorded before the next."""
        message = wanting(GREEN, "resolved", "refresh", "reopen", "flap-start")
        said = []
        while message.notices:
            message = shown(message, hook.show(message, (GREEN,), message.receipt))
            said.append((message.receipt and message.receipt.said, len(slack.received)))
        assert said == [(1, 1), (3, 2), (4, 3)]

    def test_a_lone_message_without_notices(self, hook: SlackWebhook, slack: LocalSlack) -> None:
        """A message of which nothing is known is shown rather than kept back."""
        assert hook.show(wanting(OPEN), (OPEN,), None) == Receipt(1, 0)
        assert len(slack.messages()) == 1


class TestBot:
    """One message per episode, edited in place, with a thread."""

    def test_the_first_post_can_be_found_again(self, bot: SlackBot, slack: LocalSlack) -> None:
        """It carries its id as metadata, and its ts and channel are remembered."""
        receipt = bot.show(wanting(OPEN, "first"), (OPEN,), None)
        [message] = slack.messages()
        assert message.metadata == {"event_type": "tocsin_message", "event_payload": {"id": "v1:checkout#1"}}
        assert receipt == Receipt(1, 1, message.ts, message.channel)

    def test_one_message_changes_its_colour(self, bot: SlackBot, slack: LocalSlack) -> None:
        """An alarm that fires, recovers, flaps and recovers is one message in the channel; the rest is its thread."""
        flapping = replace(OPEN, flapping=True, changes=4)
        message = catch_up(bot, wanting(OPEN, "first"))
        colours = [slack.messages()[0].attachments[0]["color"]]
        steps: tuple[tuple[Incident, Reason], ...] = (
            (GREEN, "resolved"), (OPEN, "reopen"), (flapping, "flap-start"), (flapping, "refresh"), (GREEN, "flap-end")
        )  # fmt: skip
        for incident, reason in steps:
            message = catch_up(bot, news(message, incident, reason))
            colours.append(slack.messages()[0].attachments[0]["color"])
        parents = [one for one in slack.messages() if one.thread_ts is None]
        replies = [one for one in slack.messages() if one.thread_ts == parents[0].ts]
        assert colours == ["#D92D20", "#12B76A", "#D92D20", "#F79009", "#F79009", "#12B76A"]
        assert (len(parents), len(replies), parents[0].edited) == (1, 4, False)

    def test_the_edit_comes_first(self, bot: SlackBot, slack: LocalSlack) -> None:
        """Who opens the thread finds the message above it up to date: one call each, edit, then line."""
        message = catch_up(bot, wanting(OPEN, "first"))
        later = news(message, GREEN, "resolved")
        edited = bot.show(later, (GREEN,), later.receipt)
        assert message.receipt and edited == replace(message.receipt, painted=2)
        catch_up(bot, shown(later, edited))
        assert calls(slack) == ["chat.postMessage", "chat.update", "chat.postMessage"]

    @pytest.mark.parametrize(
        ("reason", "said"),
        [
            *(
                (reason, True)
                for reason in ("resolved", "reopen", "worse", "flap-start", "flap-end", "repeated", "told")
            ),
            *((reason, False) for reason in ("refresh", "merged", "stale", "closed", "expired")),
        ],
    )
    def test_what_is_worth_a_line(self, reason: Reason, said: bool, bot: SlackBot, slack: LocalSlack) -> None:
        """Notable changes are told in the thread; the rest is an edit alone."""
        catch_up(bot, news(catch_up(bot, wanting(OPEN, "first")), OPEN, reason))
        assert len(slack.messages()) == 1 + said

    @pytest.mark.parametrize(
        ("severity", "reason", "broadcast"),
        [
            ("critical", "resolved", True),
            ("high", "resolved", True),
            ("medium", "resolved", False),
            ("low", "resolved", False),
            ("critical", "reopen", False),
        ],
    )
    def test_who_hears_of_the_end(
        self, severity: Severity, reason: Reason, broadcast: bool, bot: SlackBot, slack: LocalSlack
    ) -> None:
        """The channel hears that it is over only where it mattered much; everything else stays in the thread."""
        incident = open_incident(severity)
        catch_up(bot, news(catch_up(bot, wanting(incident, "first")), resolved(incident, 60), reason))
        assert slack.messages()[1].broadcast is broadcast

    def test_an_edit_names_every_part(self, bot: SlackBot, slack: LocalSlack, connections: Connections) -> None:
        """What an edit does not name may stay: a plainer rendering must take the old blocks and the bar away."""
        message = catch_up(bot, wanting(OPEN, "first"))
        slack.inject(faults.reply(200, b'{"ok":false,"error":"msg_blocks_too_long"}'), times=2, on="chat.update")
        message = catch_up(bot, news(message, OPEN, "refresh"))
        [seen] = slack.messages()
        assert (seen.blocks, seen.attachments) == ([], [])
        assert "Threshold Crossed" in seen.text
        assert message.receipt and message.receipt.plainness == 2

    def test_an_edit_in_doubt_is_made_again_unmarked(self, bot: SlackBot, slack: LocalSlack) -> None:
        """An edit made twice is made once: nobody needs to be told."""
        message = catch_up(bot, wanting(OPEN, "first"))
        slack.inject(faults.hang_up(stored=True), on="chat.update")
        catch_up(bot, news(message, GREEN, "refresh"))
        [seen] = slack.messages()
        assert "repeat?" not in seen.text and seen.versions == 3

    def test_an_edit_that_got_no_answer_puts_nothing_in_doubt(self, bot: SlackBot, slack: LocalSlack) -> None:
        """Whether it was taken or not: the line that follows it was not said yet, so it is no repeat."""
        message = news(catch_up(bot, wanting(OPEN, "first")), GREEN, "resolved")
        slack.inject(faults.hang_up(stored=True), times=2, on="chat.update")
        with pytest.raises(DeliveryError) as refused:
            bot.show(message, (message.incident,), message.receipt)
        assert not refused.value.ambiguous


class TestGone:
    """Somebody removed our message, or Slack will not have it edited any more."""

    @pytest.mark.parametrize("word", ["message_not_found", "cant_update_message", "edit_window_closed"])
    def test_open_and_gone_is_posted_anew(
        self, word: str, bot: SlackBot, slack: LocalSlack, clock: VirtualClock
    ) -> None:
        """While it is open the alarm must be seen: a new message takes its place, and all is said."""
        message = catch_up(bot, wanting(OPEN, "first"))
        slack.inject(faults.reply(200, json.dumps({"ok": False, "error": word}).encode()), on="chat.update")
        again = catch_up(bot, news(message, OPEN, "reopen"))
        assert message.receipt and again.receipt
        assert again.receipt.ts != message.receipt.ts
        assert again.receipt.gone_at == int(clock() * 1000)
        assert calls(slack) == ["chat.postMessage", "chat.update", "chat.postMessage"]

    def test_over_and_gone_stays_gone(self, bot: SlackBot, slack: LocalSlack) -> None:
        """What is over and was removed is not brought back to say that it is over."""
        message = catch_up(bot, wanting(OPEN, "first"))
        slack.remove_message(slack.messages()[0])
        message = catch_up(bot, news(message, GREEN, "resolved"))
        assert slack.messages() == []
        assert message.receipt and message.receipt.ts == ""

    def test_an_alarm_that_fires_again_is_seen_again(
        self, bot: SlackBot, slack: LocalSlack, clock: VirtualClock
    ) -> None:
        """Its message was removed when all was well; the next firing has a new one, no edit alone does."""
        message = catch_up(bot, wanting(OPEN, "first"))
        slack.remove_message(slack.messages()[0])
        message = catch_up(bot, news(message, GREEN, "resolved"))
        clock.advance(ANEW / 1000)
        message = catch_up(bot, news(message, OPEN, "refresh"))
        assert slack.messages() == []
        message = catch_up(bot, news(message, OPEN, "reopen"))
        assert [one.text for one in slack.messages()] and message.receipt and message.receipt.ts

    def test_removed_twice_means_removed(self, bot: SlackBot, slack: LocalSlack, clock: VirtualClock) -> None:
        """Removed again within 15 minutes, it was a human: no third message, and no error."""
        message = catch_up(bot, wanting(OPEN, "first"))
        for _ in range(2):
            slack.remove_message(slack.messages()[0])
            clock.advance(60)
            message = catch_up(bot, news(message, OPEN, "reopen"))
        assert slack.messages() == []
        assert message.receipt and (message.receipt.ts, message.receipt.painted) == ("", 3)
        clock.advance(60)
        catch_up(bot, news(message, OPEN, "worse"))
        assert slack.messages() == []

    def test_removed_again_after_long(self, bot: SlackBot, slack: LocalSlack, clock: VirtualClock) -> None:
        """Two removals that lie apart are two accidents: an open alarm is posted anew each time."""
        message = catch_up(bot, wanting(OPEN, "first"))
        for _ in range(2):
            slack.remove_message(slack.messages()[0])
            clock.advance(ANEW / 1000 + 1)
            message = catch_up(bot, news(message, OPEN, "reopen"))
        assert len(slack.messages()) == 1

    def test_news_about_something_gone_is_still_news(self, bot: SlackBot, slack: LocalSlack) -> None:
        """A happening is never open, but each is said: one more of a removed story is a new message."""
        happened = replace(OPEN, phase="closed")
        message = catch_up(bot, wanting(happened, "said"))
        slack.remove_message(slack.messages()[0])
        catch_up(bot, news(message, happened, "repeated"))
        assert len(slack.messages()) == 1

    def test_a_line_whose_parent_is_gone(self, bot: SlackBot, slack: LocalSlack) -> None:
        """Slack shows such a reply as a message of its own: it is said, and the parent is not asked for again."""
        message = catch_up(bot, wanting(OPEN, "first"))
        slack.remove_message(slack.messages()[0])
        slack.set_unknown_thread("top_level")
        behind_by_a_line = replace(news(message, OPEN, "worse"), want=message.want)
        done = catch_up(bot, behind_by_a_line)
        assert done.receipt and (done.receipt.ts, done.receipt.said) == ("", 2)
        again = catch_up(bot, news(done, OPEN, "reopen"))
        assert again.receipt and again.receipt.ts == slack.messages()[-1].ts

    def test_a_line_that_slack_refuses_for_its_parent(self, bot: SlackBot, slack: LocalSlack) -> None:
        """Where Slack refuses it instead, the open alarm is posted anew."""
        message = catch_up(bot, wanting(OPEN, "first"))
        slack.remove_message(slack.messages()[0])
        slack.set_unknown_thread("reject")
        catch_up(bot, replace(news(message, OPEN, "worse"), want=message.want))
        assert [one.thread_ts for one in slack.messages()] == [None]


@dataclass(frozen=True, slots=True)
class Clumsy:
    """A renderer that sends nonsense, or trips, until it is plain enough."""

    good: int
    trips: bool = False

    def draw(self, message: Message, look: Look, plainness: int = 0) -> dict[str, Any]:
        if plainness >= self.good:
            return blocks.draw(message, look, plainness)
        if self.trips:
            raise KeyError("series")
        return {"text": "x", "blocks": [{"type": "no_such_block"}]}

    def draw_notice(self, message: Message, notice: Notice, look: Look, plainness: int = 0) -> dict[str, Any]:
        return self.draw(message, look, plainness)


class TestPlainer:
    """A message that Slack rejects is sent again plainer, never dropped."""

    @pytest.mark.parametrize("good", [0, 1, 2, 3])
    def test_down_the_stairs(self, good: int, slack: LocalSlack, either: SlackWebhook | SlackBot) -> None:
        """Without chart, without blocks, one line: the first that Slack takes is shown, and remembered."""
        receipt = replace(either, renderer=Clumsy(good)).show(wanting(OPEN, "first"), (OPEN,), None)
        [message] = slack.messages()
        assert "checkout-5xx" in message.text
        assert (receipt.plainness, len(slack.received)) == (good, good + 1)
        kinds = [block["type"] for block in message.blocks]
        assert ("data_visualization" in kinds, bool(kinds)) == (good == 0, good < 2)

    def test_a_renderer_that_trips(self, slack: LocalSlack, either: SlackWebhook | SlackBot) -> None:
        """A fault of ours in a chart keeps no alarm from people."""
        receipt = replace(either, renderer=Clumsy(2, trips=True)).show(wanting(OPEN, "first"), (OPEN,), None)
        assert (receipt.plainness, len(slack.received), len(slack.messages())) == (2, 1, 1)

    def test_what_was_too_much_is_not_tried_again(self, hook: SlackWebhook, slack: LocalSlack) -> None:
        """The next card of this message starts as plain as the last one had to be."""
        hook.show(wanting(OPEN, "worse"), (OPEN,), Receipt(1, 0, plainness=2))
        [message] = slack.messages()
        assert message.blocks == []

    def test_even_one_line_refused(self, slack: LocalSlack, either: Destination) -> None:
        """If Slack refuses a line of plain text too, the destination is broken: loud, and nothing is lost."""
        slack.inject(faults.reply(400, b"invalid_blocks"), times=4)
        with pytest.raises(DeliveryError) as failure:
            either.show(wanting(OPEN, "first"), (OPEN,), None)
        assert (failure.value.code, failure.value.permanent, len(slack.received)) == ("invalid_blocks", True, 4)

    def test_a_word_nobody_knows(self, slack: LocalSlack, bot: SlackBot) -> None:
        """Two tries as it is, then text alone."""
        odd = faults.reply(200, b'{"ok":false,"error":"something_new"}')
        slack.inject(odd, times=2)
        receipt = bot.show(wanting(OPEN, "first"), (OPEN,), None)
        assert (receipt.plainness, len(slack.received)) == (3, 3)
        slack.inject(odd, times=3)
        with pytest.raises(DeliveryError) as failure:
            bot.show(wanting(OPEN, "first"), (OPEN,), None)
        assert (failure.value.code, failure.value.permanent) == ("something_new", True)


class TestRoad:
    """What the road to Slack does: faults F26-F28."""

    @pytest.mark.parametrize(
        "fault", [faults.rollup_error(), faults.outage(), faults.reply(502), faults.reply(504)], ids=lambda it: it.name
    )
    def test_a_passing_outage(self, fault: faults.Fault, slack: LocalSlack, either: Destination) -> None:
        """Not taken: once more at once, unmarked; if that fails too it is the pipeline's, and neither final nor in
        doubt."""
        slack.inject(fault)
        either.show(wanting(OPEN, "first"), (OPEN,), None)
        [message] = slack.messages()
        assert "repeat?" not in message.text
        slack.inject(fault, times=2)
        with pytest.raises(DeliveryError) as failure:
            either.show(wanting(OPEN, "first"), (OPEN,), None)
        assert (failure.value.permanent, failure.value.ambiguous, failure.value.retry_after) == (False, False, None)
        assert len(slack.received) == 4

    @pytest.mark.parametrize(
        "fault", [faults.hang_up(stored=True), faults.reset(stored=True), faults.not_ok(stored=True)]
    )
    def test_taken_but_not_said(self, fault: faults.Fault, slack: LocalSlack, either: Destination) -> None:
        """A lost alarm is worse than a double one: it is sent once more, and the second says that it may be one."""
        slack.inject(fault)
        either.show(wanting(OPEN, "first"), (OPEN,), None)
        first, second = slack.messages()
        assert "repeat?" not in first.text
        assert second.text == f"{first.text} · repeat?"
        assert second.blocks[:-1] == first.blocks and "repeat?" in json.dumps(second.blocks[-1])

    def test_silence_uses_up_the_time(self, slack: LocalSlack, hook: SlackWebhook) -> None:
        """When the time for one show() is over it ends, in doubt; whoever tries again later says so."""
        slack.inject(faults.stall())
        with pytest.raises(DeliveryError) as failure:
            replace(hook, limit=0.3).show(wanting(OPEN, "first"), (OPEN,), None)
        assert (failure.value.permanent, failure.value.ambiguous) == (False, True)
        hook.show(wanting(OPEN, "first", doubt=True), (OPEN,), None)
        assert [text.endswith("repeat?") for text in lines(slack)] == [False, True]

    def test_slow_headers(self, slack: LocalSlack, hook: SlackWebhook) -> None:
        """Bytes that drip buy no time."""
        slack.inject(faults.trickle())
        with pytest.raises(DeliveryError) as failure:
            replace(hook, limit=0.3).show(wanting(OPEN, "first"), (OPEN,), None)
        assert failure.value.ambiguous

    def test_doubt_stays(self, slack: LocalSlack, hook: SlackWebhook) -> None:
        """A first try that may have been taken is not forgotten because the second was refused."""
        slack.inject(faults.hang_up(stored=True))
        slack.inject(faults.rate_limited("7"))
        with pytest.raises(DeliveryError) as failure:
            hook.show(wanting(OPEN, "first"), (OPEN,), None)
        assert (failure.value.ambiguous, failure.value.retry_after) == (True, 7.0)

    def test_nobody_there(self, slack: LocalSlack, either: Destination) -> None:
        """A refused connection has taken nothing."""
        with slack.refusing(), pytest.raises(DeliveryError) as failure:
            either.show(wanting(OPEN, "first"), (OPEN,), None)
        assert (failure.value.code, failure.value.permanent, failure.value.ambiguous) == ("connect_error", False, False)

    def test_no_tls(self, slack: LocalSlack, connections: Connections) -> None:
        """A TLS failure comes before anything is said."""
        url = slack.webhook_url.replace("http:", "https:")
        with pytest.raises(DeliveryError) as failure:
            SlackWebhook("slack", Webhook(url, connections), LOOK).show(wanting(OPEN, "first"), (OPEN,), None)
        assert (failure.value.code, failure.value.permanent, failure.value.ambiguous) == ("tls_error", False, False)

    def test_a_redirect(self, slack: LocalSlack, either: Destination) -> None:
        """Nobody is followed with a secret in hand: the destination is broken."""
        with RawServer(lambda _: http(200, b"ok")) as elsewhere:
            slack.inject(faults.redirect(elsewhere.url))
            with pytest.raises(DeliveryError) as failure:
                either.show(wanting(OPEN, "first"), (OPEN,), None)
        assert (failure.value.code, failure.value.permanent) == ("http_302", True)
        assert (elsewhere.heard, len(slack.received)) == ([], 1)

    @pytest.mark.parametrize(
        ("header", "seconds"), [("3", 3.0), ("2.5", 2.5), (None, 30.0), ("soon", 30.0), ("999999", 900.0)]
    )
    def test_too_many(self, header: str | None, seconds: float, slack: LocalSlack, either: Destination) -> None:
        """Nobody sleeps here: the wait that Slack asked for is handed on, and nothing was sent twice."""
        slack.inject(faults.rate_limited(header))
        with pytest.raises(DeliveryError) as failure:
            either.show(wanting(OPEN, "first"), (OPEN,), None)
        assert (failure.value.retry_after, failure.value.permanent, len(slack.received)) == (seconds, False, 1)

    def test_slack_s_own_limit(self, clock: VirtualClock, connections: Connections) -> None:
        """Over one message per second Slack refuses; after the wait it takes the message."""
        with LocalSlack(clock, burst=1) as strict:
            hook = SlackWebhook("slack", Webhook(strict.webhook_url, connections), LOOK)
            hook.show(wanting(OPEN, "first"), (OPEN,), None)
            with pytest.raises(DeliveryError) as failure:
                hook.show(wanting(OPEN, "first"), (OPEN,), None)
            clock.advance(failure.value.retry_after or 0)
            hook.show(wanting(OPEN, "first"), (OPEN,), None)
            assert len(strict.messages()) == 2

    @pytest.mark.parametrize(
        "word", ["token_revoked", "not_in_channel", "missing_scope", "restricted_action_thread_only"]
    )
    def test_a_broken_destination(self, word: str, slack: LocalSlack, bot: SlackBot) -> None:
        """What only a human can repair is not tried twice."""
        slack.inject(faults.reply(200, json.dumps({"ok": False, "error": word}).encode()))
        with pytest.raises(DeliveryError) as failure:
            bot.show(wanting(OPEN, "first"), (OPEN,), None)
        assert (failure.value.code, failure.value.permanent, len(slack.received)) == (word, True, 1)


def ends(status: int) -> tuple[int, bool, bool, float | None]:
    """How a destination that answers this each time ends: calls, permanent, in doubt, wait."""
    if status < 300:
        return 2, False, True, None
    if status < 400 or status in (401, 403, 404, 410):
        return 1, True, False, None
    if status in (400, 413):
        return 4, True, False, None
    if status == 429:
        return 1, False, False, 30.0
    return (2, False, False, None) if status >= 500 else (3, True, False, None)


def test_every_status_from_100_to_599_ends_somewhere(connections: Connections) -> None:
    """Each status, given again and again, ends as the table says: after how many calls, and as what error."""
    status = [0]
    found = {}
    with RawServer(lambda _: http(status[0], then="close" if status[0] < 200 else "keep")) as server:
        hook = SlackWebhook("slack", Webhook(server.url, connections), LOOK)
        for status[0] in range(100, 600):
            before = len(server.heard)
            with pytest.raises(DeliveryError) as failure:
                hook.show(wanting(OPEN, "first"), (OPEN,), None)
            error = failure.value
            heard = len(server.heard) - before
            found[status[0]] = (heard, error.permanent, error.ambiguous, error.retry_after)
    assert found == {status: ends(status) for status in range(100, 600)}


TROUBLE: list[Callable[[LocalSlack], None]] = [
    lambda slack: slack.inject(faults.hang_up(), times=4),
    lambda slack: slack.inject(faults.raw(b"HTTP/1.1 whatever\r\n\r\n"), times=4),
    lambda slack: slack.inject(faults.redirect("http://127.0.0.1:9/"), times=4),
    lambda slack: slack.inject(faults.reply(400, b"invalid_blocks"), times=8),
    lambda slack: slack.inject(faults.rate_limited("1"), times=4),
    lambda slack: slack.set_hook_state("removed"),
    lambda slack: slack.set_token_state("revoked"),
    lambda slack: slack.stop(),
]


def test_no_secret_leaves_by_the_back_door(caplog: pytest.LogCaptureFixture, connections: Connections) -> None:
    """Neither the webhook's URL nor the token is in a log record, an error, its traceback or a repr."""
    caplog.set_level(logging.DEBUG)
    told = []
    secrets = set()
    for trouble in TROUBLE:
        with LocalSlack(burst=100) as slack:
            hook, bot = Webhook(slack.webhook_url, connections), Bot(slack.bot_token, "#a", connections, slack.api_url)
            secrets |= {slack.webhook_url.rpartition("/")[2], slack.bot_token}
            trouble(slack)
            destinations: list[Destination] = [SlackWebhook("slack", hook, LOOK), SlackBot("slack", bot, LOOK)]
            for destination in destinations:
                told.append(repr(destination))
                try:
                    destination.show(wanting(OPEN, "first"), (OPEN,), None)
                except DeliveryError as error:
                    told += [str(error), repr(error), *traceback.format_exception(error)]
    told += [f"{record.getMessage()} {vars(record)}" for record in caplog.records]
    assert len(secrets) == 2 * len(TROUBLE) and len(caplog.records) > len(TROUBLE)
    assert [text for text in told if any(secret in text for secret in secrets)] == []


def test_the_module_that_draws_is_a_renderer() -> None:
    """Any other look is another module with the same two functions."""
    renderer: Renderer = blocks
    assert renderer.draw(wanting(OPEN, "first"), LOOK)["text"]
