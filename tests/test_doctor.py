"""The doctor on a small AWS: each break that is planted is found, and nothing else is; each cure that it names cures.

What this AWS cannot break is in test_doctor_answers.py.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from aws_home import REGION, Home, deployed, obey, run, understood
from tocsin_cli.doctor.checks import CHECKS
from tocsin_cli.doctor.examine import examine
from tocsin_cli.doctor.finding import Check, Finding
from tocsin_cli.doctor.scene import Scene

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:tocsin"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:tocsin"
WATCHED = {
    "Namespace": "Shop", "MetricName": "Errors", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1,
    "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold",
}  # fmt: skip

Undo = Callable[[], object]
Plant = Callable[[Home], Undo]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One healthy stack for all these tests: each leaves it as it found it."""
    with deployed(tmp_path_factory.mktemp("aws")) as there:
        yield there


def findings(scene: Scene, checks: Sequence[Check]) -> list[tuple[str, Finding]]:
    """Everything that these checks find, each with the check that found it."""
    return [(result.check.name, found) for result in examine(scene, checks) for found in result.findings]


# ---- Breaks, each with what undoes it


def policy_of_its_topic(home: Home) -> Undo:
    """Somebody replaced the topic's policy by one for their own application."""
    return _topic_policy(home, TOPIC, _admits("lambda.amazonaws.com", "sns:Publish", TOPIC))


def policy_of_the_ops_topic(home: Home) -> Undo:
    """The topic for tocsin's own trouble is denied to CloudWatch."""
    return _topic_policy(home, f"{TOPIC}-ops", {"Statement": []})


def policy_of_your_topic(home: Home) -> Undo:
    """An alarm acts on a topic that lets only another account's alarms in."""
    arn, undo = _your_topic(home)
    statement = _admits("cloudwatch.amazonaws.com", "sns:Publish", arn)["Statement"][0]
    other = {**statement, "Condition": {"StringEquals": {"aws:SourceAccount": "210987654321"}}}
    _topic_policy(home, arn, {"Statement": [other]})
    return undo


def key_without_a_grant(home: Home) -> Undo:
    """The topic is encrypted with a key that admits the account, and no service."""
    return _topic_key(home, _key(home))


def key_of_aws(home: Home) -> Undo:
    """The topic is encrypted with the key that AWS keeps for SNS, which admits no service."""
    return _topic_key(home, "alias/aws/sns")


def key_switched_off(home: Home) -> Undo:
    """The key admits CloudWatch, but is disabled."""
    key = _key(home, "cloudwatch.amazonaws.com", "budgets.amazonaws.com", "costalerts.amazonaws.com")
    home.client("kms").disable_key(KeyId=key)
    return _topic_key(home, key)


def subscription_gone(home: Home) -> Undo:
    """The queue's subscription was deleted."""
    sns = home.client("sns")
    for each in sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
    return lambda: sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE)


def subscription_filtered(home: Home) -> Undo:
    """The subscription lets only messages with an attribute through."""
    sns = home.client("sns")
    arn = sns.list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"][0]["SubscriptionArn"]
    return _set_filter(sns, arn, '{"sort": ["alarm"]}')


def queue_policy_without_the_topic(home: Home) -> Undo:
    """The queue's policy lets nobody in but the rule."""
    return _queue_policy(home, lambda statement: statement["Sid"] != "Topic")


def queue_policy_without_the_rule(home: Home) -> Undo:
    """The queue's policy lets nobody in but the topic."""
    return _queue_policy(home, lambda statement: statement["Sid"] != "AllAlarms")


def queue_key_without_a_grant(home: Home) -> Undo:
    """The queue is encrypted with a key that admits no service."""
    sqs, url = home.client("sqs"), home.stack.outputs["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": _key(home)})
    return lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": ""})


