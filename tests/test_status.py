"""`tocsin status`: each part by itself, with the check that says more; what is gone or denied hides no other."""

from __future__ import annotations

import json
import os
import shlex
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from answering import Answer, Request, answering
from aws_home import REGION, Answers, Home, deployed, run, understood
from denying_aws import passed_on
from json_page import asked
from tocsin.ports import ConfigError
from tocsin_cli.doctor.restoring import restored
from tocsin_cli.stack.outlook import look
from tocsin_cli.stack.seen import Seen, guarded
from tocsin_cli.stack.surroundings import look_around

NOW = time.time_ns() // 1_000_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A healthy stack; the last test takes its function away."""
    with deployed(tmp_path_factory.mktemp("aws")) as there:
        yield there


def seen(home: Home, **answers: Mapping[str, Any] | str) -> list[Seen]:
    """What is seen where these operations answer so, or are refused by that code."""
    with Answers(home, **answers) as cloud:
        return [*look(cloud, home.stack, NOW), *look_around(cloud, home.stack)]


def test_a_healthy_stack_needs_nobody(home: Home) -> None:
    """Every part has its tick."""
    code, output = run("status")

    assert code == 0 and "✗" not in output and "?" not in output
    assert output.startswith(f"Stack tocsin in account 123456789012, {REGION}: CREATE_COMPLETE\n")


def test_programs_get_one_object(home: Home) -> None:
    """It says the same as the lines do, part by part, and has the same exit code."""
    code, said = asked("status")

    assert code == 0 and said["whole"] and said["code"] == said["here"]
    assert (said["account"], said["region"], said["stack"]) == ("123456789012", REGION, "tocsin")
    assert [each for each in said["parts"] if each["trouble"] or each["mend"]] == []
    assert {"topic: the queue is subscribed", "dead letters: 0"} <= {each["what"] for each in said["parts"]}


def test_what_is_wrong_names_the_check_that_says_more(home: Home) -> None:
    """The commands are ones that there are, and the doctor's checks too."""
    home.client("sqs").send_message(QueueUrl=home.stack.outputs["DeadLettersUrl"], MessageBody="{}")
    sns, topic = home.client("sns"), home.stack.outputs["TopicArn"]
    (found,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=found["SubscriptionArn"])
    code, output = run("status")
    troubled = [each for each in seen(home) if each.trouble]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=found["Endpoint"])
    home.client("sqs").purge_queue(QueueUrl=home.stack.outputs["DeadLettersUrl"])

    assert code == 1 and [each.what for each in troubled] == ["topic", "dead letters: 1"]
    assert f"✗ topic: the queue is not subscribed to it\n      $ tocsin doctor subscription --region {REGION}" in output
    assert all(understood(each.mend) for each in troubled)


def test_an_update_that_is_stuck_needs_you(home: Home) -> None:
    """The parts work as before, and no later update can be made: what goes on is said, and the exit code is 1."""
    endpoint = os.environ["AWS_ENDPOINT_URL"]

    def stuck(request: Request) -> Answer:
        answer = passed_on(endpoint, request)
        return replace(answer, body=answer.body.replace(b">CREATE_COMPLETE<", b">UPDATE_ROLLBACK_FAILED<"))

    with answering(stuck) as address, pytest.MonkeyPatch.context() as environ:
        environ.setenv("AWS_ENDPOINT_URL", address)
        code, output = run("status")

    assert code == 1 and "✗ its last update is stuck: `tocsin deploy` goes on, `tocsin destroy` removes it" in output
    assert "✓ topic: the queue is subscribed" in output


def test_a_region_that_does_not_answer_hides_no_other_part() -> None:
    """It is not trouble either: what could not be reached is not known."""

    def cut() -> Iterator[Seen]:
        yield Seen("queue: 0 waiting, 0 in hand")
        raise EndpointConnectionError(endpoint_url="https://events.us-east-1.amazonaws.com/")

    first, last = guarded("alarms of us-east-1", "tocsin doctor regions", cut())

    assert not first.trouble and not last.is_known
    assert "could not be looked at: Could not connect to the endpoint URL" in next(last.lines())


def test_a_right_that_is_missing_is_named_and_hides_no_other_part(home: Home) -> None:
    """It is not trouble: whoever may not look does not know."""
    found = seen(home, GetQueueAttributes="AccessDenied", DescribeRule="SomethingNew", GetParameter="AccessDenied")
    unknown = [each for each in found if not each.is_known]
    (line,) = unknown[1].lines()

    assert line == "  ? queue: it could not be looked at: GetQueueAttributes is denied"
    assert [each.what for each in unknown] == [
        "rule for all alarms", "queue", "dead letters", "minute tick", "Slack secret", "other regions",
    ]  # fmt: skip
    assert "topic: the queue is subscribed" in [each.what for each in found]


