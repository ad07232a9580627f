"""What CloudWatch is asked about an alarm, and what becomes of its answers: right, slow, torn, forbidden or hostile."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given
from hypothesis import strategies as st

from raw_server import RawServer, Say, http
from story.tellings import ACCOUNT, NOON, REGION, TOPIC, by_bus, by_lambda, change, definition
from tocsin.aws.client import Client
from tocsin.aws.enrich import KEPT, AlarmEnricher
from tocsin.config import Aws
from tocsin.destinations.http import Connections
from tocsin.destinations.slack.blocks import Look, draw
from tocsin.destinations.slack.chart import chart
from tocsin.envelope import unwrap
from tocsin.findings import as_known, enriched, learned
from tocsin.kinds import read
from tocsin.kinds.cloudwatch_alarm import described, history
from tocsin.model import Fact, Incident, Message, Phrase, Series, Signal
from tocsin.ports import More
from tocsin.stores.codec import decode, encode
from tocsin.words import LANGUAGES
from tocsin.words import plain as say
from tocsin_local.slack.validation import judge
from tocsin_local.state_change import State

ARN = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:api-cpu"
MODEL = botocore.session.Session().get_service_model("cloudwatch")
MINUTE = 60_000


def alarm(**more: Any) -> dict[str, Any]:
    """As DescribeAlarms tells it: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html"""
    told = {**definition(), "AlarmArn": ARN, "ActionsEnabled": True, "StateValue": "ALARM", "ExtendedStatistic": None}
    return {**told, **more}


def points(*values: float, last: int = NOON - MINUTE, period: int = 60) -> list[dict[str, Any]]:
    """An answer's one series, whose last point is the one that the event tells of."""
    times = [last // 1000 - period * place for place in range(len(values))][::-1]
    return [
        {"Id": "judged", "Label": "CPUUtilization", "Timestamps": times, "Values": values, "StatusCode": "Complete"}
    ]


@dataclass
class Cloud:
    """What CloudWatch answers to each action: a payload, bytes, or a refusal's word; and what it was asked."""

    alarms: Any = field(default_factory=lambda: {"MetricAlarms": [alarm()], "CompositeAlarms": []})
    tags: Any = field(default_factory=lambda: {"Tags": []})
    data: Any = field(default_factory=lambda: {"MetricDataResults": points(10, 20, 30, 40)})
    heard: list[tuple[str, Any]] = field(default_factory=list)

    def says(self, action: str) -> Say:
        said = {"DescribeAlarms": self.alarms, "ListTagsForResource": self.tags, "GetMetricData": self.data}[action]
        if isinstance(said, Say):
            return said
        if isinstance(said, str):
            refusal = {"__type": f"com.amazonaws.cloudwatch#{said}", "message": "User is not authorized"}
            return http(400, json.dumps(refusal).encode())
        return http(200, json.dumps(said).encode())

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.heard]


@dataclass
class Asked:
    """An enricher in front of that cloud, on a clock of its own."""

    enricher: AlarmEnricher
    server: RawServer
    clock: list[float]

    def __call__(self, signal: Signal, seconds: float = 5.0) -> More:
        return self.enricher.more(signal, seconds)


@contextmanager
def asking(cloud: Cloud, account: str = ACCOUNT, *, real: bool = False) -> Iterator[Asked]:
    """Time passes only while a client waits for its next try, unless it is to be ``real``."""
    clock, seconds = [1_795_435_200.0], [0.0]

    def sleep(pause: float) -> None:
        seconds[0] += pause

    def answer(n: int) -> Say:
        heard = server.heard[n - 1]
        action = heard.head.partition("GraniteServiceVersion20100801.")[2].partition("\r\n")[0]
        cloud.heard.append((action, json.loads(heard.body)))
        return cloud.says(action)

    counted = Connections() if real else Connections(clock=lambda: seconds[0])
    with RawServer(answer) as server, closing(counted) as connections:
        aws = Aws("us-east-1", "AKIDEXAMPLE", "not-a-secret", "", f"http://127.0.0.1:{server.port}")
        client = Client(aws, connections, clock=lambda: clock[0])
        client = client if real else replace(client, sleep=sleep, chance=lambda: 1.0)
        yield Asked(AlarmEnricher(client, account), server, clock)


