"""The alarms of an account and a region, as CloudWatch keeps them: what they act on, and how to change only that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.standing import WATCHES, Stack

ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")
# Auto Scaling's, and both spellings of EC2's: stop, terminate, reboot, recover.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
_STEERING = ("autoscaling", "automate", "swf")
_HISTORY = 1000  # items of the history that are looked at: ten calls


@dataclass(frozen=True, slots=True)
class Alarm:
    """``definition`` is what DescribeAlarms says of it.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    """

    definition: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.definition["AlarmName"])

    @property
    def arn(self) -> str:
        """Its ARN."""
        return str(self.definition["AlarmArn"])

    @property
    def state(self) -> str:
        """OK, ALARM or INSUFFICIENT_DATA."""
        return str(self.definition["StateValue"])

    @property
    def is_composite(self) -> bool:
        """Whether it is made of other alarms."""
        return "AlarmRule" in self.definition

    @property
    def is_enabled(self) -> bool:
        """Whether its actions are carried out at all."""
        return bool(self.definition.get("ActionsEnabled", True))

    @property
    def since(self) -> int:
        """When it came into its state, in ms; 0 where that is not said."""
        at = self.definition.get("StateUpdatedTimestamp")
        return int(at.timestamp() * 1000) if at else 0

    def actions(self, *fields: str) -> tuple[str, ...]:
        """ARNs of what it acts on, in these fields or in any, each once."""
        return tuple(dict.fromkeys(each for name in fields or ACTIONS for each in self.definition.get(name, ())))

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that it acts on."""
        return tuple(each for each in self.actions() if each.split(":")[2:3] == ["sns"])

    @property
    def is_control(self) -> bool:
        """Whether it steers machines and tells nobody: scaling sits in ALARM by design."""
        others = [each for each in self.actions() if each not in self.topics]
        steers = bool(others) and all(each.split(":")[2] in _STEERING for each in others)
        return self.name.startswith("TargetTracking-") or (steers and not self.topics)


def alarms(cloud: Cloud) -> Iterator[Alarm]:
    """All alarms of the region. Errors as boto3 raises them."""
    pages = cloud.client("cloudwatch").get_paginator("describe_alarms")
    for page in pages.paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"]):
        for found in (*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ())):
            yield Alarm(found)


def acted(cloud: Cloud, since: int, name: str = "") -> Iterator[Mapping[str, Any]]:
    """What CloudWatch did about alarms since then (ms), or about one, the newest first: items of the alarms' history.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
    """
    asked = {"AlarmName": name} if name else {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    pages = cloud.client("cloudwatch").get_paginator("describe_alarm_history").paginate(
        HistoryItemType="Action", ScanBy="TimestampDescending", PaginationConfig={"MaxItems": _HISTORY}, **asked
    )  # fmt: skip
    for item in (item for page in pages for item in page["AlarmHistoryItems"]):
        if (at := item.get("Timestamp")) and at.timestamp() * 1000 < since:
            return
        yield item


def own(stack: Stack) -> frozenset[str]:
    """The names of the alarms that the stack itself has."""
    return frozenset(f"{stack.name}-{each}" for each in (*WATCHES, "canary"))
