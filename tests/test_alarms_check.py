"""`tocsin alarm check`: what it prints, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tocsin.ports import ConfigError
from tocsin_cli.commands.alarm import alarm

CPU = {
    "AlarmName": "cpu", "Namespace": "n", "MetricName": "m", "Statistic": "Average", "Period": 60,
    "EvaluationPeriods": 3, "DatapointsToAlarm": 2, "Threshold": 50, "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip
ROWS = """timestamp,value,available_at
2026-09-14T05:40:01Z,10
2026-09-14T05:41:01Z,60,2026-09-14T05:44:30Z
2026-09-14T05:42:01Z,70
2026-09-14T05:43:01Z,80
2026-09-14T05:44:01Z,20
2026-09-14T05:45:01Z,20
"""


def run(folder: Path, *args: str, alarms: Any = CPU, rows: str = ROWS) -> Result:
    """The command over these alarms and rows."""
    (folder / "a.json").write_text(json.dumps(alarms))
    (folder / "d.csv").write_text(rows)
    return CliRunner().invoke(alarm, ["check", str(folder / "a.json"), "--data", str(folder / "d.csv"), *args])


def lines(result: Result) -> list[dict[str, Any]]:
    """What --json printed."""
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_each_change_of_state_is_one_object(tmp_path: Path) -> None:
    """--json prints alarm, at, from, to, reason and reasonData per change, at the alarm's own second."""
    seen = lines(run(tmp_path, "--json", "--phase", "57.551"))
    assert [(one["at"], one["from"], one["to"]) for one in seen] == [
        ("2026-09-14T05:41:57.551Z", "INSUFFICIENT_DATA", "OK"),
        ("2026-09-14T05:44:57.551Z", "OK", "ALARM"),
        ("2026-09-14T05:46:57.551Z", "ALARM", "OK"),
    ]
    assert list(seen[1]) == ["alarm", "at", "from", "to", "reason", "reasonData"]
    assert seen[1]["reason"].startswith("Threshold Crossed: 3 out of the last 3 datapoints [80.0 (14/09/26 05:43:00), ")
    assert seen[1]["reasonData"]["queryDate"] == "2026-09-14T05:44:57.551+0000"


@pytest.mark.parametrize("rows", ["timestamp,value\n", ""])
@pytest.mark.parametrize(("missing", "state"), [("breaching", "ALARM"), ("notBreaching", "OK"), ("ignore", "ALARM")])
def test_no_data_at_all_is_an_answer(tmp_path: Path, rows: str, missing: str, state: str) -> None:
    """An empty recording has instants to be judged at, if they are named: the alarm's treatment decides."""
    alarms = CPU | {"TreatMissingData": missing}
    (one,) = lines(
        run(tmp_path, "--json", "--at", "2026-09-14T05:43:57Z", "--state", "ALARM", alarms=alarms, rows=rows)
    )
    assert one["to"] == state
    times = ("--from", "2026-09-14T05:43:57Z", "--to", "2026-09-14T05:49:57Z")
    ends = [one["to"] for one in lines(run(tmp_path, "--json", *times, "--state", "ALARM", alarms=alarms, rows=rows))]
    assert ends == ([] if state == "ALARM" else [state])
    result = run(tmp_path, "--json", alarms=alarms, rows=rows)
    assert result.exit_code != 0


def test_at_is_always_one_object(tmp_path: Path) -> None:
    """--at prints one evaluation from --state, with to equal to from when nothing changes, whatever the phase."""
    at = "2026-09-14T05:43:57.551Z"
    (still,) = lines(run(tmp_path, "--json", "--at", at, "--state", "ALARM", "--phase", "99"))
    assert (still["at"], still["from"], still["to"]) == (at, "ALARM", "OK")
    (same,) = lines(run(tmp_path, "--json", "--at", at, "--state", "OK"))
    assert (same["from"], same["to"]) == ("OK", "OK")
    (kept,) = lines(run(tmp_path, "--json", "--at", "2026-09-14T05:42:11Z", "--state", "ALARM",
                        rows="2026-09-14T05:41:01Z,60\n"))  # fmt: skip
    assert (kept["to"], kept["reason"], kept["reasonData"]) == ("ALARM", None, None)


def test_people_read_lines(tmp_path: Path) -> None:
    """Without --json each change is an instant, the states and the reason; without a change it says so."""
    output = run(tmp_path, "--phase", "57.551").output
    assert "2026-09-14T05:44:57.551Z  OK → ALARM" in output
    assert "    Threshold Crossed: 3 out of the last 3 datapoints [80.0 (14/09/26 05:43:00)" in output
    quiet = run(tmp_path, "--from", "2026-09-14T05:00:00Z", "--to", "2026-09-14T05:01:00Z")
    assert (quiet.exit_code, quiet.output) == (0, "cpu: no change of state.\n")


def test_the_run_ends_one_range_after_the_last_sample(tmp_path: Path) -> None:
    """--from and --to default to the first sample and one evaluation range after the last, and can be given."""
    one = "2026-09-14T05:40:00Z,60\n"
    usual = lines(run(tmp_path, "--json", rows=one))
    assert [(found["at"], found["to"]) for found in usual] == [("2026-09-14T05:43:00.000Z", "ALARM")]
    longer = lines(run(tmp_path, "--json", "--to", "2026-09-14T06:00:00Z", rows=one))
    assert [found["to"] for found in longer] == ["ALARM", "INSUFFICIENT_DATA"]
    shorter = lines(run(tmp_path, "--json", "--evaluation-range", "3", "--to", "2026-09-14T06:00:00Z", rows=one))
    assert [found["at"] for found in shorter] < [found["at"] for found in longer]


