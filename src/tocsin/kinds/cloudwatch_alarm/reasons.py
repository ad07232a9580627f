"""Understands why CloudWatch changed a state: the numbers in the reason's text and in its data.

AWS documents neither; the wordings are those seen in real messages since 2014. What is not understood stays None, and
AWS's own sentence is shown in any case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.reading import fields, instants

# CloudWatch's own limit is 1023 characters.
_LONGEST = 4_000
_NUMBER = r"-?\d+(?:\.\d+)?(?:E-?\d+)?"
_ITEM = re.compile(rf"({_NUMBER})(?: \((\d\d/\d\d/\d\d \d\d:\d\d:\d\d)\))?")
_LISTS = re.compile(r"((?:lower|upper) thresholds )?\[([^\[\]]*)\]")
_LONE = re.compile(rf"datapoint \(({_NUMBER})\)")
_THRESHOLD = re.compile(rf"the threshold \(({_NUMBER})\)")
_COMPARED = re.compile(r"(?:was|were) (?:not )?(greater|less) than (or equal to )?the threshold")
_UNIT = r"(?:datapoints?|query results?)"
# Counts are bounded: who writes a reason of nothing but digits must not choose how long we look at it.
_OUT_OF = re.compile(rf"(\d{{1,9}}) out of the last (\d{{1,9}}) {_UNIT}")
_COUNT = re.compile(rf"Crossed: (\d{{1,9}}) {_UNIT}")
_MINIMUM = re.compile(rf"minimum (\d{{1,9}}) {_UNIT} for \w{{1,40}} -> (\w{{1,40}}) transition")
_TREATED = re.compile(r"(\d{1,9}) missing datapoints? (?:was|were) treated as \[(Non)?Breaching\]")
_UNKNOWN = re.compile(rf"Insufficient Data: (\d{{1,9}}) {_UNIT} (?:was|were) unknown")
_SERIES = re.compile(r"(\d{1,9}\+?)(?: out of (\d{1,9}\+?))? time series evaluated to (\w+)")
_CHILD = re.compile(r"(arn:\S.{0,400}?) transitioned to (\w+) at ")


@dataclass(frozen=True, slots=True)
class Why:
    """What decided. ``points`` are (ms or None, value), newest first; M of N is ``needed`` of ``periods``.

    ``filled`` of the periods had no data and were ``treated`` as "breaching" or "notBreaching"; ``unknown`` ones were
    not. ``series``: how many time series of how many went to the state. ``child``: a composite's (ARN, state).
    """

    points: tuple[tuple[int | None, float], ...] = ()
    operator: str = ""
    threshold: float | None = None
    lower: float | None = None
    upper: float | None = None
    needed: int | None = None
    periods: int | None = None
    filled: int | None = None
    treated: str = ""
    unknown: int | None = None
    series: tuple[str, str] | None = None
    child: tuple[str, str] | None = None

    @property
    def value(self) -> float | None:
        """The newest value that decided."""
        return self.points[0][1] if self.points else None


def understand(reason: str, data: Mapping[str, object]) -> Why:
    """Numbers from the text first, since every road carries it; from the data what the text does not tell."""
    text = reason[:_LONGEST]
    points, lower, upper = _lists(text)
    needed, periods, filled, treated = _counts(text)
    threshold = _THRESHOLD.search(text)
    unknown = _UNKNOWN.search(text)
    series = _SERIES.search(text)
    child = _CHILD.search(text)
    return Why(
        points=points or _decisive(data),
        operator=_operator(text),
        threshold=float(threshold[1]) if threshold else fields.number(data, "threshold"),
        lower=_last(data, "recentLowerThresholds") if lower is None else lower,
        upper=_last(data, "recentUpperThresholds") if upper is None else upper,
        needed=needed,
        periods=periods,
        filled=filled,
        treated=treated,
        unknown=int(unknown[1]) if unknown else None,
        series=(series[1], series[2] or "") if series else None,
        child=(child[1], child[2]) if child else None,
    )


def _lists(text: str) -> tuple[tuple[tuple[int | None, float], ...], float | None, float | None]:
    points: tuple[tuple[int | None, float], ...] = ()
    bounds: dict[str, float] = {}
    for before, inside in _LISTS.findall(text):
        items = [(date and instants.reason_date(date), float(value)) for value, date in _ITEM.findall(inside)]
        if before and items:
            bounds.setdefault(before[:5], items[0][1])
        elif items and not points:
            points = tuple((at or None, value) for at, value in items)
    lone = _LONE.search(text)
    if lone and not points:
        points = ((None, float(lone[1])),)
    return points, bounds.get("lower"), bounds.get("upper")


def _operator(text: str) -> str:
    found = _COMPARED.search(text)
    if found:
        return (
            ("GreaterThan" if found[1] == "greater" else "LessThan") + ("OrEqualTo" if found[2] else "") + "Threshold"
        )
    lower, upper = "the lower threshold" in text, "the upper threshold" in text
    if lower and upper:
        return "LessThanLowerOrGreaterThanUpperThreshold"
    return "LessThanLowerThreshold" if lower else "GreaterThanUpperThreshold" if upper else ""


def _counts(text: str) -> tuple[int | None, int | None, int | None, str]:
    """M, N, how many were filled, and as what."""
    treated = _TREATED.search(text)
    filled = int(treated[1]) if treated else None
    how = ("notBreaching" if treated[2] else "breaching") if treated else ""
    out_of = _OUT_OF.search(text)
    if out_of:
        periods = int(out_of[2])
    else:
        count = _COUNT.search(text)
        periods = (int(count[1]) if count else 0) + (filled or 0)
    minimum = _MINIMUM.search(text)
    if not minimum:
        return (None if out_of else periods or None), periods or None, filled, how
    least = int(minimum[1])
    return (least if minimum[2] == "ALARM" else periods - least + 1), periods, filled, how


def _decisive(data: Mapping[str, object]) -> tuple[tuple[int | None, float], ...]:
    found = []
    for one in fields.items(data, "evaluatedDatapoints"):
        value = fields.number(one, "value")
        if value is not None:
            found.append((instants.iso(fields.text(one, "timestamp")), value))
    return tuple(found) or tuple((None, value) for value in reversed(numbers(data, "recentDatapoints")))


def numbers(data: Mapping[str, object], name: str) -> list[float]:
    """The numbers of a list, without its gaps."""
    found = (fields.as_number(one) for one in fields.items(data, name))
    return [one for one in found if one is not None]


def _last(data: Mapping[str, object], name: str) -> float | None:
    found = numbers(data, name)
    return found[-1] if found else None
