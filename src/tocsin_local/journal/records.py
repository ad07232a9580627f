"""The nouns of the journal: what came in, what was found in it, what was sent for it, and how alarms changed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the function's log about a signal: ``did`` is "taken in", "failed" or "store failed".

    ``messages`` are the ids of the messages that it led to, ``code`` is why it failed.
    """

    did: str
    kind: str = ""
    via: str = ""
    subject: str = ""
    reason: str = ""
    event: str = ""
    messages: tuple[str, ...] = ()
    code: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event's way: ``event`` is its JSON as it came (shortened if huge), ``size`` its characters, ``at`` in ms."""

    n: int
    at: int
    event: str
    size: int
    tries: int
    error: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """What the function's log says of a message's way to a destination. ``did``: "shown" or "not shown"."""

    at: int
    did: str
    destination: str
    code: str


@dataclass(frozen=True, slots=True)
class Transition:
    """One alarm's change of state, at ``at`` (ms), and why."""

    alarm: str
    before: str
    after: str
    at: int
    reason: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which messages: that hold these words, of this kind, with this colour; ``before`` a ts, at most ``limit``; with
    ``ts`` that one alone."""

    words: str = ""
    kind: str = ""
    colour: str = ""
    before: str = ""
    limit: int = 40
    mentioned: bool = False
    refused: bool = False
    ts: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """Something changed: ``sort`` is "message" (its ts), "alarm" (its name) or "entry" (its number)."""

    rev: int
    sort: str
    key: str
