"""The recipes: each is an alarm that CloudWatch takes, says why it is so, and fits what was found."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import click
import pytest
from botocore.stub import Stubber

from tocsin.kinds.cloudwatch_alarm.severity import severity
from tocsin.ports import ConfigError
from tocsin_cli.asking import read_places
from tocsin_cli.cloud import Cloud
from tocsin_cli.recipes import lookback
from tocsin_cli.recipes.choosing import chosen, search
from tocsin_cli.recipes.definition import Wish, definition, name, notes
from tocsin_cli.recipes.draft import Draft
from tocsin_cli.recipes.recipe import PACKS, Pattern, Recipe, names, recipe
from tocsin_cli.recipes.targets import SORTS, Target, targets
from tocsin_cli.recipes.telling import question
from tocsin_local.alarms.definition import MetricAlarm, read

TOPIC = Wish("arn:aws:sns:eu-north-1:123456789012:tocsin")
SIZES = {"timeout": 3000.0, "storage": 20.0 * 1024**3}
PATTERNS = [
    pytest.param(each, pattern, id=f"{each.name}-{pattern.sort}")
    for each in map(recipe, names())
    for pattern in each.patterns
]


def _target(pattern: Pattern, rarely: bool = False) -> Target:
    return Target(pattern.sort, "x-1", "web", (("Name", "x-1"),), SIZES, rarely)


def _wish(each: Recipe) -> Wish:
    return replace(TOPIC, threshold=50.0) if each.asks else TOPIC


@pytest.mark.parametrize(("each", "pattern"), PATTERNS)
def test_each_pattern_is_an_alarm(each: Recipe, pattern: Pattern) -> None:
    """It is within CloudWatch's limits, tells the topic of its beginning and end, and its severity is understood."""
    for rarely in (False, bool(pattern.rarely)):
        given = definition(each, pattern, _target(pattern, rarely), _wish(each))
        alarm = read(given, each.name)

        assert isinstance(alarm, MetricAlarm) and alarm.actions.alarm == alarm.actions.ok == (TOPIC.topic,)
        assert alarm.period >= (300 if rarely else 60)
        assert severity((), given["AlarmDescription"], alarm.metric) == pattern.severity


@pytest.mark.parametrize(("each", "pattern"), PATTERNS)
def test_each_pattern_says_why(each: Recipe, pattern: Pattern) -> None:
    """Threshold and gaps have a reason, meaning and advice are sentences, and nothing is promised of what AWS lacks."""
    for said in (pattern.means, pattern.advice, pattern.why, pattern.gaps):
        assert re.match(r"[A-Z`1-9].*[.A-Z']$", said), said
    assert len(notes(pattern, _target(pattern), TOPIC)) == 2


def test_the_page_about_recipes_names_each_sort_and_key() -> None:
    """Whatever a recipe can be about, and each key that one of ours has, is explained there."""
    page = (Path(__file__).parents[1] / "docs" / "add-a-recipe.md").read_text("utf-8")
    keys = {key for path in PACKS.glob("*.toml") for key in re.findall(r"^(\w+) = ", path.read_text("utf-8"), re.M)}
    ours = {key for key in keys if key[0].islower()}

    assert len(ours) > 8 and all(f"`{each}" in page for each in (*SORTS, *ours - {"part", "of"}))


def test_a_threshold_can_be_a_share_of_what_the_thing_has() -> None:
    """Four fifths of a function's own timeout; a tenth of a database's storage; without a size it must be named."""
    slow, full = recipe("latency").patterns[1], recipe("disk").patterns[1]

    assert definition(recipe("latency"), slow, _target(slow), TOPIC)["Threshold"] == 2400.0
    assert definition(recipe("disk"), full, _target(full), TOPIC)["Threshold"] == pytest.approx(2 * 1024**3)
    with pytest.raises(ConfigError, match="nothing says which threshold"):
        definition(recipe("disk"), full, replace(_target(full), sizes={}), TOPIC)


