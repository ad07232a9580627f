"""The registry finds one kind for an event, forgives a kind that trips, and says every sentence in every language."""

from __future__ import annotations

import re
from datetime import UTC
from importlib import import_module
from pathlib import Path

import pytest

import tocsin
from tocsin.envelope import Envelope, unwrap
from tocsin.kinds import FALLBACKS, KINDS, read
from tocsin.model import Signal
from tocsin.reading.entries import Attributes, Entry, Keys, KeyStart, Source, Text, index
from tocsin.words import LANGUAGES, plain

SOURCES = "\n".join(path.read_text() for path in sorted(Path(tocsin.__file__).parent.rglob("*.py")))
BRACE = re.compile(r"\{(\w+)\}")
ROOMS = sorted({entry.module for entry in (*KINDS, *FALLBACKS)})


def only(raw: object) -> Signal:
    (signal,) = read(unwrap(raw)[0])
    return signal


def test_names_and_modules_are_each_kinds_own() -> None:
    """No two entries share a name or a module."""
    entries = (*KINDS, *FALLBACKS)
    assert len({entry.name for entry in entries}) == len(entries) == len({entry.module for entry in entries})
    assert [entry.name for entry in FALLBACKS] == ["generic_event", "generic_json", "text", "unknown"]


def test_an_entry_is_found_by_what_it_looks_for() -> None:
    """By source, detail-type or both, by fields that are there and one that is not, or by text; the order of the
    entries makes no difference, a detail-type alone goes before a source alone, and attributes come last."""
    entries = [
        Entry("any_s3", "a", (Source("aws.s3"),)),
        Entry("finding", "b", (Source("aws.guardduty", "GuardDuty Finding"),)),
        Entry("alarm", "c", (Keys("AlarmName", "NewStateValue"), Source("aws.cloudwatch", "Alarm"))),
        Entry("own", "i", (Source("aws.s3", "Own"),)),
        Entry("call", "e", (Source("", "API Call"),)),
        Entry("delivery", "f", (Keys("bucket", "key", without="type"),)),
        Entry("budget", "d", (Text(subject="^AWS Budgets:"), Text(body="^Dear Budget"))),
        Entry("cache", "h", (KeyStart("Cache:"),)),
        Entry("dead", "g", (Attributes("ERROR_CODE", "TARGET_ARN"),)),
    ]
    events: list[tuple[Envelope, tuple[str, ...]]] = [
        (unwrap({"source": "aws.s3", "detail-type": "anything"})[0], ("any_s3",)),
        (unwrap({"source": "aws.guardduty", "detail-type": "GuardDuty Finding"})[0], ("finding",)),
        (unwrap({"source": "aws.guardduty", "detail-type": "Other"})[0], ()),
        (unwrap({"source": "aws.s3", "detail-type": "Own"})[0], ("own",)),
        (unwrap({"AlarmName": "x", "NewStateValue": None, "more": 1})[0], ("alarm",)),
        (unwrap({"AlarmName": "x"})[0], ()),
        (unwrap({"source": "aws.any", "detail-type": "API Call"})[0], ("call",)),
        (unwrap({"source": "aws.s3", "detail-type": "API Call"})[0], ("call",)),
        (unwrap({"bucket": "b", "key": "k"})[0], ("delivery",)),
        (unwrap({"bucket": "b", "key": "k", "type": "t"})[0], ()),
        (unwrap({"Cache:Failed": "one"})[0], ("cache",)),
        (unwrap({"Cache": "one"})[0], ()),
        (Envelope("whatever", subject="AWS Budgets: too much"), ("budget",)),
        (Envelope("Dear Budget owner", subject="AWS Budgets: both at once"), ("budget",)),
        (Envelope("hello", subject="hello"), ()),
        (Envelope("hello", attributes={"ERROR_CODE": "x", "TARGET_ARN": "y"}), ("dead",)),
        (Envelope("hello", attributes={"ERROR_CODE": "x"}), ()),
        (Envelope("Dear Budget owner", attributes={"ERROR_CODE": "x", "TARGET_ARN": "y"}), ("budget",)),
        (Envelope([]), ()),
    ]
    for order in (entries, entries[::-1]):
        for envelope, names in events:
            assert tuple(entry.name for entry in index(order).find(envelope)) == names


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ({}, "unknown"),
        ([], "unknown"),
        ([{"a": 1}], "unknown"),
        (5, "unknown"),
        (None, "unknown"),
        (False, "unknown"),
        ("", "unknown"),
        (" \n ", "unknown"),
        ('{"broken": ', "unknown"),
        ("[FIRING] disk full", "text"),
        ("hello", "text"),
        ({"a": 1}, "generic_json"),
        ({"source": "aws.new", "detail-type": "Brand New"}, "generic_event"),
        ({"Records": []}, "generic_json"),
    ],
)
def test_what_no_kind_knows_is_shown_by_a_fallback(raw: object, kind: str) -> None:
    """Four fallbacks share what is left, and each says something in every language."""
    signal = only(raw)
    assert (signal.kind, signal.sort, signal.state) == (kind, "happening", None)
    assert signal.event_id and signal.subject
    assert all(plain(signal.title, language, UTC).strip() for language in LANGUAGES)


