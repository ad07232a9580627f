"""StateReason and StateReasonData: AWS's own words, from texts that real alarms wrote."""

import json
from typing import Any

import pytest

from tocsin_local.alarms.datapoints import Datapoint
from tocsin_local.alarms.definition import MetricAlarm, read
from tocsin_local.alarms.evaluate import State
from tocsin_local.alarms.reasons import Evidence, reason, reason_data
from tocsin_local.alarms.spelling import java_double, java_json, long_date, milliseconds

GREATER, LESS = "GreaterThanThreshold", "LessThanThreshold"


def evidence(state: State, points: str, **fields: Any) -> Evidence:
    """Points as "HH:MM=value*samples", newest first, "HH:MM" alone for a gap, on 13 April 2021."""
    found = read(
        {
            "AlarmName": "a", "Namespace": "n", "MetricName": "m", "Statistic": "Average", "Period": 60,
            "ComparisonOperator": GREATER, "EvaluationPeriods": len(points.split()), **fields,
        },
        "a test",
    )  # fmt: skip
    assert isinstance(found, MetricAlarm)
    return Evidence(found, state, [_point(text) for text in points.split()])


def _point(text: str) -> Datapoint:
    clock, _, rest = text.partition("=")
    value, _, count = rest.partition("*")
    start = milliseconds(f"2021-04-13T{clock}:00Z")
    return Datapoint(start, float(value) if value else None, int(count or 1) if value else 0)


WORDINGS = [
    (
        evidence("ALARM", "23:01=0.337675", Threshold=0.28, DatapointsToAlarm=1),
        "Threshold Crossed: 1 out of the last 1 datapoints [0.337675 (13/04/21 23:01:00)] was greater than the "
        "threshold (0.28) (minimum 1 datapoint for OK -> ALARM transition).",
    ),
    (
        evidence("ALARM", "10:00=21.5", Threshold=21),
        "Threshold Crossed: 1 datapoint [21.5 (13/04/21 10:00:00)] was greater than the threshold (21.0).",
    ),
    (
        evidence("OK", "16:04=0.0175 16:03=0.0157", Threshold=40, DatapointsToAlarm=2),
        "Threshold Crossed: 2 out of the last 2 datapoints [0.0175 (13/04/21 16:04:00), 0.0157 (13/04/21 16:03:00)] "
        "were not greater than the threshold (40.0) (minimum 1 datapoint for ALARM -> OK transition).",
    ),
    (
        evidence("OK", "06:45=0 06:44=0 06:43=2 06:42=0 06:41=3", Threshold=0, DatapointsToAlarm=3),
        "Threshold Crossed: 3 out of the last 5 datapoints [0.0 (13/04/21 06:45:00), 0.0 (13/04/21 06:44:00), "
        "0.0 (13/04/21 06:42:00)] were not greater than the threshold (0.0) "
        "(minimum 3 datapoints for ALARM -> OK transition).",
    ),
    (
        evidence("ALARM", "02:40=10.75 02:30=9 02:20=10.8 02:10=9", Period=600, Threshold=10.7, DatapointsToAlarm=2),
        "Threshold Crossed: 2 out of the last 4 datapoints [10.75 (13/04/21 02:40:00), 10.8 (13/04/21 02:20:00)] "
        "were greater than the threshold (10.7) (minimum 2 datapoints for OK -> ALARM transition).",
    ),
    (
        evidence("ALARM", " ".join(f"23:{minute}=0" for minute in range(32, 26, -1)), Threshold=65,
                 ComparisonOperator=LESS, DatapointsToAlarm=5),
        "Threshold Crossed: 6 out of the last 6 datapoints were less than the threshold (65.0). The most recent "
        "datapoints which crossed the threshold: [0.0 (13/04/21 23:32:00), 0.0 (13/04/21 23:31:00), "
        "0.0 (13/04/21 23:30:00), 0.0 (13/04/21 23:29:00), 0.0 (13/04/21 23:28:00)] "
        "(minimum 5 datapoints for OK -> ALARM transition).",
    ),
    (
        evidence("ALARM", " ".join(f"20:0{minute}=27.5" for minute in range(9, 4, -1)), Threshold=10),
        "Threshold Crossed: 5 datapoints were greater than the threshold (10.0). The most recent datapoints which "
        "crossed the threshold: [27.5 (13/04/21 20:09:00), 27.5 (13/04/21 20:08:00), 27.5 (13/04/21 20:07:00), "
        "27.5 (13/04/21 20:06:00), 27.5 (13/04/21 20:05:00)].",
    ),
    (
        evidence("ALARM", "18:45=0 18:44", Threshold=1, ComparisonOperator=LESS, TreatMissingData="breaching"),
        "Threshold Crossed: 1 datapoint [0.0 (13/04/21 18:45:00)] was less than the threshold (1.0) and 1 missing "
        "datapoint was treated as [Breaching].",
    ),
    (
        evidence("OK", "16:17 16:16=1 16:15", Threshold=1, ComparisonOperator=LESS, TreatMissingData="breaching"),
        "Threshold Crossed: 1 datapoint [1.0 (13/04/21 16:16:00)] was not less than the threshold (1.0) and 2 missing "
        "datapoints were treated as [Breaching].",
    ),
    (
        evidence("ALARM", "12:02=613 12:01 12:00", Threshold=1, ComparisonOperator="GreaterThanOrEqualToThreshold",
                 TreatMissingData="notBreaching", DatapointsToAlarm=1),
        "Threshold Crossed: 1 out of the last 3 datapoints [613.0 (13/04/21 12:02:00)] was greater than or equal to "
        "the threshold (1.0) and 2 missing datapoints were treated as [NonBreaching] "
        "(minimum 1 datapoint for OK -> ALARM transition).",
    ),
    (
        evidence("ALARM", "12:02 12:01 12:00=0", Threshold=1, ComparisonOperator=LESS, DatapointsToAlarm=3),
        "Threshold Crossed: 1 out of the last 3 datapoints [0.0 (13/04/21 12:00:00)] was less than the threshold (1.0) "
        "(minimum 3 datapoints for OK -> ALARM transition).",
    ),
    (
        evidence("OK", "12:00", Threshold=1, TreatMissingData="notBreaching", DatapointsToAlarm=1),
        "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as "
        "[NonBreaching].",
    ),
    (
        evidence("ALARM", "12:01 12:00", Threshold=1, TreatMissingData="breaching"),
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as "
        "[Breaching].",
    ),
    (
        evidence("ALARM", "12:02 12:01=0 12:00", Threshold=0, TreatMissingData="breaching", DatapointsToAlarm=2),
        "Threshold Crossed: 1 datapoint was received for 3 periods and 2 missing datapoints were treated as "
        "[Breaching].",
    ),
    (evidence("INSUFFICIENT_DATA", "12:02 12:01 12:00", Threshold=1), "Insufficient Data: 3 datapoints were unknown."),
    (evidence("INSUFFICIENT_DATA", "12:02", Threshold=1), "Insufficient Data: 1 datapoint was unknown."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), WORDINGS)
