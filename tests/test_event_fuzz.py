"""Events that were damaged in any way are still read, shown and told apart."""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.envelope import unwrap
from tocsin.kinds import read
from tocsin.model import Signal
from tocsin.words import LANGUAGES, plain

EVENTS = [
    json.loads(path.read_text())
    for path in sorted((Path(__file__).parent / "events").glob("*/*.json"))
    if not path.name.endswith(".snap.json") and path.stat().st_size < 20_000
]
HOSTILE: list[Any] = [
    None, True, False, 0, -1, 10**30, 1e308, -0.0, float("nan"), float("inf"), [], {}, [[]], [None], {"": None},
    "", " ", "null", "{", "[1]", '"x"', "x" * 5_000, "<!channel>", "\ud800", "\x00\u202e", "1e999", "-", "ALARM",
    "arn:aws:cloudwatch:::alarm:", "arn:::::", "9999-12-31T23:59:59.999+0000", "0001-01-01T00:00:00Z",
    {"name": 1, "value": {}}, {"value": "ALARM", "timestamp": []},
]  # fmt: skip
DROP = object()
damage = st.sampled_from([*HOSTILE, DROP]) | st.text(max_size=30) | st.integers() | st.floats()


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Each place in a value, also inside the JSON texts within it."""
    inner = opened(value)
    found = [path]
    if isinstance(inner, dict):
        for key, one in inner.items():
            found += places(one, (*path, key))
    elif isinstance(inner, list):
        for index, one in enumerate(inner):
            found += places(one, (*path, index))
    return found


def opened(value: object) -> object:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def damaged(value: Any, path: tuple[Any, ...], by: object) -> Any:
    """A copy with the value at ``path`` replaced, or dropped."""
    if not path:
        return None if by is DROP else by
    inner = opened(value)
    if isinstance(inner, dict):
        copy: Any = dict(inner)
    elif isinstance(inner, list):
        copy = list(inner)
    else:
        return value
    try:
        changed = damaged(copy[path[0]], path[1:], by)
        if by is DROP and len(path) == 1:
            del copy[path[0]]
        else:
            copy[path[0]] = changed
    except (KeyError, IndexError):
        return value
    return json.dumps(copy) if isinstance(value, str) else copy


@st.composite
def events(draw: st.DrawFn) -> Any:
    event = draw(st.sampled_from(EVENTS))
    for _ in range(draw(st.integers(1, 4))):
        event = damaged(event, draw(st.sampled_from(places(event))), draw(damage))
    return event


def check(signal: Signal) -> None:
    """A signal that a store can hold and a destination can show."""
    assert signal.kind and signal.subject and signal.event_id
    assert (signal.sort == "condition") == (signal.state is not None)
    for language in LANGUAGES:
        said = [signal.title, *filter(None, [signal.summary]), *signal.meaning, *signal.advice]
        said += [value for fact in signal.facts for value in (fact.label, fact.value)]  # type: ignore[misc]
        text = "\n".join(plain(one, language, UTC) for one in said)
        (text + signal.quote + signal.subject + signal.event_id + str(signal.labels)).encode()
    assert plain(signal.title, "en", UTC).strip()
    assert all(link.url.startswith(("https://", "http://")) for link in signal.links)


@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(events(), st.booleans())
def test_no_damage_loses_an_event(event: Any, http: bool) -> None:
    """Whatever was dropped or replaced, there are signals, each with an identity, each sayable in every language."""
    envelopes = unwrap(event, http=http)
    assert envelopes
    for envelope in envelopes:
        signals = read(envelope)
        assert signals
        for signal in signals:
            check(signal)


@settings(max_examples=200, deadline=None)
@given(st.text() | st.binary() | st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
       lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10))  # fmt: skip
def test_no_content_loses_an_event(content: Any) -> None:
    """Anything at all is read as something that people see."""
    for envelope in unwrap(content):
        for signal in read(envelope):
            check(signal)


def test_the_worst_sizes_are_read_in_time() -> None:
    """Texts of a quarter of a megabyte, wide and deep objects: each is one signal that says how much was cut."""
    deep: Any = "end"
    for _ in range(5_000):
        deep = {"a": deep}
    worst = [
        "[" * 250_000,
        "(" * 250_000,
        "1 datapoint [" * 20_000,
        {str(n): n for n in range(20_000)},
        deep,
        ["x"] * 90_000,
    ]
    for content in worst:
        for raw in (
            content,
            {"AlarmName": "x", "NewStateValue": "ALARM", "NewStateReason": content, "Trigger": content},
        ):
            (signal,) = read(unwrap(raw)[0])
            check(signal)