def test_a_kind_that_trips_hands_the_event_on_with_the_reason() -> None:
    """The event is shown by a fallback, whole, and a fact names the kind and what it stumbled over."""
    signal = only({"AlarmName": None, "NewStateValue": "ON FIRE", "AlarmArn": 5})
    assert signal.kind == "generic_json"
    notes = [plain(fact.value, "en", UTC) for fact in signal.facts]
    assert any(note.startswith("could not be read as cloudwatch_alarm (") for note in notes)
    assert "ON FIRE" in signal.quote


def test_shortening_says_how_much_there_was() -> None:
    """A long text is cut, and a fact says how long it was."""
    signal = only("x" * 256_000)
    assert len(signal.quote) == 2_500 and signal.quote.endswith("…")
    (fact,) = signal.facts
    assert plain(fact.value, "en", UTC) == "the first 2,499 of 256,000 characters"


def test_every_label_that_routes_match_on_is_there() -> None:
    """Kind, account and region are labels of every signal; account and region come from the event or its topic."""
    event = {"source": "aws.new", "detail-type": "x", "account": "123456789012", "region": "cn-north-1"}
    assert only(event).labels.items() >= {"kind": "generic_event", "account": "123456789012"}.items()
    assert only(event).partition == "aws-cn"
    topic = {"TopicArn": "arn:aws-us-gov:sns:us-gov-west-1:123456789012:t", "Message": "hello", "MessageId": "m"}
    signal = only({"Records": [{"EventSource": "aws:sns", "Sns": topic}]})
    assert (signal.partition, signal.account, signal.region) == ("aws-us-gov", "123456789012", "us-gov-west-1")


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription&Token=x", True),
        ("https://sns.cn-north-1.amazonaws.com.cn/?Token=x", True),
        ("http://sns.us-east-1.amazonaws.com/", False),
        ("https://sns.us-east-1.amazonaws.com.evil.example/", False),
        ("https://evil.example/sns.us-east-1.amazonaws.com/", False),
    ],
)
def test_only_links_of_sns_itself_become_a_button(url: str, trusted: bool) -> None:
    """A confirmation shows its link; a forged one is shown as text with a warning, never as a button."""
    signal = only({"Type": "SubscriptionConfirmation", "TopicArn": "arn:aws:sns:us-east-1:1:t", "SubscribeURL": url})
    assert signal.kind == "sns_subscription"
    assert bool(signal.links) is trusted
    assert signal.summary is not None
    assert ("do not open it" in plain(signal.summary, "en", UTC)) is not trusted


@pytest.mark.parametrize("room", ROOMS)
def test_every_sentence_exists_in_every_language_and_is_said(room: str) -> None:
    """The languages have the same keys with the same braces, and the source uses each key."""
    words = import_module(f"tocsin.kinds.{room}").WORDS
    assert set(words) == set(LANGUAGES)
    for name in set().union(*words.values()):
        braces = {frozenset(BRACE.findall(words[lang][name])) for lang in LANGUAGES}
        assert len(braces) == 1, name
        assert f'"{room}.{name}"' in SOURCES, f"{room}.{name} is never said"


def test_every_sentence_that_is_said_exists() -> None:
    """No source names a sentence of a kind that its WORDS do not hold."""
    for room in ROOMS:
        words = import_module(f"tocsin.kinds.{room}").WORDS
        for name in re.findall(rf'"{room}\.(\w+)"', SOURCES):
            assert all(name in words[language] for language in LANGUAGES), f"{room}.{name}"
