"""The doctor over answers that the small AWS never gives, in the shapes that botocore's model of AWS says they have."""

from __future__ import annotations

import datetime
import json
import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

import json_page
from aws_home import REGION, Answers, Home, deployed, obey, run, understood
from denying_aws import denying
from tocsin_cli.doctor.checks import CHECKS
from tocsin_cli.doctor.examine import EXIT_CODES, examine, gravest
from tocsin_cli.doctor.finding import Check, Finding
from tocsin_cli.doctor.function import ending
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.refusals import right_of
from tocsin_cli.stack.slack_secret import Vault
from tocsin_cli.stack.standing import Stack
from tocsin_local.slack.faults import outage

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:tocsin"
NOW = 1_795_435_200_000  # 2026-11-23
NEAR = {"Regions": [{"RegionName": name} for name in (REGION, "us-east-1", "us-east-2")]}
LONG_AGO = datetime.datetime(2026, 10, 1, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A healthy stack, of which single answers are replaced."""
    with deployed(tmp_path_factory.mktemp("aws")) as there:
        yield there


def check(name: str) -> Check:
    """One check of the list, by its name."""
    return next(each for each in CHECKS if each.name == name)


def asked(scene: Scene, name: str) -> list[Finding]:
    """What one check finds."""
    return [finding for result in examine(scene, [check(name)]) for finding in result.findings]


def one(home: Home, name: str, **answers: Mapping[str, Any] | str) -> Finding:
    """The only finding of a check over these answers."""
    with Answers(home, **answers) as cloud:
        (finding,) = asked(home.scene(cloud=cloud, now=NOW), name)
    assert understood(finding.mend)
    return finding


def an_alarm(**fields: Any) -> dict[str, Any]:
    """As DescribeAlarms answers."""
    name = fields.get("AlarmName", "shop")
    alarm = {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:{name}",
        "ActionsEnabled": True,
        "AlarmActions": [TOPIC],
        "OKActions": [],
        "InsufficientDataActions": [],
        "StateValue": "OK",
        "StateUpdatedTimestamp": LONG_AGO,
        "Namespace": "Shop",
        "MetricName": "Errors",
        "Period": 60,
        "EvaluationPeriods": 1,
    }
    return {"MetricAlarms": [alarm | fields], "CompositeAlarms": []}


def test_an_email_that_nobody_confirmed_is_found(home: Home) -> None:
    """Until somebody clicks, its ARN is a word; the command has the mail sent again."""
    waiting = {"SubscriptionArn": "PendingConfirmation", "Owner": ACCOUNT, "Protocol": "email",
               "Endpoint": "ops@example.com", "TopicArn": f"{TOPIC}-ops"}  # fmt: skip
    finding = one(home, "e-mail", ListSubscriptionsByTopic={"Subscriptions": [waiting]})

    assert finding.severity == "risk" and "ops@example.com has not confirmed" in finding.what
    assert finding.mend.startswith("aws sns subscribe")


def test_a_topic_that_is_gone_is_made_again(home: Home) -> None:
    """To nothing nobody can be subscribed: another address would not help."""
    finding = one(home, "e-mail", GetTopicAttributes="NotFound")

    assert finding.what == f"the topic {TOPIC}-ops is gone" and finding.mend.startswith("tocsin destroy")


def test_a_subscription_that_waits_for_somebody_is_found(home: Home) -> None:
    """As one made from another account is: SNS has no ARN for it yet, and delivers nothing."""
    waiting = {"SubscriptionArn": "PendingConfirmation", "Owner": ACCOUNT, "Protocol": "sqs",
               "Endpoint": f"arn:aws:sqs:{REGION}:{ACCOUNT}:tocsin", "TopicArn": TOPIC}  # fmt: skip
    finding = one(home, "subscription", ListSubscriptionsByTopic={"Subscriptions": [waiting]})

    assert finding.severity == "broken" and "is not confirmed" in finding.what and finding.fix is not None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"TableStatus": "ARCHIVED"}, "the table tocsin is ARCHIVED"),
        ({"GlobalSecondaryIndexes": [{"IndexName": "by-of"}]}, "the table tocsin lacks the index by-due"),
    ],
)
def test_a_table_that_is_not_what_it_was_is_found(home: Home, fields: dict[str, Any], said: str) -> None:
    """Archived since its key is gone, or with an index less: the function does not remember."""
    indexes = [{"IndexName": name} for name in ("by-due", "by-of")]
    table = {"TableName": "tocsin", "TableStatus": "ACTIVE", "GlobalSecondaryIndexes": indexes}

    assert one(home, "table", DescribeTable={"Table": {**table, **fields}}).what == said


def test_an_action_that_failed_is_told_in_cloudwatchs_own_words(home: Home) -> None:
    """The history keeps why; the doctor repeats it."""
    said = f'Failed to execute action {TOPIC}. Received error: "CloudWatch Alarms is not authorized to access the key"'
    item = {"AlarmName": "shop", "HistoryItemType": "Action", "HistorySummary": said}
    well = {**item, "HistorySummary": f"Successfully executed action {TOPIC}"}
    finding = one(home, "failed-actions", DescribeAlarmHistory={"AlarmHistoryItems": [item, well, item]})

    assert finding.severity == "broken" and "shop, 2 times" in finding.what and said in finding.means


def test_an_alarm_without_data_for_long_is_found(home: Home) -> None:
    """After a day, or three of its windows; before that it may only be new."""
    lost = an_alarm(StateValue="INSUFFICIENT_DATA")
    finding = one(home, "no-data", DescribeAlarms=lost)
    young = an_alarm(StateValue="INSUFFICIENT_DATA", Period=86_400, EvaluationPeriods=30)
    with Answers(home, DescribeAlarms=young) as cloud:
        assert asked(home.scene(cloud=cloud, now=NOW), "no-data") == []

    assert "since 2026-10-01" in finding.what and finding.mend.startswith(
        "aws cloudwatch list-metrics --namespace Shop"
    )


def test_many_alarms_without_data_are_told_in_few_lines(home: Home) -> None:
    """Five by themselves, all others in one."""
    names = [f"shop {number}" for number in range(12)]
    many = [an_alarm(AlarmName=name, StateValue="INSUFFICIENT_DATA")["MetricAlarms"][0] for name in names]
    with Answers(home, DescribeAlarms={"MetricAlarms": many}) as cloud:
        *_, last = found = asked(home.scene(cloud=cloud, now=NOW), "no-data")

    assert len(found) == 6 and last.what.startswith("7 more alarms have had no data for long: shop 5, shop 6")
    assert "--state-value INSUFFICIENT_DATA" in last.mend


def test_many_alarms_are_one_finding(home: Home) -> None:
    """Seven that act on nothing are named in one line and connected by one command, however oddly they are called."""
    names = [f"shop's {number}" for number in range(7)]
    many = [an_alarm(AlarmName=name, AlarmActions=[])["MetricAlarms"][0] for name in names]
    finding = one(home, "silent-alarms", DescribeAlarms={"MetricAlarms": many})

    assert finding.what == "7 alarms act on nothing: shop's 0, shop's 1, shop's 2, shop's 3, shop's 4 and 2 more"
    assert shlex.split(finding.mend) == ["tocsin", "connect", *names, "--region", REGION]


def test_more_than_a_line_holds_are_connected_at_once(home: Home) -> None:
    """The command mends all of what is told, and not the first fifty."""
    many = [an_alarm(AlarmName=f"shop {number}", AlarmActions=[])["MetricAlarms"][0] for number in range(51)]
    finding = one(home, "silent-alarms", DescribeAlarms={"MetricAlarms": many})

    assert finding.what.endswith(" and 46 more") and finding.mend == f"tocsin connect --all --region {REGION}"


def test_what_steers_machines_is_left_alone(home: Home) -> None:
    """Alarms of target tracking and those with only scaling actions act on nobody, by design."""
    scaling = f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:scalingPolicy:1:autoScalingGroupName/a:policyName/b"
    for alarm in (an_alarm(AlarmActions=[scaling]), an_alarm(AlarmName="TargetTracking-a-AlarmHigh", AlarmActions=[])):
        with Answers(home, DescribeAlarms=alarm) as cloud:
            assert asked(home.scene(cloud=cloud, now=NOW), "silent-alarms") == []


@pytest.mark.parametrize("action", ["automate:eu-north-1:ec2:recover", "swf:eu-north-1:1:action/actions/AWS_EC2.Stop"])
def test_what_recovers_a_machine_steers_it(home: Home, action: str) -> None:
    """Both spellings of EC2's actions: nobody waits for a word of such an alarm, so that its silence is no news."""
    steering = an_alarm(AlarmActions=[f"arn:aws:{action}"], ActionsEnabled=False, StateValue="INSUFFICIENT_DATA")
    with Answers(home, DescribeAlarms=steering) as cloud:
        scene = home.scene(cloud=cloud, now=NOW)
        assert asked(scene, "disabled-alarms") == asked(scene, "no-data") == []


def test_the_child_of_a_composite_need_not_act(home: Home) -> None:
    """Its composite does."""
    found = an_alarm(AlarmName="child", AlarmActions=[])
    parent = {"AlarmName": "parent", "AlarmArn": "arn:a:b:c:d:alarm:parent", "AlarmRule": 'ALARM("child")',
              "StateValue": "OK", "AlarmActions": [TOPIC]}  # fmt: skip
    with Answers(home, DescribeAlarms={**found, "CompositeAlarms": [parent]}) as cloud:
        assert asked(home.scene(cloud=cloud, now=NOW), "silent-alarms") == []


@pytest.mark.parametrize("check", ["keys", "secret-key"])
@pytest.mark.parametrize(
    ("state", "mend"),
    [
        ("PendingDeletion", "aws kms cancel-key-deletion --key-id k-1 --region eu-north-1 && aws kms enable-key"),
        ("Disabled", "aws kms enable-key --key-id k-1"),
        ("", ""),
    ],
)
def test_a_key_on_its_way_out_is_kept_and_one_that_is_gone_is_done_without(
    home: Home, check: str, state: str, mend: str
) -> None:
    """Whosever topic it is: a key that nobody has any more is no reason to make tocsin again."""
    key = {"KeyMetadata": {"KeyId": "k-1", "KeyState": state, "KeyManager": "CUSTOMER"}}
    secret = {"Name": "/tocsin/tocsin/slack-webhook", "Type": "SecureString", "KeyId": "k-1"}
    answers: dict[str, Any] = {
        "DescribeKey": key if state else "NotFoundException", "GetKeyPolicy": {"Policy": "{}"},
        "DescribeParameters": {"Parameters": [secret]},
        "GetTopicAttributes": {"Attributes": {"KmsMasterKeyId": "k-1"}}, "DescribeAlarms": {"MetricAlarms": []},
    }  # fmt: skip
    without = {"keys": "--attribute-name KmsMasterKeyId --attribute-value ''", "secret-key": "tocsin deploy --slack"}
    with Answers(home, **answers) as cloud:
        found = asked(home.scene(cloud=cloud), check)

    assert {each.severity for each in found} == {"broken"} and len(found) == (2 if check == "keys" else 1)
    for finding in found:
        assert finding.what.endswith(f"is {state or 'gone'}") and (mend or without[check]) in finding.mend


def test_a_rule_that_became_a_schedule_matches_no_alarm(home: Home) -> None:
    """It has no pattern at all then."""
    rule = {"Name": "tocsin-all-alarms", "State": "ENABLED", "ScheduleExpression": "rate(1 day)"}

    assert "does not match alarms any more" in one(home, "rule", DescribeRule=rule).what


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"State": "Failed", "StateReason": "The image is gone"}, "The image is gone"),
        ({"State": "Active", "LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no such key"}, "no such key"),
    ],
)
def test_a_function_that_cannot_run_is_found(home: Home, fields: dict[str, str], said: str) -> None:
    """With AWS's own reason."""
    assert said in one(home, "function", GetFunctionConfiguration={"FunctionName": "tocsin", **fields}).what


