"""The stack on a small AWS, without its schedule: planned, made, used by both roads, kept up to date, taken away.

This AWS refuses what IAM does not allow, so the function works with the rights that the template gives it, and no more.
What this AWS cannot show (docs/install.md) the same story shows on another one: tests/localstack.
"""

from __future__ import annotations

import json
import os
import shlex
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

import emulator
from json_page import asked
from tocsin.ports import ConfigError
from tocsin_cli.alarms_there import alarms, own
from tocsin_cli.app import cli
from tocsin_cli.cloud import Cloud, cloud
from tocsin_cli.commands.deploy import BEGUN
from tocsin_cli.stack.accounts import Asked, opening
from tocsin_cli.stack.bucket import clear
from tocsin_cli.stack.changes import Changes, Step
from tocsin_cli.stack.deployment import Deployment, Wish, deployment
from tocsin_cli.stack.greeting import greet
from tocsin_cli.stack.names import Names
from tocsin_cli.stack.offers import Offers
from tocsin_cli.stack.plain_words import done, planned
from tocsin_cli.stack.slack_secret import Vault
from tocsin_cli.stack.spokes import Spokes, read_regions
from tocsin_cli.stack.standing import Stack, find, made
from tocsin_cli.stack.surroundings import look_around
from tocsin_cli.stack.telling import goes_on
from tocsin_cli.stack.undertaking import undertaking
from tocsin_local.slack import Message
from tocsin_local.slack.server import LocalSlack

REGION = "eu-north-1"


def _nap(seconds: float) -> None:
    """The emulator answers at once, so its answers need not be awaited for seconds."""
    os.sched_yield()


