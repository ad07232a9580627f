"""`tocsin alarm backtest`: when an alarm would have fired, what other settings would have done, and the pictures."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ports import ConfigError
from tocsin_cli.commands.alarm import alarm as command
from tocsin_local import host_recording
from tocsin_local.alarms import backtest, chart, page, recording, telling
from tocsin_local.alarms.datapoints import Sample
from tocsin_local.alarms.definition import MetricAlarm, read
from tocsin_local.alarms.history import Change, History, Span
from tocsin_local.alarms.spelling import iso_date, milliseconds
from tocsin_local.cpu import Use
from tocsin_local.metrics import Readings, Sampler

NOON = milliseconds("2026-09-14T12:00:00Z")
MINUTE = 60_000
CPU = {
    "AlarmName": "cpu", "Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 60,
    "EvaluationPeriods": 1, "Threshold": 50, "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip
HOSTILE = "</title><script>alert(1)</script> $x_{$ <b>경보"


def alarm(**fields: Any) -> MetricAlarm:
    """The alarm on CPU, but for these fields."""
    found = read(CPU | fields, "a test")
    assert isinstance(found, MetricAlarm)
    return found


def minutes(*values: float | None) -> tuple[Sample, ...]:
    """One sample a minute from noon; None is a gap."""
    instants = range(NOON, NOON + len(values) * MINUTE, MINUTE)
    return tuple(Sample(at, value, at) for at, value in zip(instants, values, strict=True) if value is not None)


def history(watched: MetricAlarm, *values: float | None) -> History:
    """What an alarm does over these minutes."""
    samples = minutes(*values)
    (found,) = backtest.run([watched], samples, backtest.usual_span([watched], samples))
    return found


def run(folder: Path, *args: str, alarms: Any = CPU, values: tuple[float, ...] = (9, 60, 70, 9, 9, 80, 9, 9)) -> Result:
    """The command over these alarms and minutes."""
    (folder / "a.json").write_text(json.dumps(alarms))
    rows = "".join(f"{iso_date(sample.at)},{sample.value}\n" for sample in minutes(*values))
    (folder / "d.csv").write_text(rows)
    given_data = () if "--host" in args else ("--data", str(folder / "d.csv"))
    return CliRunner().invoke(command, ["backtest", str(folder / "a.json"), *given_data, *args])


def report(result: Result) -> dict[str, Any]:
    """What --json printed."""
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_each_time_in_alarm_is_an_episode() -> None:
    """Episodes run from change to change; the last ends with the recording when nothing ended it before."""
    seen = history(alarm(), 9, 60, 70, 9, 80)
    assert [(one.start - NOON, one.end - NOON, one.over) for one in seen.episodes] == [
        (3 * MINUTE, 5 * MINUTE, True),
        (6 * MINUTE, 6 * MINUTE, False),
    ]
    assert (seen.longest, seen.time_in("ALARM")) == (2 * MINUTE, 2 * MINUTE)
    assert seen.share_of("ALARM") == pytest.approx(2 / 6)


@given(st.lists(st.sampled_from(["OK", "ALARM", "INSUFFICIENT_DATA"]), max_size=12), st.integers(0, 400))
def test_the_states_share_the_whole_time(states: list[Any], gap: int) -> None:
    """The time in the three states adds up to the span, whatever changed when."""
    changes = tuple(Change(NOON + place * gap, "OK", state) for place, state in enumerate(states))
    seen = History(alarm(), Span(NOON, NOON + 12 * gap), "OK", changes)
    assert sum(seen.time_in(state) for state in ("OK", "ALARM", "INSUFFICIENT_DATA")) == seen.span.length


def test_the_run_ends_when_the_last_sample_counts() -> None:
    """The usual span ends with the first evaluation that every variant's newest bucket lets see the last sample."""
    samples = (*minutes(1, 2, 3), Sample(NOON, 1.0, NOON + 7 * MINUTE))
    assert backtest.usual_span([alarm()], minutes(1, 2, 3)) == Span(NOON, NOON + 4 * MINUTE)
    assert backtest.usual_span([alarm(Period=10)], minutes(1, 2, 3)).end == NOON + 2 * MINUTE + 20_000
    assert backtest.usual_span([alarm()], samples).end == NOON + 7 * MINUTE
    daily = alarm(Period=86_400, EvaluationPeriods=2)
    assert backtest.usual_span([alarm(), daily], minutes(1)) == Span(NOON, NOON + 60 * MINUTE)