def test_basic_monitoring_has_no_shorter_period() -> None:
    """What comes every five minutes gets 300 s, also where a shorter period is asked for; status checks come each
    minute with it too."""
    cpu, check = recipe("cpu").patterns[0], recipe("status-check").patterns[0]
    rarely = _target(cpu, rarely=True)

    assert definition(recipe("cpu"), cpu, rarely, TOPIC)["Period"] == 300
    assert definition(recipe("cpu"), cpu, rarely, replace(TOPIC, period=60))["Period"] == 300
    assert definition(recipe("cpu"), cpu, rarely, replace(TOPIC, period=900))["Period"] == 900
    assert definition(recipe("cpu"), cpu, _target(cpu), TOPIC)["Period"] == 60
    assert check.rarely == {} and check.alarm["Period"] == 60


def test_an_alarm_keeps_its_name() -> None:
    """It names the recipe, the sort and the thing; a Name tag that is too long gives way to the id."""
    cpu = recipe("cpu")

    assert name(cpu, Target("instance", "i-1", "web-1", ())) == "cpu of instance web-1 (i-1)"
    assert name(cpu, Target("instance", "i-1", "w" * 256, ())) == "cpu of instance i-1"
    assert name(recipe("errors"), Target("load-balancer", "shop", "", ())) == "errors of load balancer shop"
    assert name(recipe("billing"), Target("account", "123456789012", "", ())) == "billing"


def test_things_with_endless_names_get_alarms_of_their_own() -> None:
    """A name of 255 characters is all that CloudWatch takes: things that begin alike are told apart by the rest."""
    one, other = (name(recipe("cpu"), Target("container-service", f"{'c' * 255}/{end}", "", ())) for end in "ab")

    assert len(one) == len(other) == 255 and one != other and one.startswith("cpu of container service ccc")


def test_places_are_numbers_or_all() -> None:
    """What was typed is read as places; anything else is asked again."""
    assert read_places(" 3, 1,3 ", 3) == (2, 0) and read_places("ALL", 2) == (0, 1)
    for text in ("", "0", "4", "one", "-1", "1-2"):
        with pytest.raises(click.BadParameter, match="numbers from 1 to 3"):
            read_places(text, 3)


class Answers:
    """A client whose operations answer what was recorded, in one page."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.asked: list[dict[str, Any]] = []
        self.exceptions = self
        self.ClientError = PermissionError

    def get_queue_attributes(self, **asked: Any) -> dict[str, Any]:
        return {}

    def get_paginator(self, operation: str) -> Answers:
        if operation not in self.answers:
            raise PermissionError(f"no right to {operation}")
        return Answers({"page": self.answers[operation], "asked": self.asked})

    def paginate(self, **asked: Any) -> list[Any]:
        self.answers["asked"].append(asked)
        return [self.answers["page"]]


def _cloud(**answers: Any) -> Cloud:
    client = Answers(answers)
    return Cloud("123456789012", "eu-north-1", lambda service, region: client)


def _found(name: str, sort: str, **answers: Any) -> list[Target]:
    pattern = next(each for each in recipe(name).patterns if each.sort == sort)
    return list(targets(_cloud(**answers), pattern))


def test_dimensions_are_found() -> None:
    """Each sort's dimensions are those under which AWS publishes its metrics (answers in the shape of the API)."""
    arn = "arn:aws:elasticloadbalancing:eu-north-1:123456789012:loadbalancer"
    balancers = [
        {"LoadBalancerArn": f"{arn}/app/shop/50dc6c495c0c9188", "LoadBalancerName": "shop", "Type": "application"},
        {"LoadBalancerArn": f"{arn}/net/raw/1111111111111111", "LoadBalancerName": "raw", "Type": "network"},
    ]
    databases = [
        {"DBInstanceIdentifier": "main", "AllocatedStorage": 20, "Engine": "postgres"},
        {"DBInstanceIdentifier": "fast", "AllocatedStorage": 1, "Engine": "aurora-mysql"},
    ]
    services = {
        "list_clusters": {"clusterArns": ["arn:aws:ecs:eu-north-1:123456789012:cluster/shop"]},
        "list_services": {"serviceArns": ["arn:aws:ecs:eu-north-1:123456789012:service/shop/web"]},
    }

    (balancer,) = _found("errors", "load-balancer", describe_load_balancers={"LoadBalancers": balancers})
    (database,) = _found("disk", "database", describe_db_instances={"DBInstances": databases})
    (service,) = _found("memory", "container-service", **services)
    assert balancer.dimensions == (("LoadBalancer", "app/shop/50dc6c495c0c9188"),)
    assert database.dimensions == (("DBInstanceIdentifier", "main"),) and database.sizes == {"storage": 20 * 1024**3}
    assert len(_found("cpu", "database", describe_db_instances={"DBInstances": databases})) == 2
    assert service.dimensions == (("ClusterName", "shop"), ("ServiceName", "web"))


