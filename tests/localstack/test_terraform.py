"""The Terraform module's story: made, the same as the CloudFormation stack beside it, used, changed, taken away."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

import emulator
from aws_home import run
from json_page import asked
from stack_described import described
from terraform_run import Terraform, prepared
from tocsin.ports import ConfigError
from tocsin_cli.artefacts.lambda_zip import RUNTIME, package, zipped
from tocsin_cli.cloud import cloud
from tocsin_cli.stack.bundle import TEMPLATE
from tocsin_cli.stack.heartbeat import lives
from tocsin_cli.stack.standing import made
from tocsin_local.lambda_runtime import find_python
from tocsin_local.slack.server import LocalSlack

pytestmark = pytest.mark.may_be_absent

REGION, BESIDE = "ap-northeast-2", "eu-west-3"
SECRET = "/tocsin/tocsin/slack-webhook"


@dataclass(frozen=True)
class Place:
    """What the module made in one region, with a Slack; in another region stands the stack of the template."""

    address: str
    terraform: Terraform
    slack: LocalSlack
    package: Path

    def client(self, service: str, region: str = REGION) -> Any:
        return _client(self.address, service, region)


def _client(address: str, service: str, region: str) -> Any:
    names = emulator.environment(address, region)
    keys = {"aws_access_key_id": names["AWS_ACCESS_KEY_ID"], "aws_secret_access_key": names["AWS_SECRET_ACCESS_KEY"]}
    return boto3.client(service, endpoint_url=address, region_name=region, **keys)


@pytest.fixture(scope="module")
def place(localstack: str, needs: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An account with the secret and nothing else, and then `terraform apply`."""
    folder = tmp_path_factory.mktemp("terraform")
    archive = folder / "tocsin-lambda.zip"
    archive.write_bytes(zipped(package(find_python(RUNTIME))))
    chosen = {"package": str(archive), "language": "ko", "ops_email": "ops@example.com"}
    settings = emulator.environment(localstack, REGION) | {f"TF_VAR_{name}": text for name, text in chosen.items()}
    terraform = prepared(needs("terraform"), folder, settings)
    with ExitStack() as closing:
        slack = closing.enter_context(LocalSlack())
        parameters = _client(localstack, "ssm", REGION)
        parameters.put_parameter(Name=SECRET, Type="SecureString", Value=slack.webhook_url)
        closing.callback(parameters.delete_parameter, Name=SECRET)
        closing.callback(terraform.run, "destroy", "-auto-approve")
        terraform.succeed("apply", "-auto-approve")
        yield Place(localstack, terraform, slack, archive)


def test_what_was_applied_is_what_was_wished(place: Place) -> None:
    """A second plan finds nothing to change."""
    assert "No changes." in place.terraform.succeed("plan", "-detailed-exitcode")


