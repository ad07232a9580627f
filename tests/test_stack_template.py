"""The stack's template: sound to AWS's own linter, and in step with the code that it deploys."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path
from typing import Any

import pytest

from stack_template import parsed, resources, template
from tocsin.aws.calls import CALLS
from tocsin.aws.table import BACKUPS, SHAPE, TIME_TO_LIVE
from tocsin_cli.artefacts.lambda_zip import HANDLER, RUNTIME
from tocsin_cli.stack.bundle import TEMPLATE
from tocsin_cli.stack.spokes import TEMPLATE as SPOKE

# What Lambda does with the role by itself, so that no line of ours calls it.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html and …/invocation-async-retain-records.html
LAMBDA_ITSELF = {
    ("logs:CreateLogStream", "FunctionLog"),
    ("logs:PutLogEvents", "FunctionLog"),
    ("sqs:ReceiveMessage", "Queue"),
    ("sqs:DeleteMessage", "Queue"),
    ("sqs:GetQueueAttributes", "Queue"),
    ("sqs:SendMessage", "FailedInvocations"),
}
WHERE = {
    "table": {"Table"},
    "index": {"Table/by-due", "Table/by-of"},
    "parameter": {"secret"},
    "signing": {"signing secret"},
    "name": {"accounts' names"},
    "queue": {"Queue"},
    "alarm": {"alarms of all regions"},
    "any": {"*"},
}


@pytest.mark.parametrize("file", [TEMPLATE, SPOKE], ids=["home", "spoke"])
def test_cfn_lint_finds_nothing(tmp_path: Path, file: Path) -> None:
    """No error, no warning and no hint, and nothing in the file turns a rule off."""
    lint = Path(sysconfig.get_path("scripts"), "cfn-lint")
    command = [str(lint), "--include-checks", "I", "--", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "cfn-lint" not in file.read_text("utf-8")


def test_the_template_fits_into_a_request() -> None:
    """CloudFormation takes 51,200 bytes without a bucket: a plan needs none."""
    assert len(TEMPLATE.read_bytes()) < 51_200


def _granted(policy: Any) -> set[tuple[str, str]]:
    return {
        (action, resource)
        for statement in policy["PolicyDocument"]["Statement"]
        for action in _list(statement["Action"])
        for resource in map(_named, _list(statement["Resource"]))
    }


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _named(resource: Any) -> str:
    """A resource of the policy in one word; whatever is none of ours stays as it is, and matches nothing."""
    if resource == "*":
        return "*"
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    text = resource["Fn::Sub"]
    if isinstance(text, list):
        assert text[0].endswith(":parameter/tocsin/${AWS::StackName}/${Secret}")
        return "secret"
    if text.endswith(":parameter/tocsin/${AWS::StackName}/slack-signing-secret"):
        return "signing secret"
    if text.endswith(":parameter/tocsin/${AWS::StackName}/accounts/*"):
        return "accounts' names"
    if text == "arn:${AWS::Partition}:cloudwatch:*:${AWS::AccountId}:alarm:*":
        return "alarms of all regions"
    return str(text).replace("${Table.Arn}/index/", "Table/")


def test_the_function_may_do_what_it_does_and_nothing_else() -> None:
    """The policy allows each call of the code on the resource that it is made on, and there is no right without one;
    the signing secret may be read where the Slack door is open, alarms asked about where that is wanted."""
    (policy,) = resources("IAM::Role")["FunctionRole"]["Policies"]
    extra = resources("IAM::Policy")
    needed = {(right, place) for call in CALLS for right in call.permissions for place in WHERE[call.resource]}
    asked = {
        "DoorPolicy": {each for each in needed if each[1] == "signing secret"},
        "DetailsPolicy": {each for each in needed if each[0].startswith("cloudwatch:")},
    }

    assert {name: _granted(each) for name, each in extra.items()} == asked
    assert _granted(policy) == needed - asked["DoorPolicy"] - asked["DetailsPolicy"] | LAMBDA_ITSELF
    assert all(each["Roles"] == [{"Ref": "FunctionRole"}] for each in extra.values())


def test_no_statement_of_the_stack_is_about_everything() -> None:
    """Each statement names its resource; "*" stands only in the key's policy, where it means that key, and where
    CloudWatch takes nothing narrower for what only reads."""
    wide = []

    def walk(value: Any, path: str) -> None:
        if isinstance(value, dict):
            if "Effect" in value and value.get("Resource") == "*":
                wide.append(path)
            for name, inner in value.items():
                walk(inner, f"{path}/{name}")
        elif isinstance(value, list):
            for inner in value:
                walk(inner, path)

    walk(template()["Resources"], "")

    assert set(wide) == {
        "/Key/Properties/KeyPolicy/Statement",
        "/DetailsPolicy/Properties/PolicyDocument/Statement",
    }


def test_the_table_is_the_codes_table() -> None:
    """Keys, indexes, expiry and backups are what the store was written for."""
    (table,) = resources("DynamoDB::Table").values()

    assert {name: table[name] for name in SHAPE} == SHAPE
    assert table["TimeToLiveSpecification"] == TIME_TO_LIVE
    assert table["PointInTimeRecoverySpecification"] == BACKUPS


def test_the_function_is_the_one_that_was_built() -> None:
    """Runtime and entry are those of the package."""
    (function,) = resources("Lambda::Function").values()

    assert (function["Runtime"], function["Handler"]) == (f"python{RUNTIME}", HANDLER)
    assert function["Architectures"] == ["arm64"] and 128 <= function["MemorySize"] <= 256
    assert function["RecursiveLoop"] == "Allow" and "ReservedConcurrentExecutions" not in function


def test_the_queue_gives_the_function_time_and_tells_it_when_to_give_up() -> None:
    """A message is hidden six times as long as the function may take; both know the number of the last try."""
    queue = resources("SQS::Queue")["Queue"]
    (function,) = resources("Lambda::Function").values()
    (mapping,) = resources("Lambda::EventSourceMapping").values()
    known = function["Environment"]["Variables"]["TOCSIN_MAX_RECEIVES"]

    assert queue["VisibilityTimeout"] == 6 * function["Timeout"] == 180
    assert str(queue["RedrivePolicy"]["maxReceiveCount"]) == known == "5"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"]) == (10, 0)
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 5}


def test_alarms_about_tocsin_never_pass_through_tocsin() -> None:
    """Each acts on the topic with the e-mail and is left out of the rule for all alarms; the canary is the reverse."""
    (pattern,) = resources("Events::Rule")["AllAlarms"]["EventPattern"]["detail"]["alarmName"]
    left_out = {name["Fn::Sub"] for name in pattern["anything-but"]}
    alarms = resources("CloudWatch::Alarm")
    canary = alarms.pop("Canary")

    assert {alarm["AlarmName"]["Fn::Sub"] for alarm in alarms.values()} == left_out
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "OpsTopic"}]
    assert canary["AlarmActions"] == canary["OKActions"] == [{"Ref": "Topic"}]
    assert canary["AlarmDescription"].startswith("TEST")


def test_silence_is_an_alarm() -> None:
    """Without a heartbeat for 15 of 15 minutes there is an alarm, and no data counts as none."""
    alarm = resources("CloudWatch::Alarm")["HeartbeatAlarm"]

    (function,) = resources("Lambda::Function").values()
    assert alarm["Namespace"] == function["Environment"]["Variables"]["TOCSIN_METRICS_NAMESPACE"]
    assert (alarm["EvaluationPeriods"], alarm["DatapointsToAlarm"], alarm["Period"]) == (15, 15, 60)
    assert alarm["TreatMissingData"] == "breaching"


def test_the_function_knows_the_canary_by_its_arn() -> None:
    """The setting names the alarm that `tocsin test` sets, in this account and region."""
    (function,) = resources("Lambda::Function").values()
    name = resources("CloudWatch::Alarm")["Canary"]["AlarmName"]
    own = "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:"

    assert function["Environment"]["Variables"]["TOCSIN_CANARY"] == {"Fn::Sub": own + name["Fn::Sub"]}


def test_whoever_alarms_may_publish() -> None:
    """CloudWatch, Budgets and Cost Anomaly Detection of this account, on the topic and, if there is one, by its key."""
    services = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com"]
    topic = resources("SNS::TopicPolicy")["TopicPolicy"]["PolicyDocument"]["Statement"][0]
    key = resources("KMS::Key")["Key"]["KeyPolicy"]["Statement"][1]

    for statement in (topic, key):
        assert statement["Principal"] == {"Service": services}
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert key["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]


def test_what_keeps_data_says_what_becomes_of_it() -> None:
    """Queues, table, log and key say what deleting and replacing them means."""
    sorts = ("AWS::SQS::Queue", "AWS::DynamoDB::Table", "AWS::Logs::LogGroup", "AWS::KMS::Key")
    kept = {name: each for name, each in template()["Resources"].items() if each["Type"] in sorts}

    assert len(kept) == 6
    assert all(each["DeletionPolicy"] == "Delete" and each["UpdateReplacePolicy"] for each in kept.values())


def test_the_public_address_is_off_until_it_is_asked_for() -> None:
    """The Slack door, both permissions that it needs and the right to read its secret hang on one condition, which is
    false by default; only then the function hears of that secret."""
    found = template()
    (function,) = resources("Lambda::Function").values()
    setting = function["Environment"]["Variables"]["TOCSIN_SLACK_SIGNING_SECRET_PARAMETER"]
    doors = {name for name, each in found["Resources"].items() if each.get("Condition") == "HasButtons"}

    assert doors == {"Door", "DoorMayBeCalled", "DoorMayInvoke", "DoorPolicy"}
    name = {"Fn::Sub": "/tocsin/${AWS::StackName}/slack-signing-secret"}
    assert setting == {"Fn::If": ["HasButtons", name, {"Ref": "AWS::NoValue"}]}
    assert found["Parameters"]["SlackButtons"]["Default"] == "no"


def test_alarms_are_asked_about_unless_nobody_wants_it() -> None:
    """What the function may read of alarms and what it is told to ask hang on one condition, true by default."""
    found = template()
    (function,) = resources("Lambda::Function").values()
    setting = function["Environment"]["Variables"]["TOCSIN_ENRICH"]
    details = {name for name, each in found["Resources"].items() if each.get("Condition") == "HasDetails"}

    assert details == {"DetailsPolicy"}
    assert setting == {"Fn::If": ["HasDetails", "on", "off"]}
    assert found["Parameters"]["AlarmDetails"]["Default"] == "yes"


def test_no_parameter_asks_for_a_secret() -> None:
    """What is typed into a parameter is shown in the console for ever: the template has none for webhook or token."""
    assert not [name for name in template()["Parameters"] if "webhook" in name.lower() or "token" in name.lower()]
    assert parsed("a: !GetAtt Queue.Arn\nb: !Ref x") == {"a": {"Fn::GetAtt": ["Queue", "Arn"]}, "b": {"Ref": "x"}}
