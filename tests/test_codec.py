"""What a store keeps comes back as it was, whichever version wrote it; what is no row is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import strategies
from tocsin.model import Fact, Incident, Message, Phrase, Receipt, Seen, Series, Signal
from tocsin.stores.codec import Unreadable, decode, encode

TITLE = Phrase("words.title", {"name": "cpu"})
SIGNAL = Signal("cloudwatch_alarm", "condition", "arn:a", TITLE, state="firing", facts=(Fact(TITLE, 3.5),))
CHART = Incident("k", said=Signal("text", "happening", "s", TITLE, series=Series("CPU", ((1, 2.5),))))
MESSAGE = Message("slack", "m1", Incident("v1:a", said=SIGNAL), receipt=Receipt(1, 0))


@given(strategies.contents)
def test_every_content_comes_back_as_it_was(content: Any) -> None:
    """decode(encode(x)) == x for whatever the model can hold, as one line of ASCII."""
    text = encode(content)
    assert decode(text) == content
    assert text.isascii() and "\n" not in text


def test_what_a_newer_version_adds_is_passed_over() -> None:
    """A field that is not known here, at any depth, costs nothing after a rollback."""
    row = json.loads(encode(MESSAGE))
    said = row["incident"]["said"]
    for part in (row, row["incident"], row["receipt"], said, said["title"], said["facts"][0]):
        part["news"] = {"~": "Hologram"}
    assert decode(json.dumps(row)) == MESSAGE


def test_what_was_stored_once_keeps_its_meaning() -> None:
    """Missing fields mean these defaults for ever: rows on disk were written without them."""
    assert decode('{"~":"Incident","key":"k"}') == Incident(
        key="k", source=None, at=-1, phase="closed", episode=0, opened_at=0, resolved_at=None, fired=False, stale=False,
        flapping=False, flips=(), changes=0, count=0, episodes=(), said=None,
    )  # fmt: skip
    assert decode('{"~":"Message","destination":"d","id":"i","incident":{"key":"k"}}') == Message(
        destination="d", id="i", incident=Incident("k"), want=1, notices=(), receipt=None, tries=0, opened_at=0
    )
    assert decode('{"~":"Seen","at":7}') == Seen(7)


def test_a_field_at_its_default_is_not_written() -> None:
    """Rows are small, since a database counts their bytes."""
    assert encode(Incident("k")) == '{"~":"Incident","key":"k"}'


@given(st.one_of(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
@example("")
@example("null")
@example("{}")
@example("[" * 100_000)
@example('{"~":"Signal"}')
@example('{"~":"os.system","key":"k"}')
@example('{"~":"Incident"}')
@example('{"~":"Incident","key":["k"]}')
@example('{"~":"Incident","key":"k","flips":3}')
@example('{"~":"Incident","key":"k","said":[]}')
@example('{"~":"Incident","key":"kä"}')
@example(encode(CHART).replace("[1,2.5]", "[1]"))
def test_garbage_is_refused_with_one_error(text: str) -> None:
    """What no version has written raises Unreadable, and nothing else."""
    with pytest.raises(Unreadable):
        decode(text)


@given(strategies.contents, st.data())
def test_a_torn_text_is_refused(content: Any, data: st.DataObject) -> None:
    """The beginning of a row is no row."""
    text = encode(content)
    with pytest.raises(Unreadable):
        decode(text[: data.draw(st.integers(0, len(text) - 1))])


def test_an_error_says_nothing_of_what_the_row_holds() -> None:
    """Rows hold what AWS said; an error goes to logs that others read."""
    with pytest.raises(Unreadable) as caught:
        decode('{"~":"Incident","key":["hush-hush"]}')
    assert "hush-hush" not in str(caught.value)


@pytest.mark.parametrize("wrong", [datetime(2026, 1, 1, tzinfo=UTC), {"raw": 1}, [1], b"x", SIGNAL])
def test_what_could_not_come_back_is_refused_at_once(wrong: Any) -> None:
    """A value outside the model is a bug of whoever made it, found before it becomes a row that nobody can read."""
    signal = Signal("text", "happening", "s", TITLE, facts=(Fact(TITLE, wrong),))
    with pytest.raises(TypeError):
        encode(Incident("k", said=signal))
    with pytest.raises(TypeError):
        encode(wrong)


def test_a_number_where_text_should_be_costs_no_alarm() -> None:
    """AWS's fields are oddly typed at times; a scalar is kept as it stands rather than refused."""
    signal = Signal("text", "happening", "s", TITLE, account=123456789012, period=60.5)  # type: ignore[arg-type]
    assert decode(encode(Incident("k", said=signal))) == Incident("k", said=signal)