def dead_letters_cut_off(home: Home) -> Undo:
    """The queue hands nothing on to the dead letters."""
    sqs, url = home.client("sqs"), home.stack.outputs["QueueUrl"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})
    return lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def dead_letter(home: Home) -> Undo:
    """An event could not be processed."""
    sqs, url = home.client("sqs"), home.stack.outputs["DeadLettersUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    return lambda: sqs.purge_queue(QueueUrl=url)


def failed_invocation(home: Home) -> Undo:
    """An invocation failed for good."""
    sqs, url = home.client("sqs"), home.stack.outputs["FailedInvocationsUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    return lambda: sqs.purge_queue(QueueUrl=url)


def rule_switched_off(home: Home) -> Undo:
    """The rule for all alarms is disabled."""
    return _rule_off(home, "tocsin-all-alarms")


def rule_narrowed(home: Home) -> Undo:
    """The rule was changed to match one alarm only."""
    events = home.client("events")
    before = events.describe_rule(Name="tocsin-all-alarms")["EventPattern"]
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": ["mine"]}}
    events.put_rule(Name="tocsin-all-alarms", EventPattern=json.dumps(pattern))
    return lambda: events.put_rule(Name="tocsin-all-alarms", EventPattern=before)


def rule_without_target(home: Home) -> Undo:
    """The rule leads nowhere."""
    return _untargeted(home, "tocsin-all-alarms")


def schedule_switched_off(home: Home) -> Undo:
    """The minute's tick is disabled."""
    return _rule_off(home, "tocsin-tick")


def schedule_without_target(home: Home) -> Undo:
    """The minute's tick does not reach the function."""
    return _untargeted(home, "tocsin-tick")


def schedule_may_not_invoke(home: Home) -> Undo:
    """The function's policy no longer lets EventBridge in."""
    client = home.client("lambda")
    before = json.loads(client.get_policy(FunctionName="tocsin")["Policy"])["Statement"]
    for each in before:
        client.remove_permission(FunctionName="tocsin", StatementId=each["Sid"])

    def undo() -> None:
        source = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/tocsin-tick"
        admitted = {"Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com", "SourceArn": source}
        with suppress(client.exceptions.ResourceNotFoundException):
            client.remove_permission(FunctionName="tocsin", StatementId="tocsin-tick")
        client.add_permission(FunctionName="tocsin", StatementId="tick", **admitted)

    return undo


def failures_not_kept(home: Home) -> Undo:
    """Invocations that fail for good go nowhere."""
    client = home.client("lambda")
    before = client.get_function_event_invoke_config(FunctionName="tocsin")
    client.delete_function_event_invoke_config(FunctionName="tocsin")
    kept = {key: before[key] for key in ("DestinationConfig", "MaximumRetryAttempts") if key in before}
    return lambda: client.put_function_event_invoke_config(FunctionName="tocsin", **kept)


def setting_changed(home: Home) -> Undo:
    """Somebody tried another table, and forgot."""
    client = home.client("lambda")
    before = client.get_function_configuration(FunctionName="tocsin")["Environment"]["Variables"]
    changed = {"Variables": {**before, "TOCSIN_STORE": "dynamodb:mine"}}
    client.update_function_configuration(FunctionName="tocsin", Environment=changed)
    return lambda: client.update_function_configuration(FunctionName="tocsin", Environment={"Variables": before})


def table_never_forgets(home: Home) -> Undo:
    """Time to live is off."""
    dynamodb = home.client("dynamodb")
    lives = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName="tocsin", TimeToLiveSpecification={**lives, "Enabled": False})
    return lambda: dynamodb.update_time_to_live(TableName="tocsin", TimeToLiveSpecification=lives)


def table_without_backups(home: Home) -> Undo:
    """Point-in-time recovery is off."""
    dynamodb = home.client("dynamodb")

    def put(is_on: bool) -> None:
        wanted = {"PointInTimeRecoveryEnabled": is_on}
        dynamodb.update_continuous_backups(TableName="tocsin", PointInTimeRecoverySpecification=wanted)

    put(False)
    return lambda: put(True)


def role_that_lambda_may_not_use(home: Home) -> Undo:
    """The role trusts another service."""
    iam, role = home.client("iam"), _role(home)
    before = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]
    other = _admits("ec2.amazonaws.com", "sts:AssumeRole", "*")
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(other))
    return lambda: iam.update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(before))