@dataclass(frozen=True)
class Place:
    """A stack in the small AWS, and the Slack that it posts to."""

    cloud: Cloud
    slack: LocalSlack
    deployment: Deployment
    steps: list[Step]

    @property
    def stack(self) -> Stack:
        return made(self.cloud, "tocsin")

    def client(self, service: str) -> Any:
        return self.cloud.client(service)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Everything in place, and one stack made."""
    with ExitStack() as closing:
        endpoint = closing.enter_context(
            emulator.running(tmp_path_factory.mktemp("aws"), emulator.free_port(), strict=True)
        )
        slack = closing.enter_context(LocalSlack())
        environ = closing.enter_context(pytest.MonkeyPatch.context())
        for name, value in emulator.environment(endpoint, REGION).items():
            environ.setenv(name, value)
        here = closing.enter_context(cloud(None, None))
        steps: list[Step] = []
        ready = deployment(here, Changes(here, "tocsin", steps.append, sleep=_nap))
        plan = ready.plan(Wish("webhook", email="ops@example.com").parameters(None))
        ready.carry_out(plan)
        Vault(here, "tocsin", "webhook").fill(slack.webhook_url)
        yield Place(here, slack, ready, steps)


def _run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, list(arguments))
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_each_resource_was_told_as_it_was_made(place: Place) -> None:
    """People see every resource by its own name, in words, and no failure."""
    said = [line for step in place.steps if (line := done(step))]

    assert "  ✓ made: function Function" in said and "  ✓ made: queue DeadLetters" in said
    assert all(line.startswith("  ✓ made: ") for line in said) and len(said) >= 25


def test_what_was_made_is_what_the_template_says(place: Place) -> None:
    """Asked one by one - for "complete" proves little - the resources are there, and hang together."""
    queue, dead = (_attributes(place, name) for name in ("QueueUrl", "DeadLettersUrl"))
    (mapping,) = place.client("lambda").list_event_source_mappings(FunctionName="tocsin")["EventSourceMappings"]
    rule = place.client("events").describe_rule(Name="tocsin-all-alarms")
    function = place.client("lambda").get_function_configuration(FunctionName="tocsin")

    assert json.loads(queue["RedrivePolicy"]) == {"deadLetterTargetArn": dead["QueueArn"], "maxReceiveCount": 5}
    assert mapping["EventSourceArn"] == queue["QueueArn"] and mapping["FunctionResponseTypes"]
    assert "tocsin-heartbeat" in rule["EventPattern"] and rule["State"] == "ENABLED"
    assert function["Environment"]["Variables"]["TOCSIN_STORE"] == "dynamodb:tocsin"
    assert {each["Protocol"] for each in _subscriptions(place, "OpsTopicArn")} == {"email"}
    assert {each["Protocol"] for each in _subscriptions(place, "TopicArn")} == {"sqs"}


def test_an_alarm_of_yours_ends_in_slack_and_turns_green(place: Place) -> None:
    """A datapoint beyond the threshold, by topic and queue; then one that is fine."""
    cloudwatch = place.client("cloudwatch")
    topic = place.stack.outputs["TopicArn"]
    cloudwatch.put_metric_alarm(
        AlarmName="checkout errors",
        Namespace="Shop",
        MetricName="Errors",
        Statistic="Average",
        Period=60,
        EvaluationPeriods=1,
        Threshold=4,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
        OKActions=[topic],
    )
    _datapoint(place, 7)
    fired = place.slack.wait_for(lambda each: "ALARM · checkout errors" in each.text, timeout=60)
    second = int(time.time())
    _until(lambda: int(time.time()) > second)  # this AWS tells whole seconds, and of two in one second firing wins
    _datapoint(place, 0)
    over = place.slack.wait_for(lambda each: "OK · checkout errors" in each.text, timeout=60)

    assert "&gt; 4" in fired.text and "after" in over.text


def test_what_the_alarm_itself_knows_is_in_its_message(place: Place) -> None:
    """Whom it tells, and the time before; asked by the function as deployed, with the rights that it has. This AWS
    looks for no ARN in a request for tags, so it refuses those: the rest is found all the same.

    A message waits for that 0.7 s at most, which a busy machine may need for itself: so up to three alarms.
    """
    for name in ("charted 1", "charted 2", "charted 3"):
        fired = _charted(place, name)
        if "*Actions*\ntocsin (SNS)" in _fields(fired):
            break

    assert "*Actions*\ntocsin (SNS)" in _fields(fired)
    assert "data_visualization" in [block["type"] for block in fired.blocks]


def _charted(place: Place, name: str) -> Message:
    """The message of an alarm with five minutes of data."""
    cloudwatch = place.client("cloudwatch")
    rule = {"Statistic": "Average", "Period": 60, "EvaluationPeriods": 1, "Threshold": 4}
    compared = {"ComparisonOperator": "GreaterThanThreshold", "AlarmActions": [place.stack.outputs["TopicArn"]]}
    cloudwatch.put_metric_alarm(AlarmName=name, Namespace="Shop", MetricName=name, **rule, **compared)
    data = [{"MetricName": name, "Value": 7, "Timestamp": int(time.time()) - 60 * n} for n in range(5)]
    cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)
    fired = place.slack.wait_for(lambda each: f"ALARM · {name}" in each.text, timeout=60)
    cloudwatch.delete_alarms(AlarmNames=[name])
    return fired


def _fields(message: Message) -> list[str]:
    return [field["text"] for block in message.attachments[0]["blocks"] for field in block.get("fields", ())]


def test_the_same_alarm_by_both_roads_at_once_is_one_message(place: Place) -> None:
    """EventBridge's event and SNS's message about one change, at the same moment: one message, with the threshold."""
    reason = "Threshold Crossed: 1 datapoint [7.0 (24/11/26 11:59:00)] was greater than the threshold (5.0)."
    alarm = f"arn:aws:cloudwatch:{REGION}:{place.cloud.account}:alarm:twice"
    state = {"value": "ALARM", "reason": reason, "timestamp": "2026-11-24T12:00:00.123+0000"}
    # This AWS sends no events of alarms and takes none: the event goes where the rule would put it.
    event = {
        "version": "0",
        "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": place.cloud.account,
        "time": "2026-11-24T12:00:00Z",
        "region": REGION,
        "resources": [alarm],
        "detail": {"alarmName": "twice", "state": state, "previousState": {"value": "OK"}},
    }
    message = {
        "AlarmName": "twice",
        "AlarmArn": alarm,
        "AWSAccountId": place.cloud.account,
        "NewStateValue": "ALARM",
        "OldStateValue": "OK",
        "NewStateReason": reason,
        "StateChangeTime": "2026-11-24T12:00:00.123+0000",
        "Region": "EU (Stockholm)",
        "Trigger": {
            "MetricName": "Errors",
            "Namespace": "Shop",
            "Statistic": "SUM",
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 5.0,
        },
    }
    queue, topic = (place.stack.outputs[name] for name in ("QueueUrl", "TopicArn"))
    sqs, sns = place.client("sqs"), place.client("sns")
    with ThreadPoolExecutor(2) as together:
        by_bus = together.submit(sqs.send_message, QueueUrl=queue, MessageBody=json.dumps(event))
        by_topic = together.submit(sns.publish, TopicArn=topic, Message=json.dumps(message))
    assert by_bus.result() and by_topic.result()
    place.slack.wait_for(lambda each: "ALARM · twice" in each.text, timeout=60)
    _until(lambda: _waiting(place) == 0)
    (shown,) = [each.text for each in place.slack.messages() if "twice" in each.text]

    assert "&gt; 5" in shown


def test_an_account_with_a_name_is_called_by_it(place: Place) -> None:
    """The function's role lets it read names: what home's bus hands on from another account says whose it is."""
    Names(place.cloud, "tocsin").keep({"111122223333": "student 12"})
    reason = "Threshold Crossed: 1 datapoint [7.0 (24/11/26 11:59:00)] was greater than the threshold (5.0)."
    event = {
        "version": "0",
        "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "111122223333",
        "time": "2026-11-24T12:00:00Z",
        "region": "us-east-1",
        "resources": ["arn:aws:cloudwatch:us-east-1:111122223333:alarm:mining"],
        "detail": {
            "alarmName": "mining",
            "state": {"value": "ALARM", "reason": reason, "timestamp": "2026-11-24T12:00:00.123+0000"},
            "previousState": {"value": "OK"},
        },
    }
    place.client("sqs").send_message(QueueUrl=place.stack.outputs["QueueUrl"], MessageBody=json.dumps(event))
    message = place.slack.wait_for(lambda each: "mining" in each.text, timeout=60)

    assert "student 12 (111122223333)" in str(message) and "student 12/us-east-1" in message.text


def test_the_greeting_says_what_is_watched(place: Place) -> None:
    """One message through the stack's own topic: how many alarms, and those that were firing already."""
    place.client("cloudwatch").set_alarm_state(AlarmName="checkout errors", StateValue="ALARM", StateReason="a test")
    greet(place.cloud, place.stack)
    message = place.slack.wait_for(lambda each: "tocsin is connected" in each.text, timeout=60)

    there = len([each for each in alarms(place.cloud) if each.name not in own(place.stack)])
    assert f"Watching {there} alarm" in str(message) and "in eu-north-1, account" in str(message)
    assert "Already firing (" in str(message) and "checkout errors" in str(message)


