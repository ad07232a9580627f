"""Definitions: what CloudWatch accepts is read, what it refuses is refused in one line."""

import json
from pathlib import Path
from typing import Any

import pytest

from tocsin.ports import ConfigError
from tocsin_local.alarms import files
from tocsin_local.alarms.definition import CompositeAlarm, MetricAlarm, read

CPU: dict[str, Any] = {
    "AlarmName": "cpu",
    "Namespace": "AWS/EC2",
    "MetricName": "CPUUtilization",
    "Dimensions": [{"Name": "InstanceId", "Value": "i-1"}],
    "Statistic": "Average",
    "Period": 300,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 80,
    "ComparisonOperator": "GreaterThanThreshold",
}


def changed(**fields: Any) -> dict[str, Any]:
    """The CPU alarm with some fields other; None leaves one out."""
    return {name: value for name, value in (CPU | fields).items() if value is not None}


def test_a_plain_alarm_is_read_as_it_was_written() -> None:
    """Every field arrives, M of N and the default treatment included."""
    alarm = read(CPU, "a.json")
    assert isinstance(alarm, MetricAlarm)
    assert (alarm.name, alarm.metric, alarm.dimensions) == ("cpu", "CPUUtilization", (("InstanceId", "i-1"),))
    assert (alarm.terms.periods, alarm.terms.needed, alarm.terms.treatment) == (3, 2, "missing")
    assert [alarm.breaches(value) for value in (79.0, 80.0, 80.1)] == [False, False, True]


@pytest.mark.parametrize(
    ("operator", "below", "at", "above"),
    [
        ("GreaterThanOrEqualToThreshold", False, True, True),
        ("GreaterThanThreshold", False, False, True),
        ("LessThanThreshold", True, False, False),
        ("LessThanOrEqualToThreshold", True, True, False),
    ],
)
def test_operators_compare_the_datapoint_with_the_threshold(operator: str, below: bool, at: bool, above: bool) -> None:
    """The datapoint is the first operand."""
    alarm = read(changed(ComparisonOperator=operator), "a.json")
    assert isinstance(alarm, MetricAlarm)
    assert [alarm.breaches(value) for value in (79.0, 80.0, 81.0)] == [below, at, above]


def test_dynamodb_ignores_gaps_unless_told_otherwise() -> None:
    """The user guide: alarms in AWS/DynamoDB default to ignore and can override it."""
    usual = read(changed(Namespace="AWS/DynamoDB"), "a.json")
    told = read(changed(Namespace="AWS/DynamoDB", TreatMissingData="breaching"), "a.json")
    assert isinstance(usual, MetricAlarm) and isinstance(told, MetricAlarm)
    assert (usual.treatment, told.treatment) == ("ignore", "breaching")


