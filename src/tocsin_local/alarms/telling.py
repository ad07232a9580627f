"""How an alarm's definition, a stretch of time and a number read to people, in the terminal and in pictures."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.alarms.history import History
from tocsin_local.alarms.spelling import moment

SIGNS = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}
GAPS = {
    "missing": "gaps are missing",
    "ignore": "gaps keep the state",
    "breaching": "gaps are breaches",
    "notBreaching": "gaps are fine",
}
UNITS = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
SIZES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def condition(alarm: MetricAlarm) -> str:
    """``Average > 80 in 3 of 5 × 60 s``."""
    terms = alarm.terms
    sign = f"{alarm.statistic} {SIGNS[alarm.operator]} {exact(alarm.threshold)}"
    return f"{sign} in {terms.needed} of {terms.periods} × {alarm.period} s"


def metric(alarm: MetricAlarm) -> str:
    """``AWS/EC2 CPUUtilization InstanceId=i-1``."""
    return " ".join([alarm.namespace, alarm.metric, *(f"{name}={value}" for name, value in alarm.dimensions)])


def lasted(ms: int) -> str:
    """A length in its two largest units: ``2 d 4 h``, ``12 min``, ``40 s``, ``0 s``."""
    seconds = round(ms / 1000)
    parts: list[tuple[int, str]] = []
    for size, unit in UNITS:
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append((count, unit))
    return " ".join(f"{count} {unit}" for count, unit in parts[:2] if count) or "0 s"


def instant(ms: int) -> str:
    """``2026-09-14 05:42``, with seconds where they are not 0. UTC."""
    at = moment(ms)
    return f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"


def minutes(ms: int) -> str:
    """``41`` or ``0.7``."""
    return f"{round(ms / 60_000, 1):g}" if ms < 6_000_000 else f"{round(ms / 60_000):,}"


def percent(share: float) -> str:
    """``0.04 %``; what is not nothing never reads as nothing."""
    if 0 < share < 0.0001:
        return "< 0.01 %"
    return f"{share * 100:.{2 if share < 0.1 else 3}g} %"


def number(value: float) -> str:
    """Four digits, with k, M, G or T for large ones: ``80``, ``0.25``, ``12.5M``, ``1e+20``."""
    for size, letter in SIZES:
        if size <= abs(value) < 1000 * size and abs(value) >= 1e4:
            return f"{value / size:.4g}{letter}"
    return f"{value:.4g}"


def exact(value: float) -> str:
    """A number as a human would write it in full: ``80``, ``0.25``, ``1234567.5``."""
    return f"{value:.15g}"


def headline(history: History) -> str:
    """``3 alarms, 41 min in ALARM (0.04 % of the time)``."""
    count, spent = len(history.episodes), history.time_in("ALARM")
    told = f"{count or 'no'} alarm{'' if count == 1 else 's'}"
    return f"{told}, {lasted(spent)} in ALARM ({percent(history.share_of('ALARM'))} of the time)" if count else told


def summary(history: History) -> Sequence[tuple[str, str]]:
    """What is told of one history, with the word for it."""
    episodes = history.episodes
    return (
        ("alarms", f"{len(episodes):,}"),
        ("in ALARM", lasted(history.time_in("ALARM"))),
        ("of the time", percent(history.share_of("ALARM"))),
        ("longest", lasted(history.longest) if episodes else "–"),
        ("first", instant(episodes[0].start) if episodes else "–"),
        ("last", instant(episodes[-1].start) if episodes else "–"),
        ("without data", lasted(history.time_in("INSUFFICIENT_DATA"))),
    )