@pytest.mark.parametrize(
    ("name", "severity"),
    [("python3.8", "risk"), ("python3.10", "risk"), ("python3.11", None), ("python3.13", None), ("python9.9", None)],
)
def test_a_runtime_past_its_end_is_a_risk(home: Home, name: str, severity: str | None) -> None:
    """At the end of November 2026: by the dates of AWS's page; what is not on it is no news."""
    found = list(ending(home.scene(now=NOW), name))

    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_a_runtime_near_its_end_is_a_note(home: Home) -> None:
    """Half a year before, which leaves time."""
    march = int(datetime.datetime(2029, 3, 1, tzinfo=datetime.UTC).timestamp() * 1000)
    (finding,) = ending(home.scene(now=march), "python3.13")

    assert (finding.severity, "until 2029-06-30" in finding.what) == ("note", True)


def mapping(**fields: Any) -> dict[str, Any]:
    """As ListEventSourceMappings answers."""
    found = {
        "UUID": "cd791fc0-7ef8-414f-bbad-3cd3c740c76c",
        "EventSourceArn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:tocsin",
        "State": "Enabled",
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "LastProcessingResult": "No records processed",
    }
    return {"EventSourceMappings": [found | fields]}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (mapping(FunctionResponseTypes=[]), "cannot give back single events"),
        (mapping(LastProcessingResult="PROBLEM: Lambda failed to assume your role"), "failed to assume your role"),
        ({"EventSourceMappings": []}, "does not take from its queue"),
    ],
)
def test_a_connection_that_does_not_work_is_found(home: Home, answer: dict[str, Any], said: str) -> None:
    """One that loses good events with bad ones, one that Lambda complains of, and none at all."""
    assert said in one(home, "mapping", ListEventSourceMappings=answer).what