@pytest.mark.parametrize(
    "statistic", ["p99", "p99.9", "p0.5", "p100", "tm90", "tc10", "ts99", "wm98", "IQM", "TM(10%:90%)", "PR(:300)",
                  "TS(80%:)", "TC(0.005:0.030)", "WM(:95%)"],
)  # fmt: skip
def test_extended_statistics_are_known(statistic: str) -> None:
    """Every family of the statistics page is accepted."""
    alarm = read(changed(Statistic=None, ExtendedStatistic=statistic), "a.json")
    assert isinstance(alarm, MetricAlarm)
    assert alarm.statistic == statistic


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"AlarmName": None}, "AlarmName"),
        ({"AlarmName": "n" * 256}, "AlarmName"),
        ({"AlarmDescription": "d" * 1025}, "AlarmDescription"),
        ({"Period": 45}, "Period"),
        ({"Period": 90}, "Period"),
        ({"Period": 0}, "Period"),
        ({"Period": "300"}, "Period"),
        ({"Period": None}, "Period"),
        ({"EvaluationPeriods": 289}, "EvaluationPeriods"),
        ({"Period": 3600, "EvaluationPeriods": 169}, "EvaluationPeriods"),
        ({"EvaluationPeriods": True}, "EvaluationPeriods"),
        ({"DatapointsToAlarm": 4}, "DatapointsToAlarm"),
        ({"DatapointsToAlarm": 0}, "DatapointsToAlarm"),
        ({"Threshold": "80"}, "Threshold"),
        ({"Threshold": True}, "Threshold"),
        ({"Threshold": float("nan")}, "Threshold"),
        ({"Threshold": None}, "Threshold"),
        ({"ComparisonOperator": "GreaterThan"}, "ComparisonOperator"),
        ({"Statistic": "p99"}, "Statistic"),
        ({"Statistic": None}, "Statistic"),
        ({"ExtendedStatistic": "p99"}, "Statistic"),
        ({"Statistic": None, "ExtendedStatistic": "p101"}, "ExtendedStatistic"),
        ({"Statistic": None, "ExtendedStatistic": "TM(90%:10%)"}, "ExtendedStatistic"),
        ({"Statistic": None, "ExtendedStatistic": "TM(10%:90)"}, "ExtendedStatistic"),
        ({"Statistic": None, "ExtendedStatistic": "PR(1%:2%)"}, "ExtendedStatistic"),
        ({"Statistic": None, "ExtendedStatistic": "Average"}, "ExtendedStatistic"),
        ({"TreatMissingData": "Breaching"}, "TreatMissingData"),
        ({"EvaluateLowSampleCountPercentile": "no"}, "EvaluateLowSampleCountPercentile"),
        ({"AlarmActions": ["arn"] * 6}, "AlarmActions"),
        ({"OKActions": "arn"}, "OKActions"),
        ({"ActionsEnabled": "yes"}, "ActionsEnabled"),
        ({"Dimensions": [{"Name": "a"}]}, "Dimensions"),
        ({"Dimensions": [{"Name": "a", "Value": "b"}] * 31}, "Dimensions"),
        ({"TreatMissingdata": "breaching"}, "TreatMissingdata"),
        ({"Metrics": [{"Id": "e1", "Expression": "m1 + 1"}]}, "metric math"),
        ({"Metrics": [{"Id": "e1", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)"}]}, "anomaly band"),
        ({"ThresholdMetricId": "ad1"}, "anomaly band"),
        ({"Metrics": [{"Id": "q", "Expression": 'SELECT MAX(Load) FROM "N"'}]}, "Metrics Insights"),
        ({"EvaluationCriteria": {"PromQLCriteria": {"Query": "up == 0"}}}, "PromQL"),
        ({"EvaluationWindow": {"WallClockWindow": {}}}, "wall clock"),
        ({"WarmUpConfiguration": {"WarmUpPeriodDurationInMinutes": 5}}, "warm-up"),
        ({"ScheduledQueryConfiguration": {"QueryString": "x"}}, "log alarm"),
    ],
)
def test_what_cloudwatch_refuses_is_refused_in_one_line(fields: dict[str, Any], named: str) -> None:
    """The error names alarm, file and field in one line and says in a hint what is allowed."""
    with pytest.raises(ConfigError) as caught:
        read(changed(**fields), "alarms.json")
    assert named in str(caught.value)
    assert "alarms.json" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_the_longest_ranges_are_accepted() -> None:
    """A day of short periods and a week of hours are the limits, not beyond them."""
    assert read(changed(EvaluationPeriods=288), "a.json")
    assert read(changed(Period=3600, EvaluationPeriods=168), "a.json")


def test_the_same_alarm_comes_from_every_kind_of_file(tmp_path: Path) -> None:
    """One object, a list, what describe-alarms answers, and TOML tables all mean the same alarm."""
    described = {**CPU, "StateValue": "OK", "StateReason": "…", "AlarmArn": None, "ActionsEnabled": True}
    shapes = {"one.json": CPU, "list.json": [CPU], "described.json": {"MetricAlarms": [described], "NextToken": ""}}
    for name, document in shapes.items():
        (tmp_path / name).write_text(json.dumps(document))
    (tmp_path / "a.toml").write_text(
        "[[alarm]]\n"
        + "".join(f"{key} = {json.dumps(value)}\n" for key, value in CPU.items() if key != "Dimensions")
        + '[[alarm.Dimensions]]\nName = "InstanceId"\nValue = "i-1"\n'
    )
    found = [files.load(tmp_path / name) for name in (*shapes, "a.toml")]
    assert all(alarms == found[0] for alarms in found)


def test_a_composite_stands_beside_metric_alarms(tmp_path: Path) -> None:
    """put-composite-alarm's fields give a composite alarm with its rule."""
    both = {"CompositeAlarms": [{"AlarmName": "all", "AlarmRule": 'ALARM("cpu")'}], "MetricAlarms": [CPU]}
    (tmp_path / "a.json").write_text(json.dumps(both))
    kinds = {type(alarm) for alarm in files.load(tmp_path / "a.json")}
    assert kinds == {MetricAlarm, CompositeAlarm}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", "{"),
        ("a.json", "7"),
        ("a.json", "[]"),
        ("a.json", "[3]"),
        ("a.json", '{"MetricAlarms": {}}'),
        ("a.json", "[" * 100_000),
        ("a.toml", "[[alarm]"),
        ("a.json", json.dumps([CPU, CPU])),
        ("a.json", '{"AlarmRule": "TRUE"}'),
        ("a.json", '{"AlarmName": "x", "AlarmRule": "true"}'),
        ("a.json", '{"AlarmName": "x", "AlarmRule": "TRUE", "Threshold": 3}'),
    ],
)
def test_a_file_that_defines_no_alarm_is_one_line(tmp_path: Path, name: str, content: str) -> None:
    """Broken JSON or TOML, other shapes and doubled names end as one line with the file's name."""
    (tmp_path / name).write_text(content)
    with pytest.raises(ConfigError) as caught:
        files.load(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """So does a missing file."""
    with pytest.raises(ConfigError, match="cannot be opened"):
        files.load(tmp_path / "none.json")