def test_the_reason_is_worded_as_aws_words_it(given: Evidence, expected: str) -> None:
    """Each of these sentences has a real alarm's as its model, dates and values aside."""
    assert reason(given) == expected


def test_ok_names_only_the_decisive_datapoints() -> None:
    """An OK of 2 of 2 rests on one datapoint: reason data as an alarm of 2021 wrote it."""
    given = evidence("OK", "16:04=0.01758096118768056 16:03=0.01575357001274824", Threshold=40, DatapointsToAlarm=2)
    at = milliseconds("2021-04-13T16:06:38.066Z")
    assert java_json(reason_data(given, at)) == (
        '{"version":"1.0","queryDate":"2021-04-13T16:06:38.066+0000","startDate":"2021-04-13T16:03:00.000+0000",'
        '"statistic":"Average","period":60,"recentDatapoints":[0.01575357001274824,0.01758096118768056],'
        '"threshold":40.0,"evaluatedDatapoints":[{"timestamp":"2021-04-13T16:04:00.000+0000","sampleCount":1.0,'
        '"value":0.01758096118768056}]}'
    )


def test_without_data_there_is_no_start_and_the_gaps_are_named() -> None:
    """Reason data of an alarm without any data: no startDate, an empty list, M timestamps newest first."""
    given = evidence("INSUFFICIENT_DATA", "12:30 12:29 12:28", Threshold=5, Unit="Percent")
    assert reason_data(given, milliseconds("2021-04-13T12:31:29.591Z")) == {
        "version": "1.0",
        "queryDate": "2021-04-13T12:31:29.591+0000",
        "unit": "Percent",
        "statistic": "Average",
        "period": 60,
        "recentDatapoints": [],
        "threshold": 5.0,
        "evaluatedDatapoints": [
            {"timestamp": "2021-04-13T12:30:00.000+0000"},
            {"timestamp": "2021-04-13T12:29:00.000+0000"},
            {"timestamp": "2021-04-13T12:28:00.000+0000"},
        ],
    }


def test_alarm_names_m_decisive_ones_and_gaps_between_are_null() -> None:
    """ALARM of 2 of 3 names the two newest breaching datapoints; a gap between real ones is null."""
    given = evidence("ALARM", "12:04=9 12:02=1 12:01=8", Threshold=5, DatapointsToAlarm=2)
    data = reason_data(given, 0)
    assert data["recentDatapoints"] == [8.0, 1.0, None, 9.0]
    assert data["startDate"] == "2021-04-13T12:01:00.000+0000"
    assert [point["value"] for point in data["evaluatedDatapoints"]] == [9.0, 8.0]


def test_a_premature_alarm_names_the_gaps_that_age_made_breaching() -> None:
    """A lone breach followed by two gaps: all three carry the ALARM, newest first."""
    data = reason_data(evidence("ALARM", "12:02 12:01 12:00=9", Threshold=5, DatapointsToAlarm=3), 0)
    assert [list(point) for point in data["evaluatedDatapoints"]] == [
        ["timestamp"],
        ["timestamp"],
        ["timestamp", "sampleCount", "value"],
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0"), (-0.0, "-0.0"), (21.0, "21.0"), (50.25, "50.25"), (0.001, "0.001"), (0.0001, "1.0E-4"),
        (9999999.0, "9999999.0"), (1e7, "1.0E7"), (12345678.5, "1.23456785E7"), (2147483648e1, "2.147483648E10"),
        (8.3714617344e10, "8.3714617344E10"), (-2.5e-5, "-2.5E-5"), (1e21, "1.0E21"),
        (99.50160229693434, "99.50160229693434"), (-1234.5, "-1234.5"), (100.0, "100.0"),
    ],
)  # fmt: skip
def test_numbers_look_as_java_prints_them(value: float, text: str) -> None:
    """Plain from 0.001 up to ten million, else with an exponent; always with a decimal point."""
    assert java_double(value) == text
    assert json.loads(java_json([value])) == [value]


def test_a_composites_date_is_spelled_out() -> None:
    """The long date of composite reasons, English and with two digits for the day."""
    assert long_date(milliseconds("2026-09-14T11:18:52.496Z")) == "Monday 14 September, 2026 11:18:52 UTC"
    assert long_date(milliseconds("2025-09-03T06:25:33Z")) == "Wednesday 03 September, 2025 06:25:33 UTC"