def test_poison_lies_in_the_dead_letters_and_comes_back(place: Place) -> None:
    """`redrive` lists what could not be processed and hands it to the function once more."""
    dead, failed = (place.stack.outputs[name] for name in ("DeadLettersUrl", "FailedInvocationsUrl"))
    place.client("sqs").send_message(QueueUrl=failed, MessageBody=json.dumps({"requestPayload": {"text": "kept one"}}))
    code, told = asked("redrive", "--yes")
    place.slack.wait_for(lambda each: "kept one" in str(each), timeout=60)
    counts = {each["queue"]: (each["held"], each["brought_back"], each["left"]) for each in told["queues"]}
    (letter,) = (letter for each in told["queues"] for letter in each["letters"])

    assert code == 0 and counts == {"tocsin-dead": (0, 0, 0), "tocsin-failed": (1, 1, 0)}
    assert letter["what"] == "Message with text" and letter["sent"].endswith("Z")
    assert _held(place, failed) == _held(place, dead) == 0


def test_a_right_that_is_missing_is_missed(place: Place) -> None:
    """This AWS refuses what the role does not allow: without the right to write, an alarm is told without memory."""
    iam = place.client("iam")
    role = next(each["RoleName"] for each in iam.list_roles()["Roles"] if "FunctionRole" in each["RoleName"])
    granted = iam.get_role_policy(RoleName=role, PolicyName="tocsin")["PolicyDocument"]
    less = json.loads(json.dumps(granted).replace('"dynamodb:PutItem"', '"dynamodb:GetItem"'))
    iam.put_role_policy(RoleName=role, PolicyName="tocsin", PolicyDocument=json.dumps(less))
    place.client("sns").publish(TopicArn=place.stack.outputs["TopicArn"], Message="one right less")
    message = place.slack.wait_for(lambda each: "one right less" in each.text, timeout=60)
    iam.put_role_policy(RoleName=role, PolicyName="tocsin", PolicyDocument=json.dumps(granted))

    assert less != granted and "could not reach its store" in str(message)