def test_whoever_aws_does_not_know_is_told_so_once(home: Home) -> None:
    """An expired token is no trouble of ten parts: it ends the command."""
    with pytest.raises(ClientError, match="ExpiredToken"):
        seen(home, DescribeRule="ExpiredToken")


def reader(arn: str, protocol: str, endpoint: str) -> dict[str, str]:
    """As ListSubscriptionsByTopic answers."""
    return {"SubscriptionArn": arn, "Protocol": protocol, "Endpoint": endpoint}


@pytest.mark.parametrize(
    ("readers", "said"),
    [
        ([], "e-mail: nobody is told when tocsin itself is in trouble"),
        (
            [reader("PendingConfirmation", "email", "b@example.com")],
            "e-mail: b@example.com has not confirmed: click the link in the mail from AWS",
        ),
        (
            [
                reader("PendingConfirmation", "email", "b@example.com"),
                reader("arn:aws:sns:1", "email", "a@example.com"),
            ],
            "e-mail: a@example.com",
        ),
        ([reader("arn:aws:sns:1", "https", "https://pager.example/key/s3cret")], "e-mail: https"),
    ],
)
def test_whoever_hears_of_tocsins_own_trouble_is_named(home: Home, readers: list[dict[str, str]], said: str) -> None:
    """As the doctor has it: one who has confirmed is enough, by whatever road; a pager's URL is not shown."""
    told = seen(home, ListSubscriptionsByTopic={"Subscriptions": readers})
    (line, *_) = [line for each in told for line in each.lines() if "e-mail" in line]

    assert line[4:] == said


def test_one_region_hides_no_other(home: Home) -> None:
    """What may not be looked at there is said for each."""
    record = {"Parameter": {"Name": "/tocsin/tocsin/spokes", "Value": "us-east-1,us-east-2", "Type": "StringList"}}
    rule = {"Name": "tocsin-spoke", "State": "ENABLED"}
    found = seen(home, GetParameter=record, DescribeRule=rule, GetQueueUrl="AccessDenied")

    assert [next(each.lines()) for each in found if "us-east" in each.what] == [
        "  ✓ alarms of us-east-1: on",
        "  ? dead letters of us-east-1: it could not be looked at: GetQueueUrl is denied",
        "  ✓ alarms of us-east-2: on",
        "  ? dead letters of us-east-2: it could not be looked at: GetQueueUrl is denied",
    ]


def test_deploy_puts_right_what_was_changed_behind_its_back(home: Home) -> None:
    """What belongs to the stack and is safe; nothing is said of what is well."""
    home.client("events").disable_rule(Name="tocsin-tick")
    home.client("lambda").put_function_recursion_config(FunctionName="tocsin", RecursiveLoop="Terminate")
    said = list(restored(home.cloud, home.stack, NOW))

    assert said == [
        "  ✓ put right: Lambda stops tocsin when it wakes itself through its queue",
        "  ✓ put right: the rule tocsin-tick is switched off",
    ]
    assert list(restored(home.cloud, home.stack, NOW)) == []


def test_what_may_not_be_put_right_is_told(home: Home) -> None:
    """It does not end the deployment; what may not be looked at is no news there."""
    home.client("events").disable_rule(Name="tocsin-tick")
    with Answers(home, EnableRule="AccessDeniedException", DescribeTable="AccessDeniedException") as cloud:
        (said,) = restored(cloud, home.stack, NOW)
    home.client("events").enable_rule(Name="tocsin-tick")

    assert said.startswith("  ✗ the rule tocsin-tick is switched off (EnableRule is refused): tocsin doctor tick")


@pytest.mark.parametrize("command", [("deploy", "--yes"), ("destroy", "--yes"), ("status",), ("doctor",), ("test",)])
def test_a_stack_of_somebody_else_is_left_alone(home: Home, command: tuple[str, ...]) -> None:
    """Whoever mistypes the name changes nothing of it, and learns nothing false about it."""
    cloudformation = home.client("cloudformation")
    body = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "website"}}}}
    cloudformation.create_stack(StackName="website", TemplateBody=json.dumps(body))
    with pytest.raises(ConfigError, match=r"the stack website .* is not tocsin's, and is left alone"):
        run(*command, "--stack", "website")
    (there,) = cloudformation.describe_stacks(StackName="website")["Stacks"]
    cloudformation.delete_stack(StackName="website")

    assert there["StackStatus"] == "CREATE_COMPLETE"


def test_without_its_function_the_rest_is_still_told(home: Home) -> None:
    """Somebody deleted it by hand: it is said, and what makes it again is one check away."""
    home.client("lambda").delete_function(FunctionName="tocsin")
    code, output = run("status")
    _, said = run(*shlex.split(output.split("✗ function: it is gone\n      $ ")[1].partition("\n")[0])[1:])

    assert code == 1 and "✓ topic: the queue is subscribed" in output
    again = "tocsin deploy --email ops@example.com --region eu-north-1"
    assert f"$ tocsin destroy --region eu-north-1 && {again}" in said, "what was wished is wished again"
