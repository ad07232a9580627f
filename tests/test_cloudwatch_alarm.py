"""One alarm has one meaning whatever road it came by, and every number in it is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.envelope import unwrap
from tocsin.kinds import read
from tocsin.kinds.cloudwatch_alarm.links import runbook
from tocsin.kinds.cloudwatch_alarm.quantities import unit_of, written
from tocsin.kinds.cloudwatch_alarm.reasons import Why, understand
from tocsin.kinds.cloudwatch_alarm.severity import severity
from tocsin.model import Fact, Severity, Signal
from tocsin.words import plain

EVENTS = Path(__file__).parent / "events" / "cloudwatch_alarm"
ROADS = [
    "sns-alarm", "sqs-sns", "sqs-raw", "eventbridge-alarm", "eventbridge-sqs", "eventbridge-sns",
    "eventbridge-sns-sqs", "action-alarm", "http-notification", "http-raw-delivery",
]  # fmt: skip


def load(case: str) -> Any:
    return json.loads((EVENTS / f"{case}.json").read_text())


def alarm(raw: object) -> Signal:
    (signal,) = read(unwrap(raw, http=True)[0])
    assert signal.kind == "cloudwatch_alarm", signal.facts
    return signal


def changed(case: str, change: Callable[[dict[str, Any]], None]) -> Signal:
    """The alarm of an SNS event whose message was changed."""
    raw = load(case)
    message = json.loads(raw["Records"][0]["Sns"]["Message"])
    change(message)
    raw["Records"][0]["Sns"]["Message"] = json.dumps(message)
    return alarm(raw)


def sentence(signal: Signal, language: str = "en") -> str | None:
    return plain(signal.summary, language, UTC) if signal.summary else None


def told(facts: tuple[Fact, ...]) -> dict[str, str]:
    return {plain(fact.label, "en", UTC): plain(fact.value, "en", UTC) for fact in facts}


@pytest.mark.parametrize("case", ROADS)
def test_one_meaning_whatever_the_road(case: str) -> None:
    """Every road of the same change gives the same condition: identity, states, time, sentence, links, chart."""
    here, first = alarm(load(case)), alarm(load(ROADS[0]))
    for name in ("subject", "title", "state", "at", "old", "period", "severity", "word", "quote", "links", "series",
                 "summary", "labels", "partition", "account", "region", "muted", "unmuted", "tell"):  # fmt: skip
        assert getattr(here, name) == getattr(first, name), name
    only_sns = {"Missing data"}
    assert {k: v for k, v in told(here.facts).items() if k not in only_sns} == {
        k: v for k, v in told(first.facts).items() if k not in only_sns
    }


def test_the_sentence_reads_as_people_speak() -> None:
    """Metric, statistic, value, comparison, threshold, M of N: once in English, once in Korean."""
    signal = alarm(load("sns-alarm"))
    assert sentence(signal) == "CPUUtilization average 93.4 % > 80 %, 3 of 3 datapoints of 1 min"
    assert sentence(signal, "ko") == "CPUUtilization 평균 93.4 % > 80 %, 1분 단위 데이터포인트 3개 중 3개"


def test_an_alarm_without_arn_gets_the_one_it_would_have() -> None:
    """The identity is built from topic, account and name, and equals the one that other roads tell."""
    without = changed("sns-alarm", lambda message: message.pop("AlarmArn"))
    assert without.subject == alarm(load("eventbridge-alarm")).subject
    assert without.subject == "aws:123456789012:us-east-1:arn:aws:cloudwatch:us-east-1:123456789012:alarm:web-cpu-high"


def test_the_region_is_never_a_display_name() -> None:
    """The region comes from the ARN, else from the topic; a name for people is no region."""
    assert changed("sns-alarm", lambda m: m.update(Region="EU (Ireland)")).region == "us-east-1"
    bare = {"AlarmName": "x", "NewStateValue": "ALARM", "Region": "EU (Ireland)"}
    assert alarm(bare).region == ""
    assert alarm({**bare, "Region": "eu-west-1"}).region == "eu-west-1"


@pytest.mark.parametrize(
    ("state", "targets", "tell"),
    [
        ("INSUFFICIENT_DATA", ["arn:aws:sns:us-east-1:123456789012:alarms"], True),
        ("INSUFFICIENT_DATA", ["arn:aws:sns:us-east-1:123456789012:other"], False),
        ("INSUFFICIENT_DATA", [], False),
        ("INSUFFICIENT_DATA", None, True),
        ("OK", ["arn:aws:sns:us-east-1:123456789012:alarms"], False),
        ("ALARM", ["arn:aws:sns:us-east-1:123456789012:alarms"], False),
    ],
)
def test_missing_data_is_told_to_those_who_asked(state: str, targets: list[str] | None, tell: bool) -> None:
    """An unknown deserves a word if our topic stands among its targets, or if it came without saying its targets."""
    change = {"NewStateValue": state, "InsufficientDataActions": targets}
    assert changed("sns-alarm", lambda message: message.update(change)).tell is tell


def test_contributors_of_one_alarm_are_conditions_of_their_own() -> None:
    """Each contributor has an identity of its own, the same by SNS and by EventBridge, and knows its alarm's."""
    sns = alarm(load("sns-contributor-ok"))
    assert sns.subject.endswith(":alarm:load-by-team#a29eb44b20c4362e")
    part = alarm(load("eventbridge-contributor"))
    assert part.subject == f"{part.part_of}#6d442278dba546f6"


