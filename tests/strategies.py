"""Every content that a store can be given, as hypothesis strategies: hostile text, odd numbers, nested phrases."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, get_args

from hypothesis import strategies as st

from tocsin import model

HOSTILE = (
    "",
    "~",
    "경보: 디스크 90 %",
    "<!channel> & <@U1>",
    "a\0b",
    "half \ud83d pair",
    "🧯🧯",
    "'; DROP TABLE rows; --",
)


def whole(kind: Any, /, **drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draws every field of ``kind``: one that the model gains must be drawn here too."""
    assert {each.name for each in fields(kind)} == set(drawn), f"tests/strategies.py misses a field of {kind.__name__}"
    return st.builds(kind, **drawn)


def some(each: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(each, max_size=most).map(tuple)


def maybe(each: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | each


def one_of(literal: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(literal))


def phrases(values: st.SearchStrategy[Any]) -> st.SearchStrategy[model.Phrase]:
    return whole(model.Phrase, key=texts, args=st.dictionaries(texts, values, max_size=2))


texts = st.one_of(st.text(st.characters(exclude_categories=()), max_size=12), st.sampled_from(HOSTILE))
instants = st.integers(-1, 2**45)
counts = st.integers(0, 99)
numbers = st.one_of(st.integers(), st.floats(allow_nan=False))

leaves = st.one_of(
    texts, numbers, whole(model.Strong, text=texts), whole(model.At, ms=instants), whole(model.Lapse, seconds=numbers)
)
values = st.recursive(leaves, lambda inner: st.one_of(phrases(inner), some(inner, 3)), max_leaves=5)
phrase = phrases(values)

facts = some(whole(model.Fact, label=phrase, value=values, detail=st.booleans()))
links = some(whole(model.Link, label=phrase, url=texts))
series = whole(
    model.Series,
    name=texts,
    points=some(st.tuples(instants, numbers), 4),
    threshold=maybe(numbers),
    band=some(st.tuples(instants, numbers, numbers), 4),
)
labels = st.dictionaries(texts, texts, max_size=2)

signals = whole(
    model.Signal,
    kind=texts,
    sort=one_of(model.Sort),
    subject=texts,
    title=phrase,
    state=maybe(one_of(model.State)),
    at=maybe(instants),
    old=maybe(one_of(model.State)),
    old_at=maybe(instants),
    period=maybe(st.integers(1, 86400)),
    test=st.booleans(),
    drill=st.booleans(),
    muted=st.booleans(),
    muted_until=maybe(instants),
    part_of=texts,
    unmuted=st.booleans(),
    tell=st.booleans(),
    event_id=texts,
    story=texts,
    severity=one_of(model.Severity),
    word=texts,
    summary=maybe(phrase),
    quote=texts,
    facts=facts,
    meaning=some(phrase),
    advice=some(phrase),
    links=links,
    series=maybe(series),
    labels=labels,
    partition=texts,
    account=texts,
    account_name=texts,
    region=texts,
)
found = whole(
    model.Found,
    state=maybe(one_of(model.State)),
    at=maybe(instants),
    facts=facts,
    links=links,
    labels=labels,
    series=maybe(series),
    summary=maybe(phrase),
    severity=maybe(one_of(model.Severity)),
    account_name=texts,
    tries=counts,
    again_at=maybe(instants),
)
incidents = whole(
    model.Incident,
    key=texts,
    source=maybe(one_of(model.State)),
    at=instants,
    phase=one_of(model.Phase),
    episode=counts,
    opened_at=instants,
    resolved_at=maybe(instants),
    fired=st.booleans(),
    stale=st.booleans(),
    flapping=st.booleans(),
    flips=some(instants, 4),
    changes=counts,
    count=counts,
    episodes=some(whole(model.Episode, number=counts, opened=instants, closed=maybe(instants))),
    said=maybe(signals),
    held=maybe(signals),
    parts_at=instants,
)
messages = whole(
    model.Message,
    destination=texts,
    id=texts,
    incident=incidents,
    want=counts,
    notices=some(
        whole(model.Notice, n=counts, reason=one_of(model.Reason), at=instants, lasted=maybe(numbers), times=counts)
    ),
    receipt=maybe(
        whole(
            model.Receipt,
            painted=counts,
            said=counts,
            ts=texts,
            channel=texts,
            plainness=counts,
            gone_at=maybe(instants),
        )
    ),
    tries=counts,
    doubt=st.booleans(),
    opened_at=instants,
    painted_at=instants,
    epoch=counts,
    leased_until=instants,
    found=maybe(found),
)
contents = st.one_of(incidents, messages, whole(model.Seen, at=instants))