def test_a_queue_that_fills_up_is_found(home: Home) -> None:
    """A hundred events are more than a moment's worth."""
    counts = {"ApproximateNumberOfMessages": "214", "ApproximateNumberOfMessagesNotVisible": "50"}

    assert "214 events wait" in one(home, "backlog", GetQueueAttributes={"Attributes": counts}).what


def test_silence_is_found(home: Home) -> None:
    """No beat in the log for a quarter of an hour."""
    assert "no heartbeat for 15 minutes" in one(home, "heartbeat", FilterLogEvents={"events": []}).what


def test_the_runtimes_own_errors_are_errors(home: Home) -> None:
    """A module that cannot be imported, and time that ran out, stand in the log in Lambda's words."""
    events = [
        {"timestamp": 1, "message": "[ERROR] Runtime.ImportModuleError: Unable to import module 'tocsin.handler'\n"},
        {"timestamp": 2, "message": "2026-11-23T12:00:00.123Z 8f5f Task timed out after 30.00 seconds\n"},
    ]
    finding = one(home, "errors", FilterLogEvents={"events": events})

    assert "Task timed out" in finding.what and finding.severity == "risk"


def test_a_half_updated_stack_is_found(home: Home) -> None:
    """CloudFormation could neither go on nor back."""
    stack = replace(home.stack, status="UPDATE_ROLLBACK_FAILED", reason="x")
    (finding,) = asked(home.scene(stack), "stack")

    assert "UPDATE_ROLLBACK_FAILED: x" in finding.what