@pytest.fixture(scope="module")
def beside(place: Place) -> Iterator[str]:
    """The template's stack in another region of that account."""
    bucket, stack = place.client("s3", BESIDE), place.client("cloudformation", BESIDE)
    bucket.create_bucket(Bucket="packages", CreateBucketConfiguration={"LocationConstraint": BESIDE})
    bucket.upload_file(str(place.package), "packages", "package.zip")
    chosen = {"CodeBucket": "packages", "CodeKey": "package.zip", "CodeDigest": "0"}
    chosen |= {"Language": "ko", "OpsEmail": "ops@example.com"}
    stack.create_stack(
        StackName="tocsin",
        TemplateBody=TEMPLATE.read_text("utf-8"),
        Parameters=[{"ParameterKey": name, "ParameterValue": text} for name, text in chosen.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    stack.get_waiter("stack_create_complete").wait(StackName="tocsin", WaiterConfig={"Delay": 1})
    yield BESIDE
    stack.delete_stack(StackName="tocsin")
    stack.get_waiter("stack_delete_complete").wait(StackName="tocsin", WaiterConfig={"Delay": 1})
    bucket.delete_object(Bucket="packages", Key="package.zip")
    bucket.delete_bucket(Bucket="packages")


def test_both_roads_to_the_stack_end_at_the_same_place(place: Place, beside: str) -> None:
    """Asked service by service, the module has made what the template makes."""
    made, wanted = _described(place, REGION), _described(place, beside)
    # LocalStack's CloudFormation passes over these three.
    wanted["function"]["recursion"] = "Allow"
    wanted["table"]["Backups"] = "ENABLED"
    wanted["logs"][0]["retentionInDays"] = 30

    assert all(wanted.values())
    assert {part: what for part, what in made.items() if what != wanted[part]} == {}


def test_an_alarm_arrives(place: Place) -> None:
    """The canary's alarm goes by topic, queue and function, with the secret that Terraform never saw, to Slack."""
    cloudwatch = place.client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName="tocsin-canary", StateValue="ALARM", StateReason="a test")
    message = place.slack.wait_for(lambda each: "tocsin-canary" in each.text, timeout=60)

    assert message.text.startswith("시험 · ")


@pytest.fixture
def machine(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here commands ask that account and region."""
    for name, value in emulator.environment(place.address, REGION).items():
        monkeypatch.setenv(name, value)


def test_the_commands_find_what_terraform_made(place: Place, machine: None) -> None:
    """Once it lives, `test` follows an alarm hop by hop, `status` and `doctor` find nothing wrong, and `redrive` finds
    nothing to bring back."""
    end = time.monotonic() + 150
    with cloud(None, None) as here:
        while not lives(here, made(here, "tocsin"), time.time_ns() // 1_000_000):
            assert time.monotonic() < end, "it does not live"
    code, proof = asked("test")
    said = {name: run(name) for name in ("status", "doctor", "redrive")}

    assert (code, proof["arrives"], proof["parts"]) == (0, True, [])
    assert [(each["state"], each["missing"]) for each in proof["changes"]] == [("ALARM", None), ("OK", None)]
    assert {"queue", "function", "stored"} <= {hop["hop"] for hop in proof["changes"][0]["roads"][0]["hops"]}
    assert [line for _, output in said.values() for line in output.splitlines() if "✗" in line or "?" in line] == []
    assert {name: code for name, (code, _) in said.items()} == dict.fromkeys(said, 0)
    assert "made by Terraform" in said["status"][1]
    assert "tocsin-dead: 0" in said["redrive"][1]


def test_the_doctors_way_to_mend_it_is_terraforms(place: Place, machine: None) -> None:
    """An alarm about tocsin itself was deleted by hand: `terraform apply`, as the doctor says, makes it again."""
    place.client("cloudwatch").delete_alarms(AlarmNames=["tocsin-oldest-due"])
    code, output = run("doctor", "watches")
    place.terraform.succeed("apply", "-auto-approve")

    assert code == 3 and "the alarm tocsin-oldest-due is gone" in output and "$ terraform apply" in output
    assert run("doctor", "watches")[0] == 0


def test_deploy_and_destroy_leave_it_to_terraform(place: Place, machine: None) -> None:
    """They say whose it is."""
    for command in (("deploy", "--plan"), ("destroy", "--yes")):
        with pytest.raises(ConfigError, match="was made by Terraform"):
            run(*command)


def test_no_secret_is_in_the_state(place: Place) -> None:
    """The state knows the parameter's name, and nothing of what is in it."""
    state = place.terraform.succeed("state", "pull")

    assert SECRET in state and place.slack.webhook_url not in state


def test_a_bot_without_a_channel_is_refused_before_anything_is_done(place: Place) -> None:
    """The plan says in one sentence what is missing."""
    done = place.terraform.run("plan", "-var", "slack_mode=bot")

    assert done.returncode == 1 and "A bot needs the id of its channel (slack_channel)." in done.stderr


def test_a_changed_wish_changes_nothing_else(place: Place) -> None:
    """With a key and buttons both topics are encrypted, there is one public door, whose secret the function may read;
    with an account the bus takes its alarms; and nothing is made anew."""
    wish = ("-var", "encrypt_topics=true", "-var", "slack_buttons=true", "-var", 'accounts=["111122223333"]')
    said = place.terraform.succeed("apply", "-auto-approve", *wish)
    topic = place.client("sns").get_topic_attributes(TopicArn=_outputs(place)["topic_arn"])["Attributes"]
    (statement,) = json.loads(_policy_of_the_key(place, topic["KmsMasterKeyId"]))["Statement"][1:]

    assert "6 added, 3 changed, 0 destroyed" in said
    assert _let_in(place) == ["111122223333"]
    assert statement["Sid"] == "WhoPublishesToTheTopics"
    assert _outputs(place)["door_url"].startswith("http")
    assert "No changes." in place.terraform.succeed("plan", *wish)


def test_destroy_leaves_nothing(place: Place) -> None:
    """Asked one by one, nothing of it is left but the secret, which was never Terraform's."""
    place.terraform.succeed("destroy", "-auto-approve")
    left = {part: found for part, found in _described(place, REGION).items() if found}

    assert left == {} and _let_in(place) == []
    assert place.client("ssm").get_parameter(Name=SECRET)["Parameter"]["Type"] == "SecureString"


def _described(place: Place, region: str) -> dict[str, Any]:
    return described(lambda service: place.client(service, region), region)


def _outputs(place: Place) -> dict[str, Any]:
    outputs = json.loads(place.terraform.succeed("output", "-json"))
    return {name: each.get("value") for name, each in outputs.items()}


def _let_in(place: Place) -> list[str]:
    """Accounts that may put alarms on the bus."""
    policy = json.loads(place.client("events").describe_event_bus().get("Policy") or "{}")
    return [account for each in policy.get("Statement", ()) for account in each["Principal"]["AWS"]]


def _policy_of_the_key(place: Place, key: str) -> str:
    return str(place.client("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"])
