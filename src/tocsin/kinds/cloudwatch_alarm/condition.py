"""Says in one sentence what an alarm found: "CPUUtilization average 93.4 % > 80 %, 3 of 3 datapoints of 1 min"."""

from __future__ import annotations

import re

from tocsin.kinds.cloudwatch_alarm.alarm import Alarm, Child
from tocsin.kinds.cloudwatch_alarm.quantities import unit_of, written
from tocsin.kinds.cloudwatch_alarm.reasons import Why
from tocsin.kinds.cloudwatch_alarm.shapes import short_name, statistic
from tocsin.model import Lapse, Phrase, Strong, Value
from tocsin.reading import fields
from tocsin.reading.content import cut

OPERATORS = {
    "GreaterThanThreshold": Phrase("cloudwatch_alarm.gt"),
    "GreaterThanOrEqualToThreshold": Phrase("cloudwatch_alarm.ge"),
    "LessThanThreshold": Phrase("cloudwatch_alarm.lt"),
    "LessThanOrEqualToThreshold": Phrase("cloudwatch_alarm.le"),
}
_BANDS = ("LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold")
STATISTICS = {
    "Average": Phrase("cloudwatch_alarm.average"),
    "Sum": Phrase("cloudwatch_alarm.sum"),
    "Minimum": Phrase("cloudwatch_alarm.minimum"),
    "Maximum": Phrase("cloudwatch_alarm.maximum"),
    "SampleCount": Phrase("cloudwatch_alarm.sample_count"),
}
_NAMED = 3
_LONG = 80
_SELECTED = re.compile(r"SELECT\s+(\w+\([^()]{0,120}\))\s+FROM", re.IGNORECASE)


def summary(alarm: Alarm, why: Why) -> Phrase | None:
    """The sentence, or None when nothing is known that AWS's own reason does not say better."""
    if alarm.composite.rule or alarm.composite.children or why.child:
        return _children(alarm, why)
    if why.series:
        return _series(alarm, why.series)
    if alarm.now.value == "INSUFFICIENT_DATA":
        return _gap("cloudwatch_alarm.gap_unknown", alarm, why.unknown)
    if why.treated and why.value is None:
        counted = "cloudwatch_alarm.gap_breaching" if why.treated == "breaching" else "cloudwatch_alarm.gap_fine"
        return _gap(counted, alarm, why.filled)
    if alarm.contributor and not alarm.now.reason:
        key = "cloudwatch_alarm.matches" if alarm.now.value == "ALARM" else "cloudwatch_alarm.matches_not"
        return Phrase(key, {"attributes": _attributes(alarm)}) if alarm.attributes else None
    sentence = _banded(alarm, why) or _compared(alarm, why)
    counted_of = _counted(alarm, why) if alarm.now.value == "ALARM" else None
    return Phrase("cloudwatch_alarm.parts", {"parts": (sentence, counted_of)}) if sentence and counted_of else sentence


def operator(alarm: Alarm, why: Why) -> str:
    """AWS's name of the comparison, from the alarm's rule, else from the reason."""
    return alarm.rule.operator or why.operator


def threshold(alarm: Alarm, why: Why) -> float | None:
    """From the alarm's rule, else from the reason."""
    return why.threshold if alarm.rule.threshold is None else alarm.rule.threshold


def m_of_n(alarm: Alarm, why: Why) -> tuple[int, int] | None:
    """How many of how many datapoints must breach, from the alarm's rule, else from the reason."""
    needed, periods = alarm.rule.needed or why.needed, alarm.rule.periods or why.periods
    return (needed, periods) if needed and periods else None


def statistic_of(alarm: Alarm) -> str:
    """The statistic of the judged metric, "" for an expression."""
    metric = alarm.metric
    return metric.statistic or ("" if metric.expression else statistic(fields.text(alarm.now.data, "statistic")))


def unit(alarm: Alarm) -> str:
    """The unit of the judged values, "" where nobody knows."""
    metric = alarm.metric
    money = dict(metric.dimensions).get("Currency", "") if metric.namespace == "AWS/Billing" else ""
    told = money or metric.unit or fields.text(alarm.now.data, "unit")
    return "" if metric.expression else unit_of(metric.namespace, metric.name, statistic_of(alarm), told)


def measured(alarm: Alarm) -> Value:
    """What is judged, in few words: metric and statistic, an expression's label, a log alarm's aggregation."""
    what = _what(alarm)
    if not alarm.attributes:
        return what
    return Phrase("cloudwatch_alarm.of", {"what": what, "attributes": _attributes(alarm)})


