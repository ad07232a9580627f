"""The roads out of CloudWatch: what is sent is shaped as AWS sends it."""

import base64
import hashlib
import json
import random
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin_local import sns, state_change
from tocsin_local.state_change import Change, State
from tocsin_local.tutorial import tutorial_event

TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms"
SUBSCRIPTION = TOPIC + ":6f4a2a1e-3b52-4cf6-9c1f-0a5a9f7a1b11"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:alarms"
AT_MS = 1_789_364_577_551  # 2026-09-14T05:42:57.551Z

METRIC_ALARM: dict[str, Any] = {
    "AlarmName": "cpu",
    "AlarmDescription": "The machine is busy.",
    "MetricName": "CPUUtilization",
    "Namespace": "AWS/EC2",
    "Statistic": "Average",
    "Dimensions": [{"Name": "InstanceId", "Value": "i-1"}],
    "Period": 300,
    "Unit": "Percent",
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 50,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "ignore",
    "AlarmActions": [TOPIC],
}
COMPOSITE: dict[str, Any] = {
    "AlarmName": "all",
    "AlarmRule": 'ALARM("cpu")',
    "AlarmDescription": "Something is wrong.",
    "ActionsSuppressor": "deploying",
    "ActionsSuppressorWaitPeriod": 60,
    "ActionsSuppressorExtensionPeriod": 120,
}


def change(alarm: dict[str, Any], region: str = "us-east-1", reason_data: str | None = '{"version":"1.0"}') -> Change:
    return Change(
        alarm=alarm,
        before=State("OK", AT_MS - 60_001, "Unchecked: Initial alarm creation"),
        after=State("ALARM", AT_MS, "Threshold Crossed: …", reason_data),
        account="123456789012",
        region=region,
        configured_ms=AT_MS - 3_600_000,
    )


def without(alarm: dict[str, Any], *names: str, **more: Any) -> dict[str, Any]:
    return {**{name: value for name, value in alarm.items() if name not in names}, **more}


def published(alarm: dict[str, Any] = METRIC_ALARM, seed: int = 7) -> sns.Notification:
    return sns.publish(TOPIC, sns.alarm_content(change(alarm)), AT_MS + 49, random.Random(seed).randbytes)