def test_what_may_not_be_looked_at_is_a_finding(home: Home) -> None:
    """With every operation denied, each check says which one it was, and none of them ends the others."""
    operations = [
        "DescribeAlarms",
        "DescribeAlarmHistory",
        "GetTopicAttributes",
        "ListSubscriptions",
        "GetQueueAttributes",
        "DescribeEventBus",
        "DescribeRule",
        "ListEventSourceMappings",
        "GetFunctionConfiguration",
        "GetFunctionRecursionConfig",
        "DescribeTable",
        "DescribeParameters",
        "FilterLogEvents",
        "GetParameter",
        "DescribeRegions",
    ]
    with Answers(home, **dict.fromkeys(operations, "AccessDeniedException")) as cloud:
        found = {result.check.name: result.findings for result in examine(home.scene(cloud=cloud), CHECKS)}

    assert [name for name, findings in found.items() if not findings] == ["stack", "scopes"]  # nothing to be asked
    for name, findings in found.items():
        for finding in findings:
            assert finding.severity == "unseen" and f"{name}: you may not look" in finding.what
            assert any(operation in finding.mend for operation in operations)
    assert sum(len(findings) for findings in found.values()) == len(CHECKS) - 2


def test_the_right_that_is_missing_is_named_as_a_policy_names_it(home: Home) -> None:
    """AWS's sentence holds it; the operation is not always called the same."""
    said = "User: x is not authorized to perform: sqs:GetQueueAttributes on resource: arn because no policy allows it"
    error = ClientError({"Error": {"Code": "AccessDenied", "Message": said}}, "GetQueueAttributes")

    assert right_of(error) == "sqs:GetQueueAttributes"
    assert right_of(ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeRule")) == "DescribeRule"


def test_what_is_gone_is_broken(home: Home) -> None:
    """A part that was deleted by hand is not a question of rights."""
    finding = one(home, "tick", DescribeRule="ResourceNotFoundException")

    assert finding.severity == "broken" and finding.mend.startswith("tocsin destroy")


def test_whoever_aws_does_not_know_is_told_so_once(home: Home) -> None:
    """An expired token is no finding of thirty checks: it ends the command."""
    with Answers(home, DescribeAlarms="ExpiredToken") as cloud, pytest.raises(ClientError, match="ExpiredToken"):
        asked(home.scene(cloud=cloud), "silent-alarms")


def test_regions_that_may_not_be_looked_at_are_one_finding(home: Home) -> None:
    """As where an organisation denies all regions but a few."""
    finding = one(home, "regions", DescribeRegions=NEAR, ListRules="AccessDeniedException")

    assert finding.severity == "unseen" and "us-east-1, us-east-2" in finding.what
    assert finding.what.endswith("ListRules: AccessDeniedException")


def test_a_region_is_named_though_the_spokes_may_not_be_known(home: Home) -> None:
    """Whoever may not read where there are spokes still learns what nobody watches."""
    instance = {"InstanceId": "i-1"}
    near = {"Regions": [{"RegionName": "us-east-1"}]}
    found = one(
        home, "regions", DescribeRegions=near, ListRules={"Rules": []}, DescribeAlarms={},
        DescribeInstances={"Reservations": [{"Instances": [instance]}]}, GetParameter="AccessDeniedException",
    )  # fmt: skip

    assert found.what == "nobody watches us-east-1, with 0 alarms and 1 running machines"
    assert found.mend == "tocsin deploy --regions us-east-1 --region eu-north-1"


def test_one_spoke_that_may_not_be_looked_at_hides_no_other(home: Home) -> None:
    """It is said which, and what the others have lost is said too."""
    record = {"Parameter": {"Name": "/tocsin/tocsin/spokes", "Value": "us-east-1,us-east-2", "Type": "StringList"}}
    queue = {"Attributes": {"ApproximateNumberOfMessages": "3", "ApproximateNumberOfMessagesNotVisible": "0"}}
    answers: dict[str, Any] = {
        "GetParameter": record, "DescribeRule": "ResourceNotFoundException",
        "GetQueueUrl": {"QueueUrl": "http://127.0.0.1/1/dead"}, "GetQueueAttributes": queue,
    }  # fmt: skip
    with Answers(home, **answers) as cloud, Answers(home, **{**answers, "DescribeRule": "AccessDenied"}) as denied:

        def clients(service: str, region: str) -> Any:
            return (denied if region == "us-east-1" else cloud).clients(service, region)

        found = asked(home.scene(cloud=replace(cloud, clients=clients)), "spokes")

    assert [each.what for each in found] == [
        "the rule tocsin-spoke in us-east-2 is gone",
        "3 events of us-east-2 did not come here: tocsin-spoke-dead",
        "us-east-1 could not be looked at: DescribeRule: AccessDenied",
    ]


def test_a_region_with_a_rule_for_alarms_is_watched(home: Home) -> None:
    """Alarms there are handed on, so nothing is said of them."""
    rule = {"Name": "spoke", "State": "ENABLED", "EventPattern": '{"detail-type":["CloudWatch Alarm State Change"]}'}
    with Answers(home, DescribeRegions=NEAR, ListRules={"Rules": [rule]}, DescribeAlarms=an_alarm()) as cloud:
        assert asked(home.scene(cloud=cloud), "regions") == []


# ---- Slack


def as_bot(home: Home) -> Stack:
    """The stack as a bot's; its token is where it would be."""
    stack = home.stack
    vault = Vault(home.cloud, stack.name, "bot")
    vault.fill(home.slack.bot_token)
    outputs = {**stack.outputs, "SecretName": vault.name}
    parameters = {**stack.parameters, "SlackMode": "bot", "SlackChannel": home.slack.channel.id}
    return replace(stack, outputs=outputs, parameters=parameters)


@pytest.fixture
def slack(home: Home) -> Iterator[Home]:
    """A Slack that is as it was afterwards."""
    yield home
    home.slack.set_hook_state("active")
    home.slack.set_token_state("active")
    home.slack.set_scopes(["chat:write", "channels:history", "groups:history"])


def test_a_bot_that_is_let_in_is_well(slack: Home) -> None:
    """And asking it posted nothing."""
    scene = slack.scene(as_bot(slack))

    assert asked(scene, "slack") == asked(scene, "scopes") == asked(scene, "secret") == []
    assert slack.slack.messages() == []


BOT: dict[str, tuple[Callable[[Home], object], str, str]] = {
    "a revoked token": (lambda home: home.slack.set_token_state("revoked"), "slack", "token was revoked"),
    "a bot without chat:write": (
        lambda home: home.slack.set_scopes(["channels:history"]), "slack", "lacks the scope chat:write",
    ),
    "a bot that may not read": (
        lambda home: home.slack.set_scopes(["chat:write"]), "scopes", "lacks the scope channels:history",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOT)
def test_what_keeps_a_bot_out_is_found(slack: Home, name: str) -> None:
    """By the words of Slack, without posting; another token is typed, unseen and into no shell's history."""
    spoil, where, said = BOT[name]
    scene = slack.scene(as_bot(slack))
    spoil(slack)
    (finding,) = asked(scene, where)

    assert said in finding.what and slack.slack.bot_token not in f"{finding}"
    assert "tocsin deploy --slack-webhook-url-file -" in finding.mend
    assert slack.slack.messages() == []


def test_a_bot_outside_its_channel_is_found(slack: Home) -> None:
    """Both checks say so, and what to type."""
    outside = slack.slack.add_channel("elsewhere", member=False)
    stack = as_bot(slack)
    scene = slack.scene(replace(stack, parameters={**stack.parameters, "SlackChannel": outside.id}))
    found = [*asked(scene, "slack"), *asked(scene, "scopes")]

    assert {finding.mend for finding in found} == {"/invite @tocsin, typed in that channel"}


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("disabled", "no_active_hooks"),
        ("archived", "channel_is_archived"),
        ("channel_deleted", "channel_not_found"),
        ("invalid_token", "invalid_token"),
        ("team_disabled", "team_disabled"),
    ],
)
def test_a_webhook_that_is_dead_is_found(slack: Home, state: str, word: str) -> None:
    """However Slack words it; the way to a new one never puts it on the command line, and it is not shown."""
    slack.slack.set_hook_state(state)
    (finding,) = asked(slack.scene(), "slack")

    assert finding.severity == "broken" and word in finding.what
    assert "--slack-webhook-url-file -" in finding.mend
    assert slack.slack.webhook_url not in f"{finding}"