def test_the_agents_metrics_are_taken_as_they_are() -> None:
    """Whatever dimensions the agent sends; the fullest set of one thing; disks that are none are left out."""
    metrics = [
        {"Dimensions": [{"Name": "InstanceId", "Value": "i-1"}]},
        {"Dimensions": [{"Name": "InstanceId", "Value": "i-1"}, {"Name": "InstanceType", "Value": "t3.micro"}]},
        {"Dimensions": [{"Name": "AutoScalingGroupName", "Value": "web"}]},
    ]
    disks = [
        {
            "Dimensions": [
                {"Name": "host", "Value": "box"},
                {"Name": "path", "Value": path},
                {"Name": "fstype", "Value": of},
            ]
        }
        for path, of in (("/", "ext4"), ("/data", "xfs"), ("/run", "tmpfs"))
    ]

    (memory,) = _found("memory", "instance-with-agent", list_metrics={"Metrics": metrics})
    assert dict(memory.dimensions) == {"InstanceId": "i-1", "InstanceType": "t3.micro"}
    assert [each.id for each in _found("disk", "instance-with-agent", list_metrics={"Metrics": disks})] == [
        "box /",
        "box /data",
    ]


def test_the_agents_instances_have_their_names() -> None:
    """An instance is called by its Name tag there too, each of its disks by that and its own; a name that no alarm can
    have is none."""
    disks = {"Metrics": [
        {"Dimensions": [{"Name": "InstanceId", "Value": id}, {"Name": "path", "Value": path}]}
        for id, path in (("i-1", "/"), ("i-1", "/data"), ("i-2", "/"))
    ]}  # fmt: skip
    named = [{"InstanceId": "i-1", "Tags": [{"Key": "Name", "Value": "web-1"}]},
             {"InstanceId": "i-2", "Tags": [{"Key": "Name", "Value": "evil\x1b[2J"}]}]  # fmt: skip
    instances = {"Reservations": [{"Instances": named}]}
    found = _found("disk", "instance-with-agent", list_metrics=disks, describe_instances=instances)

    assert [each.shown for each in found] == ["i-2 /", "web-1 / (i-1 /)", "web-1 /data (i-1 /data)"]
    assert [each.shown for each in found if each.is_called("web-1")] == ["web-1 / (i-1 /)", "web-1 /data (i-1 /data)"]
    assert [each.id for each in found if each.is_called("web-1 /data")] == ["i-1 /data"]
    assert [each.id for each in found if each.is_called("i-2")] == ["i-2 /"]


def test_a_functions_dead_letters_are_found() -> None:
    """What a function hands failed events to holds dead letters, whatever it is called; without the right to list
    functions the others are found."""
    urls = {"QueueUrls": [f"https://sqs/1/{name}" for name in ("lost", "my.dead-letters", "work")]}
    functions = {"Functions": [{"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:eu-north-1:1:lost"}}, {}]}

    def found(**answers: Any) -> list[str]:
        return [each.id for each in _found("dead-letters", "dead-letter-queue", list_queues=urls, **answers)]

    assert found(list_functions=functions) == ["lost", "my.dead-letters"] and found() == ["my.dead-letters"]


def test_queues_are_asked_for_page_by_page() -> None:
    """SQS would leave out the thousand-and-first queue of an account without a word otherwise."""
    sqs = boto3.client("sqs", "eu-north-1", aws_access_key_id="AKIA", aws_secret_access_key="none")
    other = Answers({"list_functions": {}})
    with closing(sqs), Stubber(sqs) as stub:
        stub.add_response("list_queues", {"NextToken": "more"}, {"MaxResults": 1000})
        stub.add_response(
            "list_queues", {"QueueUrls": ["https://sqs/1/last"]}, {"MaxResults": 1000, "NextToken": "more"}
        )
        stub.add_response("get_queue_attributes", {})
        cloud = Cloud("123456789012", "eu-north-1", lambda service, region: sqs if service == "sqs" else other)

        assert [each.id for each in targets(cloud, recipe("queue-age").patterns[0])] == ["last"]


