"""Every command finds what the Terraform module made, which CloudFormation does not know, and leaves it to Terraform.

Here the parts come from the template, which makes the same (tests/test_terraform.py); CloudFormation is asked in an
account where there is no stack. Terraform itself is run in tests/localstack/test_terraform.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from aws_home import REGION, Answers, Home, deployed, run
from tocsin.ports import ConfigError
from tocsin_cli.cloud import cloud
from tocsin_cli.doctor import heart, mending, slack
from tocsin_cli.stack.standing import absent, made, ours, standing

ACCOUNT = "123456789012"


@pytest.fixture(scope="module")
def home(aws: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """All parts of a healthy tocsin, and no stack."""
    with deployed(tmp_path_factory.mktemp("aws")) as there, pytest.MonkeyPatch.context() as environ:
        environ.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", aws)
        with cloud(None, None) as here:
            yield replace(there, cloud=here)


def test_its_parts_are_known_by_the_names_that_are_given(home: Home) -> None:
    """The same names as the template's outputs, from the function's settings, its tag and the rule of naming."""
    stack = home.stack

    assert (stack.maker, stack.status) == ("Terraform", "made by Terraform")
    assert stack.outputs["TopicArn"] == f"arn:aws:sns:{REGION}:{ACCOUNT}:tocsin"
    assert stack.outputs["SecretName"] == "/tocsin/tocsin/slack-webhook"
    assert stack.parameters["SlackMode"] == "webhook" and len(stack.parameters["CodeDigest"]) == 64
    for output in ("QueueUrl", "DeadLettersUrl", "FailedInvocationsUrl"):
        assert home.client("sqs").get_queue_attributes(QueueUrl=stack.outputs[output], AttributeNames=["QueueArn"])


def test_status_looks_at_each_part(home: Home) -> None:
    """And says who made it."""
    code, output = run("status")

    assert f"Stack tocsin in account {ACCOUNT}, {REGION}: made by Terraform" in output
    assert "✓ topic: the queue is subscribed" in output and "✓ minute tick: on" in output
    assert "the same as here" in output and code in (0, 1)  # the e-mail of this AWS is confirmed, or not


def test_the_doctor_finds_nothing_on_a_healthy_one(home: Home) -> None:
    """All checks, whoever made it."""
    code, output = run("doctor")

    assert code == 0 and output.endswith("Nothing is wrong.\n")


def test_logs_and_redrive_find_their_places(home: Home) -> None:
    """The log's heartbeat, and a dead letter that comes back."""
    home.client("sqs").send_message(
        QueueUrl=home.stack.outputs["FailedInvocationsUrl"],
        MessageBody=json.dumps({"requestPayload": {"text": "kept one"}}),
    )
    code, output = run("redrive", "--yes")
    home.slack.wait_for(lambda each: "kept one" in str(each), timeout=60)
    _, said = run("logs", "--all")

    assert code == 0 and "tocsin-failed: 1 failed invocations" in output and "beat" in said


def test_topics_are_connected_and_taken_off(home: Home) -> None:
    """With a word on what Terraform will do about it."""
    arn = home.client("sns").create_topic(Name="yours")["TopicArn"]
    _, joined = run("connect", arn, "--yes")
    _, parted = run("disconnect", arn, "--yes")

    assert f"✓ topic {arn}: tocsin's queue subscribes to it" in joined and "the next `terraform apply`" in joined
    assert f"✓ topic {arn}: tocsin's queue is no longer subscribed" in parted


def test_an_alarm_is_added_to_its_topic(home: Home) -> None:
    """`alarm add` knows the topic."""
    code, output = run("alarm", "add", "errors", "tocsin", "--plan", "--json")

    assert code == 0 and home.stack.outputs["TopicArn"] in output


@pytest.mark.parametrize("command", [("deploy", "--plan"), ("destroy", "--yes")])
def test_what_would_make_or_remove_it_leaves_it_to_terraform(home: Home, command: tuple[str, ...]) -> None:
    """One line says whose it is and what to run; nothing is changed."""
    with pytest.raises(ConfigError, match="was made by Terraform") as caught:
        run(*command)

    assert "`terraform apply`" in caught.value.hint and "`terraform destroy`" in caught.value.hint
    assert ours(home.cloud, "another") is None and home.stack.is_whole


def test_what_mends_it_is_terraforms(home: Home) -> None:
    """Parts that were deleted by hand, a newer package, the secret, the e-mail, other regions."""
    scene = home.scene()

    assert mending.made_again(scene) == mending.put_right(scene) == "terraform apply"
    assert mending.renewed(scene).endswith("terraform apply") and "ops_email" in mending.mailed(scene)
    assert mending.told_the_secret(scene).startswith("aws ssm put-parameter --name /tocsin/tocsin/slack-webhook --type")
    assert "us-east-1" in mending.watched(scene, "us-east-1")
    assert list(heart.stack(scene)) == list(slack.secret(scene)) == []


def test_half_of_one_is_told_from_none(home: Home) -> None:
    """Without its function the rule still tells of it: commands say what goes on; of another name there is nothing."""
    rule = home.client("events").put_rule(Name="halved-all-alarms", ScheduleExpression="rate(1 day)")
    half = standing(home.cloud, "halved")
    with pytest.raises(ConfigError, match="half-made \\(its function is missing\\)") as caught:
        made(home.cloud, "halved")
    home.client("events").delete_rule(Name="halved-all-alarms")

    assert rule and half is not None and half.maker == "Terraform" and "`terraform apply` goes on" in caught.value.hint
    assert standing(home.cloud, "halved") is None


def test_whoever_asks_in_the_wrong_place_is_told_the_right_one(home: Home) -> None:
    """Another name, another region, and an account with nothing in it: one line, and the options to use."""
    wrong_name = absent(home.cloud, "alarms")
    wrong_region = absent(home.cloud.elsewhere("us-east-1"), "tocsin")

    assert str(wrong_name).endswith(f"there is tocsin in {REGION}")
    assert wrong_name.hint == f"name it: --stack tocsin --region {REGION}"
    assert wrong_region.hint == f"name it: --region {REGION}"


def test_where_the_regions_are_not_told_this_one_is_looked_at(home: Home) -> None:
    """And what may not be looked at at all hides nothing: the answer is that there is none that could be seen."""
    with Answers(home, DescribeRegions="UnauthorizedOperation") as cloud:
        near = absent(cloud, "alarms")
    with Answers(home, ListFunctions="AccessDeniedException") as cloud:
        blind = absent(cloud, "alarms")

    assert str(near).endswith(f"there is tocsin in {REGION}")
    assert "nor in another region that could be looked at" in str(blind)


def test_an_account_without_any_is_told_how_to_make_one(home: Home, monkeypatch: pytest.MonkeyPatch, aws: str) -> None:
    """Where no region has one, deploy is what is left."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "210987654321")
    with cloud(None, None) as empty:
        problem = absent(empty, "tocsin")

    assert "nor in another region" in str(problem) and problem.hint.startswith("make it: tocsin deploy")


def test_a_function_of_ones_own_is_no_stack(home: Home) -> None:
    """The plain package in a function made by hand has no queue and no table that these commands could look at."""
    lambdas = home.client("lambda")
    found = lambdas.get_function(FunctionName="tocsin")["Configuration"]
    lambdas.create_function(
        FunctionName="plain", Runtime="python3.13", Role=found["Role"], Handler="tocsin.handler.lambda_handler",
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
    )  # fmt: skip
    there = standing(home.cloud, "plain")
    lambdas.delete_function(FunctionName="plain")

    assert there is None
