"""Other accounts, the whole way: each way to make a spoke, and the alarms that it hands on over the accounts' buses.

Nobody sends events of alarms here, so they are put into the other account's bus in AWS's shape; from there on the
emulator goes the way itself. It does not ask whether home lets anybody in: that is looked at in the bus's policy.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

import emulator
from terraform_module import SPOKE
from terraform_run import prepared
from tocsin_cli.app import cli
from tocsin_cli.cloud import Cloud, cloud
from tocsin_cli.stack.accounts import Asked, opening
from tocsin_cli.stack.bucket import clear
from tocsin_cli.stack.bus import let_in
from tocsin_cli.stack.changes import Changes
from tocsin_cli.stack.deployment import Wish, deployment
from tocsin_cli.stack.handing_out import filled_in
from tocsin_cli.stack.home import home_of
from tocsin_cli.stack.names import Names
from tocsin_cli.stack.slack_secret import Vault
from tocsin_cli.stack.standing import find, made
from tocsin_local.slack.server import LocalSlack

# A home of its own, apart from that of the other stories.
REGION, STACK = "eu-west-2", "school"
STUDENT, SECOND = "111122223333", "444455556666"


@dataclass(frozen=True)
class School:
    """Home, which has let two students in, and a Slack."""

    address: str
    cloud: Cloud
    slack: LocalSlack

    @property
    def home(self) -> str:
        return home_of(self.cloud, STACK).where

    def client(self, service: str, account: str, region: str) -> Any:
        """Of some account; the number is the key id here."""
        secret = emulator.environment(self.address, region)["AWS_SECRET_ACCESS_KEY"]
        keys = {"aws_access_key_id": account, "aws_secret_access_key": secret}
        return boto3.client(service, endpoint_url=self.address, region_name=region, **keys)

    def alarm(self, account: str, region: str, name: str) -> None:
        """As CloudWatch tells EventBridge: …/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""
        reason = "Threshold Crossed: 1 datapoint [7.0 (24/11/26 11:59:00)] was greater than the threshold (5.0)."
        state = {"value": "ALARM", "reason": reason, "timestamp": "2026-11-24T12:00:00.123+0000"}
        event = {
            "Source": "aws.cloudwatch",
            "DetailType": "CloudWatch Alarm State Change",
            "Resources": [f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"],
            "Detail": json.dumps({"alarmName": name, "state": state, "previousState": {"value": "OK"}}),
        }
        assert self.client("events", account, region).put_events(Entries=[event])["FailedEntryCount"] == 0


@pytest.fixture(scope="module")
def school(localstack: str) -> Iterator[School]:
    """Home as `tocsin deploy` makes it, but for its proof."""
    with ExitStack() as closing:
        slack = closing.enter_context(LocalSlack())
        environ = closing.enter_context(pytest.MonkeyPatch.context())
        for name, value in emulator.environment(localstack, REGION).items():
            environ.setenv(name, value)
        here = closing.enter_context(cloud(None, None))
        changes = Changes(here, STACK, lambda step: None)
        guests = opening(here, STACK, None, Asked({STUDENT: "student 12", SECOND: ""}))
        ready = deployment(here, changes)
        Vault(here, STACK, "webhook").fill(slack.webhook_url)
        closing.callback(clear, here, STACK)
        closing.callback(Vault(here, STACK, "webhook").empty)
        closing.callback(changes.remove)
        ready.carry_out(ready.plan(Wish("webhook").parameters(None) | guests.after.parameters()))
        guests.carry_out()
        closing.callback(Names(here, STACK).forget, [STUDENT])
        yield School(localstack, here, slack)


@contextmanager
def account(id: str) -> Iterator[None]:
    """Commands are run as that one meanwhile."""
    with pytest.MonkeyPatch.context() as environ:
        environ.setenv("AWS_ACCESS_KEY_ID", id)
        yield


def _run(*arguments: str) -> str:
    done = CliRunner().invoke(cli, [*arguments, "--stack", STACK])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_home_lets_in_the_alarms_of_two_accounts(school: School) -> None:
    """Its bus says so, and names what for."""
    policy = json.loads(school.cloud.client("events").describe_event_bus()["Policy"])
    (statement,) = policy["Statement"]

    assert let_in(school.cloud, STACK).accounts == (STUDENT, SECOND)
    assert statement["Condition"]["ForAllValues:StringEquals"]["events:source"] == "aws.cloudwatch"
    assert made(school.cloud, STACK).parameters["Accounts"] == f"{STUDENT},{SECOND}"


def test_a_students_alarm_arrives_with_the_students_name(school: School) -> None:
    """From the student's bus in two regions, home's own among them, by the spoke that `tocsin spoke add` makes."""
    with account(STUDENT):
        said = _run("spoke", "add", "--home", school.home, "--yes", "--regions", f"us-east-1,{REGION}")
    for region in ("us-east-1", REGION):
        school.alarm(STUDENT, region, f"cpu of {region}")
        message = school.slack.wait_for(lambda each: f"cpu of {region}" in each.text, timeout=60)  # noqa: B023
        assert "student 12 (111122223333)" in str(message) and f"student 12/{region}" in message.text

    assert f"tocsin deploy --accounts {STUDENT}" in said


def test_what_came_from_elsewhere_is_not_handed_on(school: School) -> None:
    """The rule matches alarms of its own account and region, and no others: homes that watch each other do not loop."""
    events = school.client("events", STUDENT, "us-east-1")
    pattern = events.describe_rule(Name=f"{STACK}-spoke")["EventPattern"]
    event = {"id": "1", "source": "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change", "detail": {}}
    event |= {"time": "2026-11-24T12:00:00Z", "resources": []}
    matches = {
        (whose, region): events.test_event_pattern(
            EventPattern=pattern, Event=json.dumps(event | {"account": whose, "region": region})
        )["Result"]
        for whose in (STUDENT, SECOND)
        for region in ("us-east-1", REGION)
    }

    assert [where for where, does in matches.items() if does] == [(STUDENT, "us-east-1")]


def test_a_stack_set_makes_spokes(school: School) -> None:
    """The template that `tocsin spoke template` prints needs no parameter: a StackSet makes it in another account; at
    home, if it gets there, without a rule, which would feed itself for ever.

    The emulator knows accounts and no organization. It deletes stacks that are gone once more and may fail at it, so
    they are removed by hand, and its record of the set stays until it ends.
    """
    template, name = _run("spoke", "template"), f"{STACK}-spoke"
    assert template.rstrip("\n") == filled_in(home_of(school.cloud, STACK)).rstrip("\n")
    stack_sets = school.client("cloudformation", "123456789012", REGION)
    stack_sets.create_stack_set(StackSetName=name, TemplateBody=template, Capabilities=["CAPABILITY_IAM"])
    stack_sets.create_stack_instances(StackSetName=name, Accounts=[SECOND], Regions=["eu-central-1"])
    there = school.client("cloudformation", SECOND, "eu-central-1")
    _until(lambda: [each["StackStatus"] for each in there.describe_stacks()["Stacks"]] == ["CREATE_COMPLETE"])
    school.alarm(SECOND, "eu-central-1", "by a stack set")
    message = school.slack.wait_for(lambda each: "by a stack set" in each.text, timeout=60)

    stack_sets.create_stack_instances(StackSetName=name, Accounts=["123456789012"], Regions=[REGION])
    at_home = school.client("events", "123456789012", REGION).list_rules()["Rules"]

    assert f"{SECOND}/eu-central-1" in message.text
    assert sorted(each["Name"] for each in at_home) == [f"{STACK}-all-alarms", f"{STACK}-tick"]
    for stack in there.describe_stacks()["Stacks"]:
        _taken_away(there, stack["StackName"])
    _taken_away(stack_sets, f"sset-{name}-123456789012-{REGION}")


def _taken_away(cloudformation: Any, name: str) -> None:
    """To the end, so that what follows meets no half of it."""
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


@pytest.mark.may_be_absent
def test_terraform_makes_a_spoke(school: School, needs: Callable[..., str], tmp_path: Path) -> None:
    """The same by the module: an alarm goes its way, a second plan changes nothing, and nothing is left."""
    chosen = {"home_account": "123456789012", "home_region": REGION, "home_stack": STACK}
    settings = emulator.environment(school.address, "ap-south-1") | {"AWS_ACCESS_KEY_ID": SECOND}
    settings |= {f"TF_VAR_{name}": text for name, text in chosen.items()}
    terraform = prepared(needs("terraform"), tmp_path, settings, SPOKE)
    try:
        terraform.succeed("apply", "-auto-approve")
        school.alarm(SECOND, "ap-south-1", "by terraform")
        message = school.slack.wait_for(lambda each: "by terraform" in each.text, timeout=60)
        again = terraform.succeed("plan", "-detailed-exitcode")
    finally:
        terraform.succeed("destroy", "-auto-approve")

    assert f"{SECOND}/ap-south-1" in message.text and "No changes." in again
    assert school.client("events", SECOND, "ap-south-1").list_rules()["Rules"] == []
    assert not school.client("sqs", SECOND, "ap-south-1").list_queues().get("QueueUrls")


def test_a_spoke_is_taken_away(school: School) -> None:
    """Nothing of it is left in the student's account, region by region."""
    with account(STUDENT):
        _run("spoke", "remove", "--yes", "--regions", f"us-east-1,{REGION}")
    left = [
        school.client("events", STUDENT, region).list_rules()["Rules"]
        + school.client("sqs", STUDENT, region).list_queues().get("QueueUrls", [])
        for region in ("us-east-1", REGION)
    ]

    assert left == [[], []] and school.client("iam", STUDENT, REGION).list_roles()["Roles"] == []
    assert find(school.cloud, STACK) is not None


def _until(look: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "nothing came of it"
