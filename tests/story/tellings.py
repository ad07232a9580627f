"""Alarm events for the stories: what CloudWatch and SNS would hand to the function."""

from __future__ import annotations

import random
from typing import Any

from tocsin_local import sns
from tocsin_local.state_change import Change, State, eventbridge_event, lambda_action

ACCOUNT, REGION = "123456789012", "ap-northeast-2"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:tocsin"
NOON = 1_795_435_200_000  # 2026-11-23 12:00:00 UTC
RANDOM = random.Random(7).randbytes


def definition(name: str = "api-cpu") -> dict[str, Any]:
    return {
        "AlarmName": name,
        "AlarmDescription": "CPU of the API. Runbook: https://wiki.example.com/cpu",
        "Namespace": "AWS/EC2",
        "MetricName": "CPUUtilization",
        "Dimensions": [{"Name": "InstanceId", "Value": "i-0123456789abcdef0"}],
        "Statistic": "Average",
        "Unit": "Percent",
        "Period": 60,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 3,
        "Threshold": 80.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "missing",
        "AlarmActions": [TOPIC],
        "OKActions": [TOPIC],
        "InsufficientDataActions": [],
    }


def change(after: str, second: float, before: str = "OK", name: str = "api-cpu", since: float = 0) -> Change:
    """The alarm goes from one state to another at ``second`` after noon."""
    value, word = (93.4, "was") if after == "ALARM" else (12.0, "was not")
    reason = f"Threshold Crossed: 1 datapoint [{value} (23/11/26 11:59:00)] {word} greater than the threshold (80.0)."
    at = NOON + round(second * 1000)
    old = State(before, NOON + round(since * 1000), "before")
    return Change(definition(name), old, State(after, at, reason), ACCOUNT, REGION)


def by_lambda(*changes: Change) -> dict[str, Any]:
    """SNS → Lambda."""
    return sns.event(*(sns.lambda_record(_published(one), f"{TOPIC}:sub") for one in changes))


def by_queue(*changes: Change) -> dict[str, Any]:
    """SNS → SQS → Lambda."""
    bodies = [sns.envelope(_published(one), f"{TOPIC}:sub") for one in changes]
    return sns.event(*(sns.sqs_record(body, QUEUE, NOON, RANDOM) for body in bodies))


def by_bus(one: Change) -> dict[str, Any]:
    """EventBridge → Lambda."""
    return eventbridge_event(one, RANDOM)


def by_action(one: Change) -> dict[str, Any]:
    """The alarm invokes the function."""
    return lambda_action(one, RANDOM)


def _published(one: Change) -> sns.Notification:
    return sns.publish(TOPIC, sns.alarm_content(one), one.after.at_ms, RANDOM)