@pytest.mark.parametrize(
    ("case", "muted", "unmuted"),
    [
        ("eventbridge-muted", True, False),
        ("eventbridge-composite-suppressed", True, False),
        ("action-composite-after-wait", False, True),
        ("sns-after-mute-window", False, True),
        ("eventbridge-time-series", True, False),
        ("eventbridge-contributor", False, False),
        ("sns-alarm", False, False),
    ],
)
def test_what_aws_keeps_quiet_is_marked(case: str, muted: bool, unmuted: bool) -> None:
    """A mute rule, a suppressor or parts of its own mark the signal; the repeat after it is marked as such."""
    signal = alarm(load(case))
    assert (signal.muted, signal.unmuted) == (muted, unmuted)


def test_the_console_link_survives_any_name() -> None:
    """The name is encoded so that the link leads to it; without a region or a public console there is no link."""
    name = "a b/c#d?e%f(g)|<h>한글"
    signal = changed("sns-alarm", lambda m: m.update(AlarmName=name))
    assert unquote(signal.links[0].url.rpartition("#alarmsV2:alarm/")[2]) == name
    assert signal.links[0].url.isascii() and " " not in signal.links[0].url
    assert alarm(load("sns-china")).links[0].url.startswith("https://cn-north-1.console.amazonaws.cn/cloudwatch/home?")
    assert all("console" not in link.url for link in alarm(load("sns-iso")).links)
    assert alarm({"AlarmName": "x", "NewStateValue": "ALARM"}).links == ()


@pytest.mark.parametrize(
    ("tags", "description", "url"),
    [
        ((), "see https://wiki.example.com/a(b).", "https://wiki.example.com/a(b)"),
        ((), "(see https://wiki.example.com/a)", "https://wiki.example.com/a"),
        ((), "graph https://g.example.com, runbook: https://r.example.com/x!", "https://r.example.com/x"),
        ((("Runbook", "https://t.example.com"),), "https://d.example.com", "https://t.example.com"),
        ((("runbook", "javascript:alert(1)"),), "", ""),
        ((), "no link, ftp://files.example.com", ""),
    ],
)
def test_the_runbook_is_found(tags: tuple[tuple[str, str], ...], description: str, url: str) -> None:
    """A tag goes before the description, a URL that is called a runbook before another; only http(s) counts."""
    assert runbook(tags, description) == url


@pytest.mark.parametrize(
    ("tags", "description", "metric", "expected"),
    [
        ((), "", "CPUUtilization", "medium"),
        ((), "", "EstimatedCharges", "high"),
        ((("Severity", "Critical"),), "severity: low", "", "critical"),
        ((("priority", "P2"),), "", "", "high"),
        ((("priority", "P9"),), "about\n severity: info \nmore", "", "info"),
        ((), "the severity: critical one", "", "medium"),
        ((("severity", "whatever"),), "", "EstimatedCharges", "high"),
    ],
)
def test_severity_is_what_its_owner_says(
    tags: tuple[tuple[str, str], ...], description: str, metric: str, expected: Severity
) -> None:
    """Tag, then a line of the description, then "high" for a bill that grows, else "medium"."""
    assert severity(tags, description, metric) == expected


@pytest.mark.parametrize(
    ("unit", "values", "texts"),
    [
        ("Percent", (93.4, 80.0), ("93.4 %", "80 %")),
        ("Percent", (80.001, 80.0), ("80.001 %", "80 %")),
        ("Percent", (80.0000001, 80.0), ("80.0000001 %", "80.0 %")),
        ("Bytes", (10_737_418_240, 999), ("10.74 GB", "999 B")),
        ("Kilobytes/Second", (2_500,), ("2.5 MB/s",)),
        ("Megabits", (3,), ("3 Mbit",)),
        ("Milliseconds", (250,), ("250 ms",)),
        ("Count", (1_234.5,), ("1,234.5",)),
        ("None", (-7,), ("-7",)),
        ("USD", (120.5, 100.0), ("120.50 USD", "100 USD")),
        ("USD", (12345.678, 0.0042), ("12,345.68 USD", "0.0042 USD")),
        ("USD", (100.001, 100.002), ("100.001 USD", "100.002 USD")),
        ("KRW", (1234567.0,), ("1,234,567 KRW",)),
        ("", (), ()),
    ],
)
def test_quantities_are_written_with_their_unit(unit: str, values: tuple[float, ...], texts: tuple[str, ...]) -> None:
    """Values carry their unit, big sizes a prefix, and two values that differ never look alike."""
    assert written(unit, *values) == texts


