"""What waits to be said has an end: a row can hold it, and people can read it."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from tocsin.decide import Policy
from tocsin.intake import take_in
from tocsin.model import Incident, Message, Notice, Phrase, Reason, Show, Signal
from tocsin.outbox import PASSING, WAITING, wanted
from tocsin.ports import Row
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