def test_metric_message_order_and_words() -> None:
    """A metric alarm's message has the fields of the captured ones, in their order and with their quirks."""
    message = state_change.sns_message(change(METRIC_ALARM))
    assert list(message.items()) == [
        ("AlarmName", "cpu"),
        ("AlarmDescription", "The machine is busy."),
        ("AWSAccountId", "123456789012"),
        ("AlarmConfigurationUpdatedTimestamp", "2026-09-14T04:42:57.551+0000"),
        ("NewStateValue", "ALARM"),
        ("NewStateReason", "Threshold Crossed: …"),
        ("StateChangeTime", "2026-09-14T05:42:57.551+0000"),
        ("Region", "US East (N. Virginia)"),
        ("AlarmArn", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:cpu"),
        ("OldStateValue", "OK"),
        ("ActionExecutedAfterMuteWindow", False),
        ("OKActions", []),
        ("AlarmActions", [TOPIC]),
        ("InsufficientDataActions", []),
        ("Trigger", message["Trigger"]),
    ]
    assert list(message["Trigger"].items()) == [
        ("MetricName", "CPUUtilization"),
        ("Namespace", "AWS/EC2"),
        ("StatisticType", "Statistic"),
        ("Statistic", "AVERAGE"),
        ("Unit", "Percent"),
        ("Dimensions", [{"value": "i-1", "name": "InstanceId"}]),
        ("Period", 300),
        ("EvaluationPeriods", 3),
        ("DatapointsToAlarm", 2),
        ("ComparisonOperator", "GreaterThanThreshold"),
        ("Threshold", 50.0),
        ("TreatMissingData", "ignore"),
        ("EvaluateLowSampleCountPercentile", ""),
    ]
    assert '"Threshold":50.0' in sns.alarm_content(change(METRIC_ALARM)).message


def test_what_was_left_out_of_an_alarm() -> None:
    """What an alarm does not say is null, empty or absent in its message, each field in its own way."""
    alarm = without(
        METRIC_ALARM, "AlarmDescription", "Unit", "Dimensions", "DatapointsToAlarm", "TreatMissingData", "AlarmActions"
    )
    message = state_change.sns_message(change(alarm))
    assert message["AlarmDescription"] is None
    assert message["AlarmActions"] == []
    trigger = message["Trigger"]
    assert trigger["Unit"] is None
    assert trigger["Dimensions"] == []
    assert trigger["TreatMissingData"] == ""
    assert "DatapointsToAlarm" not in trigger


@pytest.mark.parametrize(
    ("plain", "upper"),
    [
        ("Average", "AVERAGE"),
        ("Sum", "SUM"),
        ("Minimum", "MINIMUM"),
        ("Maximum", "MAXIMUM"),
        ("SampleCount", "SAMPLE_COUNT"),
    ],
)
def test_statistics_shout(plain: str, upper: str) -> None:
    """Statistics are upper case in SNS messages and nowhere else."""
    alarm = without(METRIC_ALARM, Statistic=plain)
    assert state_change.sns_message(change(alarm))["Trigger"]["Statistic"] == upper
    metric = state_change.lambda_action(change(alarm), random.Random(1).randbytes)["alarmData"]["configuration"]
    assert metric["metrics"][0]["metricStat"]["stat"] == plain


def test_extended_statistic() -> None:
    """A percentile stands under its own key, as it was written."""
    trigger = state_change.sns_message(change(without(METRIC_ALARM, "Statistic", ExtendedStatistic="p99")))["Trigger"]
    assert trigger["StatisticType"] == "ExtendedStatistic"
    assert trigger["ExtendedStatistic"] == "p99"
    assert "Statistic" not in trigger


def test_composite_message() -> None:
    """A composite alarm's message has the rule and the children that triggered it instead of a trigger."""
    child = {"arn": "arn:child", "state": {"value": "ALARM", "timestamp": "2026-09-14T05:42:56.000+0000"}}
    message = state_change.sns_message(change(COMPOSITE, reason_data=json.dumps({"triggeringAlarms": [child]})))
    assert list(message) == [
        "AlarmName",
        "AlarmDescription",
        "AWSAccountId",
        "NewStateValue",
        "NewStateReason",
        "StateChangeTime",
        "Region",
        "AlarmArn",
        "OKActions",
        "AlarmActions",
        "InsufficientDataActions",
        "ActionExecutedAfterMuteWindow",
        "OldStateValue",
        "AlarmRule",
        "TriggeringChildren",
    ]
    assert message["TriggeringChildren"] == [
        {"Arn": "arn:child", "State": {"Value": "ALARM", "Timestamp": "2026-09-14T05:42:56.000+0000"}}
    ]
    assert state_change.sns_message(change(COMPOSITE, reason_data=None))["TriggeringChildren"] == []


def test_eventbridge_event() -> None:
    """EventBridge gets whole seconds outside, milliseconds inside, dimensions as an object and no threshold."""
    event = state_change.eventbridge_event(change(METRIC_ALARM), random.Random(1).randbytes)
    detail = event.pop("detail")
    assert uuid.UUID(event.pop("id"))
    assert event == {
        "version": "0",
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": "123456789012",
        "time": "2026-09-14T05:42:57Z",
        "region": "us-east-1",
        "resources": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:cpu"],
    }
    assert uuid.UUID(detail["configuration"]["metrics"][0].pop("id"))
    assert detail == {
        "alarmName": "cpu",
        "configuration": {
            "description": "The machine is busy.",
            "metrics": [
                {
                    "metricStat": {
                        "metric": {
                            "dimensions": {"InstanceId": "i-1"},
                            "name": "CPUUtilization",
                            "namespace": "AWS/EC2",
                        },
                        "period": 300,
                        "stat": "Average",
                        "unit": "Percent",
                    },
                    "returnData": True,
                }
            ],
        },
        "previousState": {
            "reason": "Unchecked: Initial alarm creation",
            "timestamp": "2026-09-14T05:41:57.550+0000",
            "value": "OK",
        },
        "state": {
            "reason": "Threshold Crossed: …",
            "reasonData": '{"version":"1.0"}',
            "timestamp": "2026-09-14T05:42:57.551+0000",
            "value": "ALARM",
        },
    }


def test_eventbridge_composite() -> None:
    """A composite's configuration is its rule and its suppressor."""
    event = state_change.eventbridge_event(change(COMPOSITE), random.Random(1).randbytes)
    assert event["detail"]["configuration"] == {
        "alarmRule": 'ALARM("cpu")',
        "actionsSuppressor": "deploying",
        "actionsSuppressorWaitPeriod": 60,
        "actionsSuppressorExtensionPeriod": 120,
        "description": "Something is wrong.",
    }


def test_lambda_action() -> None:
    """The direct action has the same inside, no detail-type, and its time with an offset and milliseconds."""
    action = state_change.lambda_action(change(METRIC_ALARM), random.Random(1).randbytes)
    event = state_change.eventbridge_event(change(METRIC_ALARM), random.Random(1).randbytes)
    assert {key: value for key, value in action.items() if key != "alarmData"} == {
        "source": "aws.cloudwatch",
        "alarmArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:cpu",
        "accountId": "123456789012",
        "time": "2026-09-14T05:42:57.551+0000",
        "region": "us-east-1",
    }
    assert action["alarmData"]["state"] == event["detail"]["state"]
    assert list(action["alarmData"]) == list(event["detail"])


def test_subject_of_a_real_long_name() -> None:
    """A long name is cut so that the subject has exactly 100 characters (as published by readers of two tutorials)."""
    long_name = "HowToTriggerCloudwatchAlarmFromLambdaStack-howtotriggercloudwatchalarm0123456789"
    assert state_change.subject(change(without(METRIC_ALARM, AlarmName=long_name))) == (
        'ALARM: "HowToTriggerCloudwatchAlarmFromLambdaStack-howtotriggercloudwat..." in US East (N. Virginia)'
    )
    long_name = "[WARNING] [INFOPRO-RFC] Synergi CORE Prod - High Memory Utilization on the second host"
    assert state_change.subject(change(without(METRIC_ALARM, AlarmName=long_name), "ap-southeast-1")) == (
        'ALARM: "[WARNING] [INFOPRO-RFC] Synergi CORE Prod - High Memory Util..." in Asia Pacific (Singapore)'
    )


def test_subject_of_foreign_letters() -> None:
    """Each run of letters outside ASCII is one underscore."""
    assert state_change.subject(change(without(METRIC_ALARM, AlarmName="서버 CPU 높음"), "ap-northeast-2")) == (
        'ALARM: "_ CPU _" in Asia Pacific (Seoul)'
    )


@given(st.text(min_size=1, max_size=255), st.sampled_from(["us-east-1", "ap-southeast-1", "cn-north-1", "xx-new-1"]))
def test_every_subject_can_be_published(name: str, region: str) -> None:
    """Whatever the name, SNS would take the subject: ASCII without control characters, at most 100."""
    subject = state_change.subject(change(without(METRIC_ALARM, AlarmName=name), region))
    assert len(subject) <= 100
    assert subject.isascii()
    assert subject.isprintable()
    assert subject.startswith('ALARM: "')


@pytest.mark.parametrize(
    ("region", "partition", "name"),
    [
        ("eu-west-1", "aws", "EU (Ireland)"),
        ("cn-north-1", "aws-cn", "China (Beijing)"),
        ("us-gov-west-1", "aws-us-gov", "AWS GovCloud (US-West)"),
        ("xx-new-1", "aws", "xx-new-1"),
    ],
)
def test_regions(region: str, partition: str, name: str) -> None:
    """The ARN has the region's code and partition; the message has its display name, or the code for a new one."""
    message = state_change.sns_message(change(METRIC_ALARM, region))
    assert message["AlarmArn"] == f"arn:{partition}:cloudwatch:{region}:123456789012:alarm:cpu"
    assert message["Region"] == name


def test_lambda_record() -> None:
    """A function gets Url spelled so, an attributes object even when empty, and a signature of real length."""
    notification = published()
    record = sns.event(sns.lambda_record(notification, SUBSCRIPTION))["Records"][0]
    inner = record["Sns"]
    assert (record["EventSource"], record["EventVersion"]) == ("aws:sns", "1.0")
    assert record["EventSubscriptionArn"] == SUBSCRIPTION
    assert list(inner) == [
        "Type",
        "MessageId",
        "TopicArn",
        "Subject",
        "Message",
        "Timestamp",
        "SignatureVersion",
        "Signature",
        "SigningCertUrl",
        "UnsubscribeUrl",
        "MessageAttributes",
    ]
    assert inner["Timestamp"] == "2026-09-14T05:42:57.600Z"
    assert inner["Subject"] == 'ALARM: "cpu" in US East (N. Virginia)'
    assert json.loads(inner["Message"]) == state_change.sns_message(change(METRIC_ALARM))
    assert len(base64.b64decode(inner["Signature"], validate=True)) == 256
    assert uuid.UUID(inner["MessageId"]).version == 5
    assert inner["SigningCertUrl"].startswith("https://sns.us-east-1.amazonaws.com/SimpleNotificationService-")
    assert inner["UnsubscribeUrl"].endswith("&SubscriptionArn=" + SUBSCRIPTION)
    assert inner["MessageAttributes"] == {}


def test_message_without_subject() -> None:
    """What was published without a subject has null for a function and no such field for a queue."""
    notification = sns.publish(TOPIC, sns.Content("hello"), AT_MS, random.Random(1).randbytes)
    assert sns.lambda_record(notification, SUBSCRIPTION)["Sns"]["Subject"] is None
    assert "Subject" not in json.loads(sns.envelope(notification, SUBSCRIPTION))


def test_sqs_record() -> None:
    """A queue's body is the envelope, URL spelled so, in SNS's spacing, with no attributes where there are none."""
    notification = published()
    body = sns.envelope(notification, SUBSCRIPTION)
    record = sns.sqs_record(body, QUEUE, AT_MS + 60, random.Random(2).randbytes)
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == QUEUE
    assert record["awsRegion"] == "us-east-1"
    assert record["md5OfBody"] == hashlib.md5(body.encode()).hexdigest()
    assert record["attributes"]["SentTimestamp"] == str(AT_MS + 60)
    assert uuid.UUID(record["messageId"])
    assert record["body"].startswith('{\n  "Type" : "Notification",\n  "MessageId" : "')
    assert list(json.loads(record["body"])) == [
        "Type",
        "MessageId",
        "TopicArn",
        "Subject",
        "Message",
        "Timestamp",
        "SignatureVersion",
        "Signature",
        "SigningCertURL",
        "UnsubscribeURL",
    ]


def test_attributes_on_every_road() -> None:
    """Attributes ride in the envelope, and with raw delivery on the queue's own message."""
    attributes = {"team": sns.Attribute("String", "db"), "blob": sns.Attribute("Binary", "AQI=")}
    content = sns.Content("hello", attributes=attributes)
    notification = sns.publish(TOPIC, content, AT_MS, random.Random(1).randbytes)
    wrapped = {"team": {"Type": "String", "Value": "db"}, "blob": {"Type": "Binary", "Value": "AQI="}}
    assert sns.lambda_record(notification, SUBSCRIPTION)["Sns"]["MessageAttributes"] == wrapped
    assert json.loads(sns.envelope(notification, SUBSCRIPTION))["MessageAttributes"] == wrapped
    raw = sns.sqs_raw_record(notification, QUEUE, random.Random(2).randbytes)
    assert raw["body"] == "hello"
    assert raw["messageAttributes"] == {
        "team": {"stringValue": "db", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
        "blob": {"binaryValue": "AQI=", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"},
    }


def test_http_requests() -> None:
    """A web server gets the envelope as text/plain with SNS's headers; raw, the message and a header that says so."""
    notification = published()
    request = sns.http_request(notification, SUBSCRIPTION)
    assert request.headers["Content-Type"] == "text/plain; charset=UTF-8"
    assert request.headers["x-amz-sns-message-type"] == "Notification"
    assert request.headers["x-amz-sns-message-id"] == notification.message_id
    assert request.headers["x-amz-sns-topic-arn"] == TOPIC
    assert request.headers["x-amz-sns-subscription-arn"] == SUBSCRIPTION
    assert json.loads(request.body)["MessageId"] == notification.message_id
    raw = sns.http_raw_request(notification, SUBSCRIPTION)
    assert raw.headers["x-amz-sns-rawdelivery"] == "true"
    assert raw.body == notification.content.message


def test_chinese_hosts() -> None:
    """In China certificates and unsubscribing have hosts of their own."""
    topic = "arn:aws-cn:sns:cn-north-1:123456789012:alarms"
    notification = sns.publish(topic, sns.Content("hello"), AT_MS, random.Random(1).randbytes)
    inner = sns.lambda_record(notification, topic + ":1")["Sns"]
    assert inner["SigningCertUrl"].startswith("https://sns.cn-north-1.amazonaws.com.cn/")


def test_randomness_comes_by_the_door() -> None:
    """The same seed gives the same notification; another seed gives another id."""
    assert published(seed=7) == published(seed=7)
    assert published(seed=7).message_id != published(seed=8).message_id


def test_tutorial_event() -> None:
    """The tutorial's event has the console template's id and topic, no real signature, and a whole alarm inside."""
    inner = tutorial_event()["Records"][0]["Sns"]
    assert inner["MessageId"] == "95df01b4-ee98-5cb9-9903-4c221d41eb5e"
    assert inner["TopicArn"] == "arn:aws:sns:us-east-1:123456789012:ExampleTopic"
    assert len(base64.b64decode(inner["Signature"])) != 256
    message = json.loads(inner["Message"])
    assert message["NewStateValue"] == "ALARM"
    assert message["NewStateReason"].startswith("Threshold Crossed: 1 datapoint")
    assert "AlarmArn" not in message
    assert tutorial_event() is not tutorial_event()
