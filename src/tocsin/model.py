"""The nouns of tocsin, frozen: what was signalled, what is true, what people should see.

Instants are milliseconds since 1970 (UTC), durations are seconds unless a name ends in ``_ms``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Sort = Literal["condition", "happening"]
State = Literal["firing", "ok", "unknown"]
Severity = Literal["critical", "high", "medium", "low", "info"]
Phase = Literal["closed", "open", "resolved"]
Reason = Literal[
    "first", "worse", "refresh", "reopen", "resolved", "told", "stale", "late", "said", "repeated",
    "flap-start", "flap-end", "expired", "closed", "merged",
    "none-duplicate", "none-late", "none-fine", "none-muted",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Strong:
    """Text that the reader's eye should find first."""

    text: str


@dataclass(frozen=True, slots=True)
class At:
    """An instant, shown in the reader's own time zone where the destination can."""

    ms: int


@dataclass(frozen=True, slots=True)
class Lapse:
    """A length of time in seconds, shown in words ("12 min")."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence not yet said: ``key`` is "room.name" (a kind's module, or "words"), ``args`` fill its braces."""

    key: str
    args: Mapping[str, Value] = field(default_factory=dict)


# What a phrase or a fact may hold. A bare str is text as it came from AWS: nobody may trust it.
Value = str | int | float | Strong | At | Lapse | Phrase | tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value. ``detail`` facts are understood but need no room in the message (the sentence says them)."""

    label: Phrase
    value: Value
    detail: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A button: only http(s) URLs survive the destination."""

    label: Phrase
    url: str


@dataclass(frozen=True, slots=True)
class Series:
    """Recent datapoints of one metric, oldest first, with what they are judged by, if that is known: a threshold, or
    for each instant the lowest and the highest value that were expected (``band``)."""

    name: str
    points: tuple[tuple[int, float], ...]
    threshold: float | None = None
    band: tuple[tuple[int, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """What one record says about one subject.

    A *condition* is in a state (``state``); a *happening* has none to leave. ``subject`` is the identity of the thing
    (an alarm's ARN, with its contributor). ``at`` is the state's own time in milliseconds, None where there is none.
    ``word`` is AWS's own word for the state ("ALARM"), shown as it is in every language; empty where AWS has none.
    ``quote`` is AWS's own sentence, untouched. ``old_at`` is when the previous state began, if the event knows.
    ``tell``: this ok or unknown deserves a first word. ``muted``: AWS keeps this quiet (mute rule, suppressor) or its
    parts may tell it, until ``muted_until``, None where AWS does not say. ``part_of``: the subject of the whole.
    ``unmuted``: the same state told again because a mute window ended.
    ``account_name`` is what people call the account, where that is known: text from outside as all others.
    ``test``: no real event, so never stored. ``drill``: a real change of the alarm by which the road is tried. Both say
    TEST.
    """

    kind: str
    sort: Sort
    subject: str
    title: Phrase
    state: State | None = None
    at: int | None = None
    old: State | None = None
    old_at: int | None = None
    period: int | None = None
    test: bool = False
    drill: bool = False
    muted: bool = False
    muted_until: int | None = None
    part_of: str = ""
    unmuted: bool = False
    tell: bool = False
    event_id: str = ""
    story: str = ""
    severity: Severity = "medium"
    word: str = ""
    summary: Phrase | None = None
    quote: str = ""
    facts: tuple[Fact, ...] = ()
    meaning: tuple[Phrase, ...] = ()
    advice: tuple[Phrase, ...] = ()
    links: tuple[Link, ...] = ()
    series: Series | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    partition: str = "aws"
    account: str = ""
    account_name: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a message's subject beyond what its signals say, kept so that every later painting shows it.

    ``state`` and ``at``: the change that was asked about; ``summary`` holds for that change alone. ``series`` has
    later points joined to it. ``severity``: as its owner says it, None where nobody does. ``tries``: askings about this
    change that were not answered whole, 0 once one was; ``again_at`` (ms) is when to ask again.
    """

    state: State | None = None
    at: int | None = None
    facts: tuple[Fact, ...] = ()
    links: tuple[Link, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    series: Series | None = None
    summary: Phrase | None = None
    severity: Severity | None = None
    account_name: str = ""
    tries: int = 0
    again_at: int | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """One stretch of trouble: what *covers* a firing. ``closed`` is None while it lasts."""

    number: int
    opened: int
    closed: int | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """All that is true about one subject. ``at`` is the source time of the newest state (-1: nothing yet).

    ``held`` is a newer firing that is muted: it counts when that ends, if it still stands then. ``parts_at`` is when
    one of its parts last fired by itself.
    """

    key: str
    source: State | None = None
    at: int = -1
    phase: Phase = "closed"
    episode: int = 0
    opened_at: int = 0
    resolved_at: int | None = None
    fired: bool = False
    stale: bool = False
    flapping: bool = False
    flips: tuple[int, ...] = ()
    changes: int = 0
    count: int = 0
    episodes: tuple[Episode, ...] = ()
    said: Signal | None = None
    held: Signal | None = None
    parts_at: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing worth a line, numbered within its message. ``at`` is the source's time of it."""

    n: int
    reason: Reason
    at: int
    lasted: float | None = None
    times: int = 0


@dataclass(frozen=True, slots=True)
class Show:
    """What the message of ``view.episode`` must show now, and which lines are worth saying about it."""

    view: Incident
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """What a signal changes: the incident as it now stands, why, and what people should see of it."""

    incident: Incident
    reason: Reason
    shows: tuple[Show, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a destination has taken: version painted, last notice said, and its own handle on the message.

    ``gone_at`` (ms) is when the destination last found its message removed by somebody else.
    """

    painted: int
    said: int
    ts: str = ""
    channel: str = ""
    plainness: int = 0
    gone_at: int | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message on one destination: what it should show (``want``) and what it is known to show (``receipt``).

    A lone alarm's ``id`` is its incident key and episode, and ``incident`` is that episode as it now stands, so that a
    later episode never repaints an earlier message.
    ``doubt``: a call may have been taken although it failed, so the next post says that it may be a repeat.
    ``painted_at`` (ms): when the destination last took it.
    ``epoch`` counts the workers that took it up, ``leased_until`` (ms, 0: released) is until when the last one may
    still be calling: whoever is late by then must not record what it did.
    ``found``: what was found out beyond what ``incident`` says; None where nobody was asked yet.
    """

    destination: str
    id: str
    incident: Incident
    want: int = 1
    notices: tuple[Notice, ...] = ()
    receipt: Receipt | None = None
    tries: int = 0
    doubt: bool = False
    opened_at: int = 0
    painted_at: int = 0
    epoch: int = 0
    leased_until: int = 0
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """A happening's event id, remembered so that its redelivery is not said twice."""

    at: int