@given(st.text(max_size=20), st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=4))
def test_any_quantity_can_be_written(unit: str, values: list[float]) -> None:
    """No unit and no value is too odd."""
    assert len(written(unit, *values)) == len(values)


def test_units_are_known_for_aws_metrics_alone() -> None:
    """AWS's own metrics have their unit even where the alarm left it out; a count of samples has none."""
    assert unit_of("AWS/EC2", "CPUUtilization", "Average", "") == "Percent"
    assert unit_of("Mine", "CPUUtilization", "Average", "") == ""
    assert unit_of("AWS/EC2", "CPUUtilization", "SampleCount", "Percent") == ""
    assert unit_of("AWS/ES", "FreeStorageSpace", "Minimum", "") == "Megabytes"


GREATER = "was greater than the threshold (80.0)"


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (
            "Threshold Crossed: 1 datapoint (10.0) was greater than or equal to the threshold (1.0).",
            Why(points=((None, 10.0),), operator="GreaterThanOrEqualToThreshold", threshold=1.0, needed=1, periods=1),
        ),
        (
            "Threshold Crossed: 1 datapoint [21.5 (05/02/18 06:28:00)] was less than the threshold (22.0).",
            Why(points=((1_517_812_080_000, 21.5),), operator="LessThanThreshold", threshold=22.0, needed=1, periods=1),
        ),
        (
            "Threshold Crossed: 2 datapoints were not greater than the threshold (70.0). The most recent datapoints: "
            "[38.958, 40.292].",
            Why(points=((None, 38.958), (None, 40.292)), operator="GreaterThanThreshold", threshold=70.0, needed=2,
                periods=2),
        ),
        (
            "Threshold Crossed: 1 out of the last 3 datapoints [1.5E-4 (05/02/18 06:28:00)] was not less than or equal "
            "to the threshold (1.0E-5) (minimum 1 datapoint for ALARM -> OK transition).",
            Why(points=((1_517_812_080_000, 0.00015),), operator="LessThanOrEqualToThreshold", threshold=1e-5,
                needed=3, periods=3),
        ),
        (
            "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as "
            "[NonBreaching].",
            Why(needed=2, periods=2, filled=2, treated="notBreaching"),
        ),
        ("Insufficient Data: 3 datapoints were unknown.", Why(unknown=3)),
        ("6 out of 6 time series evaluated to ALARM", Why(series=("6", "6"))),
        ("100+ time series evaluated to ALARM", Why(series=("100+", ""))),
        ("Unchecked: Initial alarm creation", Why()),
        ("", Why()),
    ],
)  # fmt: skip
def test_reasons_are_understood(reason: str, expected: Why) -> None:
    """AWS's wordings since 2014, with dates, without, scientific, missing, unknown, many series."""
    assert understand(reason, {}) == expected


def test_reason_data_fills_what_the_text_leaves_out() -> None:
    """Threshold and values come from the data when the text is somebody's own."""
    data = {"threshold": 50.0, "recentDatapoints": [1.0, None, 60.0], "recentUpperThresholds": "none"}
    assert understand("set by hand", data) == Why(points=((None, 60.0), (None, 1.0)), threshold=50.0)
    evaluated = {"evaluatedDatapoints": [{"timestamp": "2018-02-05T06:28:00.000+0000", "value": 7}, {"timestamp": "x"}]}
    assert understand("", evaluated).points == ((1_517_812_080_000, 7.0),)


@given(st.text(alphabet="Threshold Crossed: 1 datapoint[](.)0123456789-E", max_size=300), st.dictionaries(
    st.sampled_from(["threshold", "recentDatapoints", "evaluatedDatapoints", "recentLowerThresholds"]),
    st.none() | st.text() | st.lists(st.none() | st.floats() | st.text())))  # fmt: skip
def test_no_reason_is_too_odd(reason: str, data: dict[str, object]) -> None:
    """Whatever stands in a reason, what was not understood stays empty."""
    assert isinstance(understand(reason, data), Why)


def test_gaps_in_the_datapoints_stay_gaps() -> None:
    """The chart's points keep their instants where the data has holes."""
    series = alarm(load("eventbridge-gaps")).series
    assert series is not None and series.threshold == 5.0
    start = 1_789_383_000_000
    assert series.points == ((start, 1.0), (start + 600_000, 6.0), (start + 1_200_000, 7.0), (start + 1_500_000, 2.0))


def test_the_state_time_is_in_milliseconds() -> None:
    """`at` is the state's own time to the millisecond; without one it is unknown, never the envelope's."""
    assert alarm(load("eventbridge-alarm")).at == 1_789_384_732_496
    raw = deepcopy(load("eventbridge-alarm"))
    del raw["detail"]["state"]["timestamp"]
    assert alarm(raw).at is None
