"""A backtest as JSON, for programs. Instants are ISO 8601 in UTC, lengths minutes, shares parts of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.alarms.history import History, Stretch
from tocsin_local.alarms.spelling import iso_date


def report(history: History, tried: Sequence[History], samples: int) -> dict[str, Any]:
    """The alarm as defined with its episodes, and every variant that was tried, the fewest alarms first."""
    return {
        "alarm": history.alarm.name,
        "from": iso_date(history.span.start),
        "to": iso_date(history.span.end),
        "samples": samples,
        "condition": _condition(history.alarm),
        **_summary(history),
        "episodes": [_episode(episode) for episode in history.episodes],
        "whatIf": [_condition(one.alarm) | _summary(one) for one in tried],
    }


def _condition(alarm: MetricAlarm) -> dict[str, Any]:
    terms = alarm.terms
    return {
        "statistic": alarm.statistic,
        "comparisonOperator": alarm.operator,
        "threshold": alarm.threshold,
        "period": alarm.period,
        "evaluationPeriods": terms.periods,
        "datapointsToAlarm": terms.needed,
        "treatMissingData": terms.treatment,
    }


def _summary(history: History) -> dict[str, Any]:
    episodes = history.episodes
    return {
        "alarms": len(episodes),
        "minutesInAlarm": _minutes(history.time_in("ALARM")),
        "shareInAlarm": round(history.share_of("ALARM"), 6),
        "longestMinutes": _minutes(history.longest),
        "first": iso_date(episodes[0].start) if episodes else None,
        "last": iso_date(episodes[-1].start) if episodes else None,
        "minutesWithoutData": _minutes(history.time_in("INSUFFICIENT_DATA")),
    }


def _episode(episode: Stretch) -> dict[str, Any]:
    """``to`` is null where the recording ends before the episode."""
    ended = iso_date(episode.end) if episode.over else None
    return {"from": iso_date(episode.start), "to": ended, "minutes": _minutes(episode.length)}


def _minutes(ms: int) -> float:
    return round(ms / 60_000, 3)