def _what(alarm: Alarm) -> Value:
    metric = alarm.metric
    if alarm.logs.aggregation:
        return cut(alarm.logs.aggregation, _LONG)[0]
    if metric.expression:
        selected = _SELECTED.search(metric.expression)
        return metric.label or (selected[1] if selected else cut(metric.expression, _LONG)[0])
    if not metric.name:
        return Phrase("cloudwatch_alarm.value")
    how = statistic_of(alarm)
    return (
        Phrase("cloudwatch_alarm.measure", {"metric": metric.name, "statistic": STATISTICS.get(how, how)})
        if how
        else metric.name
    )


def _attributes(alarm: Alarm) -> Value:
    shown: list[Value] = [
        Phrase("cloudwatch_alarm.attribute", {"name": name, "value": cut(value, _LONG)[0]})
        for name, value in alarm.attributes[:_NAMED]
    ]
    return _listed(shown, len(alarm.attributes))


def _listed(shown: list[Value], total: int) -> Value:
    more = total - len(shown)
    return (*shown, Phrase("cloudwatch_alarm.and_more", {"n": more})) if more else tuple(shown)


def _compared(alarm: Alarm, why: Why) -> Phrase | None:
    sign, limit = OPERATORS.get(operator(alarm, why)), threshold(alarm, why)
    if sign is None or limit is None:
        return None
    what = measured(alarm)
    if why.value is None:
        known = {"what": what, "operator": sign, "threshold": written(unit(alarm), limit)[0]}
        return Phrase("cloudwatch_alarm.rule", known) if alarm.now.value == "ALARM" else None
    value, bound = written(unit(alarm), why.value, limit)
    if alarm.now.value == "ALARM":
        key = "cloudwatch_alarm.breach"
    elif alarm.before and alarm.before.value == "ALARM":
        key = "cloudwatch_alarm.recovered"
    else:
        key = "cloudwatch_alarm.fine"
    return Phrase(key, {"what": what, "value": Strong(value), "operator": sign, "threshold": bound})


def _banded(alarm: Alarm, why: Why) -> Phrase | None:
    if operator(alarm, why) not in _BANDS or why.value is None:
        return None
    firing = alarm.now.value == "ALARM"
    if why.lower is None or why.upper is None:
        key = "cloudwatch_alarm.outside_band" if firing else "cloudwatch_alarm.inside"
        return Phrase(key, {"what": measured(alarm), "value": Strong(written(unit(alarm), why.value)[0])})
    value, lower, upper = written(unit(alarm), why.value, why.lower, why.upper)
    above = "cloudwatch_alarm.above_band" if why.value > why.upper else "cloudwatch_alarm.below_band"
    key = above if firing else "cloudwatch_alarm.inside_band"
    return Phrase(key, {"what": measured(alarm), "value": Strong(value), "lower": lower, "upper": upper})


def _counted(alarm: Alarm, why: Why) -> Phrase | None:
    counts, period = m_of_n(alarm, why), alarm.period
    if counts and alarm.logs.aggregation:
        return Phrase("cloudwatch_alarm.results", {"m": counts[0], "n": counts[1]})
    if not counts or not period:
        return None
    lapse = Lapse(period)
    if counts[1] == 1:
        return Phrase("cloudwatch_alarm.point", {"period": lapse})
    return Phrase("cloudwatch_alarm.points", {"m": counts[0], "n": counts[1], "period": lapse})


def _gap(key: str, alarm: Alarm, periods: int | None) -> Phrase | None:
    if not periods or not alarm.period:
        return None
    return Phrase(key, {"what": measured(alarm), "lapse": Lapse(periods * alarm.period)})


def _series(alarm: Alarm, series: tuple[str, str]) -> Phrase:
    count, total = series
    known: dict[str, Value] = {"n": count, "total": total, "state": alarm.now.value}
    return Phrase("cloudwatch_alarm.series" if total else "cloudwatch_alarm.some_series", known)


def _children(alarm: Alarm, why: Why) -> Phrase | None:
    children = [child for child in alarm.composite.children if child.state]
    if why.child and not children:
        children = [Child(short_name(why.child[0]), why.child[1])]
    if not children:
        return None
    alike = [child for child in children if child.state == alarm.now.value]
    told = alike or [child for child in children if child.state == children[0].state]
    names: list[Value] = [cut(child.name, _LONG)[0] for child in told[:_NAMED]]
    return Phrase("cloudwatch_alarm.children", {"names": _listed(names, len(told)), "state": told[0].state})
