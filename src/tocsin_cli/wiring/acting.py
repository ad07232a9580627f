"""Lets an alarm act on the stack's topic, or no longer, and leaves all else of it as it is."""

from __future__ import annotations

from tocsin.ports import ConfigError
from tocsin_cli.alarms_there import Alarm, rewrite
from tocsin_cli.cloud import Cloud

_TOLD = ("AlarmActions", "OKActions")
_ALL = (*_TOLD, "InsufficientDataActions")
_MOST = 5  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html


def name_of(alarm: str) -> str:
    """An alarm's name, out of its ARN where that was given."""
    parts = alarm.split(":", 6)
    return parts[6] if len(parts) == 7 and parts[0] == "arn" and parts[5] == "alarm" else alarm


def missing(alarm: Alarm, topic: str) -> list[str]:
    """The fields that do not name the topic yet. ConfigError where one is full."""
    lacking = [each for each in _TOLD if topic not in alarm.actions(each)]
    for each in lacking:
        if len(alarm.actions(each)) >= _MOST:
            raise ConfigError(
                f"the alarm {alarm.name} has {_MOST} {each} already, and CloudWatch takes no more",
                "connect one of the topics that it acts on instead: tocsin connect TOPIC_ARN",
            )
    return lacking


def act(cloud: Cloud, alarm: Alarm, topic: str) -> None:
    """Let the alarm act on the topic when it fires and when it is over."""
    rewrite(cloud, alarm, {each: [*alarm.actions(each), topic] for each in missing(alarm, topic)})


def desist(cloud: Cloud, alarm: Alarm, topic: str) -> None:
    """Let the alarm act on the topic no longer."""
    rewrite(cloud, alarm, {each: [arn for arn in alarm.actions(each) if arn != topic] for each in _ALL})