def signal(event: Any) -> Signal:
    (envelope,) = unwrap(event)
    (found,) = read(envelope)
    return found


FIRING = signal(by_bus(change("ALARM", 0)))
OVER = signal(by_bus(change("OK", 300, "ALARM")))


def said(found: Signal) -> dict[str, Any]:
    """The facts by the last word of their label's key, tags by their name."""
    return {str(one.label.args.get("text") or one.label.key.partition(".")[2]): one.value for one in found.facts}


def test_an_alarm_is_told_with_what_its_message_lacks() -> None:
    """Threshold, M of N, missing data, actions, owner, runbook, severity and a chart are added; what was said stays."""
    tags = [("severity", "P1"), ("Owner", "payments"), ("Runbook-URL", "https://wiki.example.com/api")]
    cloud = Cloud(tags={"Tags": [{"Key": name, "Value": value} for name, value in tags]})
    with asking(cloud) as asked:
        more = asked(FIRING)
    found = said(more.signal)
    assert more.whole
    assert found["Owner"] == "payments"
    assert found["missing"] == "missing"
    assert found["actions"] == (Phrase("cloudwatch_alarm.action", {"name": "alarms", "service": "SNS"}),)
    assert found["threshold"] == said(FIRING)["threshold"]
    assert more.signal.severity == "critical"
    assert more.signal.facts[: len(FIRING.facts)] == FIRING.facts
    assert more.signal.series is not None
    assert more.signal.series.points[-1] == (NOON - MINUTE, 93.4)
    assert [value for _, value in more.signal.series.points] == [10, 20, 30, 93.4]
    assert cloud.actions == ["DescribeAlarms", "ListTagsForResource", "GetMetricData"]


def test_an_alarm_that_says_nothing_of_its_rule_is_told_with_it() -> None:
    """An alarm set by hand has no numbers in its reason, and EventBridge tells no threshold: the alarm itself does."""
    by_hand = replace(change("ALARM", 0), after=State("ALARM", NOON, "a test by hand"))
    with asking(Cloud()) as asked:
        event = signal(by_bus(by_hand))
        more = asked(event).signal
    assert event.summary is None
    assert say(more.summary or "", "en", UTC) == "CPUUtilization average > 80 %, 3 of 3 datapoints of 1 min"
    assert said(more)["datapoints"] == Phrase("cloudwatch_alarm.m_of_n", {"m": 3, "n": 3})
    assert more.series and more.series.threshold == 80