def secret_in_plain_text(home: Home) -> Undo:
    """Somebody made the parameter by hand, as a String."""
    return _secret_as(home, Type="String")


def secret_under_another_key(home: Home) -> Undo:
    """The parameter is encrypted with a key that the role may not use."""
    undo = _secret_as(home, Type="SecureString", KeyId=_key(home))
    iam, role = home.client("iam"), _role(home)

    def both() -> None:
        undo()
        if "tocsin-secret-key" in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            iam.delete_role_policy(RoleName=role, PolicyName="tocsin-secret-key")

    return both


def mapping_switched_off(home: Home) -> Undo:
    """The function does not take from the queue any more."""
    client = home.client("lambda")
    (found,) = client.list_event_source_mappings(FunctionName="tocsin")["EventSourceMappings"]
    client.update_event_source_mapping(UUID=found["UUID"], Enabled=False)
    return lambda: client.update_event_source_mapping(UUID=found["UUID"], Enabled=True)


def function_throttled(home: Home) -> Undo:
    """Somebody pressed "Throttle" in the console."""
    client = home.client("lambda")
    client.put_function_concurrency(FunctionName="tocsin", ReservedConcurrentExecutions=0)
    return lambda: client.delete_function_concurrency(FunctionName="tocsin")


def function_of_yesterday(home: Home) -> Undo:
    """The function runs on a Python that AWS no longer patches."""
    client = home.client("lambda")
    client.update_function_configuration(FunctionName="tocsin", Runtime="python3.9")
    return lambda: client.update_function_configuration(FunctionName="tocsin", Runtime="python3.13")


def function_may_not_wake_itself(home: Home) -> Undo:
    """Lambda would take the function's own wakes for an accident."""
    client = home.client("lambda")
    client.put_function_recursion_config(FunctionName="tocsin", RecursiveLoop="Terminate")
    return lambda: client.put_function_recursion_config(FunctionName="tocsin", RecursiveLoop="Allow")


def role_without_a_right(home: Home) -> Undo:
    """The role may not write rows any more."""
    return _role_without(home, "tocsin", "Rows")


def role_that_may_use_one_index_alone(home: Home) -> Undo:
    """The role may find what is due, and not what belongs together."""

    def narrowed(statement: dict[str, Any]) -> dict[str, Any]:
        found = statement["Resource"]
        return {**statement, "Resource": [each for each in found if each.endswith("/by-due")]}

    return _role_with(home, "tocsin", lambda each: narrowed(each) if each["Sid"] == "FindRows" else each)


def role_that_may_not_ask_about_alarms(home: Home) -> Undo:
    """The role may not ask CloudWatch what an alarm's message does not say."""
    return _role_without(home, "tocsin-details", "AlarmsAndMetrics")


def _role_without(home: Home, policy: str, sid: str) -> Undo:
    return _role_with(home, policy, lambda each: None if each["Sid"] == sid else each)


def _role_with(home: Home, policy: str, kept: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Undo:
    """Each of the policy's statements becomes what ``kept`` makes of it; None leaves it out."""
    iam, role = home.client("iam"), _role(home)
    before = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    left = [each for each in map(kept, before["Statement"]) if each is not None]
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps({**before, "Statement": left}))

    def undo() -> None:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(before))
        for name in {"tocsin-mended", "tocsin-more"}.intersection(iam.list_role_policies(RoleName=role)["PolicyNames"]):
            iam.delete_role_policy(RoleName=role, PolicyName=name)

    return undo


