"""Everything an alarm tells, as labelled facts; what its sentence says already is a detail."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.kinds.cloudwatch_alarm import condition
from tocsin.kinds.cloudwatch_alarm.alarm import Alarm, Query
from tocsin.kinds.cloudwatch_alarm.quantities import written
from tocsin.kinds.cloudwatch_alarm.reasons import Why
from tocsin.model import At, Fact, Lapse, Phrase, Value
from tocsin.reading.content import cut
from tocsin.reading.plainly import named

_OWNERS = ("owner", "service", "team", "app", "application", "project", "environment", "env", "stage")
_SHOWN, _MANY = 8, 20
_LONG = 600


def facts(alarm: Alarm, why: Why) -> tuple[Fact, ...]:
    """In the order that a reader wants them."""
    found = (
        *_where(alarm),
        *_metrics(alarm),
        *_people(alarm),
        *_logs(alarm),
        *_composite(alarm),
        *_rule(alarm, why),
        *_quiet(alarm),
    )
    return tuple(fact for fact in found if fact.value not in ("", ()))


def _where(alarm: Alarm) -> Iterator[Fact]:
    before = alarm.before.value if alarm.before else ""
    now: Value = alarm.now.value
    changed = Phrase("cloudwatch_alarm.change", {"old": before, "new": now}) if before else now
    yield Fact(Phrase("cloudwatch_alarm.state"), changed, detail=True)
    yield Fact(Phrase("words.account"), alarm.arn.account, detail=True)
    yield Fact(Phrase("words.region"), alarm.arn.region, detail=True)


def _metrics(alarm: Alarm) -> Iterator[Fact]:
    for name, value in alarm.attributes:
        yield Fact(named(name), value)
    told: set[tuple[str, str]] = set()
    for query in alarm.queries[:_MANY]:
        if query.expression:
            yield Fact(Phrase("cloudwatch_alarm.expression"), cut(query.expression, _LONG)[0], detail=query.returned)
        elif query.name:
            yield Fact(Phrase("cloudwatch_alarm.metric"), _named(query))
            for name, value in query.dimensions:
                if (name, value) not in told:
                    yield Fact(named(name), value, detail=len(told) >= _SHOWN)
                told.add((name, value))


def _named(query: Query) -> Value:
    if not query.namespace:
        return query.name
    return Phrase("cloudwatch_alarm.named", {"namespace": query.namespace, "name": query.name})


def _people(alarm: Alarm) -> Iterator[Fact]:
    yield Fact(Phrase("cloudwatch_alarm.description"), cut(alarm.description.strip(), _LONG)[0])
    for name, value in alarm.tags:
        yield Fact(named(name), value, detail=name.lower() not in _OWNERS)


def _logs(alarm: Alarm) -> Iterator[Fact]:
    logs = alarm.logs
    yield Fact(Phrase("cloudwatch_alarm.groups"), logs.groups[:_SHOWN])
    yield Fact(Phrase("cloudwatch_alarm.query"), cut(logs.query, _LONG)[0])
    yield Fact(Phrase("cloudwatch_alarm.aggregation"), logs.aggregation, detail=True)


def _composite(alarm: Alarm) -> Iterator[Fact]:
    children = alarm.composite.children
    listed: list[Value] = [
        Phrase("cloudwatch_alarm.child", {"name": child.name, "state": child.state}) if child.state else child.name
        for child in children[:_MANY]
    ]
    if len(children) > _MANY:
        listed.append(Phrase("cloudwatch_alarm.and_more", {"n": len(children) - _MANY}))
    yield Fact(Phrase("cloudwatch_alarm.triggered"), tuple(listed))
    yield Fact(Phrase("cloudwatch_alarm.composite"), cut(alarm.composite.rule, _LONG)[0], detail=True)
    yield Fact(Phrase("cloudwatch_alarm.suppressor"), alarm.composite.suppressor, detail=True)


def _rule(alarm: Alarm, why: Why) -> Iterator[Fact]:
    how, limit = condition.statistic_of(alarm), condition.threshold(alarm, why)
    yield Fact(Phrase("cloudwatch_alarm.statistic"), condition.STATISTICS.get(how, how), detail=True)
    if alarm.period:
        yield Fact(Phrase("cloudwatch_alarm.period"), Lapse(alarm.period), detail=True)
    if limit is not None:
        yield Fact(Phrase("cloudwatch_alarm.threshold"), _limit(alarm, why, limit), detail=True)
    counts = condition.m_of_n(alarm, why)
    if counts:
        of = Phrase("cloudwatch_alarm.m_of_n", {"m": counts[0], "n": counts[1]})
        yield Fact(Phrase("cloudwatch_alarm.datapoints"), of, detail=True)
    recent = written(condition.unit(alarm), *(value for _, value in why.points[:_MANY]))
    yield Fact(Phrase("cloudwatch_alarm.recent"), recent, detail=True)
    yield Fact(Phrase("cloudwatch_alarm.missing"), alarm.rule.missing, detail=True)
    yield Fact(Phrase("cloudwatch_alarm.low_samples"), alarm.rule.low_samples, detail=True)


def _limit(alarm: Alarm, why: Why, limit: float) -> Value:
    bound = written(condition.unit(alarm), limit)[0]
    sign = condition.OPERATORS.get(condition.operator(alarm, why))
    return Phrase("cloudwatch_alarm.limit", {"operator": sign, "threshold": bound}) if sign else bound


def _quiet(alarm: Alarm) -> Iterator[Fact]:
    yield Fact(Phrase("cloudwatch_alarm.evaluation"), alarm.now.evaluation)
    yield Fact(Phrase("cloudwatch_alarm.suppressed"), alarm.now.suppressed_reason or alarm.now.suppressed_by)
    mute = alarm.mute
    if mute.by and mute.start is not None and mute.end is not None:
        window: dict[str, Value] = {"by": mute.by.rpartition(":")[2], "start": At(mute.start), "end": At(mute.end)}
        yield Fact(Phrase("cloudwatch_alarm.muted"), Phrase("cloudwatch_alarm.mute", window))
    elif mute.by:
        by = Phrase("cloudwatch_alarm.mute_by", {"by": mute.by.rpartition(":")[2]})
        yield Fact(Phrase("cloudwatch_alarm.muted"), by)
    if alarm.after_mute:
        yield Fact(Phrase("cloudwatch_alarm.muted"), Phrase("cloudwatch_alarm.unmuted"))
