"""Samples become datapoints, and alarms are replayed over them."""

import random
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_local.alarms.datapoints import Buckets, Measure, Sample
from tocsin_local.alarms.definition import MetricAlarm, read
from tocsin_local.alarms.evaluate import decide
from tocsin_local.alarms.spelling import iso_date, milliseconds
from tocsin_local.alarms.statistics import compute, enough_samples
from tocsin_local.alarms.watch import Setup, Watch, look_once, replay

NOON = milliseconds("2026-09-14T12:00:00Z")


def alarm(**fields: object) -> MetricAlarm:
    """An alarm on a maximum over 50."""
    usual = {
        "AlarmName": "a", "Namespace": "n", "MetricName": "m", "Statistic": "Maximum", "Period": 60,
        "EvaluationPeriods": 3, "Threshold": 50, "ComparisonOperator": "GreaterThanThreshold",
    }  # fmt: skip
    kept = {name: value for name, value in (usual | fields).items() if value is not None}
    found = read(kept, "a test")
    assert isinstance(found, MetricAlarm)
    return found


def sample(second: float, value: float, known: float | None = None) -> Sample:
    """A sample so many seconds after noon."""
    at = NOON + round(second * 1000)
    return Sample(at, value, at if known is None else NOON + round(known * 1000))


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        ("SampleCount", 10.0), ("Sum", 55.0), ("Average", 5.5), ("Minimum", 1.0), ("Maximum", 10.0),
        ("p0", 1.0), ("p50", 5.5), ("p90", 9.1), ("p100", 10.0), ("tm90", 5.0), ("tc90", 9.0), ("ts90", 45.0),
        ("TC(:20%)", 2.0), ("TM(3:6)", 5.0), ("TS(8:)", 19.0), ("TC(3:6)", 3.0), ("PR(:3)", 30.0), ("PR(3:5)", 20.0),
        ("wm100", 5.5), ("WM(3:6)", 4.8), ("IQM", 5.5), ("TM(20:30)", None),
    ],
)  # fmt: skip
def test_statistics_of_the_first_ten_numbers(statistic: str, expected: float | None) -> None:
    """Each statistic over 1 … 10."""
    function = compute(statistic)
    assert function is not None
    values = [float(value) for value in range(1, 11)]
    random.Random(7).shuffle(values)
    assert function(values) == pytest.approx(expected)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.sampled_from(["p1", "p50", "p99", "IQM", "wm90"]))
def test_statistics_lie_between_the_extremes(values: list[float], statistic: str) -> None:
    """No percentile or trimmed mean leaves the range of its samples."""
    function = compute(statistic)
    assert function is not None
    found, slack = function(values), 1e-6 * max(map(abs, values))
    assert found is not None
    assert min(values) - slack <= found <= max(values) + slack


def test_how_many_samples_make_a_percentile_significant() -> None:
    """The user guide's rule: 1000 for p99, 100 for p90, 20 for the median, mirrored below it."""
    names = ("p99", "p90", "p99.9", "p50", "p10", "p1", "p100", "p0", "Average", "tm90")
    assert [enough_samples(name) for name in names] == [1000, 100, 10_000, 20, 100, 1000, 1, 1, 1, 1]


def test_a_bucket_holds_its_start_and_not_its_end() -> None:
    """[start, start + period): the sample on the edge belongs to the later bucket."""
    buckets = Buckets(Measure(60_000, sum, lambda value: value > 1), 60_000)
    buckets.add(NOON, 1.0)
    buckets.add(NOON + 60_000, 2.0)
    assert buckets.datapoint(NOON).value == 1.0
    assert buckets.datapoint(NOON + 60_000).count == 1
    assert buckets.marks(NOON + 120_000, 3) == b"-0X"