def test_a_slack_that_is_away_is_not_a_dead_webhook(slack: Home) -> None:
    """An outage says nothing about the webhook."""
    slack.slack.inject(outage(), times=1)
    (finding,) = asked(slack.scene(), "slack")

    assert finding.severity == "unseen"


def test_a_secret_that_is_none_is_found(slack: Home) -> None:
    """Somebody typed something else into the parameter: it is called wrong, and not repeated."""
    vault = Vault(slack.cloud, "tocsin", "webhook")
    vault.fill("hunter2 is no webhook")
    (finding,) = asked(slack.scene(), "slack")
    vault.fill(slack.slack.webhook_url)

    assert finding.severity == "broken" and "hunter2" not in f"{finding}"


# ---- The command


def test_the_gravest_finding_is_the_exit_code(home: Home) -> None:
    """Broken is 1, a risk or what could not be seen is 3, notes are 0, and nothing at all is 0."""
    scene = home.scene()

    def of(*severities: Any) -> Any:
        found = tuple(Finding(severity, "x", "y", "z") for severity in severities)
        return gravest(list(examine(scene, [Check("c", "w", lambda _: found)])))

    assert [of("note", "risk", "broken"), of("note", "unseen"), of("note"), of()] == ["broken", "unseen", "note", None]
    assert EXIT_CODES == {"broken": 1, "risk": 3, "unseen": 3, "note": 0}


