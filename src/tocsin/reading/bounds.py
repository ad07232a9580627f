"""Keeps what is understood of a record small enough to be remembered, whatever somebody has written into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tocsin.grouping import shortened
from tocsin.model import Fact, Phrase, Series, Signal, Strong, Value
from tocsin.reading.content import cut

# As text of ASCII. An item of DynamoDB holds 400 KB, and a message's item two signals and what was found out about one:
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
MOST = 100_000
# Letters of a text and parts of a list, the first of these that are few enough. A section of Slack's has 3,000 letters.
_LIMITS = ((3_000, 100), (1_000, 50), (300, 20), (100, 10), (40, 5))
_FACTS = 4  # as many times as parts of another list: each is short


def bounded(signal: Signal) -> Signal:
    """The signal as it is, which nearly every one is; else with its texts cut and its lists shortened until it fits."""
    short = signal
    for letters, parts in _LIMITS:
        if len(ascii(short)) <= MOST:
            break
        short = _shorter(signal, letters, parts)
    return short


def _shorter(signal: Signal, letters: int, parts: int) -> Signal:
    return replace(
        signal,
        subject=shortened(signal.subject),
        part_of=shortened(signal.part_of),
        event_id=shortened(signal.event_id),
        story=shortened(signal.story),
        title=_phrase(signal.title, letters, parts),
        summary=signal.summary and _phrase(signal.summary, letters, parts),
        quote=cut(signal.quote, letters)[0],
        word=cut(signal.word, letters)[0],
        facts=tuple(_fact(one, letters, parts) for one in signal.facts[: _FACTS * parts]),
        meaning=tuple(_phrase(one, letters, parts) for one in signal.meaning[:parts]),
        advice=tuple(_phrase(one, letters, parts) for one in signal.advice[:parts]),
        links=tuple(
            replace(one, label=_phrase(one.label, letters, parts))
            for one in signal.links[:parts]
            if len(one.url) <= letters
        ),
        series=signal.series and _series(signal.series, letters, parts),
        labels=_labels(signal.labels, letters, parts),
        partition=cut(signal.partition, letters)[0],
        account=cut(signal.account, letters)[0],
        region=cut(signal.region, letters)[0],
        account_name=cut(signal.account_name, letters)[0],
    )


def _series(series: Series, letters: int, parts: int) -> Series:
    return replace(series, name=cut(series.name, letters)[0], points=series.points[-parts:])


def _fact(fact: Fact, letters: int, parts: int) -> Fact:
    return replace(fact, label=_phrase(fact.label, letters, parts), value=_value(fact.value, letters, parts))


def _phrase(phrase: Phrase, letters: int, parts: int) -> Phrase:
    return replace(phrase, args={name: _value(value, letters, parts) for name, value in phrase.args.items()})


def _value(value: Value, letters: int, parts: int) -> Value:
    if isinstance(value, str):
        return cut(value, letters)[0]
    if isinstance(value, Strong):
        return Strong(cut(value.text, letters)[0])
    if isinstance(value, Phrase):
        return _phrase(value, letters, parts)
    return tuple(_value(one, letters, parts) for one in value[:parts]) if isinstance(value, tuple) else value


def _labels(labels: Mapping[str, str], letters: int, parts: int) -> dict[str, str]:
    # The last are those of all kinds.
    return {cut(name, letters)[0]: cut(value, letters)[0] for name, value in list(labels.items())[-parts:]}
