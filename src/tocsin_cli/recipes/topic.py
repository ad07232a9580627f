"""Which topic an alarm acts on: the one that was named, the stack's, or another that its queue reads in that region."""

from __future__ import annotations

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.standing import Stack, made, standing


def topic_for(home: Cloud, here: Cloud, stack: str, named: str) -> str:
    """The ARN of a topic in ``here``, where the alarm will be; the stack is in ``home``. Raises ConfigError.

    An alarm's topic is in the alarm's own region, so an alarm far from the stack needs one there.
    """
    if named:
        return _checked(named, here)
    if here.region == home.region:
        return made(home, stack).outputs["TopicArn"]
    near = standing(here, stack)
    topic = near.outputs.get("TopicArn", "") if near else ""
    topic = topic or _connected(here, made(home, stack))
    if topic:
        return topic
    raise ConfigError(
        f"this alarm can only live in {here.region}, and tocsin reads no topic there",
        f"aws sns create-topic --name {stack} --region {here.region}, then tocsin connect --region {home.region} with "
        "the ARN that it answers, then this again; or name one with --topic",
    )


def _checked(arn: str, here: Cloud) -> str:
    parts = arn.split(":")
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != "sns":
        raise ConfigError(f"{arn} is no topic's ARN", "it looks like arn:aws:sns:REGION:ACCOUNT:NAME")
    if parts[3] != here.region:
        raise ConfigError(
            f"the topic is in {parts[3]}, the alarm in {here.region}: CloudWatch takes topics of its own region only",
            f"name one that is in {here.region}",
        )
    return arn


def _connected(here: Cloud, stack: Stack) -> str:
    """A topic of this region that the stack's queue is subscribed to, "" where there is none."""
    queue = stack.outputs["QueueUrl"].rsplit("/", 1)[-1]
    for page in here.client("sns").get_paginator("list_subscriptions").paginate():
        for each in page["Subscriptions"]:
            if each["Protocol"] == "sqs" and each["Endpoint"].endswith(f":{here.account}:{queue}"):
                return str(each["TopicArn"])
    return ""