def test_fix_mends_what_is_safe_and_says_so(home: Home) -> None:
    """The schedule is on again; the dead letter is left to whoever mends the reason for it."""
    home.client("events").disable_rule(Name="tocsin-tick")
    home.client("sqs").send_message(QueueUrl=home.stack.outputs["DeadLettersUrl"], MessageBody="{}")
    code, output = run("doctor", "--fix", "--yes")
    home.client("sqs").purge_queue(QueueUrl=home.stack.outputs["DeadLettersUrl"])

    assert code == 1 and "✓ mended: the rule tocsin-tick is switched off" in output
    assert "1 of 2 mended" in output and "$ tocsin redrive --region eu-north-1" in output
    assert home.client("events").describe_rule(Name="tocsin-tick")["State"] == "ENABLED"


def test_ctrl_d_between_two_fixes_says_what_was_mended(home: Home) -> None:
    """Not that nothing was changed: the first yes was carried out."""
    for rule in ("tocsin-tick", "tocsin-all-alarms"):
        home.client("events").disable_rule(Name=rule)
    master, slave = pty.openpty()
    os.write(master, b"y\n\x04")
    command = [sys.executable, "-c", "from tocsin_cli.app import main; main()", "doctor", "--fix", "rule", "tick"]
    done = subprocess.run(command, stdin=slave, capture_output=True, text=True, timeout=60)
    os.close(slave)
    os.close(master)
    run("doctor", "--fix", "--yes", "rule", "tick")

    assert done.returncode == 130 and done.stdout.endswith("\n1 mended before that; run it again for the rest.\n")