def test_what_was_before_the_recording_is_no_breach() -> None:
    """Where gaps are breaches, the run starts once a full N periods lie inside the recording."""
    careful = alarm(EvaluationPeriods=3, TreatMissingData="breaching")
    assert history(careful, *[1.0] * 9).episodes == ()
    assert history(careful, *[1.0] * 9).span.start == NOON + 3 * MINUTE
    assert history(careful, 1.0).span == Span(NOON + 2 * MINUTE, NOON + 2 * MINUTE)
    gone = [1.0, 1.0, 1.0, 1.0, 1.0, *[None] * 6, 1.0]
    assert len(history(careful, *gone).episodes) == 1


def test_every_combination_is_tried_once(tmp_path: Path) -> None:
    """Thresholds × periods × M of N, the alarm as defined among them, the fewest alarms and minutes first."""
    found = report(run(tmp_path, "--json", "--threshold", "50,65,99", "--threshold", "65", "--datapoints", "1/1,2/2"))
    tried = [(one["threshold"], one["datapointsToAlarm"], one["alarms"], one["minutesInAlarm"])
             for one in found["whatIf"]]  # fmt: skip
    assert sorted(one[:2] for one in tried) == [(50, 1), (50, 2), (65, 1), (65, 2), (99, 1), (99, 2)]
    assert [one[2:] for one in tried] == sorted(one[2:] for one in tried)
    assert tried[-1] == (50.0, 1, 2, 3.0)
    assert report(run(tmp_path, "--json"))["whatIf"] == []


def test_a_variant_is_the_alarm_with_other_fields(tmp_path: Path) -> None:
    """What a variant does is what an alarm that is defined so does over the same time."""
    varied = report(run(tmp_path, "--json", "--threshold", "75", "--period", "120", "--datapoints", "1/2"))
    (one,) = [each for each in varied["whatIf"] if each["threshold"] == 75]
    own = CPU | {"Threshold": 75, "Period": 120, "DatapointsToAlarm": 1, "EvaluationPeriods": 2}
    alone = report(run(tmp_path, "--json", "--from", varied["from"], "--to", varied["to"], alarms=own))
    assert {name: alone[name] for name in one if name in alone} == {name: one[name] for name in one if name in alone}
    assert alone["condition"].items() <= one.items()


def test_the_report_of_a_run(tmp_path: Path) -> None:
    """--json is one object: the span, the summary, each episode."""
    found = report(run(tmp_path, "--json"))
    assert (found["alarm"], found["from"], found["to"], found["samples"]) == (
        "cpu", "2026-09-14T12:00:00.000Z", "2026-09-14T12:09:00.000Z", 8,
    )  # fmt: skip
    assert (found["alarms"], found["minutesInAlarm"], found["longestMinutes"]) == (2, 3.0, 2.0)
    assert found["shareInAlarm"] == pytest.approx(3 / 9, abs=1e-6)
    assert found["minutesWithoutData"] == 2.0
    assert found["episodes"] == [
        {"from": "2026-09-14T12:03:00.000Z", "to": "2026-09-14T12:05:00.000Z", "minutes": 2.0},
        {"from": "2026-09-14T12:07:00.000Z", "to": "2026-09-14T12:08:00.000Z", "minutes": 1.0},
    ]
    assert (found["first"], found["last"]) == ("2026-09-14T12:03:00.000Z", "2026-09-14T12:07:00.000Z")
    open_end = report(run(tmp_path, "--json", values=(9, 60)))
    assert open_end["episodes"][-1]["to"] is None


def test_people_read_tables(tmp_path: Path) -> None:
    """Without --json: the condition, the summary, the episodes, and the variants with the present one marked."""
    output = run(tmp_path, "--threshold", "99").output
    assert "Average > 50 in 1 of 1 × 60 s, gaps are missing" in output
    assert re.search(r"in ALARM +3 min", output)
    assert re.search(r"2026-09-14 12:03 +2026-09-14 12:05 +2 min", output)
    assert re.search(r"> 99 in 1 of 1 × 60 s +0 +0 +0 % +–", output)
    assert re.search(r"> 50 in 1 of 1 × 60 s +2 +3 +33.3 % +2 min +← now", output)
    many = run(tmp_path, values=(9, 60) * 30).output
    assert "… and 10 more" in many
    quiet = run(tmp_path, values=(1, 2)).output
    assert "Episodes" not in quiet and "What if" not in quiet