def test_a_second_deployment_changes_nothing_of_its_own(place: Place) -> None:
    """The parameters of before stay what they were; a plan alone leaves everything as it is."""
    wish = Wish("webhook").parameters(place.stack)
    before = place.stack
    plan = place.deployment.plan(wish)
    place.deployment.changes.drop(plan)

    assert wish["OpsEmail"] == "ops@example.com"
    assert not [line for line in planned(plan) if "a new one" in line or "- remove" in line]
    assert place.stack == before


def test_the_public_address_and_the_key_come_when_they_are_asked_for(place: Place) -> None:
    """With the two permissions that AWS asks for, and with a key that CloudWatch may use; and they go again."""
    wanted = Wish("webhook", settings=("SlackButtons=yes", "EncryptTopics=yes"))
    place.deployment.carry_out(place.deployment.plan(wanted.parameters(place.stack)))
    policy = json.loads(place.client("lambda").get_policy(FunctionName="tocsin")["Policy"])
    key = next(each for each in place.client("kms").list_keys()["Keys"])["KeyId"]
    admitted = place.client("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    door = place.stack.outputs["DoorUrl"]
    unwanted = Wish("webhook", settings=("SlackButtons=no", "EncryptTopics=no"))
    place.deployment.carry_out(place.deployment.plan(unwanted.parameters(place.stack)))

    public = [each["Action"] for each in policy["Statement"] if each["Principal"] == "*"]
    assert sorted(public) == ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"]
    assert door.startswith("https://") and "cloudwatch.amazonaws.com" in admitted
    assert "DoorUrl" not in place.stack.outputs


def test_status_tells_each_part(place: Place) -> None:
    """Each hop is looked at; the secret is named by where it lies and never shown."""
    _, output = _run("status")

    for part in ("topic: the queue is subscribed", "rule for all alarms: on", "Slack secret: there (webhook)"):
        assert f"✓ {part}" in output
    assert place.slack.webhook_url not in output


def test_a_plan_that_nobody_agrees_to_leaves_nothing(place: Place) -> None:
    """Where nobody can be asked, and after --plan, no change set waits and no empty stack stands, here or elsewhere."""
    code, told = asked("deploy", "--regions", "us-east-1", "--plan")
    with pytest.raises(ConfigError, match="nobody can be asked"):
        _run("deploy", "--regions", "us-east-1")
    waiting = place.client("cloudformation").list_change_sets(StackName="tocsin")["Summaries"]

    assert code == 0 and not told["up_to_date"] and told["let_in"] == told["shut_out"] == []
    assert [(each["stack"], each["region"], each["action"]) for each in told["stacks"]] == [
        ("tocsin", REGION, "UPDATE"), ("tocsin-spoke", "us-east-1", "CREATE"),
    ]  # fmt: skip
    assert {
        "action": "Add", "resource": "DeadLetters", "type": "AWS::SQS::Queue", "replacement": None, "properties": [],
    } in told["stacks"][1]["changes"]  # fmt: skip
    assert [each for each in waiting if each.get("ExecutionStatus") == "AVAILABLE"] == []
    assert find(place.cloud.elsewhere("us-east-1"), "tocsin-spoke") is None


def test_a_stack_that_fails_leaves_no_spoke_begun(place: Place) -> None:
    """Where the stack's own change comes to nothing, what was planned for other regions is forgotten with it."""
    around = Spokes(place.cloud, "tocsin", place.steps.append)
    guests = opening(place.cloud, "tocsin", place.stack, Asked())
    wanted = Wish("webhook", settings=("LogRetentionDays=90",)).parameters(place.stack)
    begun = place.cloud.elsewhere("us-east-1")

    with (
        pytest.raises(ClientError, match="ChangeSet"),
        undertaking(place.deployment, guests, around, wanted, (("us-east-1",), ())) as begins,
    ):
        there = find(begun, "tocsin-spoke")
        place.deployment.changes.drop(begins.plan)
        begins.change_stack()

    assert there is not None and there.status == "REVIEW_IN_PROGRESS"
    assert find(begun, "tocsin-spoke") is None and around.regions() == ()


def test_other_regions_hand_their_alarms_on(place: Place) -> None:
    """Planned, made, told by `status`, one taken away again; a region that does not exist is found out before."""
    around = Spokes(place.cloud, "tocsin", place.steps.append)
    plans = around.plans(("us-east-1", "eu-west-1"))
    around.carry_out(plans)
    _, output = _run("status")
    away = around.plans(without=("eu-west-1",))
    around.carry_out(away)
    (target,) = place.cloud.elsewhere("us-east-1").client("events").list_targets_by_rule(Rule="tocsin-spoke")["Targets"]

    assert [line for each in plans if each.plan for line in planned(each.plan)] == [
        "  + make    rule AllAlarms", "  + make    role MayHandOn", "  + make    queue DeadLetters",
        "  + make    policy DeadLettersPolicy",
    ] * 2  # fmt: skip
    assert "✓ alarms of us-east-1: on" in output and "✓ alarms of eu-west-1: on" in output
    assert target["Arn"] == f"arn:aws:events:{REGION}:{place.cloud.account}:event-bus/default" and target["RoleArn"]
    assert target["DeadLetterConfig"]["Arn"] == f"arn:aws:sqs:us-east-1:{place.cloud.account}:tocsin-spoke-dead"
    assert [each.plan is None for each in away] == [False, True] and around.regions() == ("us-east-1",)
    assert find(place.cloud.elsewhere("eu-west-1"), "tocsin-spoke") is None
    with pytest.raises(ConfigError, match="eu-west-1 do not come here anyway"):
        around.plans(without=("eu-west-1",))


def test_ctrl_c_says_that_cloudformation_goes_on(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """What was begun is not undone by it: the same command follows it again, and then nothing is left to do."""

    def stop(step: Step) -> None:
        raise KeyboardInterrupt

    cut = deployment(place.cloud, Changes(place.cloud, "tocsin-cut", stop, sleep=_nap))
    with pytest.raises(KeyboardInterrupt), goes_on(BEGUN):
        cut.carry_out(cut.plan(Wish("webhook").parameters(None)))
    again = deployment(place.cloud, Changes(place.cloud, "tocsin-cut", lambda step: None, sleep=_nap))
    again.changes.drop(again.plan(Wish("webhook").parameters(find(place.cloud, "tocsin-cut"))))
    there = find(place.cloud, "tocsin-cut")
    again.changes.remove()
    clear(place.cloud, "tocsin-cut")

    assert "CloudFormation has begun goes on by itself" in capsys.readouterr().out
    assert there is not None and there.is_made


def test_ctrl_c_while_it_is_planned_leaves_nothing(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    """No change set waits, no empty stack stands, and it is said that nothing was changed."""

    def stop() -> float:
        raise KeyboardInterrupt

    begun = deployment(place.cloud, Changes(place.cloud, "tocsin-begun", place.steps.append, clock=stop))
    around = Spokes(place.cloud, "tocsin-begun", place.steps.append)
    guests, wanted = opening(place.cloud, "tocsin-begun", None, Asked()), Wish("webhook").parameters(None)
    with pytest.raises(KeyboardInterrupt), undertaking(begun, guests, around, wanted, ((), ())):
        pass

    assert find(place.cloud, "tocsin-begun") is None and capsys.readouterr().out == "\nNothing was changed.\n"


def test_what_the_account_lacks_is_offered_with_its_price(place: Place) -> None:
    """An instance without an alarm on its CPU, and a budget, each with its command; what is there is not offered."""
    offers = Offers(replace(place.cloud, profile="work"), place.stack)
    (instance,) = place.client("ec2").run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"]
    id = instance["InstanceId"]
    cpu, watch, budget, command = offers.lines()
    add = shlex.split(command)
    place.client("budgets").create_budget(
        AccountId=place.cloud.account,
        Budget=json.loads(add[add.index("--budget") + 1]),
        NotificationsWithSubscribers=json.loads(add[add.index("--notifications-with-subscribers") + 1]),
    )
    place.client("cloudwatch").put_metric_alarm(
        AlarmName="cpu",
        Namespace="AWS/EC2",
        MetricName="CPUUtilization",
        Dimensions=[{"Name": "InstanceId", "Value": id}],
        Statistic="Average",
        Period=300,
        EvaluationPeriods=3,
        Threshold=80,
        ComparisonOperator="GreaterThanThreshold",
    )
    after = list(offers.lines())
    place.client("cloudwatch").delete_alarms(AlarmNames=["cpu"])

    assert cpu == "1 running instance has no alarm on its CPU (0.10 USD a month each):"
    assert watch == f"  $ tocsin alarm add cpu {id} --region {REGION} --profile work"
    assert "costs nothing" in budget and place.stack.outputs["TopicArn"] in command
    assert '"ACTUAL"' in command and '"FORECASTED"' in command  # a new account has no forecast for weeks
    assert command.startswith("  $ aws budgets create-budget ") and command.endswith(" --profile work")
    assert after == []


def test_a_spoke_that_somebody_took_away_is_missed_and_comes_back(place: Place) -> None:
    """`status` names the commands that mend it; CloudFormation alone would find nothing to change."""
    there = place.cloud.elsewhere("us-east-1").client("events")
    there.remove_targets(Rule="tocsin-spoke", Ids=["home"])
    there.delete_rule(Name="tocsin-spoke")
    (missed,) = look_around(place.cloud, place.stack)
    around = Spokes(place.cloud, "tocsin", place.steps.append)
    around.carry_out(around.plans(without=("us-east-1",)))
    around.carry_out(around.plans(("us-east-1",)))

    assert "tocsin deploy --without us-east-1 --region eu-north-1 && tocsin deploy --regions us-east-1" in missed.mend
    assert [seen.trouble for seen in look_around(place.cloud, place.stack)] == [""]


@pytest.mark.parametrize("text", ["mars", "eu-west", "us-east-1;eu-west-1", REGION])
def test_what_is_no_other_region_is_refused(text: str) -> None:
    """In one line that says how to write them."""
    with pytest.raises(ConfigError) as caught:
        read_regions(text, REGION)
    assert "--region" in caught.value.hint


def test_regions_are_a_list() -> None:
    """Each once, in their order; an empty one is none."""
    assert read_regions("us-east-1, eu-west-1,us-east-1", REGION) == ("us-east-1", "eu-west-1")
    assert read_regions("", REGION) == ()


def test_no_secret_is_in_what_the_stack_shows(place: Place) -> None:
    """Parameters, outputs, events, the function's settings and its log hold no part of the webhook."""
    cloudformation = place.client("cloudformation")
    shown = [
        cloudformation.describe_stacks(StackName="tocsin"),
        cloudformation.describe_stack_events(StackName="tocsin"),
        cloudformation.get_template(StackName="tocsin"),
        place.client("lambda").get_function_configuration(FunctionName="tocsin"),
        place.client("logs").filter_log_events(logGroupName="/aws/lambda/tocsin"),
    ]
    secret = place.slack.webhook_url.rsplit("/", 1)[-1]

    assert secret not in str(shown) and "/tocsin/tocsin/slack-webhook" in str(shown)


def test_destroy_leaves_nothing(place: Place) -> None:
    """Asked one by one, nothing of the stack is left, nor its secret, nor its bucket; it says who loses a listener."""
    code, output = _run("destroy", "--yes")
    left = {
        "stack": find(place.cloud, "tocsin"),
        "queues": place.client("sqs").list_queues().get("QueueUrls", []),
        "topics": place.client("sns").list_topics()["Topics"],
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

    assert code == 0 and "checkout errors acts on the topic" in output
    assert "also removes tocsin-spoke from us-east-1" in output
    assert find(place.cloud.elsewhere("us-east-1"), "tocsin-spoke") is None
    assert {what: found for what, found in left.items() if found} == {}


def test_without_a_stack_each_command_says_so(place: Place) -> None:
    """One line that names stack, account and region, and the way out."""
    for command in ("status", "test", "logs", "redrive"):
        with pytest.raises(ConfigError, match=rf"there is no stack other in account {place.cloud.account}, {REGION}"):
            _run(command, "--stack", "other")


def _attributes(place: Place, output: str) -> dict[str, str]:
    url = place.stack.outputs[output]
    found: dict[str, str] = place.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return found


def _held(place: Place, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = place.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(value) for value in found.values())


def _waiting(place: Place) -> int:
    return _held(place, place.stack.outputs["QueueUrl"])


def _subscriptions(place: Place, output: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = place.client("sns").list_subscriptions_by_topic(TopicArn=place.stack.outputs[output])[
        "Subscriptions"
    ]
    return found


def _datapoint(place: Place, value: float) -> None:
    place.client("cloudwatch").put_metric_data(
        Namespace="Shop", MetricData=[{"MetricName": "Errors", "Value": value, "Timestamp": time.time()}]
    )


def _until(look: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "nothing came of it"