def test_what_is_refused_keeps_nothing_else_from_being_mended(home: Home) -> None:
    """Of two breaks, the right to mend one is missing: that is told, and the other is mended all the same."""
    home.client("events").disable_rule(Name="tocsin-tick")
    home.client("events").disable_rule(Name="tocsin-all-alarms")
    answers = ["AccessDenied"]

    def refuses(operation: str) -> str:
        return answers.pop() if operation == "EnableRule" and answers else ""

    with denying(os.environ["AWS_ENDPOINT_URL"], refuses) as address, pytest.MonkeyPatch.context() as environ:
        environ.setenv("AWS_ENDPOINT_URL", address)
        _, output = run("doctor", "--fix", "--yes", "rule", "tick")
    again, _ = run("doctor", "--fix", "--yes", "rule")

    assert "✗ not mended: the rule tocsin-all-alarms is switched off: EnableRule is refused (AccessDenied)" in output
    assert "✓ mended: the rule tocsin-tick is switched off" in output and "1 of 2 mended" in output
    assert again != 0 and run("doctor", "rule", "tick")[0] == 0


def test_an_own_alarm_acts_on_the_ops_topic_again(home: Home) -> None:
    """Where somebody has taken that from it, switching its actions on would change nothing."""
    cloudwatch = home.client("cloudwatch")
    (before,) = cloudwatch.describe_alarms(AlarmNames=["tocsin-dead-letters"])["MetricAlarms"]
    taken = {key: value for key, value in before.items() if key not in ("AlarmActions", "OKActions")}
    fields = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    for mend in (lambda finding: finding.fix(), lambda finding: obey(home.cloud, finding.mend)):
        cloudwatch.put_metric_alarm(**{key: value for key, value in taken.items() if key in fields})
        (finding,) = asked(home.scene(), "watches")
        mend(finding)
        (after,) = cloudwatch.describe_alarms(AlarmNames=["tocsin-dead-letters"])["MetricAlarms"]

        assert finding.what == f"the alarm tocsin-dead-letters does not act on {TOPIC}-ops"
        assert (after["AlarmActions"], after["OKActions"]) == ([f"{TOPIC}-ops"], [f"{TOPIC}-ops"])
        assert asked(home.scene(), "watches") == []