def function_complains(home: Home) -> Undo:
    """The function logged an error, as its own words are laid out by Lambda's runtime."""
    logs, group = home.client("logs"), home.stack.outputs["LogGroupName"]
    logs.create_log_stream(logGroupName=group, logStreamName="complaint")
    text = '[ERROR]\t2026-11-24T12:00:00.123Z\t8f5f\t{"did": "not shown", "code": "no_service"}\n'
    event = {"timestamp": home.scene().now, "message": text}
    logs.put_log_events(logGroupName=group, logStreamName="complaint", logEvents=[event])
    return lambda: logs.delete_log_stream(logGroupName=group, logStreamName="complaint")


def secret_gone(home: Home) -> Undo:
    """The parameter with the webhook was deleted."""
    ssm, name = home.client("ssm"), home.stack.outputs["SecretName"]
    ssm.delete_parameter(Name=name)
    return lambda: ssm.put_parameter(Name=name, Value=home.slack.webhook_url, Type="SecureString", Overwrite=True)


def webhook_removed(home: Home) -> Undo:
    """The webhook was revoked in Slack."""
    home.slack.set_hook_state("removed")
    return lambda: home.slack.set_hook_state("active")


def own_alarm_gone(home: Home) -> Undo:
    """Somebody deleted the alarm about the heartbeat."""
    cloudwatch = home.client("cloudwatch")
    (found,) = cloudwatch.describe_alarms(AlarmNames=["tocsin-heartbeat"])["MetricAlarms"]
    cloudwatch.delete_alarms(AlarmNames=["tocsin-heartbeat"])
    keys = (*WATCHED, "AlarmName", "AlarmActions", "OKActions", "TreatMissingData")
    return lambda: cloudwatch.put_metric_alarm(**{key: found[key] for key in keys if key in found})


def own_alarm_quiet(home: Home) -> Undo:
    """The actions of an alarm about tocsin itself are disabled."""
    cloudwatch = home.client("cloudwatch")
    cloudwatch.disable_alarm_actions(AlarmNames=["tocsin-dead-letters"])
    return lambda: cloudwatch.enable_alarm_actions(AlarmNames=["tocsin-dead-letters"])


def own_alarm_fires(home: Home) -> Undo:
    """An alarm about tocsin itself is in ALARM."""
    cloudwatch = home.client("cloudwatch")
    cloudwatch.set_alarm_state(AlarmName="tocsin-oldest-due", StateValue="ALARM", StateReason="a test")
    return lambda: cloudwatch.set_alarm_state(AlarmName="tocsin-oldest-due", StateValue="OK", StateReason="a test")


def nobody_gets_mail(home: Home) -> Undo:
    """The ops topic has no subscription."""
    sns = home.client("sns")
    for each in sns.list_subscriptions_by_topic(TopicArn=f"{TOPIC}-ops")["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
    return lambda: sns.subscribe(TopicArn=f"{TOPIC}-ops", Protocol="email", Endpoint="ops@example.com")


def alarm_acts_on_nothing(home: Home) -> Undo:
    """An alarm has no action at all."""
    return _alarm(home, [])


def alarm_switched_off(home: Home) -> Undo:
    """An alarm's actions were disabled, and never enabled again."""
    undo = _alarm(home, [TOPIC])
    home.client("cloudwatch").disable_alarm_actions(AlarmNames=["shop"])
    return undo


def topic_that_nobody_reads(home: Home) -> Undo:
    """An alarm acts on a topic without any subscription."""
    arn, undo = _your_topic(home)
    sns = home.client("sns")
    for each in sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])
    return undo


def topic_that_is_gone(home: Home) -> Undo:
    """An alarm acts on a topic that was deleted."""
    return _alarm(home, [f"arn:aws:sns:{REGION}:{ACCOUNT}:deleted"])


def topic_of_another_region(home: Home) -> Undo:
    """An alarm acts on a topic of us-east-1."""
    return _alarm(home, [f"arn:aws:sns:us-east-1:{ACCOUNT}:far"])


def machines_elsewhere(home: Home) -> Undo:
    """A machine runs in a region where nobody looks."""
    ec2 = home.client("ec2", "ap-southeast-2")
    (made,) = ec2.run_instances(ImageId="ami-12345678", MinCount=1, MaxCount=1, InstanceType="t3.micro")["Instances"]
    return lambda: ec2.terminate_instances(InstanceIds=[made["InstanceId"]])


