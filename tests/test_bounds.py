"""What somebody has written into an event, however much, is remembered as far as a row can hold it."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from tocsin.aws.items import item, key_text
from tocsin.envelope import unwrap
from tocsin.grouping import LONGEST, incident_key, message_id, message_key, shortened
from tocsin.kinds import KINDS, read
from tocsin.model import Incident, Message, Phrase, Series, Signal, Sort
from tocsin.ports import Put
from tocsin.reading.bounds import bounded

EVENTS = Path(__file__).parent / "events"
OURS = ("kind", "key", "sort", "state", "old", "severity")


def swollen(value: Any, times: int) -> Any:
    """The same with every text as many times as long, and every list of them twice; but for our own words."""
    if isinstance(value, str):
        return value * times
    if isinstance(value, tuple):
        return tuple(swollen(one, times) for one in value) * 2
    if isinstance(value, dict):
        return {name: swollen(one, times) for name, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        names = [each.name for each in fields(value) if each.name not in OURS]
        return replace(value, **{name: swollen(getattr(value, name), times) for name in names})
    return value


@given(strategies.signals, st.sampled_from([1, 300, 5_000]))
@settings(max_examples=25)
def test_whatever_was_understood_fits_its_rows(signal: Signal, times: int) -> None:
    """Twice in one item, as a message may hold it; and it is still about the same change of the same thing."""
    much = replace(swollen(replace(signal, series=None), times), series=signal.series)
    short = bounded(much)
    incident = Incident(incident_key(short), episode=99, said=short, held=short)
    message = Message("slack", message_id(incident), incident)
    for put in (Put(incident.key, incident), Put(message_key("slack", message.id), message)):
        item(put, 1, "0" * 16)
    assert incident_key(short) == incident_key(much)
    kept = ("kind", "sort", "state", "at", "severity", "test", "muted")
    assert all(getattr(short, name) == getattr(much, name) for name in kept)


def test_what_is_usual_is_left_as_it_is() -> None:
    """Nothing is cut of any event of the corpus."""
    files = [path for path in EVENTS.glob("*/*.json") if not path.name.endswith(".snap.json")]
    signals = [one for path in files for each in unwrap(json.loads(path.read_bytes())) for one in read(each)]
    assert len(signals) > 400
    assert [one for one in signals if bounded(one) is not one] == []


def test_a_text_that_no_item_holds_is_stored() -> None:
    """A quarter of a megabyte of Korean, of which each letter is six bytes of JSON, in a field that a kind quotes."""
    event = json.loads((EVENTS / "cloudtrail/gpu-instances-denied.json").read_bytes())
    event["detail"]["errorMessage"] = "권한 없음 " * 14_000
    (signal,) = read(unwrap(event)[0])
    item(Put("k", Incident("k", said=signal, held=signal)), 1, "0" * 16)


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\ue000🧯경"), max_size=1200))
def test_every_name_becomes_a_key_that_dynamodb_takes(name: str) -> None:
    """No longer than what an index may sort by, the same however often it is made, and another for another name."""
    signal = Signal("k", "condition", name * 3, Phrase("k"))
    view = Incident(incident_key(signal), episode=12_345)
    assert len(key_text(message_key("slack", message_id(view))).encode()) <= 1024
    assert shortened(shortened(name)) == shortened(name)
    assert shortened(f"{name * 3}x") != shortened(f"{name * 3}y")


@pytest.mark.parametrize("letter", ["a", "경", "🧯", "\ue000"])
@pytest.mark.parametrize("sort", ["condition", "happening"])
def test_the_longest_name_that_is_kept_whole_is_short_enough(letter: str, sort: Sort) -> None:
    """At the bound itself, in whatever letters, of the kind with the longest name."""
    name = letter * (LONGEST // len(letter.encode()))
    assert shortened(name) == name and shortened(name + letter) != name + letter
    kind = max((entry.name for entry in KINDS), key=len)
    for subject in (name, name + letter):
        view = Incident(incident_key(Signal(kind, sort, subject, Phrase("k"), story=subject)), episode=12_345)
        assert len(key_text(message_key("slack", message_id(view))).encode()) <= 1024


def test_what_holds_for_all_kinds_is_kept_of_too_many_labels() -> None:
    """Routes match on kind, account and region, however many labels somebody has added."""
    (alarm,) = read(unwrap(json.loads((EVENTS / "cloudwatch_alarm" / "eventbridge-alarm.json").read_bytes()))[0])
    many = {f"tag-{n}": "경" * 300 for n in range(400)}
    short = bounded(replace(alarm, labels={**many, **alarm.labels}))
    assert len(short.labels) < 400
    assert {name: short.labels[name] for name in ("kind", "account", "region")} == {
        "kind": alarm.kind,
        "account": alarm.account,
        "region": alarm.region,
    }


def test_a_metric_with_an_endless_name_is_stored() -> None:
    """Its chart's name is cut, and of endless datapoints the newest are kept."""
    points = tuple((n, 1.0) for n in range(20_000))
    short = bounded(Signal("k", "condition", "s", Phrase("k"), series=Series("경" * 50_000, points)))
    item(Put("k", Incident("k", said=short, held=short)), 1, "0" * 16)
    assert short.series is not None and short.series.points == points[-100:]