class Page(HTMLParser):
    """The tags of a page, and what stands in each kind."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open = ""
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.open = tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.open, []).append(data)


def test_the_page_stands_alone(tmp_path: Path) -> None:
    """--html is one page without script or anything loaded, for light, dark and a phone; names in it stay text."""
    hostile = CPU | {"AlarmName": HOSTILE, "Dimensions": [{"Name": "<i>", "Value": "\"'&"}]}
    found = run(tmp_path, "--html", str(tmp_path / "o.html"), "--threshold", "65", alarms=hostile)
    assert found.exit_code == 0, found.output
    text = (tmp_path / "o.html").read_text("utf-8")
    seen = Page(text)
    assert {"script", "link", "img", "iframe", "b", "i"} & set(seen.tags) == {"i"}
    assert not [name for name, _ in seen.attributes if name in ("src", "href", "xlink:href") or name.startswith("on")]
    assert "url(" not in text and "@import" not in text
    assert ("content", "width=device-width, initial-scale=1") in seen.attributes
    assert "prefers-color-scheme:dark" in text
    assert seen.texts["h1"][0] == HOSTILE
    assert seen.texts["title"][0].startswith(HOSTILE)
    assert "AWS/EC2 CPUUtilization <i>=\"'&" in "".join(seen.texts["p"])
    assert seen.tags.count("path") == 2  # the line, and a dot for each datapoint
    assert len(re.findall(r'class="shade"', text)) == 2
    assert len(re.findall(r"<tr", text)) == 1 + 2 + 1 + 2


def test_the_picture_is_a_png(tmp_path: Path) -> None:
    """--png is a PNG, also for a name that would be a formula or is in a script of no font here."""
    pytest.importorskip("matplotlib")
    target = tmp_path / "o.png"
    found = run(tmp_path, "--png", str(target), alarms=CPU | {"AlarmName": HOSTILE + "\U0001f469" * 99})
    assert found.exit_code == 0, found.output
    assert target.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert target.stat().st_size > 10_000


def test_without_the_extra_results_are_the_same(tmp_path: Path) -> None:
    """Without numpy and matplotlib everything but --png works alike, and --png says what to install."""
    run(tmp_path)
    without = "import sys; sys.modules['numpy'] = sys.modules['matplotlib'] = None\n"
    program = f"{without}from tocsin_cli.app import main; main()"
    common = ["alarm", "backtest", str(tmp_path / "a.json"), "--data", str(tmp_path / "d.csv")]

    def plain(*args: str) -> subprocess.CompletedProcess[str]:
        command_line = [sys.executable, "-c", program, *common, *args]
        return subprocess.run(command_line, capture_output=True, text=True, timeout=60)

    page_too = plain("--json", "--threshold", "65", "--html", str(tmp_path / "plain.html"))
    assert page_too.returncode == 0, page_too.stderr
    assert json.loads(page_too.stdout) == report(run(tmp_path, "--json", "--threshold", "65"))
    assert (tmp_path / "plain.html").stat().st_size > 1000
    refused = plain("--png", str(tmp_path / "o.png"))
    assert refused.returncode == 2
    assert "--png needs matplotlib" in refused.stderr and 'pip install "tocsin[backtest]"' in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    "args",
    [
        ("--threshold", "a"), ("--threshold", "nan"), ("--threshold", "1,,2"), ("--period", "1.5"),
        ("--datapoints", "3"), ("--datapoints", "3/5/7"), ("--for", "5"), ("--from", "x"),
        ("--threshold", ",".join(map(str, range(1001)))),
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_2(tmp_path: Path, args: tuple[str, ...]) -> None:
    """Options that cannot be meant are refused with exit code 2."""
    assert run(tmp_path, *args).exit_code == 2


def test_data_or_host_but_not_both(tmp_path: Path) -> None:
    """Where the datapoints come from is said once."""
    (tmp_path / "a.json").write_text(json.dumps(CPU))
    runner = CliRunner()
    assert runner.invoke(command, ["backtest", str(tmp_path / "a.json")]).exit_code == 2
    both = ["backtest", str(tmp_path / "a.json"), "--host", "--data", "d.csv"]
    assert runner.invoke(command, both).exit_code == 2


@pytest.mark.parametrize(
    ("args", "alarms", "words"),
    [
        (("--datapoints", "5/3"), CPU, "DatapointsToAlarm is 5"),
        (("--period", "61"), CPU, "Period is 61"),
        (("--from", "2026-09-15T00:00:00Z"), CPU, "after --to"),
        (("--html", "/nowhere/o.html"), CPU, "cannot be written"),
        (("--host",), CPU | {"MetricName": "Latency"}, "does not measure AWS/EC2 Latency"),
    ],
)
def test_what_cannot_be_tried_is_one_line(tmp_path: Path, args: tuple[str, ...], alarms: Any, words: str) -> None:
    """What CloudWatch would refuse, what cannot be written or measured, ends as one line with a hint."""
    problem = run(tmp_path, *args, alarms=alarms).exception
    assert isinstance(problem, ConfigError)
    assert words in str(problem)
    assert problem.hint


def readings(place: int) -> Readings:
    """A host whose CPU is half used."""
    return Readings(Use(place, 2 * place), Use(0, 2 * place), place, place, 42.0, 50.0, "/", (1.0, 1.0))


def test_a_host_is_recorded_as_it_is_measured() -> None:
    """One sample per instant of the metric that the alarm names; rates begin with the second instant."""
    places = iter(range(1, 9))
    sampler = Sampler("h", lambda: readings(next(places)))
    found = host_recording.record(alarm(), sampler, [NOON, NOON + 1000, NOON + 2000])
    assert found == (Sample(NOON + 1000, 50.0, NOON + 1000), Sample(NOON + 2000, 50.0, NOON + 2000))
    with pytest.raises(ConfigError, match="not measured once"):
        host_recording.record(alarm(), Sampler("h", lambda: readings(next(places))), [NOON])


def test_what_a_host_measures_is_told_in_full() -> None:
    """Every metric that the sampler gives can be asked for, and no other."""
    places = iter((1, 2))
    sampler = Sampler("h", lambda: readings(next(places)))
    sampler.sample(NOON)
    measured = {(point.namespace, point.metric) for point in sampler.sample(NOON + 1000)}
    assert measured == set(host_recording.MEASURED)


def test_this_host_can_be_tried(tmp_path: Path) -> None:
    """--host records for as long as --for says, and tells of it on standard error alone."""
    memory = CPU | {"Namespace": "CWAgent", "MetricName": "mem_used_percent", "Threshold": -1, "Period": 10}
    result = run(tmp_path, "--host", "--for", "2", "--json", alarms=memory)
    found = report(result)
    assert 1 <= found["samples"] <= 3
    assert found["alarms"] == 1
    assert "Recording mem_used_percent for 2 s" in result.stderr


@given(
    st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40),
    st.integers(1, 60),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_a_picture_loses_no_extreme(values: list[float | None], columns: int, threshold: float) -> None:
    """However few columns, the lowest and highest datapoint are drawn, inside the scale, which has ticks."""
    samples = minutes(*values)
    watched = alarm(Threshold=threshold, Statistic="Maximum")
    span = Span(NOON, NOON + len(values) * MINUTE)
    lines = chart.runs(watched, samples, span, columns)
    held = [min(max(sample.value, -chart.LARGEST), chart.LARGEST) for sample in samples]
    scale = chart.scale(watched, lines)
    points = [point for line in lines for point in line]
    assert len(points) <= columns + 1
    if held:
        assert min(point.low for point in points) == min(held)
        assert max(point.high for point in points) == max(held)
    assert all(-0.001 <= scale.part(value) <= 1.001 for value in held)
    assert 1 <= len(scale.ticks) <= 12
    assert all(scale.low <= tick <= scale.high for tick in scale.ticks)


def test_a_gap_is_not_bridged() -> None:
    """Lines end where datapoints are missing, and a lone datapoint is a line of its own."""
    lines = chart.runs(alarm(), minutes(1, 2, None, 3, None, None, 4, 5), Span(NOON, NOON + 8 * MINUTE), 1000)
    assert [[point.low for point in line] for line in lines] == [[1, 2], [3], [4, 5]]


@given(st.lists(st.integers(0, 5000), max_size=20, unique=True), st.integers(1, 40))
def test_a_picture_shows_every_alarm(instants: list[int], columns: int) -> None:
    """Bands cover the whole width, and each episode, however short, is inside an ALARM band."""
    states: list[Any] = ["ALARM" if place % 2 == 0 else "OK" for place in range(len(instants))]
    changes = tuple(Change(NOON + at, "OK", state) for at, state in zip(sorted(instants), states, strict=True))
    seen = History(alarm(), Span(NOON, NOON + 5000), "OK", changes)
    found = chart.bands(seen, columns)
    assert (found[0].left, found[-1].right) == (0, 1)
    assert all(one.right == other.left for one, other in pairwise(found))
    for episode in seen.episodes:
        part = min((episode.start - NOON) / 5000, 1 - 1e-9)
        assert any(band.state == "ALARM" and band.left - 1e-9 <= part <= band.right for band in found)


@pytest.mark.parametrize(
    ("length", "labels"),
    [
        (5 * MINUTE, ["12:00", "12:01", "12:02", "12:03", "12:04", "12:05"]),
        (24 * 60 * MINUTE, ["12:00", "15:00", "18:00", "21:00", "09-15", "03:00", "06:00", "09:00", "12:00"]),
        (14 * 1440 * MINUTE, ["09-16", "09-18", "09-20", "09-22", "09-24", "09-26", "09-28"]),
    ],
)
def test_time_has_round_ticks(length: int, labels: list[str]) -> None:
    """A handful of round instants, days by date and the rest by the clock."""
    assert [label for _, label in chart.time_ticks(Span(NOON, NOON + length))] == labels


def test_numbers_read_well() -> None:
    """Lengths in two units, shares that never read as nothing, short numbers on an axis, thresholds in full."""
    lengths = [0, 40_000, MINUTE, 61 * MINUTE, 52 * 60 * MINUTE, 1440 * MINUTE]
    assert [telling.lasted(length) for length in lengths] == ["0 s", "40 s", "1 min", "1 h 1 min", "2 d 4 h", "1 d"]
    assert [telling.percent(share) for share in (0, 1e-9, 0.0004, 0.333, 1)] == [
        "0 %", "< 0.01 %", "0.04 %", "33.3 %", "100 %",
    ]  # fmt: skip
    assert [telling.number(value) for value in (80, 0.25, -12_500, 8e10, 1e20)] == [
        "80", "0.25", "-12.5k", "80G", "1e+20",
    ]  # fmt: skip
    assert telling.condition(alarm(Threshold=1234567.5)).startswith("Average > 1234567.5 in ")
    assert [telling.minutes(length) for length in (40_000, 90 * MINUTE, 100_000 * MINUTE)] == ["0.7", "90", "100,000"]


def test_a_page_of_many_episodes_stays_small() -> None:
    """A year of flapping lists the first episodes, says how many more there are, and draws so many columns."""
    changes = tuple(
        Change(NOON + place * MINUTE, "OK", "ALARM" if place % 2 else "OK") for place in range(1, 50_001)
    )  # fmt: skip
    flapping = History(alarm(), Span(NOON, NOON + 50_001 * MINUTE), "OK", changes)
    text = page.page(flapping, (), minutes(1, 2))
    assert "… and 24,800 more." in text
    assert len(text) < 200_000


def test_a_year_of_minutes_is_read_and_tried(tmp_path: Path) -> None:
    """What the recording reader gives is what the backtest takes: a spike in a long file is found."""
    target = tmp_path / "long.csv"
    target.write_text("".join(f"{iso_date(NOON + place * MINUTE)},{99 if place == 5000 else 1}\n"
                              for place in range(6000)))  # fmt: skip
    samples = recording.read(target)
    watched = replace(alarm(), statistic="Maximum")
    (seen,) = backtest.run([watched], samples, backtest.usual_span([watched], samples))
    (episode,) = seen.episodes
    assert (episode.start - NOON) // MINUTE == 5002