def alarms_elsewhere(home: Home) -> Undo:
    """There are alarms in a region from which nothing comes here."""
    cloudwatch = home.client("cloudwatch", "us-west-2")
    cloudwatch.put_metric_alarm(AlarmName="far", **WATCHED)
    return lambda: cloudwatch.delete_alarms(AlarmNames=["far"])


BREAKS: dict[Plant, str] = {
    policy_of_its_topic: "own-topics",
    policy_of_the_ops_topic: "own-topics",
    policy_of_your_topic: "topic-policies",
    key_without_a_grant: "keys",
    key_of_aws: "keys",
    key_switched_off: "keys",
    subscription_gone: "subscription",
    subscription_filtered: "subscription",
    queue_policy_without_the_topic: "queue-policy",
    queue_policy_without_the_rule: "queue-policy",
    queue_key_without_a_grant: "queue-key",
    dead_letters_cut_off: "dead-letter-road",
    dead_letter: "dead-letters",
    failed_invocation: "dead-letters",
    rule_switched_off: "rule",
    rule_narrowed: "rule",
    rule_without_target: "rule",
    schedule_switched_off: "tick",
    schedule_without_target: "tick",
    schedule_may_not_invoke: "tick",
    failures_not_kept: "dead-letter-road",
    setting_changed: "settings",
    table_never_forgets: "table",
    table_without_backups: "table",
    role_that_lambda_may_not_use: "rights",
    secret_in_plain_text: "secret-key",
    secret_under_another_key: "secret-key",
    mapping_switched_off: "mapping",
    function_throttled: "function",
    function_of_yesterday: "runtime",
    function_may_not_wake_itself: "loops",
    role_without_a_right: "rights",
    role_that_may_use_one_index_alone: "rights",
    role_that_may_not_ask_about_alarms: "rights",
    function_complains: "errors",
    secret_gone: "secret",
    webhook_removed: "slack",
    own_alarm_gone: "watches",
    own_alarm_quiet: "watches",
    own_alarm_fires: "watches",
    nobody_gets_mail: "e-mail",
    alarm_acts_on_nothing: "silent-alarms",
    alarm_switched_off: "disabled-alarms",
    topic_that_nobody_reads: "unread-topics",
    topic_that_is_gone: "unread-topics",
    topic_of_another_region: "far-topics",
    machines_elsewhere: "regions",
    alarms_elsewhere: "regions",
}


@contextmanager
def broken(home: Home, plant: Plant) -> Iterator[None]:
    """Break it for as long as this lasts."""
    undo = plant(home)
    try:
        yield
    finally:
        undo()


def test_nothing_is_found_on_a_healthy_stack(home: Home) -> None:
    """Every check is quiet, the exit code is 0, and Slack shows nothing of having been asked."""
    code, output = run("doctor")

    assert code == 0 and output.endswith("Nothing is wrong.\n")
    assert [line[:3] for line in output.splitlines()[1:-1]] == ["  ✓"] * len(CHECKS)
    assert home.slack.messages() == []


@pytest.mark.parametrize("plant", BREAKS, ids=lambda plant: plant.__name__)
def test_each_break_is_found_and_can_be_mended(home: Home, plant: Plant) -> None:
    """One break is one finding and no other; after its fix, or the command of AWS's that it names, there is none.

    What a test leaves behind the next one finds, and the last of them all.
    """
    concerned = [check for check in CHECKS if check.name == BREAKS[plant]]
    near = [check for check in CHECKS if check.name != "regions" or check in concerned]
    with broken(home, plant):
        ((name, finding),) = findings(home.scene(), near)
        assert name == BREAKS[plant]
        assert finding.what and finding.means and understood(finding.mend)
        if finding.fix is not None:
            finding.fix()
            assert findings(home.scene(), concerned) == []
    if finding.mend.startswith(("aws ", "tocsin connect ")):
        with broken(home, plant):
            ((_, finding),) = findings(home.scene(), concerned)  # some break another thing each time
            _pasted(home, finding.mend)
            assert findings(home.scene(), concerned) == []


