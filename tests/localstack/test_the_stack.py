"""The whole story on AWS, as one machine can show it: deployed from nothing, used, broken, mended, taken away."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

import emulator
from json_page import asked
from plain_http import request
from tocsin_cli.app import cli
from tocsin_cli.cloud import Cloud, cloud
from tocsin_cli.doctor.checks import CHECKS
from tocsin_cli.stack.standing import Stack, find, made
from tocsin_local.slack.clicks import Posted, signed
from tocsin_local.slack.server import LocalSlack

_STARTS = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system")
REGION, ELSEWHERE = "eu-north-1", "us-east-1"
SIGNING = "0123456789abcdef" * 2
REASON = "Threshold Crossed: 1 datapoint [7.0 (24/11/26 11:59:00)] was greater than the threshold (5.0)."


@dataclass(frozen=True)
class Place:
    """LocalStack, a Slack, and what `tocsin deploy` said when it made the stack."""

    cloud: Cloud
    slack: LocalSlack
    secret: Path
    deployed: str
    children: list[str]

    @property
    def stack(self) -> Stack:
        return made(self.cloud, "tocsin")

    def client(self, service: str) -> Any:
        return self.cloud.client(service)


@pytest.fixture(scope="module")
def place(localstack: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An account with nothing in it, and then `tocsin deploy`."""
    with ExitStack() as closing:
        slack = closing.enter_context(LocalSlack())
        environ = closing.enter_context(pytest.MonkeyPatch.context())
        for name, value in emulator.environment(localstack, REGION).items():
            environ.setenv(name, value)
        secret = tmp_path_factory.mktemp("secret") / "webhook"
        secret.write_text(slack.webhook_url)
        here = closing.enter_context(cloud(None, None))
        children = _watched()
        signing = secret.with_name("signing")
        signing.write_text(SIGNING)
        asked = ("--email", "ops@example.com", "--regions", ELSEWHERE, "--slack-webhook-url-file", str(secret))
        code, output = _run("deploy", "--yes", *asked, "--slack-signing-secret-file", str(signing))
        assert code == 0, output
        yield Place(here, slack, secret, output, children)


def _watched() -> list[str]:
    """From now on, with what this process starts each child: program, arguments, folder, environment."""
    started: list[str] = []
    sys.addaudithook(lambda event, told: started.append(repr(told)) if event in _STARTS else None)
    return started


def _run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_deploy_tells_what_it_does_and_proves_it(place: Place) -> None:
    """Plan, each resource, the first heartbeat of the schedule, the greeting, and every hop of a real alarm."""
    for line in (
        "+ make    function Function",
        "✓ made: table Table",
        "✓ it lives",
        "Setting off tocsin-canary",
        "ALARM: set in CloudWatch, on its way by sns-sqs",
        "Slack accepted it",
        "OK: set in CloudWatch",
    ):
        assert line in place.deployed
    assert place.slack.webhook_url not in place.deployed
    place.slack.wait_for(lambda each: "tocsin is connected" in each.text)
    test = place.slack.wait_for(lambda each: "tocsin-canary" in each.text)
    assert test.text.startswith("TEST · ")


def test_no_child_is_told_the_secret(place: Place) -> None:
    """`deploy` compiles the package with another Python; neither its arguments nor its environment hold a secret."""
    assert place.children and SIGNING not in str(place.children)
    assert place.slack.webhook_url.rsplit("/", 1)[-1] not in str(place.children)


def test_what_was_made_is_what_the_template_says(place: Place) -> None:
    """Asked one by one: function, mapping, queue, table, rule, alarms."""
    function = place.client("lambda").get_function_configuration(FunctionName="tocsin")
    (mapping,) = place.client("lambda").list_event_source_mappings(FunctionName="tocsin")["EventSourceMappings"]
    table = place.client("dynamodb").describe_table(TableName="tocsin")["Table"]
    alarms = place.client("cloudwatch").describe_alarms(AlarmNamePrefix="tocsin-")["MetricAlarms"]
    invoked = place.client("lambda").get_function_event_invoke_config(FunctionName="tocsin")

    assert (function["Runtime"], function["Architectures"], function["Timeout"]) == ("python3.13", ["arm64"], 30)
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 5} and mapping["BatchSize"] == 10
    assert {each["IndexName"] for each in table["GlobalSecondaryIndexes"]} == {"by-due", "by-of"}
    assert len(alarms) == 7
    assert invoked["DestinationConfig"]["OnFailure"]["Destination"].endswith(":tocsin-failed")


def test_the_doctor_finds_nothing_on_a_healthy_stack(place: Place) -> None:
    """What LocalStack's CloudFormation passes over `deploy` has put right; what it cannot show is a note at most. (What
    it shows of the door is told below.)"""
    code, output = _run("doctor", *(check.name for check in CHECKS if check.name != "door"))

    assert [line for line in output.splitlines() if "✗" in line or "?" in line] == [] and code == 0
    assert "✓ put right: Lambda stops tocsin when it wakes itself" in place.deployed


