"""What the checks look at: the stack, and what several of them read, once; and the commands that they hand out."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

from tocsin.destinations.http import Connections
from tocsin_cli import pasted
from tocsin_cli.alarms_there import Alarm, alarms, own
from tocsin_cli.cloud import Cloud
from tocsin_cli.doctor.topic import Topic, read_topic
from tocsin_cli.stack.standing import Stack


@dataclass(frozen=True, slots=True)
class Scene:
    """``now``: ms since 1970. ``slack_api``: the Web API's address.

    ``alarms`` and ``topic`` ask AWS once; errors as boto3 raises them.
    """

    cloud: Cloud
    stack: Stack
    now: int
    connections: Connections = field(repr=False)
    slack_api: str = field(repr=False)
    alarms: Callable[[], tuple[Alarm, ...]] = field(repr=False)
    topic: Callable[[str], Topic | None] = field(repr=False)

    @property
    def partition(self) -> str:
        """The first part of each ARN: aws, aws-cn, …"""
        return self.stack.outputs["TopicArn"].split(":")[1]

    def theirs(self) -> tuple[Alarm, ...]:
        """The alarms of the region but for the stack's own and those that only steer machines."""
        ours = own(self.stack)
        return tuple(alarm for alarm in self.alarms() if alarm.name not in ours and not alarm.is_control)

    def parameter(self, name: str) -> str:
        """What Parameter Store keeps by this name, decrypted; "" where it has none. Errors as boto3 raises them."""
        ssm = self.cloud.client("ssm")
        try:
            return str(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]).strip()
        except ssm.exceptions.ParameterNotFound:
            return ""

    def aws(self, *arguments: str) -> str:
        """A command of the AWS command line, to paste."""
        return pasted.aws(self.cloud, *arguments)

    def aws_in(self, region: str, *arguments: str) -> str:
        """The same for another region."""
        return pasted.aws(self.cloud.elsewhere(region), *arguments)

    def tocsin(self, *arguments: str) -> str:
        """A command of tocsin, to paste."""
        return pasted.tocsin(self.cloud, self.stack.name, *arguments)

    def connect(self, *names: str) -> str:
        """`tocsin connect` with topics or alarms, to paste."""
        return pasted.connect(self.cloud, self.stack.name, *names)


def scene(cloud: Cloud, stack: Stack, now: int, connections: Connections, slack_api: str) -> Scene:
    """With readings that are remembered."""

    @functools.cache
    def all_alarms() -> tuple[Alarm, ...]:
        return tuple(alarms(cloud))

    @functools.cache
    def topic(arn: str) -> Topic | None:
        return read_topic(cloud, arn)

    return Scene(cloud, stack, now, connections, slack_api, all_alarms, topic)
