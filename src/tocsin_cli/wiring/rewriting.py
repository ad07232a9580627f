"""Writes an alarm back with other actions: CloudWatch takes whole definitions, and forgets what is left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tocsin.ports import ConfigError
from tocsin_cli.alarms_there import Alarm
from tocsin_cli.cloud import Cloud

# What AWS added last: a boto3 that does not know these neither shows them nor writes them back.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_NEWEST = frozenset({"EvaluationCriteria", "EvaluationInterval", "EvaluationWindow", "WarmUpConfiguration"})


def rewrite(cloud: Cloud, alarm: Alarm, actions: Mapping[str, list[str]]) -> None:
    """Give the alarm these actions and leave all else as it is. ConfigError where boto3 is too old for that.

    Tags and state stay: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    cloudwatch = cloud.client("cloudwatch")
    if not knows_all(cloud):
        raise ConfigError(
            f"this boto3 is older than some fields of alarms, and would take them from {alarm.name}",
            "python -m pip install --upgrade boto3",
        )
    put = cloudwatch.put_composite_alarm if alarm.is_composite else cloudwatch.put_metric_alarm
    put(**rewritten(cloud, alarm, actions))


def knows_all(cloud: Cloud) -> bool:
    """Whether this boto3 knows all that an alarm may hold."""
    model = cloud.client("cloudwatch").meta.service_model
    return set(model.operation_model("PutMetricAlarm").input_shape.members) >= _NEWEST


def rewritten(cloud: Cloud, alarm: Alarm, actions: Mapping[str, list[str]]) -> dict[str, Any]:
    """The alarm with these actions, as its put operation takes it."""
    operation = "PutCompositeAlarm" if alarm.is_composite else "PutMetricAlarm"
    fields = cloud.client("cloudwatch").meta.service_model.operation_model(operation).input_shape.members
    return whole(alarm.definition, fields, actions)


def whole(definition: Mapping[str, Any], fields: Collection[str], actions: Mapping[str, list[str]]) -> dict[str, Any]:
    """What DescribeAlarms says of an alarm, as it is put again: ``fields`` are those that can be put. Pure."""
    kept = {name: value for name, value in definition.items() if name in fields and value not in (None, [])}
    return {**kept, **actions}