def test_a_single_check_can_be_asked_for(home: Home) -> None:
    """By its name, as `status` does; another name is a wrong usage that lists those that there are."""
    code, output = run("doctor", "tick", "rule")
    said = json.loads(run("doctor", "--json", "rule")[1])
    usage, problem = run("doctor", "heart")

    assert code == 0 and len(output.splitlines()) == 4 and said["checks"] == ["rule"]
    assert usage == 2 and "there is no check heart" in problem and "heartbeat" in problem


def test_a_heartbeat_that_cloudwatch_has_not_noticed_yet_is_a_note(home: Home) -> None:
    """Its alarm takes a metric that is not there for silence; the log knows better. With a metric, it counts."""
    alarm = an_alarm(AlarmName="tocsin-heartbeat", AlarmActions=[f"{TOPIC}-ops"], StateValue="ALARM")
    known = {"Metrics": [{"Namespace": "tocsin/tocsin", "MetricName": "Heartbeat"}]}
    beat = {"events": [{"timestamp": NOW, "message": '[INFO]\t2026-11-23T12:00:00Z\t8f5f\t{"did": "beat"}\n'}]}

    def severities(**answers: Any) -> list[str]:
        with Answers(home, DescribeAlarms=alarm, **answers) as cloud:
            found = asked(home.scene(cloud=cloud, now=NOW), "watches")
        return [each.severity for each in found if "tocsin-heartbeat fires" in each.what]

    assert severities(ListMetrics={"Metrics": []}, FilterLogEvents=beat) == ["note"]
    assert severities(ListMetrics=known, FilterLogEvents=beat) == ["broken"]
    assert severities(ListMetrics={"Metrics": []}, FilterLogEvents={"events": []}) == ["broken"]


def test_json_is_one_object_for_programs(home: Home) -> None:
    """All checks, all findings with what mends them, and no secret; --fix is not for programs."""
    home.client("events").disable_rule(Name="tocsin-tick")
    code, said = json_page.asked("doctor")
    home.client("events").enable_rule(Name="tocsin-tick")
    usage, _ = run("doctor", "--json", "--fix")

    assert (code, usage, said["worst"]) == (1, 2, "broken")
    assert said["checks"] == [check.name for check in CHECKS] and said["as"].startswith("arn:aws:")
    assert [(each["check"], each["fixable"]) for each in said["findings"]] == [("tick", True)]
    assert said["findings"][0]["mend"] == "aws events enable-rule --name tocsin-tick --region eu-north-1"
    assert home.slack.webhook_url not in str(said)


def test_a_profile_and_a_stack_are_part_of_each_command(home: Home) -> None:
    """What is pasted acts on the account that was looked at."""
    scene = home.scene(replace(home.stack, name="night watch"), replace(home.cloud, profile="prod"))

    assert scene.tocsin("redrive") == "tocsin redrive --region eu-north-1 --profile prod --stack 'night watch'"
    assert scene.aws("sns", "list-topics").endswith("--region eu-north-1 --profile prod")


def test_each_check_is_documented_by_its_name() -> None:
    """In the order in which it is looked at; programs tell them apart by it."""
    page = Path(__file__).parents[1] / "docs" / "doctor.md"
    names = re.findall(r"^\| `([a-z-]+)` \|", page.read_text(encoding="utf-8"), re.MULTILINE)

    assert names == [each.name for each in CHECKS] and len(set(names)) == len(names)
