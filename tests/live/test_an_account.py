"""A real account and a real Slack: what no emulator shows. Opt-in; makes a stack tocsin-live, and takes it away again.

    TOCSIN_LIVE=eu-north-1,us-east-1 TOCSIN_LIVE_WEBHOOK_FILE=webhook make test ARGS="-n 0 tests/live"

The first region becomes home, the second a spoke. It takes about 20 minutes and costs a few cents, most of
them for the key of its topics. What an aborted run leaves: `tocsin destroy --stack tocsin-live`.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from click.testing import CliRunner

from tocsin.decide import alone
from tocsin.destinations.http import Connections
from tocsin.envelope import unwrap
from tocsin.grouping import message_id
from tocsin.handler import destination
from tocsin.kinds import read
from tocsin.model import Message
from tocsin.ports import ConfigError
from tocsin_cli import slack_target
from tocsin_cli.app import cli
from tocsin_cli.cloud import Cloud, cloud
from tocsin_cli.function_log import Line, lines
from tocsin_cli.stack.bucket import bucket_of
from tocsin_cli.stack.standing import Stack, find, made
from tocsin_local.slack.clicks import signed

NAME, ONE_FILE, HINDERED = "tocsin-live", "tocsin-live-file", "tocsin-live-hindered"
EVENT = Path(__file__).parents[1] / "events" / "cloudwatch_alarm" / "action-alarm.json"
SIGNING = secrets.token_hex(16)
_PAUSE, _PATIENCE = 5.0, 300.0
_MEMORY = re.compile(r"Max Memory Used: (\d+) MB")


@dataclass(frozen=True)
class Place:
    """The account, home's and the spoke's region, and what `tocsin deploy` said."""

    home: Cloud
    spoke: Cloud
    deployed: str
    since: int

    @property
    def stack(self) -> Stack:
        return made(self.home, NAME)

    def told(self, word: str) -> list[Line]:
        """What the function has said since it was deployed, of lines that hold this word."""
        return list(lines(self.home, self.stack.outputs["LogGroupName"], self.since, word))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Deployed with a key for its topics, a Slack door and one more region; destroyed whatever happens."""
    home, _, other = os.environ.get("TOCSIN_LIVE", "").partition(",")
    webhook = os.environ.get("TOCSIN_LIVE_WEBHOOK_FILE", "")
    if not (home and other and webhook):
        pytest.skip("wants a real account: TOCSIN_LIVE=HOME_REGION,SPOKE_REGION and TOCSIN_LIVE_WEBHOOK_FILE=PATH")
    since, sealed = int(time.time() * 1000), tmp_path_factory.mktemp("secret") / "signing"
    sealed.write_text(SIGNING)
    with cloud(None, home) as here:
        try:
            asked = ("--regions", other, "--set", "EncryptTopics=yes")
            files = ("--slack-webhook-url-file", webhook, "--slack-signing-secret-file", str(sealed))
            code, output = _run(home, "deploy", "--stack", NAME, "--yes", *asked, *files)
            assert code == 0, output
            yield Place(here, here.elsewhere(other), output, since)
        finally:
            _run(home, "destroy", "--stack", NAME, "--yes")


def _run(region: str, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, [*arguments, "--region", region])
    if isinstance(done.exception, ConfigError):
        return 2, f"{done.output}{done.exception}"
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def _until(look: Callable[[], bool], seconds: float = _PATIENCE) -> None:
    end, waiting = time.monotonic() + seconds, Event()
    while not look():
        assert time.monotonic() < end, "nothing came of it"
        waiting.wait(_PAUSE)


def test_both_roads_bring_the_same_alarm(place: Place) -> None:
    """Key and policies let CloudWatch publish, EventBridge sends the change by itself, and one message tells both."""
    _until(lambda: {line.about.get("via") for line in _taken(place)} >= {"sns-sqs", "eventbridge-sqs"})
    shown = [line for line in place.told("canary") if line.did == "shown"]

    assert "Slack accepted it" in place.deployed
    assert len({line.about["message"] for line in shown}) == len(shown) > 0


def _taken(place: Place) -> list[Line]:
    return [line for line in place.told(place.stack.outputs["CanaryName"]) if line.did == "taken in"]


def test_another_region_hands_its_alarms_on(place: Place) -> None:
    """The role of a spoke lets its rule reach home's bus."""
    cloudwatch, name = place.spoke.client("cloudwatch"), f"{NAME}-far-away"
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace=NAME,
        MetricName="Nothing",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    try:
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="TEST: nothing is wrong")
        _until(lambda: any(line.did == "taken in" for line in place.told(name)))
    finally:
        cloudwatch.delete_alarms(AlarmNames=[name])


def test_alarms_may_be_asked_about(place: Place) -> None:
    """No right is missing for that, in neither region, and CloudWatch understands what it is asked."""
    wrong = ("AccessDenied", "UnknownOperation", "Serialization", "Validation")

    assert not [line.text for line in place.told("not enriched") if any(word in line.text for word in wrong)]


