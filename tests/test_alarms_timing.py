"""When alarms are evaluated and which buckets they see."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.definition import MetricAlarm, read
from tocsin_local.alarms.spelling import iso_date, milliseconds
from tocsin_local.alarms.timing import Schedule, guessed_range, interval_of
from tocsin_local.alarms.watch import Setup, Watch, replay

INTERVALS = st.sampled_from([10, 60, 3600])
INSTANTS = st.integers(0, 4 * 10**12)


def alarm(**fields: object) -> MetricAlarm:
    """An alarm on anything over 50, once."""
    usual = {
        "AlarmName": "a", "Namespace": "n", "MetricName": "m", "Statistic": "Maximum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 50, "ComparisonOperator": "GreaterThanThreshold",
    }  # fmt: skip
    found = read(usual | fields, "a test")
    assert isinstance(found, MetricAlarm)
    return found


def test_the_interval_depends_on_period_and_range() -> None:
    """Short periods are evaluated every 10 s, long ones every minute, more than a day every hour."""
    assert [interval_of(10, 3), interval_of(30, 1)] == [10, 10]
    assert [interval_of(60, 3), interval_of(86_400, 1)] == [60, 60]
    assert [interval_of(86_400, 2), interval_of(60, 1441)] == [3600, 3600]


def test_the_evaluation_range_goes_through_the_known_points() -> None:
    """N = 3 fetches 5 at five minutes and 9 at ten seconds; N = 1 and 8 at 15 minutes fetch 3 and 10."""
    assert [guessed_range(300, 3), guessed_range(10, 3)] == [5, 9]
    assert [guessed_range(900, 1), guessed_range(900, 8)] == [3, 10]


def test_the_window_slides_every_minute() -> None:
    """An evaluation during minute 12:16 uses five-minute buckets that end at 12:16, not at 12:15."""
    schedule = Schedule(60)
    now = milliseconds("2026-09-14T12:16:30Z")
    assert iso_date(schedule.window_end(now)) == "2026-09-14T12:16:00.000Z"


def test_a_bucket_is_used_ten_seconds_after_its_end() -> None:
    """At 16:00:04 the newest bucket ends at 15:59, at 16:00:10 at 16:00 (user guide's events have 16:00:04 → 15:58)."""
    schedule = Schedule(60)
    seen = [iso_date(schedule.window_end(milliseconds(f"2026-09-14T16:00:{second}Z"))) for second in ("04", "10")]
    assert seen == ["2026-09-14T15:59:00.000Z", "2026-09-14T16:00:00.000Z"]
    assert Schedule(60, delay_ms=0).window_end(milliseconds("2026-09-14T16:00:04Z")) % 3_600_000 == 0


def test_a_multi_day_alarm_sees_data_up_to_the_hour() -> None:
    """The user guide's job: it fails at 10:02, 10:03 sees nothing of it, 11:03 alarms; fixed 11:43, 12:03 is OK."""
    job = alarm(Period=86_400, EvaluationPeriods=3, Statistic="Sum", Threshold=0, TreatMissingData="notBreaching",
                DatapointsToAlarm=1)  # fmt: skip
    watch = Watch(job, Setup("OK", phase_ms=180_000))
    failed = milliseconds("2026-09-14T10:02:00Z")
    seen = list(replay(watch, [Sample(failed, 1.0, failed)], failed - 3_600_000, failed + 2 * 3_600_000))
    assert [(iso_date(look.at), look.after) for look in seen] == [("2026-09-14T11:03:00.000Z", "ALARM")]


@given(INTERVALS, st.integers(0, 9_999), INSTANTS)
def test_evaluations_follow_each_other_at_the_alarms_own_phase(interval: int, phase: int, ms: int) -> None:
    """The next evaluation is later, at most one interval away, and stands at the phase."""
    schedule = Schedule(interval, phase)
    coming = schedule.next_after(ms)
    assert 0 < coming - ms <= interval * 1000
    assert coming % (interval * 1000) == phase
    assert schedule.first_from(coming) == coming
    assert schedule.next_after(coming) - coming == interval * 1000


@given(INTERVALS, INSTANTS)
def test_the_window_never_ends_in_the_future(interval: int, ms: int) -> None:
    """A window ends at a whole step, never after the instant of the evaluation."""
    end = Schedule(interval).window_end(ms)
    assert end <= ms
    assert end % (interval * 1000) == 0
