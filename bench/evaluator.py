"""How fast alarms are evaluated over recordings, and what makes it slower."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from table import Row, against_first, best, millions, text

from tocsin_local.alarms import backtest, recording
from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.definition import MetricAlarm, read
from tocsin_local.alarms.history import Span
from tocsin_local.alarms.spelling import iso_date, milliseconds
from tocsin_local.alarms.watch import Watch, replay

QUESTION = "How fast is an alarm evaluated over a recording?"
START = milliseconds("2026-01-01T00:00:00Z")
MINUTE = 60_000
YEAR, WEEK = 525_600, 10_080  # minutes
SIZES = (1, 5, 60, 1440)
PERIODS = (60, 300, 3600, 86_400)
COUNTS = (1, 10, 100)
RARE = 99.99  # growth is that of the evaluation, not of the changes that it finds

Evaluate = Callable[[Sequence[MetricAlarm]], object]


def alarm(**fields: object) -> MetricAlarm:
    """3 of 5 averages over a minute, but for these fields."""
    usual = {
        "AlarmName": "a", "Namespace": "n", "MetricName": "m", "Statistic": "Average", "Period": 60,
        "EvaluationPeriods": 5, "DatapointsToAlarm": 3, "Threshold": 90, "ComparisonOperator": "GreaterThanThreshold",
    }  # fmt: skip
    found = read(usual | fields, "the bench")
    if not isinstance(found, MetricAlarm):
        raise TypeError(found)
    return found


def minutes(count: int) -> tuple[Sample, ...]:
    """One sample a minute, one in fifty missing."""
    chance = random.Random(1)
    instants = range(START, START + count * MINUTE, MINUTE)
    return tuple(Sample(at, chance.random() * 100, at) for at in instants if chance.random() > 0.02)


def rows() -> list[Row]:
    """Datapoints per second over a year, then growth, as multiples."""
    year, week = minutes(YEAR), minutes(WEEK)
    whole, part = Span(START, START + YEAR * MINUTE), Span(START, START + WEEK * MINUTE)

    def at_once(alarms: Sequence[MetricAlarm]) -> object:
        return backtest.run(alarms, year, whole)

    def one_by_one(alarms: Sequence[MetricAlarm]) -> object:
        return [sum(1 for _ in replay(Watch(each), week, part.start, part.end)) for each in alarms]

    quick, slow = best(lambda: at_once([alarm()])), best(lambda: one_by_one([alarm()]))
    ratio = (slow / len(week)) / (quick / len(year))
    return [
        Row("backtest of a year of one-minute datapoints, on one core", f"{millions(len(year), quick)} (aim: 1)"),
        Row(
            "the same sample by sample, as without numpy and live", f"{millions(len(week), slow)}, 1/{ratio:.2g} of it"
        ),
        *_growth("all at once", at_once),
        *_growth("sample by sample", one_by_one),
        Row("reading the year's CSV file", f"{_reading(year) / quick:.2g} times as long as its backtest"),
    ]


def _growth(how: str, evaluate: Evaluate) -> list[Row]:
    def times(*alarms: Sequence[MetricAlarm]) -> str:
        return against_first([best(partial(evaluate, each), 2) / len(each) for each in alarms])

    many = [alarm(Threshold=RARE + place / 1e4) for place in range(COUNTS[-1])]
    ranges = [[alarm(Threshold=RARE, EvaluationPeriods=n, DatapointsToAlarm=n)] for n in SIZES]
    needs = [[alarm(Threshold=RARE, EvaluationPeriods=1440, DatapointsToAlarm=m)] for m in SIZES]
    periods = [[alarm(Threshold=RARE, Period=one, EvaluationPeriods=1, DatapointsToAlarm=1)] for one in PERIODS]
    counts = [list(islice(many, count)) for count in (COUNTS if how == "all at once" else COUNTS[:2])]
    told = " · ".join
    return [
        Row(f"{how}, N = M = {told(map(str, SIZES))}", times(*ranges)),
        Row(f"{how}, N = 1440, M = {told(map(str, SIZES))}", times(*needs)),
        Row(f"{how}, a period of {told(map(str, PERIODS))} s", times(*periods)),
        Row(f"{how}, per alarm, of {told(str(len(each)) for each in counts)} alarms", times(*counts)),
    ]


def _reading(samples: Sequence[Sample]) -> float:
    with TemporaryDirectory() as folder:
        path = Path(folder, "year.csv")
        path.write_text("".join(f"{iso_date(sample.at)},{sample.value}\n" for sample in samples))
        return best(lambda: recording.read(path), 2)


if __name__ == "__main__":
    sys.stdout.write(text(rows()) + "\n")
