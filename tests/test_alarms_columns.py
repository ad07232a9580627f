"""The backtest's quick way gives the changes of state that the sample-by-sample replay gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin_local.alarms import columns
from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.definition import OPERATORS, MetricAlarm, read
from tocsin_local.alarms.history import Change
from tocsin_local.alarms.spelling import milliseconds
from tocsin_local.alarms.watch import Setup, Watch, replay

NOON = milliseconds("2026-09-14T12:00:00Z")
PERIODS = (10, 20, 30, 60, 120, 300, 420, 3600, 5400, 86_400)
LONGEST = 86_400


def alarm(**fields: Any) -> MetricAlarm:
    """An alarm on an average over 50."""
    usual = {
        "AlarmName": "a", "Namespace": "n", "MetricName": "m", "Statistic": "Average", "Period": 60,
        "EvaluationPeriods": 3, "Threshold": 50, "ComparisonOperator": "GreaterThanThreshold",
    }  # fmt: skip
    found = read({name: value for name, value in (usual | fields).items() if value is not None}, "a test")
    assert isinstance(found, MetricAlarm)
    return found


@st.composite
def alarms(draw: st.DrawFn) -> MetricAlarm:
    """Any alarm whose statistic needs no sorting."""
    period = draw(st.sampled_from(PERIODS))
    most = 7 * LONGEST // period if period >= 3600 else LONGEST // period
    periods = draw(st.integers(1, min(most, 40)))
    return alarm(
        Period=period,
        EvaluationPeriods=periods,
        DatapointsToAlarm=draw(st.none() | st.integers(1, periods)),
        Statistic=draw(st.sampled_from(["Average", "Sum", "Minimum", "Maximum", "SampleCount"])),
        Threshold=draw(st.sampled_from([0, 1, 2, 50, 0.3, 0.6])),
        ComparisonOperator=draw(st.sampled_from(sorted(OPERATORS))),
        TreatMissingData=draw(st.sampled_from(["missing", "ignore", "breaching", "notBreaching"])),
    )


@st.composite
def recordings(draw: st.DrawFn, period: int) -> list[Sample]:
    """Runs of samples with gaps between them, some published a few seconds late, in any order."""
    found: list[Sample] = []
    at = 0
    values = st.sampled_from([0.0, 0.1, 0.2, 0.3, 1.0, 50.0, 100.0, 1e308])
    for run in range(draw(st.integers(0, 6))):
        at += draw(st.integers(0, 4 * period if run else period)) * 1000
        spacing = draw(st.sampled_from([1, 7, 60, 300, period])) * 1000
        for value in draw(st.lists(values, max_size=12)):
            at += spacing + draw(st.sampled_from([0, 1, 999]))
            found.append(Sample(NOON + at, value, NOON + at + draw(st.sampled_from([0, 0, 1, 10_000]))))
    return draw(st.permutations(found))


def replayed(watched: MetricAlarm, setup: Setup, samples: list[Sample], start: int, end: int) -> list[Change]:
    """What the replay finds, without its reasons."""
    looks = replay(Watch(watched, setup), samples, start, end)
    return [Change(look.at, look.before, look.after) for look in looks]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_all_at_once_is_sample_by_sample(data: st.DataObject) -> None:
    """Gaps, every treatment, M of N, every period, range and phase: the same changes at the same instants."""
    watched = data.draw(alarms())
    samples = data.draw(recordings(watched.period))
    interval = Watch(watched).schedule.interval
    setup = Setup(
        data.draw(st.sampled_from(["OK", "ALARM", "INSUFFICIENT_DATA"])),
        data.draw(st.none() | st.integers(watched.periods, watched.periods + 9)),
        data.draw(st.integers(0, min(interval * 1000 - 1, 70_000))),
    )
    start = NOON + data.draw(st.integers(-2 * watched.period, 2 * watched.period)) * 1000
    last = max((sample.at for sample in samples), default=start)
    end = min(last + 3 * watched.period * 1000, start + 1500 * interval * 1000)
    kept = columns.columns(samples)
    if kept.suffice(Watch(watched, setup)):
        found = list(columns.changes(kept, Watch(watched, setup), start, end))
        assert found == replayed(watched, setup, samples, start, end)
    else:
        assert any(sample.known > sample.at for sample in samples)


def test_a_recording_longer_than_one_chunk() -> None:
    """Where the evaluations are cut into chunks nothing is lost: the state and the range reach over the cut."""
    step = 60_000
    watched = alarm(Statistic="Maximum", EvaluationPeriods=1000, DatapointsToAlarm=997, TreatMissingData="ignore")
    cut = columns.CHUNK
    samples = [Sample(NOON + place * step, 99.0, NOON) for place in range(cut - 600, cut + 600)]
    end = NOON + 2 * cut * step
    (raised,) = columns.changes(columns.columns(samples), Watch(watched, Setup("OK")), NOON, end)
    assert [raised] == replayed(watched, Setup("OK"), samples, NOON + (cut - 700) * step, NOON + (cut + 700) * step)


@pytest.mark.parametrize(
    ("fields", "late", "enough"),
    [
        ({}, 10_000, True),
        ({}, 10_001, False),
        ({"Statistic": None, "ExtendedStatistic": "p99"}, 0, False),
        ({"Statistic": None, "ExtendedStatistic": "tm90"}, 0, False),
        ({"Period": 86_400, "EvaluationPeriods": 2}, 0, True),
        ({"Period": 86_400, "EvaluationPeriods": 2}, 1, False),
    ],
)
def test_what_columns_cannot_tell_is_left_to_the_replay(fields: dict[str, Any], late: int, enough: bool) -> None:
    """Sorted statistics, and samples published after the evaluation that they belong to, need the slow way."""
    kept = columns.columns([Sample(NOON, 1.0, NOON + late), Sample(NOON + 1, 1.0, NOON)])
    assert kept.suffice(Watch(alarm(**fields))) is enough