def _pasted(home: Home, mend: str) -> None:
    """In a shell, one command after the other; who is asked says yes."""
    for command in mend.split(" && "):
        program, *words = shlex.split(command)
        if program == "aws":
            obey(home.cloud, command)
        elif words[0] == "connect":
            assert run(*words, "--yes")[0] == 0
        else:  # the secret is handed over
            home.client("ssm").put_parameter(
                Name=home.stack.outputs["SecretName"], Value=home.slack.webhook_url, Type="SecureString"
            )


def test_all_is_well_again(home: Home) -> None:
    """After all these breaks and cures nothing is left of them."""
    assert findings(home.scene(), CHECKS) == []


# ---- How a break is made


def _admits(service: str, action: str, resource: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _topic_policy(home: Home, arn: str, policy: dict[str, Any]) -> Undo:
    sns = home.client("sns")
    before = sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]

    def put(text: str) -> None:
        sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=text)

    put(json.dumps(policy))
    return lambda: put(before)


def _key(home: Home, *services: str) -> str:
    account = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    admitted = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "kms:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [account, *([admitted] if services else [])]}
    return str(home.client("kms").create_key(Policy=json.dumps(policy))["KeyMetadata"]["KeyId"])


def _topic_key(home: Home, key: str) -> Undo:
    sns = home.client("sns")
    sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="KmsMasterKeyId", AttributeValue=key)
    return lambda: sns.set_topic_attributes(TopicArn=TOPIC, AttributeName="KmsMasterKeyId", AttributeValue="")


def _set_filter(sns: Any, arn: str, policy: str) -> Undo:
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue=policy)
    return lambda: sns.set_subscription_attributes(
        SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue="{}"
    )


def _queue_policy(home: Home, keep: Callable[[dict[str, Any]], bool]) -> Undo:
    sqs, url = home.client("sqs"), home.stack.outputs["QueueUrl"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]
    policy = json.loads(before["Policy"])
    kept = {**policy, "Statement": [each for each in policy["Statement"] if keep(each)]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(kept)})
    return lambda: sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def _role(home: Home) -> str:
    found = home.client("lambda").get_function_configuration(FunctionName="tocsin")
    return str(found["Role"]).rsplit("/", 1)[-1]


def _secret_as(home: Home, **kind: str) -> Undo:
    ssm, name = home.client("ssm"), home.stack.outputs["SecretName"]

    def put(**kind: str) -> None:
        ssm.delete_parameters(Names=[name])
        ssm.put_parameter(Name=name, Value=home.slack.webhook_url, **kind)

    put(**kind)
    return lambda: put(Type="SecureString")


def _rule_off(home: Home, name: str) -> Undo:
    events = home.client("events")
    events.disable_rule(Name=name)
    return lambda: events.enable_rule(Name=name)


def _untargeted(home: Home, name: str) -> Undo:
    events = home.client("events")
    before = events.list_targets_by_rule(Rule=name)["Targets"]
    events.remove_targets(Rule=name, Ids=[each["Id"] for each in before])
    return lambda: events.put_targets(Rule=name, Targets=before)


def _alarm(home: Home, topics: list[str]) -> Undo:
    cloudwatch = home.client("cloudwatch")
    cloudwatch.put_metric_alarm(AlarmName="shop", AlarmActions=topics, **WATCHED)
    return lambda: cloudwatch.delete_alarms(AlarmNames=["shop"])


def _your_topic(home: Home) -> tuple[str, Undo]:
    """A topic of yours that somebody reads, and an alarm that acts on it."""
    sns = home.client("sns")
    arn = str(sns.create_topic(Name="yours")["TopicArn"])
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="you@example.com")
    gone = _alarm(home, [arn])

    def undo() -> None:
        gone()
        sns.delete_topic(TopicArn=arn)

    return arn, undo