@given(
    st.lists(st.tuples(st.integers(0, 900), st.sampled_from([0.0, 100.0])), max_size=40),
    st.sampled_from([60, 120, 300]),
)
def test_marks_do_not_depend_on_the_order_of_arrival(given_samples: list[tuple[int, float]], period: int) -> None:
    """Marks kept up to date sample by sample equal marks made afterwards, at every place of the window."""
    kept = Buckets(Measure(period * 1000, max, lambda value: value > 50), 60_000)
    for at, value in given_samples:
        kept.marks(NOON + (at // 60) * 60_000, 4)
        kept.add(NOON + at * 1000, value)
    fresh = Buckets(Measure(period * 1000, max, lambda value: value > 50), 60_000)
    for at, value in sorted(given_samples):
        fresh.add(NOON + at * 1000, value)
    ends = range(NOON, NOON + 1_200_000, 60_000)
    assert [kept.marks(end, 4) for end in ends] == [fresh.marks(end, 4) for end in ends]


def test_an_alarm_after_the_metric_stopped() -> None:
    """The old breach becomes the only datapoint: OK, ALARM, and then INSUFFICIENT_DATA, at period 10 with range 9."""
    watch = Watch(alarm(Period=10), Setup(phase_ms=3_000))
    seen = list(replay(watch, [sample(0, 1.0), sample(10, 90.0)], NOON, NOON + 300_000))
    assert [(iso_date(look.at)[11:19], look.after) for look in seen] == [
        ("12:00:23", "OK"),
        ("12:01:53", "ALARM"),
        ("12:02:03", "INSUFFICIENT_DATA"),
    ]


def test_an_evaluation_does_not_see_what_was_published_later() -> None:
    """A late sample changes the state at the first evaluation that may know of it."""
    data = [sample(5, 1.0), sample(65, 90.0, 200), sample(125, 1.0)]
    prompt = [Sample(one.at, one.value, one.at) for one in data]
    watched, start, end = alarm(EvaluationPeriods=1), NOON + 70_000, NOON + 150_000
    at_once = list(replay(Watch(watched, Setup("OK", phase_ms=30_000)), prompt, start, end))
    assert [look.after for look in at_once] == ["ALARM"]
    assert list(replay(Watch(watched, Setup("OK", phase_ms=30_000)), data, start, end)) == []
    assert look_once(Watch(watched, Setup("OK")), data, NOON + 130_000).after == "OK"


def test_low_samples_keep_the_state_until_there_are_enough() -> None:
    """p90 with 99 samples keeps the state under ignore, with 100 it decides; under evaluate it always decides."""
    careful = alarm(
        Statistic=None, ExtendedStatistic="p90", EvaluationPeriods=1, EvaluateLowSampleCountPercentile="ignore"
    )
    hasty = alarm(Statistic=None, ExtendedStatistic="p90", EvaluationPeriods=1)
    at = NOON + 75_000
    few = [sample(second / 2, 90.0) for second in range(99)]
    assert look_once(Watch(careful, Setup("OK")), few, at).after == "OK"
    assert look_once(Watch(careful, Setup("OK")), [*few, sample(59, 90.0)], at).after == "ALARM"
    assert look_once(Watch(hasty, Setup("OK")), few, at).after == "ALARM"


def test_a_look_that_keeps_the_state_has_no_reason_of_its_own() -> None:
    """Where the datapoints call for no state AWS leaves the old reason: there is none to tell."""
    quiet = look_once(Watch(alarm(TreatMissingData="ignore"), Setup("ALARM")), [], NOON)
    assert (quiet.before, quiet.after, quiet.reason, quiet.reason_data) == ("ALARM", "ALARM", None, None)


@given(
    st.lists(st.tuples(st.integers(0, 1200), st.sampled_from([0.0, 100.0]), st.integers(0, 400)), max_size=30),
    st.sampled_from(["missing", "ignore", "breaching", "notBreaching"]),
    st.sampled_from([10, 60, 300]),
)
def test_a_replay_is_nothing_but_single_evaluations(
    given_samples: list[tuple[int, float, int]], treatment: str, period: int
) -> None:
    """Each change of a replay is what one evaluation at that instant from that state finds, reason included."""
    data = [sample(at, value, at + late) for at, value, late in given_samples]
    watched = alarm(Period=period, TreatMissingData=treatment, EvaluationPeriods=2)
    state = "INSUFFICIENT_DATA"
    for look in replay(Watch(watched, Setup(phase_ms=4_321)), data, NOON, NOON + 2_400_000):
        assert look.before == state != look.after
        alone = look_once(Watch(watched, Setup(look.before, phase_ms=4_321)), data, look.at)
        assert (alone.after, alone.reason, alone.reason_data) == (look.after, look.reason, look.reason_data)
        state = look.after


def test_long_ranges_are_evaluated_like_short_ones() -> None:
    """A range too long to remember verdicts for comes out like the rules say."""
    long = alarm(EvaluationPeriods=100, DatapointsToAlarm=99)
    watch = Watch(long, Setup("OK"))
    for minute in range(100):
        watch.add(NOON + minute * 60_000, 90.0 if minute else 0.0)
    now = NOON + 100 * 60_000 + 10_000
    assert decide(b"-" * 2 + b"0" + b"X" * 99, long.terms) == "ALARM"
    found = watch.evaluate(now)
    assert found is not None
    assert (found.after, found.at) == ("ALARM", now)
    assert watch.state == "ALARM"
    assert watch.evaluate(now) is None


def test_infinite_bounds_are_never_reached() -> None:
    """An open end of PR takes every sample in."""
    function = compute("PR(0:)")
    assert function is not None
    assert function([1.0, 2.0, 1e300]) == 100.0 < inf


@given(
    st.lists(st.tuples(st.integers(0, 1800), st.sampled_from([10.0, 90.0])), max_size=60),
    st.sampled_from([(10, 3), (60, 3), (60, 1), (300, 2)]),
    st.integers(0, 5),
)
def test_what_is_forgotten_is_never_asked_for_again(
    samples: list[tuple[int, float]], shape: tuple[int, int], kept: int
) -> None:
    """A live alarm that lets go of old samples changes at the same instants, for the same reasons."""
    period, periods = shape
    whole, lean = (Watch(alarm(Period=period, EvaluationPeriods=periods)) for _ in range(2))
    coming = sorted(samples)
    now = whole.schedule.first_from(NOON)
    while now <= NOON + 2_400_000:
        while coming and NOON + coming[0][0] * 1000 <= now:
            second, value = coming.pop(0)
            for watch in (whole, lean):
                watch.add(NOON + second * 1000, value)
        assert lean.evaluate(now) == whole.evaluate(now)
        lean.forget(now, kept)
        assert lean.datapoints(now, kept) == whole.datapoints(now, kept)
        now = whole.schedule.next_after(now)