def test_it_says_that_it_lives(place: Place) -> None:
    """CloudWatch finds the heartbeat in the log lines, and the alarm about it has never fired."""
    cloudwatch = place.home.client("cloudwatch")
    asked = {"Namespace": f"tocsin/{NAME}", "MetricName": "Heartbeat", "Period": 60, "Statistics": ["Sum"]}

    def beats() -> list[Any]:
        span = {"StartTime": place.since / 1000, "EndTime": time.time()}
        return list(cloudwatch.get_metric_statistics(**asked, **span)["Datapoints"])

    _until(lambda: len(beats()) >= 3)
    history = cloudwatch.describe_alarm_history(AlarmName=f"{NAME}-heartbeat", HistoryItemType="StateUpdate")
    assert not [each for each in history["AlarmHistoryItems"] if "to ALARM" in each["HistorySummary"]]


def test_it_fits_into_128_mb(place: Place) -> None:
    """No invocation has used more than the smallest function has."""
    _until(lambda: any("REPORT" in line.text for line in place.told("REPORT")))
    used = [int(found[1]) for line in place.told("REPORT") if (found := _MEMORY.search(line.text))]

    assert used and max(used) <= 128


def test_lambda_does_not_take_its_wakes_for_a_loop(place: Place) -> None:
    """The function may send messages to the queue by which it is invoked."""
    found = place.home.client("lambda").get_function_recursion_config(FunctionName=NAME)

    assert found["RecursiveLoop"] == "Allow"


def test_the_door_is_open_to_slack_alone(place: Place) -> None:
    """Both permissions let a signed request through to the function, and the function turns an unsigned one away."""
    click = signed(b"ssl_check=1", SIGNING, time.time())
    answers = [_knock(place.stack.outputs["DoorUrl"], click.body, headers) for headers in (click.headers, {})]

    assert answers == [200, 401]


def _knock(address: str, body: bytes, headers: Mapping[str, str]) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, dict(headers)), timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_the_doctor_finds_nothing_broken(place: Place) -> None:
    """What it says of policies and keys agrees with what they let through."""
    _, output = _run(place.home.region, "doctor", "--stack", NAME, "--json")
    findings = json.loads(output)["findings"]

    assert not [each for each in findings if each["severity"] in ("broken", "unseen")]


def test_a_webhook_takes_a_chart(place: Place) -> None:
    """Slack shows a whole message, its chart included, that comes by a webhook."""
    config = slack_target.target(os.environ["TOCSIN_LIVE_WEBHOOK_FILE"], None)
    (envelope,) = unwrap(json.loads(EVENT.read_text()))
    (signal,) = read(envelope)
    (show,) = alone(signal).shows
    message = Message("slack", message_id(show.view), show.view)
    assert config is not None and signal.series is not None
    with closing(Connections()) as connections:
        receipt = destination(config, connections).show(message, (show.view,), None)

    assert (receipt.painted, receipt.plainness) == (message.want, 0)


def test_the_one_file_template_works_as_it_is(place: Place) -> None:
    """As somebody uploads it in the console: a stack without the command line, and nothing left of it afterwards."""
    cloudformation, holder = place.home.client("cloudformation"), bucket_of(place.home)
    code, template = _run_plainly("template")
    assert code == 0
    place.home.client("s3").put_object(Bucket=holder, Key="template.yaml", Body=template.encode())
    address = f"https://{holder}.s3.{place.home.region}.amazonaws.com/template.yaml"
    try:
        cloudformation.create_stack(StackName=ONE_FILE, TemplateURL=address, Capabilities=["CAPABILITY_IAM"])
        cloudformation.get_waiter("stack_create_complete").wait(StackName=ONE_FILE)
        answer = place.home.client("lambda").invoke(FunctionName=ONE_FILE, Payload=b"{}")
        assert "ImportModuleError" not in answer["Payload"].read().decode()
    finally:
        cloudformation.delete_stack(StackName=ONE_FILE)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=ONE_FILE)
        place.home.client("s3").delete_object(Bucket=holder, Key="template.yaml")


def _run_plainly(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, list(arguments))
    return done.exit_code, done.stdout


def test_a_stack_that_fails_is_rolled_back(place: Place) -> None:
    """A queue of its name stands in the way: CloudFormation takes back what it made, and `destroy` the rest."""
    sqs, region = place.home.client("sqs"), place.home.region
    in_the_way = sqs.create_queue(QueueName=HINDERED)["QueueUrl"]
    try:
        webhook = os.environ["TOCSIN_LIVE_WEBHOOK_FILE"]
        code, output = _run(region, "deploy", "--stack", HINDERED, "--yes", "--slack-webhook-url-file", webhook)
        assert code != 0 and HINDERED in output
        assert _run(region, "destroy", "--stack", HINDERED, "--yes")[0] == 0
        assert find(place.home, HINDERED) is None
    finally:
        sqs.delete_queue(QueueUrl=in_the_way)
