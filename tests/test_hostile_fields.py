"""Every text of every event may be an attacker's: a few at a time, and all at once."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tame import assert_harmless, assert_tame
from test_event_fuzz import opened
from tocsin.config import Config
from tocsin_cli.previews import previews

EVENTS = Path(__file__).parent / "events"
FILES = sorted(path for path in EVENTS.glob("*/*.json") if not path.name.endswith(".snap.json"))
LANGUAGES = [Config(language="en"), Config(language="ko")]
POISONS = (
    "<!channel> <!here|x> <!everyone> <!subteam^S012ABCDEF> <@U012ABCDEF> <#C012ABCDEF> @channel @here",
    "<https://evil.example|AWS Console> <mailto:a@b.c|mail> <!date^0^{date}^https://evil.example|x> evil.example/login",
    "*bold* _it_ ~s~ `code` ```fence``` :tada: &amp;&lt;!here&gt; <b> {name} {0} %s {{x}}",
    "\x00\x1b[31m\x85\u2028\ud800\n> quote\n\n\r\t",
    "\u202egnp.exe\u2066\u200f שלום مرحبا 👩\u200d👩\u200d👧\u200d👦 🇰🇷 é" + "\u0301" * 40,
    "x" * 20_000,
    "<!channel>\u202e" + "👍🏽&<" * 4_000,
)
# The last one for all texts at once: longer than any text in a block, in an event no larger than it need be.
FLOOD = POISONS[-1][:4_000]
# What says whose event it is: with this changed as well, only the fallbacks would be tried.
NAMES = {"source", "detail-type", "detailType", "EventSource", "eventSource", "eventName", "messageType", "Type"}


def stripe(value: Any, turn: int, poison: str, count: Iterator[int]) -> Any:
    """The event with every seventh of its texts replaced, from the ``turn``-th on, also inside the JSON within a text.

    The names of its kind stay; a negative turn replaces all the others.
    """
    inner = opened(value)
    if isinstance(inner, dict):
        made: Any = {key: one if key in NAMES else stripe(one, turn, poison, count) for key, one in inner.items()}
    elif isinstance(inner, list):
        made = [stripe(one, turn, poison, count) for one in inner]
    elif isinstance(inner, str):
        return poison if turn < 0 or next(count) % len(POISONS) == turn else value
    else:
        return value
    return json.dumps(made) if isinstance(value, str) else made


def check(event: object, config: Config, judged: bool) -> None:
    """What is posted for it harms nobody; reading takes no longer than a wink, also on a busy machine."""
    begun = time.process_time()
    found = list(previews(json.dumps(event).encode(), config))
    assert time.process_time() - begun < 0.5 * max(1, len(found))
    assert found
    for seen in found:
        for message in seen.messages:
            (assert_tame if judged else assert_harmless)(message, seen.signal.links)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_text_of_an_event_misuses_its_message(path: Path) -> None:
    """Mentions, links, markup, control and bidi characters, emoji, 20,000 characters, in every text, the others as they
    were: nobody is notified, no link is forged, nothing overflows, nothing takes long."""
    event = json.loads(path.read_text())
    first = sum(path.stem.encode())
    for turn in range(len(POISONS)):
        poison = POISONS[(turn + first) % len(POISONS)]
        check(stripe(event, turn, poison, itertools.count()), LANGUAGES[turn % 2], judged=turn == first % len(POISONS))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_event_of_nothing_but_hostile_texts_is_tame(path: Path) -> None:
    """The same with all texts at once, each event with three of the poisons, and with the names of its kind as well."""
    event = json.loads(path.read_text())
    first = sum(path.stem.encode()) % (len(POISONS) - 2)
    for turn, poison in enumerate((*POISONS[first : first + 2], FLOOD)):
        check(stripe(event, -1, poison, itertools.count()), LANGUAGES[turn % 2], judged=poison == FLOOD)
    named = {
        "source": POISONS[0],
        "detail-type": POISONS[1],
        "detail": stripe(event, -1, FLOOD, itertools.count()),
    }
    check(named, LANGUAGES[0], judged=False)