def test_data_beyond_the_threshold_ends_in_slack(place: Place) -> None:
    """By SNS and the queue, as CloudWatch's own evaluation finds it; no data for a while turns it green."""
    topic = place.stack.outputs["TopicArn"]
    place.client("cloudwatch").put_metric_alarm(
        AlarmName="checkout errors",
        Namespace="Shop",
        MetricName="Errors",
        Statistic="Sum",
        Period=10,
        EvaluationPeriods=1,
        Threshold=4,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
        OKActions=[topic],
    )
    place.client("cloudwatch").put_metric_data(Namespace="Shop", MetricData=[{"MetricName": "Errors", "Value": 7}])
    fired = place.slack.wait_for(lambda each: "ALARM · checkout errors" in each.text, timeout=60)
    over = place.slack.wait_for(lambda each: "OK · checkout errors" in each.text, timeout=90)

    assert "&gt; 4" in fired.text and "after" in over.text


def _event(place: Place, name: str) -> dict[str, Any]:
    """As AWS sends it: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""
    state = {"value": "ALARM", "reason": REASON, "timestamp": "2026-11-24T12:00:00.123+0000"}
    return {
        "Source": "aws.cloudwatch",
        "DetailType": "CloudWatch Alarm State Change",
        "Resources": [f"arn:aws:cloudwatch:{REGION}:{place.cloud.account}:alarm:{name}"],
        "Detail": json.dumps({"alarmName": name, "state": state, "previousState": {"value": "OK"}}),
    }


def test_eventbridge_brings_every_alarm_but_our_own(place: Place) -> None:
    """An alarm that acts on nothing arrives by the rule; one about tocsin itself does not: it has its e-mail."""
    events = [_event(place, "tocsin-heartbeat"), _event(place, "acts on nothing")]
    assert place.client("events").put_events(Entries=events)["FailedEntryCount"] == 0
    place.slack.wait_for(lambda each: "acts on nothing" in each.text, timeout=60)

    assert not [each for each in place.slack.messages() if "tocsin-heartbeat" in each.text]


def test_another_region_hands_its_alarms_on(place: Place) -> None:
    """What changes there is shown here, with its region; `status` names that region."""
    event = _event(place, "far away")
    event["Resources"] = [event["Resources"][0].replace(REGION, ELSEWHERE)]
    place.cloud.elsewhere(ELSEWHERE).client("events").put_events(Entries=[event])
    message = place.slack.wait_for(lambda each: "far away" in each.text, timeout=60)
    _, output = _run("status")

    assert ELSEWHERE in message.text and f"✓ alarms of {ELSEWHERE}: on" in output


def _published(place: Place, name: str) -> dict[str, Any]:
    """The same change as SNS brings it."""
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{place.cloud.account}:alarm:{name}",
        "AWSAccountId": place.cloud.account,
        "NewStateValue": "ALARM",
        "OldStateValue": "OK",
        "NewStateReason": REASON,
        "StateChangeTime": "2026-11-24T12:00:00.123+0000",
        "Region": "EU (Stockholm)",
        "Trigger": {"MetricName": "Errors", "Namespace": "Shop", "Threshold": 5.0},
    }


def test_the_same_alarm_by_both_roads_at_once_is_one_message(place: Place) -> None:
    """Both at the same moment, three times: two containers race, one shows it, and the threshold is in the message."""
    names = [f"twice {number}" for number in range(3)]
    topic, events, sns = place.stack.outputs["TopicArn"], place.client("events"), place.client("sns")
    with ThreadPoolExecutor(6) as together:
        sent = [together.submit(events.put_events, Entries=[_event(place, name)]) for name in names]
        messages = (json.dumps(_published(place, name)) for name in names)
        sent += [together.submit(sns.publish, TopicArn=topic, Message=message) for message in messages]
    assert all(each.result() for each in sent)
    _until(lambda: all(_logged(place, f"alarm:{name}", "taken in") == 2 for name in names))
    shown = [each.text for name in names for each in place.slack.messages() if name in each.text]

    assert len(shown) == 3 and all("&gt; 5" in text for text in shown)


def test_the_door_lets_in_slack_and_nobody_else(place: Place, localstack: str) -> None:
    """At the public address what Slack signs is answered, and an event of a stranger's is turned away and never shown;
    the doctor misses nothing but a condition. Nobody is told the signing secret but Parameter Store.

    Opening and shutting it later is tried in tests/test_doctor_door.py: LocalStack evaluates an output's attribute also
    where the condition of both is false, and refuses.
    """
    url = place.stack.outputs["DoorUrl"]
    click, event = b"ssl_check=1", json.dumps(_published(place, "forged")).encode()
    posts = [signed(click, SIGNING, time.time()), signed(event, "f" * 32, time.time()), Posted({}, event)]
    answers = [request(localstack, each.body, {**each.headers, "Host": urlsplit(url).netloc}) for each in posts]
    _, found = _run("doctor", "door", "signing-secret")
    _, said = _run("logs", "--since", "30m", "--all")
    template = place.client("cloudformation").get_template(StackName="tocsin")["TemplateBody"]
    function = place.client("lambda").get_function_configuration(FunctionName="tocsin")

    assert f"(Interactivity & Shortcuts) to\n  {url}\n" in place.deployed
    assert [each.status for each in answers] == [200, 401, 401]
    assert found.count("✗") == 1 and "(statement tocsin-DoorMayInvoke" in found  # it keeps no condition on a statement
    assert "let in" in said and "turned away" in said
    assert not [each for each in place.slack.messages() if "forged" in each.text]
    assert SIGNING not in place.deployed + found + said + str([place.stack, template, function])


def test_what_cannot_be_processed_is_announced_kept_and_brought_back(place: Place) -> None:
    """While its table is out of reach an alarm is told without it, announced as lost, and kept; its neighbours arrive.

    Once the function is well again, `redrive` lists what was kept and brings it back.
    """
    function, queue = place.client("lambda"), place.stack.outputs["QueueUrl"]
    settings = function.get_function_configuration(FunctionName="tocsin")["Environment"]["Variables"]
    place.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    _set(place, settings | {"TOCSIN_STORE": "dynamodb:gone"})
    place.client("events").put_events(Entries=[_event(place, "kept one")])
    place.slack.wait_for(lambda each: "could not be processed" in each.text, timeout=90)
    _until(lambda: _held(place, "DeadLettersUrl") == 1)
    _set(place, settings)
    before = len(place.slack.messages())
    code, told = asked("redrive", "--yes")
    _until(lambda: _held(place, "DeadLettersUrl") == 0 and len(place.slack.messages()) > before)

    (dead, *_) = told["queues"]
    assert code == 0 and (dead["queue"], dead["held"], dead["brought_back"], dead["left"]) == ("tocsin-dead", 1, 1, 0)
    assert "kept one" in dead["letters"][0]["what"]
    assert "kept one" in place.slack.messages()[-1].text


def _set(place: Place, settings: dict[str, str]) -> None:
    function = place.client("lambda")
    function.update_function_configuration(FunctionName="tocsin", Environment={"Variables": settings})
    function.get_waiter("function_updated_v2").wait(FunctionName="tocsin", WaiterConfig={"Delay": 1})


def test_status_and_logs_tell_each_part(place: Place) -> None:
    """`status` says what is there, `logs` what was done and why; neither knows the secret."""
    _, output = _run("status")
    _, said = _run("logs", "--since", "30m")

    assert "✓ topic: the queue is subscribed" in output and "✓ minute tick: on" in output
    assert "taken in: " in said and "shown: " in said
    assert place.slack.webhook_url not in output + said


def test_deploying_again_changes_nothing_and_proves_it_again(place: Place) -> None:
    """Idempotent: without a new package or a new wish there is nothing to change."""
    code, output = _run("deploy", "--yes")

    assert code == 0 and "nothing to change" in output and "OK: set in CloudWatch" in output


def test_destroy_leaves_nothing(place: Place) -> None:
    """Asked one by one, nothing of the stack is left, nor its secret, nor its bucket."""
    code, output = _run("destroy", "--yes")
    left = {
        "stack": find(place.cloud, "tocsin"),
        "queues": place.client("sqs").list_queues().get("QueueUrls", []),
        "topics": place.client("sns").list_topics()["Topics"],
        "subscriptions": place.client("sns").list_subscriptions()["Subscriptions"],
        "tables": place.client("dynamodb").list_tables()["TableNames"],
        "parameters": place.client("ssm").describe_parameters()["Parameters"],
        "buckets": place.client("s3").list_buckets()["Buckets"],
        "functions": place.client("lambda").list_functions()["Functions"],
        "mappings": place.client("lambda").list_event_source_mappings()["EventSourceMappings"],
        "rules": place.client("events").list_rules()["Rules"],
        "logs": place.client("logs").describe_log_groups()["logGroups"],
        "roles": place.client("iam").list_roles()["Roles"],
        "alarms": place.client("cloudwatch").describe_alarms(AlarmNamePrefix="tocsin-")["MetricAlarms"],
    }

    assert code == 0 and "Alarm checkout errors acts on the topic" in output
    assert find(place.cloud.elsewhere(ELSEWHERE), "tocsin-spoke") is None
    assert {what: found for what, found in left.items() if found} == {}


def _held(place: Place, output: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = place.client("sqs").get_queue_attributes(QueueUrl=place.stack.outputs[output], AttributeNames=names)
    return sum(int(value) for value in found["Attributes"].values())


def _logged(place: Place, word: str, did: str) -> int:
    pages = place.client("logs").get_paginator("filter_log_events").paginate(logGroupName="/aws/lambda/tocsin")
    lines = [event["message"] for page in pages for event in page["events"]]
    return len([line for line in lines if word in line and f'"did": "{did}"' in line])


def _until(look: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "nothing came of it"