@pytest.mark.parametrize(
    "rows",
    [
        "2026-09-14T05:41:00,60\n2026-09-14T05:42:00+00:00,70\n",
        "\ufefftimestamp,value\n\n2026-09-14T05:41:00Z, 60 \n2026-09-14T05:42:00Z,70,\n",
        "value,timestamp\n60,2026-09-14T05:41:00Z\n70,2026-09-14T05:42:00Z\n",
        "Time,Average\n2026-09-14T05:41:00Z,60\n2026-09-14T05:42:00Z,70\n",
        "timestamp;value\n2026-09-14T05:41:00Z;60\n2026-09-14T05:42:00Z;70\n",
        "2026-09-14T05:41:00Z\t60\n2026-09-14T05:42:00Z\t70\n",
        '{"timestamp": "2026-09-14T05:41:00Z", "value": 60}\n{"value": 70, "timestamp": "2026-09-14T07:42:00+02:00"}\n',
        '["2026-09-14T05:41:00Z", 60]\n["2026-09-14T05:42:00Z", 70, "2026-09-14T05:42:00Z"]\n',
    ],
)
def test_recordings_come_in_several_shapes(tmp_path: Path, rows: str) -> None:
    """CSV with and without a header, with commas, semicolons or tabs, JSON lines of objects or lists, any offset: the
    same two samples."""
    (found,) = lines(run(tmp_path, "--json", "--at", "2026-09-14T05:43:30Z", rows=rows))
    assert found["reasonData"]["recentDatapoints"] == [60.0, 70.0]
    assert found["to"] == "ALARM"


@pytest.mark.parametrize(
    "rows",
    [
        "", "\n\n", "timestamp,value\n", "noon,60\n", "2026-09-14T05:41:00Z\n", "2026-09-14T05:41:00Z,\n",
        "2026-09-14T05:41:00Z,much\n", "2026-09-14T05:41:00Z,nan\n", "2026-09-14T05:41:00Z,inf\n",
        "2026-09-14T05:41:00Z,60,soon\n", "2026-09-14T05:41:00Z,60,2026-09-14T05:41:00Z,4\n", "9999999999,60\n",
        '{"timestamp": "2026-09-14T05:41:00Z"}\n', '{"timestamp": 5, "value": 60}\n', "{\n", "[5]\n",
        '{"timestamp": "2026-09-14T05:41:00Z", "value": true}\n',
        '{"timestamp": "2026-09-14T05:41:00Z", "value": []}\n',
        '"2026-09-14T05:41:00Z\n', "timestamp;value\n2026-09-14T05:41:00Z;60,5\n",
    ],
)  # fmt: skip
def test_a_row_that_is_no_sample_is_one_line(tmp_path: Path, rows: str) -> None:
    """A recording that cannot be read is an error for people, one line with a hint, never a traceback."""
    problem = run(tmp_path, rows=rows).exception
    assert isinstance(problem, ConfigError)
    assert "\n" not in str(problem)
    assert "d.csv" in str(problem)
    assert problem.hint


@pytest.mark.parametrize(
    ("args", "alarms", "words"),
    [
        ((), [CPU, {**CPU, "AlarmName": "other"}], "defines 2 alarms"),
        (("--alarm", "none"), CPU, 'no alarm "none"'),
        ((), {"AlarmName": "c", "AlarmRule": "ALARM(cpu)"}, "composite"),
        ((), {**CPU, "Metrics": [{"Id": "e", "Expression": "m1 * 2"}]}, "metric math"),
        (("--from", "2026-09-15T00:00:00Z", "--to", "2026-09-14T00:00:00Z"), CPU, "after --to"),
    ],
)
def test_what_cannot_be_checked_is_one_line(tmp_path: Path, args: tuple[str, ...], alarms: Any, words: str) -> None:
    """Several alarms, an unknown name, and kinds that are not evaluated end as one line with a hint."""
    problem = run(tmp_path, *args, alarms=alarms).exception
    assert isinstance(problem, ConfigError)
    assert words in str(problem)
    assert problem.hint


def test_one_alarm_of_several_can_be_chosen(tmp_path: Path) -> None:
    """--alarm chooses, and a neighbour that is not evaluated here does not matter."""
    neighbour = {"AlarmName": "math", "Metrics": [{"Id": "e", "Expression": "m1 * 2"}]}
    seen = lines(run(tmp_path, "--json", "--alarm", "cpu", alarms=[neighbour, CPU]))
    assert {one["alarm"] for one in seen} == {"cpu"}


@pytest.mark.parametrize(
    "args",
    [
        ("--phase", "60"), ("--phase", "nan"), ("--phase", "-1"), ("--at", "noon"), ("--evaluation-range", "2"),
        ("--at", "2026-09-14T05:43:57Z", "--to", "2026-09-14T05:43:57Z"), ("--state", "ok"), ("--from", "x"),
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_2(tmp_path: Path, args: tuple[str, ...]) -> None:
    """Options that cannot be meant are refused with exit code 2."""
    assert run(tmp_path, *args).exit_code == 2
