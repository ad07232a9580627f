"""Lets an alarm act on the stack's topic, or no longer, and leaves all else of it as it is."""

from __future__ import annotations

from tocsin.ports import ConfigError
from tocsin_cli.alarms_there import Alarm
from tocsin_cli.cloud import Cloud
from tocsin_cli.wiring.rewriting import rewrite

_TOLD = ("AlarmActions", "OKActions")
MOST = 5  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html


def name_of(cloud: Cloud, alarm: str) -> str:
    """An alarm's name, out of its ARN where that was given. ConfigError for one of another region or account, whose
    name may be that of a stranger here."""
    parts = alarm.split(":", 6)
    if len(parts) < 7 or parts[0] != "arn" or parts[5] != "alarm":
        return alarm
    region, account, name = parts[3], parts[4], parts[6]
    if (region, account) != (cloud.region, cloud.account):
        raise ConfigError(
            f"the alarm {name} is in account {account}, {region}, and tocsin in {cloud.where}: an alarm acts on topics "
            "of its own region only",
            f"tocsin deploy --regions {region}" if account == cloud.account else "a spoke there: docs/install.md",
        )
    return name


def missing(alarm: Alarm, topic: str) -> list[str]:
    """The fields that do not name the topic yet."""
    return [each for each in _TOLD if topic not in alarm.actions(each)]


def full(alarm: Alarm, topic: str) -> list[str]:
    """Those of them that have no place left."""
    return [each for each in missing(alarm, topic) if len(alarm.actions(each)) >= MOST]


def named(alarm: Alarm, topic: str) -> list[str]:
    """The fields that name the topic, of those that ``act`` fills."""
    return [each for each in _TOLD if topic in alarm.actions(each)]


def act(cloud: Cloud, name: str, topic: str) -> None:
    """Let the alarm act on the topic when it fires and when it is over."""
    alarm = _now(cloud, name)
    rewrite(cloud, alarm, {each: [*alarm.actions(each), topic] for each in missing(alarm, topic)})


def desist(cloud: Cloud, name: str, topic: str) -> None:
    """Take back what ``act`` gave: whom it tells of missing data was somebody else's choice."""
    alarm = _now(cloud, name)
    rewrite(cloud, alarm, {each: [arn for arn in alarm.actions(each) if arn != topic] for each in _TOLD})


def _now(cloud: Cloud, name: str) -> Alarm:
    """As it stands at this moment: what somebody changed since it was looked at would be undone else."""
    asked = cloud.client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    for found in (*asked.get("MetricAlarms", ()), *asked.get("CompositeAlarms", ())):
        return Alarm(found)
    raise ConfigError(f"the alarm {name} is gone", "look again: tocsin connect --all --plan")