def test_a_missing_right_hides_only_what_it_is_about() -> None:
    """Where one sort may not be listed, the others are found, and what was refused is said."""
    functions = {"Functions": [{"FunctionName": "orders", "Timeout": 3}]}
    seen = search(_cloud(list_functions=functions), recipe("errors"))

    assert [each.shown for each in seen.found] == ["function orders"]
    assert seen.refused == {"load-balancer": "no right to describe_load_balancers"}


def test_a_missing_right_does_not_hide_the_way_out() -> None:
    """Neither the agent's metrics nor the right to list services: both are said, the agent first."""
    nothing: dict[str, Any] = {"Metrics": []}
    with pytest.raises(ConfigError) as problem:
        chosen(recipe("memory"), search(_cloud(list_metrics=nothing), recipe("memory")), (), False)

    agent, refused = problem.value.hint.split("; ")
    assert "install the CloudWatch agent" in agent and refused == "no right to list_clusters"


def test_what_is_named_twice_is_watched_once() -> None:
    """By its id and by its name, or by both of several: each is meant once, in the order in which it was named."""
    reservation = {"Instances": [
        {"InstanceId": f"i-{name}", "Monitoring": {"State": "enabled"}, "Tags": [{"Key": "Name", "Value": name}]}
        for name in ("web", "batch")
    ]}  # fmt: skip
    seen = search(_cloud(describe_instances={"Reservations": [reservation]}), recipe("cpu"))
    found = chosen(recipe("cpu"), seen, ("i-batch", "web", "batch", "i-web"), False)

    assert [each.target.id for each in found] == ["i-batch", "i-web"]


def test_the_question_says_what_changes_and_what_it_costs() -> None:
    """A change costs nothing more; an alarm that is looked at oftener than each minute costs three times as much."""
    given = {"AlarmName": "cpu", "Period": 300}
    new, fast = (Draft(given | period, (), None, (), None, 0) for period in ({}, {"Period": 10}))
    changed = Draft(given, (), {"AlarmName": "cpu", "Period": 60}, (), None, 0)

    assert question([new]) == "Put this alarm? It costs about 0.10 USD a month more."
    assert question([new, fast]) == "Put these 2 alarms? It costs about 0.40 USD a month more."
    assert question([new, changed]) == "Put these 2 alarms, 1 of them a change? It costs about 0.10 USD a month more."
    assert question([changed]) == "Change this alarm?" and question([changed] * 2) == "Change these 2 alarms?"


def test_what_would_have_been_rests_on_whole_periods() -> None:
    """Two weeks of the alarm's own statistic are asked for; a value is known when its period is over."""
    now = 1_795_521_617_000  # 2026-11-24 12:00:17 UTC
    start = datetime(2026, 11, 24, 11, 50, tzinfo=UTC)
    page = {"MetricDataResults": [{"Timestamps": [start], "Values": [91.5]}]}
    here = _cloud(get_metric_data=page)
    given = definition(recipe("cpu"), recipe("cpu").patterns[0], Target("instance", "i-1", "", (), rarely=True), TOPIC)
    alarm = read(given, "here")
    assert isinstance(alarm, MetricAlarm)
    (sample,) = lookback.samples(here, alarm, now)
    (asked,) = here.client("cloudwatch").asked

    assert (sample.value, sample.known - sample.at) == (91.5, 300_000)
    assert asked["MetricDataQueries"][0]["MetricStat"]["Stat"] == "Average"
    assert asked["EndTime"] == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert (asked["EndTime"] - asked["StartTime"]).days == 14
    assert lookback.history(alarm, ()) is None


def test_values_of_seconds_are_asked_for_as_long_as_they_are_kept() -> None:
    """Three hours, a little less so that none is left out; and what is told of them claims no more."""
    here = _cloud(get_metric_data={"MetricDataResults": []})
    given = definition(recipe("cpu"), recipe("cpu").patterns[0], Target("instance", "i-1", "", ()), TOPIC)
    alarm = read({**given, "Period": 10}, "here")
    assert isinstance(alarm, MetricAlarm)
    lookback.samples(here, alarm, 1_795_521_617_000)
    (asked,) = here.client("cloudwatch").asked

    assert timedelta(hours=2, minutes=50) < asked["EndTime"] - asked["StartTime"] < timedelta(hours=3)
    assert [Draft({"Period": each}, (), None, (), None, 0).span for each in (10, 60)] == ["three hours", "two weeks"]
