"""One evaluation of a metric alarm, pure: the marks of the evaluation range in, the state that they call for out.

The rules are those of the user guide ("Configuring how CloudWatch alarms treat missing data"), the marks are its
table's: oldest first, ``0`` not breaching, ``X`` breaching, ``-`` missing, and ``L`` for a percentile with too few
samples of an alarm that ignores those. Two corners stay unverified: ``- - - - X`` with breaching and M = 3 (the fill
rule says ALARM, the text on premature transitions is ambiguous), and M breaching datapoints among fewer than N real
ones when M < N. Also unverified: one ``L`` among the datapoints in use keeps the state, however old it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]
Treatment = Literal["missing", "ignore", "breaching", "notBreaching"]

STATES: tuple[State, ...] = ("OK", "ALARM", "INSUFFICIENT_DATA")
FINE, BREACHING, MISSING, LOW = b"0", b"X", b"-", b"L"


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides: M (``needed``) of N (``periods``) datapoints, and how gaps count."""

    periods: int
    needed: int
    treatment: Treatment


def decide(marks: bytes, terms: Terms) -> State | None:
    """The state that ``marks`` (the whole evaluation range, oldest first) call for; None: whatever it is, it stays."""
    real = marks.translate(None, MISSING)[-terms.periods :]
    if LOW in real:
        return None
    breaching = real.count(BREACHING)
    filled = terms.periods - len(real)
    if filled and terms.treatment == "breaching":
        breaching += filled
    if breaching >= terms.needed:
        return "ALARM"
    if not filled or terms.treatment in ("breaching", "notBreaching") or FINE in real:
        return "OK"
    return None if terms.treatment == "ignore" else _premature(marks, terms.needed)


def _premature(marks: bytes, needed: int) -> State | None:
    """Gaps that count for nothing and no datapoint that is fine: a lone breach decides once it is M slots old."""
    oldest = marks.find(BREACHING)
    if oldest < 0:
        return "INSUFFICIENT_DATA"
    return "ALARM" if len(marks) - oldest >= needed else None


def in_use(marks: bytes, periods: int) -> tuple[int, ...]:
    """Which slots an evaluation rests on, newest first: the newest N real ones, then the newest gaps up to N.

    Which gaps CloudWatch names is unverified beyond the two cases seen: no data at all, and a breach followed by gaps.
    """
    newest = range(len(marks) - 1, -1, -1)
    real = [slot for slot in newest if marks[slot] != MISSING[0]][:periods]
    gaps = [slot for slot in newest if marks[slot] == MISSING[0]][: periods - len(real)]
    return tuple(sorted(real + gaps, reverse=True))
