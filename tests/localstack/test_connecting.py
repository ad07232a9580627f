"""Connecting on an AWS that keeps each field of an alarm, and refuses to subscribe a second time otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import emulator
from tocsin_cli.cloud import Cloud, cloud
from tocsin_cli.stack.standing import Stack
from tocsin_cli.wiring.plan import Wiring

REGION, ACCOUNT = "eu-central-1", "444433332222"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:tocsin"
PAGER = f"arn:aws:sns:{REGION}:{ACCOUNT}:pager"
_METRIC = {"Namespace": "Shop", "MetricName": "Orders", "Dimensions": [{"Name": "Stage", "Value": "live"}]}
_STAT = {"Metric": _METRIC, "Period": 300, "Stat": "p90"}
_SHARED = {"EvaluationPeriods": 3, "DatapointsToAlarm": 2, "TreatMissingData": "notBreaching", "AlarmActions": [PAGER]}
ALARMS: list[dict[str, Any]] = [
    {
        "AlarmName": "plain 주문 🔥 \"it's\"", "AlarmDescription": "Two\nlines.", "ActionsEnabled": False, **_METRIC,
        "ExtendedStatistic": "p99.9", "Period": 60, "Unit": "Seconds", "Threshold": 0.0,
        "EvaluateLowSampleCountPercentile": "ignore", "ComparisonOperator": "LessThanThreshold",
        "InsufficientDataActions": [PAGER], **_SHARED,
    },
    {
        "AlarmName": "math", "Threshold": 5.0, "ComparisonOperator": "GreaterThanThreshold", **_SHARED,
        "Metrics": [
            {"Id": "e", "Expression": "a / b * 100", "Label": "share", "ReturnData": True},
            {"Id": "a", "MetricStat": _STAT, "ReturnData": False, "AccountId": "111122223333"},
            {"Id": "b", "MetricStat": {**_STAT, "Stat": "Sum", "Unit": "Count"}, "ReturnData": False},
        ],
    },
    {
        "AlarmName": "band", "ThresholdMetricId": "t", "ComparisonOperator": "GreaterThanUpperThreshold", **_SHARED,
        "Metrics": [
            {"Id": "m", "MetricStat": _STAT, "ReturnData": True},
            {"Id": "t", "Expression": "ANOMALY_DETECTION_BAND(m, 2)", "ReturnData": True},
        ],
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def wiring(localstack: str) -> Iterator[Wiring]:
    """The parts of a stack that connecting is about."""
    with pytest.MonkeyPatch.context() as environ:
        for name, value in (emulator.environment(localstack, REGION) | {"AWS_ACCESS_KEY_ID": ACCOUNT}).items():
            environ.setenv(name, value)
        with cloud(None, None) as here:
            sqs = here.client("sqs")
            urls = {name: sqs.create_queue(QueueName=queue)["QueueUrl"] for name, queue in
                    (("QueueUrl", "tocsin"), ("DeadLettersUrl", "tocsin-dead"))}  # fmt: skip
            here.client("sns").create_topic(Name="tocsin")
            outputs = {**urls, "TopicArn": TOPIC, "OpsTopicArn": f"{TOPIC}-ops", "FunctionName": "tocsin"}
            yield Wiring(here, Stack("tocsin", "CREATE_COMPLETE", "", outputs, {}))


def _alarm(here: Cloud, name: str) -> dict[str, Any]:
    (found,) = here.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return {key: value for key, value in found.items() if "Timestamp" not in key and value not in ([], None)}


def queue_of(wiring: Wiring) -> dict[str, str]:
    """Its attributes."""
    asked = {"QueueUrl": wiring.stack.outputs["QueueUrl"], "AttributeNames": ["All"]}
    attributes: dict[str, str] = wiring.cloud.client("sqs").get_queue_attributes(**asked)["Attributes"]
    return attributes


@pytest.mark.parametrize("given", ALARMS, ids=lambda given: str(given["AlarmName"]).split()[0])
def test_an_alarm_comes_back_as_it_was(wiring: Wiring, given: dict[str, Any]) -> None:
    """Metric math, another account's metrics, an anomaly band, switched-off actions, a threshold of 0: connected, it
    differs in two fields; disconnected, in none."""
    wiring.cloud.client("cloudwatch").put_metric_alarm(**given)
    before = _alarm(wiring.cloud, given["AlarmName"])
    for change in wiring.connecting([given["AlarmName"]], False).changes:
        change.do()
    between = _alarm(wiring.cloud, given["AlarmName"])
    for change in wiring.disconnecting([given["AlarmName"]], False).changes:
        change.do()

    assert between == {**before, "AlarmActions": [PAGER, TOPIC], "OKActions": [TOPIC]}
    assert _alarm(wiring.cloud, given["AlarmName"]) == before


def test_a_topic_that_the_queue_reads_already_is_completed(wiring: Wiring) -> None:
    """A subscription that somebody made by hand lacks dead letters, and the queue keeps the topic out: both are
    mended, and nothing is subscribed a second time."""
    sns = wiring.cloud.client("sns")
    topic = sns.create_topic(Name="orders")["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    queue = f"arn:aws:sqs:{REGION}:{ACCOUNT}:tocsin"
    made = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=raw, ReturnSubscriptionArn=True)
    for change in wiring.connecting([topic], False).changes:
        change.do()
    (only,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    has = sns.get_subscription_attributes(SubscriptionArn=made["SubscriptionArn"])["Attributes"]

    assert only["SubscriptionArn"] == made["SubscriptionArn"] and has["RawMessageDelivery"] == "true"
    assert has["RedrivePolicy"].endswith(':tocsin-dead"}') and wiring.connecting([topic], False).changes == ()
    assert topic in queue_of(wiring)["Policy"]