PICTURE = {
    "en": [
        "*Account*|123456789012",
        "*Region*|ap-northeast-2",
        "*Metric*|AWS/EC2 CPUUtilization",
        "*InstanceId*|i-0123456789abcdef0",
        "*Description*|`CPU of the API. Runbook: https://wiki.example.com/cpu`",
        "*Owner*|결제팀",
        "*Actions*|alarms (SNS), stop (EC2)",
    ],
    "ko": [
        "*계정*|123456789012",
        "*리전*|ap-northeast-2",
        "*지표*|AWS/EC2 CPUUtilization",
        "*InstanceId*|i-0123456789abcdef0",
        "*설명*|`CPU of the API. Runbook: https://wiki.example.com/cpu`",
        "*Owner*|결제팀",
        "*작업*|alarms (SNS), stop (EC2)",
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_see_of_it(language: str) -> None:
    """The facts beside the colour bar, in order: the event's own, the owner, who else is told; above, a chart."""
    actions = [TOPIC, "arn:aws:automate:ap-northeast-2:ec2:stop"]
    tags = {"Tags": [{"Key": "Owner", "Value": "결제팀"}, {"Key": "Account", "Value": "999"}]}
    with asking(Cloud(alarms={"MetricAlarms": [alarm(AlarmActions=actions)]}, tags=tags)) as asked:
        found = learned(FIRING, asked(FIRING).signal)
    open_ = Incident("v1:I#k", source="firing", at=NOON, phase="open", opened_at=NOON, fired=True, said=FIRING)
    payload = draw(as_known(Message("slack", "m", open_, found=found)), Look(language, UTC))
    below = payload["attachments"][0]["blocks"]
    told = [field["text"].replace("\n", "|") for block in below for field in block.get("fields", ())]
    assert told == PICTURE[language]
    assert [block["type"] for block in payload["blocks"]][-1] == "data_visualization"
    assert judge(payload).conforms


def test_requests_are_what_botocores_model_allows() -> None:
    """Each request is valid by the service's own model, and is sent to the alarm's own region."""
    cloud = Cloud()
    with asking(cloud) as asked:
        asked(FIRING)
    for action, body in cloud.heard:
        report = ParamValidator().validate(_timed(body), MODEL.operation_model(action).input_shape)
        assert not report.has_errors(), report.generate_report()
    assert all(f"/{REGION}/monitoring/aws4_request" in heard.head for heard in asked.server.heard)


def _timed(body: dict[str, Any]) -> dict[str, Any]:
    """With instants as botocore's validator wants them."""
    return {name: str(value) if name in ("StartTime", "EndTime") else value for name, value in body.items()}


def test_the_chart_is_asked_for_on_the_events_own_grid() -> None:
    """Twenty periods of the alarm's own, the last one that of which the event tells."""
    cloud = Cloud()
    with asking(cloud) as asked:
        asked(FIRING)
    (wanted,) = (body for action, body in cloud.heard if action == "GetMetricData")
    assert (wanted["StartTime"], wanted["EndTime"]) == (NOON // 1000 - history.POINTS * 60, NOON // 1000)
    assert wanted["MetricDataQueries"] == [
        {
            "Id": "judged",
            "MetricStat": {
                "Metric": {name: definition()[name] for name in ("Namespace", "MetricName", "Dimensions")},
                "Period": 60,
                "Stat": "Average",
                "Unit": "Percent",
            },
            "ReturnData": True,
        }
    ]


def test_the_chart_ends_where_the_event_does() -> None:
    """Its newest datapoint may be minutes older than the change; and no chart has more periods than were asked for."""
    newest = NOON - 5 * MINUTE
    told = replace(FIRING, series=Series("CPUUtilization", ((newest, 93.4),), 80.0))
    data = {"MetricDataResults": points(*range(30), last=newest)}
    with asking(cloud := Cloud(data=data)) as asked:
        series = asked(told).signal.series
    assert cloud.heard[-1][1]["EndTime"] * 1000 == newest + MINUTE
    assert series and [value for _, value in series.points] == [*range(10, 29), 93.4]


METRIC = {"Namespace": "AWS/ApplicationELB", "MetricName": "HTTPCode_Target_5XX_Count", "Dimensions": []}


def measured(name: str, returned: bool = False, metric: str = "RequestCount") -> dict[str, Any]:
    stat = {"Metric": {**METRIC, "MetricName": metric}, "Period": 60, "Stat": "Sum", "Unit": None}
    return {"Id": name, "MetricStat": stat, "ReturnData": returned}


def computed(name: str, expression: str, returned: bool = True) -> dict[str, Any]:
    return {"Id": name, "Expression": expression, "Label": "rate", "ReturnData": returned}


@pytest.mark.parametrize(
    ("metrics", "asked_for"),
    [
        ([measured("a"), measured("b"), computed("rate", "a / b * 100")], ["a", "b", "rate"]),
        ([measured("m", True), computed("band", "ANOMALY_DETECTION_BAND(m, 2)")], ["m", "band"]),
        ([measured("a", True), measured("b", True)], None),
        ([computed("q", 'SELECT MAX(CPUUtilization) FROM "AWS/EC2" GROUP BY InstanceId')], None),
        ([measured("a"), computed("o", "SUM(METRICS())")], None),
        ([*(measured(f"m{n}") for n in range(11)), computed("o", "m0 + m10")], None),
    ],
    ids=["math", "band", "two-returned", "insights", "all-metrics", "many"],
)
def test_only_what_can_be_right_is_asked_for(metrics: list[Any], asked_for: list[str] | None) -> None:
    """Metric math with its metrics, an anomaly's metric with its band; nothing that could be wrong or dear."""
    plain = dict.fromkeys(("MetricName", "Namespace", "Dimensions", "Statistic", "Unit", "Period"))
    cloud = Cloud(alarms={"MetricAlarms": [alarm(**plain, Metrics=metrics)]}, data={"MetricDataResults": []})
    with asking(cloud) as asked:
        more = asked(FIRING)
    wanted = [
        [one["Id"] for one in body["MetricDataQueries"]] for _, body in cloud.heard if "MetricDataQueries" in body
    ]
    assert wanted == ([asked_for] if asked_for else [])
    assert more.signal.series == FIRING.series
    assert "null" not in json.dumps(cloud.heard)


@pytest.mark.parametrize(
    "wrong",
    [
        {"MetricDataResults": []},
        {"MetricDataResults": [{**points(1, 2, 3)[0], "StatusCode": "PartialData"}]},
        {"MetricDataResults": [{**points(1, 2, 3)[0], "StatusCode": "Forbidden"}]},
        {"MetricDataResults": points(1, 2, 3) * 2},
        {"MetricDataResults": [{**points(1, 2, 3)[0], "Id": "another"}]},
        {"MetricDataResults": [{**points(1, 2, 3)[0], "Values": ["x", None, []]}]},
        {"MetricDataResults": [{**points(1, 2, 3)[0], "Timestamps": [-60, 1e20, float("inf")]}]},
        {"MetricDataResults": "x"},
        {},
    ],
)
def test_no_chart_rather_than_a_wrong_one(wrong: Any) -> None:
    """What is partial, doubled, of something else or no number is not drawn: the event's own points stay."""
    with asking(Cloud(data=wrong)) as asked:
        assert asked(FIRING).signal.series == FIRING.series


def banded(*bounds: tuple[float, float, float], status: str = "Complete") -> list[dict[str, Any]]:
    """An answer for an anomaly alarm: its metric, and twice the band, in no order that anybody promises."""
    metric, low, high = (list(each) for each in zip(*bounds, strict=True))
    bands = [{**points(*high)[0], "Id": "band"}, {**points(*low)[0], "Id": "band", "StatusCode": status}]
    return [{**points(*metric)[0], "Id": "m"}, *bands]


@pytest.mark.parametrize(("status", "more", "lines"), [("Complete", 0, 3), ("PartialData", 0, 1), ("Complete", 1, 1)])
def test_an_anomaly_is_drawn_in_its_band(status: str, more: int, lines: int) -> None:
    """The lowest and the highest value expected at each instant are drawn with the metric; a partial band is not, nor
    one of more than two lines."""
    plain = dict.fromkeys(("MetricName", "Namespace", "Dimensions", "Statistic", "Unit", "Period", "Threshold"))
    metrics = [measured("m", True), computed("band", "ANOMALY_DETECTION_BAND(m, 2)")]
    found = alarm(**plain, Metrics=metrics, ThresholdMetricId="band")
    results = banded((50, 40, 60), (55, 41, 61), (70, 42, 62), (93, 43, 63), status=status)
    data = {"MetricDataResults": [*results, *results[1:2] * more]}
    quote = "Thresholds Crossed: 1 datapoint [93.4 (23/11/26 11:59:00)] was greater than the upper threshold [63.0]"
    event = replace(FIRING, quote=quote, series=replace(FIRING.series or Series("", ()), threshold=None))
    with asking(Cloud(alarms={"MetricAlarms": [found]}, data=data)) as asked:
        series = asked(event).signal.series
    assert series and [value for _, value in series.points] == [50, 55, 70, 93.4]
    assert series.band == (tuple((at, 40 + n, 60 + n) for n, (at, _) in enumerate(series.points)) if lines == 3 else ())
    for language in LANGUAGES:
        (drawn,) = chart(series, language, UTC)
        assert len(drawn["chart"]["series"]) == lines
        assert judge({"text": "x", "blocks": [drawn]}).conforms


def test_points_between_those_of_the_event_are_not_mixed_in() -> None:
    """Where CloudWatch counts its periods from another minute, its points are drawn alone."""
    with asking(Cloud(data={"MetricDataResults": points(1, 2, 3, last=NOON - 90_000)})) as asked:
        series = asked(FIRING).signal.series
    assert series and [value for _, value in series.points] == [1, 2, 3]


def test_the_event_wins() -> None:
    """The alarm was changed since: what the event said of it stays as it was then."""
    later = alarm(Threshold=99.0, AlarmDescription="severity: critical", TreatMissingData="breaching")
    event = signal(by_lambda(change("ALARM", 0)))
    with asking(Cloud(alarms={"MetricAlarms": [later]})) as asked:
        more = asked(event).signal
    assert said(more) | said(event) == said(more)
    assert (more.summary, more.severity) == (event.summary, event.severity)
    assert more.series and more.series.threshold == 80


def test_the_reason_wins() -> None:
    """What CloudWatch gave as its reason is what it judged by, also where the alarm was turned around since."""
    later = alarm(Threshold=99.0, ComparisonOperator="LessThanThreshold", EvaluationPeriods=7, DatapointsToAlarm=5)
    told = described.described(replace(FIRING, summary=None, facts=()), later, ())
    assert say(told.summary or "", "en", UTC) == "CPUUtilization average 93.4 % > 80 %, 1 datapoint of 1 min"


def test_the_events_own_tags_and_runbook_win() -> None:
    """They are those of the moment; there is one button for a runbook, and it leads where the event says."""
    event = replace(FIRING, severity="low", labels={**FIRING.labels, "severity": "P4"})
    more = described.described(event, alarm(), (("severity", "P1"), ("runbook", "https://wiki.example.com/other")))
    assert (more.severity, more.labels["severity"]) == ("low", "P4")
    assert more.links == event.links


def test_an_alarm_of_the_same_name_elsewhere_is_another() -> None:
    """Its ARN decides: another account's alarm adds nothing, and one of another account is not asked about at all."""
    other = alarm(AlarmArn=ARN.replace(ACCOUNT, "999999999999"), AlarmDescription="of others")
    with asking(Cloud(alarms={"MetricAlarms": [other]})) as asked:
        assert asked(FIRING).signal == FIRING
    with asking(cloud := Cloud(), account="999999999999") as asked:
        assert asked(FIRING) == More(FIRING)
    assert cloud.heard == []


@pytest.mark.parametrize("region", ["", "x.example.com/", "eu-west-1.example.com", "eu-west-1@example", "EU (Ireland)"])
def test_a_region_that_is_none_is_asked_by_nobody(region: str) -> None:
    """It becomes part of a host's name, and who may tell of an alarm may write anything there."""
    told = replace(FIRING, subject=ARN.replace(REGION, region), region=region)
    assert described.arn_of(told) is not None
    with asking(cloud := Cloud()) as asked:
        assert asked(told) == More(told)
    assert cloud.heard == []


@pytest.mark.parametrize(
    ("change_of", "told"),
    [
        ({"AlarmActions": []}, Phrase("cloudwatch_alarm.actions_none")),
        ({"ActionsEnabled": False}, Phrase("cloudwatch_alarm.actions_off")),
        (
            {"AlarmActions": ["arn:aws:swf:eu-west-1:123456789012:action/actions/AWS_EC2.InstanceId.Stop/1.0"]},
            (Phrase("cloudwatch_alarm.action", {"name": "Stop", "service": "EC2"}),),
        ),
        (
            {"AlarmActions": ["arn:aws:automate:eu-west-1:ec2:recover", TOPIC]},
            (
                Phrase("cloudwatch_alarm.action", {"name": "recover", "service": "EC2"}),
                Phrase("cloudwatch_alarm.action", {"name": "alarms", "service": "SNS"}),
            ),
        ),
        ({"AlarmActions": ["no arn"]}, ("no arn",)),
        (
            {"AlarmActions": ["arn:aws:swf:eu-west-1:1:x"]},
            (Phrase("cloudwatch_alarm.action", {"name": "x", "service": "EC2"}),),
        ),
    ],
)
def test_who_else_is_told(change_of: dict[str, Any], told: Any) -> None:
    """The actions of the state that it went to by name, or that there are none, or that they are switched off."""
    with asking(Cloud(alarms={"MetricAlarms": [alarm(**change_of)]})) as asked:
        assert said(asked(FIRING).signal)["actions"] == told


def test_an_end_says_whom_it_tells_only_where_all_is_told() -> None:
    """The actions of an end are its own, and a detail: nobody need act any more."""
    label, found = Phrase("cloudwatch_alarm.actions"), alarm(OKActions=[TOPIC], AlarmActions=[])
    topic = (Phrase("cloudwatch_alarm.action", {"name": "alarms", "service": "SNS"}),)
    assert Fact(label, topic, detail=True) in described.described(OVER, found, ()).facts
    assert Fact(label, Phrase("cloudwatch_alarm.actions_none")) in described.described(FIRING, found, ()).facts


def test_one_series_of_an_alarm_is_described_by_the_alarm() -> None:
    """It is asked about by the name of the whole; the alarm's rule is no sentence about this one."""
    part = replace(FIRING, subject=f"{ARN}#4f2a", part_of=ARN, quote="", summary=None)
    with asking(cloud := Cloud()) as asked:
        more = asked(part).signal
    assert cloud.heard[0] == (
        "DescribeAlarms",
        {"AlarmNames": ["api-cpu"], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]},
    )
    assert "actions" in said(more) and more.summary is None


def test_a_composite_alarm_is_described_without_a_chart() -> None:
    """Its rule and its actions are told; no metric is asked for, since it has none."""
    found = {"AlarmName": "api-cpu", "AlarmArn": ARN, "AlarmRule": 'ALARM("a") OR ALARM("b")', "AlarmActions": [],
             "ActionsEnabled": True, "AlarmDescription": "both"}  # fmt: skip
    event = signal(by_bus(change("ALARM", 0)))
    bare = Signal(event.kind, event.sort, event.subject, event.title, state="firing", at=event.at, word="ALARM",
                  account=event.account, region=event.region)  # fmt: skip
    with asking(cloud := Cloud(alarms={"MetricAlarms": [], "CompositeAlarms": [found]})) as asked:
        told = said(asked(bare).signal)
    assert told["composite"] == found["AlarmRule"]
    assert (told["description"], told["actions"]) == ("both", Phrase("cloudwatch_alarm.actions_none"))
    assert cloud.actions == ["DescribeAlarms", "ListTagsForResource"]
    assert cloud.heard[0][1]["AlarmTypes"] == ["MetricAlarm", "CompositeAlarm"]


def test_answers_are_good_for_five_minutes() -> None:
    """The same change is asked about once, its end only for its own chart; after five minutes all is asked anew."""
    with asking(cloud := Cloud()) as asked:
        asked(FIRING)
        asked(FIRING)
        assert len(cloud.heard) == 3
        asked(OVER)
        assert cloud.actions[3:] == ["GetMetricData"]
        asked.clock[0] += KEPT
        asked(FIRING)
        assert len(cloud.heard) == 7


@pytest.mark.parametrize("action", ["alarms", "tags", "data"])
def test_a_missing_permission_is_said_once(action: str, caplog: pytest.LogCaptureFixture) -> None:
    """The rest is found all the same, the log names the permission once, and what is forbidden is not asked again."""
    cloud = Cloud(**{action: "AccessDeniedException"})
    with asking(cloud) as asked:
        first = asked(FIRING)
        asked(signal(by_bus(change("ALARM", 0, name="another"))))
        asked(FIRING)
    assert first.whole
    denied = [line for line in caplog.messages if "AccessDenied" in line]
    assert len(denied) == 1 and "not enriched" in denied[0] and "User is not authorized" in denied[0]
    assert "actions" in said(first.signal) or action == "alarms"
    # Of the other alarm nothing is described here, so no datapoints are asked for.
    asked_for = {"alarms": ("DescribeAlarms", 2), "tags": ("ListTagsForResource", 2), "data": ("GetMetricData", 1)}
    name, times = asked_for[action]
    assert cloud.actions.count(name) == times


def test_a_container_remembers_only_so_much() -> None:
    """In a storm of other alarms what was answered first is forgotten, and asked again."""
    with asking(cloud := Cloud()) as asked:
        asked(FIRING)
        for n in range(150):
            asked(replace(FIRING, subject=f"{ARN}-{n}"))
        before = len(cloud.heard)
        asked(FIRING)
    assert cloud.actions[before:] == ["DescribeAlarms", "ListTagsForResource", "GetMetricData"]


@pytest.mark.parametrize(
    "fault",
    [
        "ThrottlingException",
        "InternalServiceFault",
        http(503, b"<html>"),
        http(200, b'{"torn":'),
        http(200, b"[]"),
        Say(b"HTTP/1.1 200 OK\r\nContent-Le", then="reset"),
        Say(b"", then="close"),
    ],
    ids=["throttled", "fault", "html", "torn", "list", "reset", "closed"],
)
@pytest.mark.parametrize("action", ["alarms", "tags", "data"])
def test_what_passes_is_asked_again_later(action: str, fault: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A fault costs what it would have told, within the time that there is; the others are kept; later all is whole."""
    caplog.set_level(logging.CRITICAL)
    cloud = Cloud(
        **{action: fault}, **({} if action == "tags" else {"tags": {"Tags": [{"Key": "team", "Value": "x"}]}})
    )
    with asking(cloud) as asked:
        first = asked(FIRING)
        assert not first.whole
        assert action == "alarms" or "actions" in said(first.signal)
        setattr(cloud, action, getattr(Cloud(), action))
        assert asked(FIRING).whole
    assert action == "tags" or "team" in said(first.signal)


def test_nobody_is_waited_for_longer_than_was_said(caplog: pytest.LogCaptureFixture) -> None:
    """A CloudWatch that says nothing, or drips, takes the time that it was given and no more."""
    caplog.set_level(logging.CRITICAL)
    for slow in (Say(b"", then="hold"), Say(b"HTTP/1.1 200 OK\r\n", drip=0.05)):
        with asking(Cloud(alarms=slow), real=True) as asked:
            left = asked.enricher.client.connections.countdown(0.0)
            more = asked(FIRING, 0.2)
            assert -left() < 1.5
        assert more == More(FIRING, whole=False)


def test_one_silent_call_leaves_time_to_the_next(caplog: pytest.LogCaptureFixture) -> None:
    """The alarm's setting does not come, but whose alarm it is does, in what is left."""
    caplog.set_level(logging.CRITICAL)
    tags = {"Tags": [{"Key": "team", "Value": "web"}]}
    with asking(Cloud(alarms=Say(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 400, drip=0.01), tags=tags), real=True) as asked:
        more = asked(FIRING, 1.6)
    assert (said(more.signal)["team"], more.whole) == ("web", False)


def test_nobody_there_is_no_reason_to_wait(caplog: pytest.LogCaptureFixture) -> None:
    """A refused connection is found out at once; the signal is as it was."""
    caplog.set_level(logging.CRITICAL)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with closing(Connections()) as connections:
        aws = Aws("us-east-1", "AKIDEXAMPLE", "x", "", f"http://127.0.0.1:{port}")
        assert AlarmEnricher(Client(aws, connections)).more(FIRING, 0.1) == More(FIRING, whole=False)


def test_hostile_tags_are_data() -> None:
    """Their text takes no other fact's place: neither the account's nor the threshold's; no word is a severity."""
    hostile = {"Account": "999", "Threshold": "0", "State": "OK", "severity": "<!channel>", "runbook": "javascript:x",
               "priority": "", "계정": "\u202eevil"}  # fmt: skip
    cloud = Cloud(tags={"Tags": [{"Key": name, "Value": value} for name, value in hostile.items()]})
    with asking(cloud) as asked:
        more = asked(FIRING).signal
    labels = [fact.label for fact in more.facts]
    assert more.facts[: len(FIRING.facts)] == FIRING.facts
    assert Fact(Phrase("words.text", {"text": "Account"}), "999", detail=True) in more.facts
    assert labels.count(Phrase("words.account")) == 1
    assert (more.severity, more.account) == (FIRING.severity, ACCOUNT)
    assert not any("javascript" in link.url for link in more.links)


NAMES = ["MetricStat", "Metric", "Id", "Expression", "Key", "Value", "Timestamps", "Values", "StatusCode", "Period"]
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(
    more=st.dictionaries(st.sampled_from(sorted(alarm())), json_values, max_size=6), tags=json_values, data=json_values
)
def test_no_answer_is_too_strange(more: dict[str, Any], tags: Any, data: Any) -> None:
    """Whatever types an answer's fields have, the signal keeps what it said, and gains what every store can keep."""
    found = alarm(**more)
    told = described.described(FIRING, found, described.tags({"Tags": tags}))
    history.asked_for(FIRING, found)
    series = history.drawn(FIRING, found, {"MetricDataResults": data})
    assert told.facts[: len(FIRING.facts)] == FIRING.facts
    message = Message("slack", "m", Incident("v1:I#k", said=FIRING), found=learned(FIRING, told))
    assert decode(encode(message)) == message
    assert message.found and enriched(FIRING, message.found).summary is not None
    assert series is None or all(isinstance(value, float) for _, value in series.points)
