"""What waits to be said has an end: a row can hold it, and people can read it."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from tocsin.decide import Policy
from tocsin.intake import take_in
from tocsin.model import Incident, Message, Notice, Phrase, Reason, Receipt, Show, Signal
from tocsin.outbox import LEASE, PASSING, WAITING, Later, claimed, postponed, recorded, wanted
from tocsin.ports import DeliveryError, Put, Row
from tocsin.stores.codec import encode
from tocsin.stores.memory import MemoryStore

NOON = 1_795_435_200_000
SIGN_IN = Signal("cloudtrail", "happening", "s", Phrase("k"), at=NOON, story="failed sign-ins of root")


def _told(store: MemoryStore, *signals: Signal) -> Message:
    for signal in signals:
        take_in(store, signal, ("slack",), Policy(), NOON)
    ((row, *_),) = [store.due(NOON, 9)]
    assert isinstance(row.content, Message)
    return row.content


def test_a_story_told_two_thousand_times_fits_its_row() -> None:
    """While Slack is away an attacker tries on: the first word and the newest lines wait, and the count is of all."""
    store = MemoryStore(clock=lambda: NOON)
    tries = [replace(SIGN_IN, event_id=str(number), at=NOON + number) for number in range(2_000)]
    message = _told(store, *tries)
    reasons = [line.reason for line in message.notices]
    assert reasons == ["said", *["repeated"] * (WAITING - 1)]
    assert (message.notices[-1].times, message.incident.count) == (2_000, 2_000)
    assert [line.n for line in message.notices[-2:]] == [1_999, 2_000]
    assert len(encode(message)) < 20_000


@given(st.lists(st.sampled_from(get_args(Reason)), max_size=3 * WAITING))
def test_what_must_be_said_waits_however_much_does(reasons: list[Reason]) -> None:
    """Nothing that opens, ends for good or comes late falls away for want of room, nor the newest of the rest."""
    view = Incident("v1:I#a", episode=1)
    row = Row("m", wanted("m", None, "slack", Show(view), NOON).content, 1)
    for reason in reasons:
        row = replace(row, content=wanted("m", row, "slack", Show(view, (Notice(1, reason, NOON),)), NOON).content)
    assert isinstance(row.content, Message)
    left = row.content.notices
    needed = [reason for reason in reasons if reason not in PASSING]
    assert [line.reason for line in left if line.reason not in PASSING] == needed
    assert len(left) == min(len(reasons), max(WAITING, len(needed)))
    assert [line.n for line in left] == sorted({line.n for line in left})
    assert not left or left[-1].reason == reasons[-1] or reasons[-1] in PASSING


VIEW = Incident("v1:I#a", phase="open", episode=1)


def _row(put: Put) -> Row:
    return Row(put.key, put.content, 1, due=put.due, of=put.of)


def _news(row: Row | None, now: int) -> Row:
    return _row(wanted("m", row, "slack", Show(VIEW, (Notice(1, "worse", now),)), now))


def _taken(row: Row, now: int) -> tuple[Row, Message]:
    (put,) = claimed({"m": row}, "m", now)
    assert isinstance(put.content, Message)
    return _row(put), put.content


def test_news_wakes_nobody_who_was_told_to_wait() -> None:
    """A destination that asked for 30 s, or that somebody is calling, is asked no sooner because more has happened."""
    row, mine = _taken(_news(None, NOON), NOON)
    assert _news(row, NOON + 1).due == NOON + LEASE
    asked_to_wait = DeliveryError("ratelimited", retry_after=30.0)
    (put,) = postponed({"m": row}, "m", asked_to_wait, mine, Later(NOON + 500, 0.0))
    waiting = _row(put)
    assert waiting.due == _news(waiting, NOON + 600).due == NOON + 30_500


def test_news_that_came_during_a_call_is_due_at_once_after_it() -> None:
    """Who has called records the version that it painted, and what came since is owed at once, not after the lease."""
    row, mine = _taken(_news(None, NOON), NOON)
    row = _news(row, NOON + 1)
    (put,) = recorded({"m": row}, "m", Receipt(painted=mine.want, said=1, ts="1"), mine, NOON + 500)
    assert isinstance(put.content, Message)
    assert (put.due, put.content.want, [one.n for one in put.content.notices]) == (NOON + 500, mine.want + 1, [2])


def test_only_who_holds_it_settles_it() -> None:
    """A worker whose lease has run out, and was taken over, changes nothing; the next one knows that it may repeat."""
    row, late = _taken(_news(None, NOON), NOON)
    assert claimed({"m": row}, "m", NOON + LEASE - 1) == ()
    row, mine = _taken(row, NOON + LEASE)
    assert (mine.doubt, mine.epoch) == (True, late.epoch + 1)
    assert recorded({"m": row}, "m", Receipt(painted=late.want, said=1), late, NOON + LEASE) == ()
    assert postponed({"m": row}, "m", None, late, Later(NOON + LEASE, 0.0)) == ()


def test_a_line_in_doubt_stays_so_until_it_is_said() -> None:
    """Nobody knows whether it was taken; the edit that comes between does not tell, so it is marked as a repeat."""
    row, mine = _taken(_news(None, NOON), NOON)
    (put,) = recorded({"m": row}, "m", Receipt(painted=1, said=1, ts="1"), mine, NOON)
    row, mine = _taken(_news(_row(put), NOON), NOON)
    (put,) = recorded({"m": row}, "m", Receipt(painted=2, said=1, ts="1"), mine, NOON)
    row, mine = _taken(_row(put), NOON)
    (put,) = postponed({"m": row}, "m", DeliveryError("timeout", ambiguous=True), mine, Later(NOON, 0.0))
    row, mine = _taken(_news(_row(put), NOON + 1), NOON + 1)
    (put,) = recorded({"m": row}, "m", Receipt(painted=3, said=1, ts="1"), mine, NOON + 2)
    row, mine = _taken(_row(put), NOON + 2)
    assert mine.doubt and [one.n for one in mine.notices] == [2, 3]
    (put,) = recorded({"m": row}, "m", Receipt(painted=3, said=2, ts="1"), mine, NOON + 3)
    row, mine = _taken(_row(put), NOON + 3)
    assert not mine.doubt and [one.n for one in mine.notices] == [3]
