"""Subscribes the stack's queue to a topic that is there already, in any region of the account, and undoes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.standing import Stack
from tocsin_cli.wiring.queues import admit, queue, shut_out

_QUEUES = ("QueueUrl", "DeadLettersUrl")


def is_topic(name: str) -> bool:
    """Whether this is a topic's ARN."""
    return name.startswith("arn:") and name.split(":")[2:3] == ["sns"]


def region_of(arn: str) -> str:
    """The region that an ARN names."""
    return arn.split(":")[3]


def check(cloud: Cloud, stack: Stack, arn: str) -> None:
    """ConfigError where the queue cannot, or need not, be subscribed to it."""
    parts = arn.split(":")
    if len(parts) != 6:
        raise ConfigError(f"{arn} is no topic's ARN", "it reads arn:aws:sns:REGION:ACCOUNT:NAME: aws sns list-topics")
    if arn == stack.outputs["OpsTopicArn"]:
        raise ConfigError(f"{arn} tells of tocsin's own trouble", "it must not pass through tocsin: connect another")
    if parts[4] != cloud.account:
        raise ConfigError(
            f"{arn} belongs to the account {parts[4]}, this is {cloud.account}",
            "connect topics with the credentials of their own account",
        )
    sns = cloud.elsewhere(region_of(arn)).client("sns")
    try:
        sns.get_topic_attributes(TopicArn=arn)
    except sns.exceptions.NotFoundException:
        raise ConfigError(f"there is no topic {arn}", f"aws sns list-topics --region {region_of(arn)}") from None


def subscriptions(cloud: Cloud, topic: str) -> list[dict[str, Any]]:
    """A topic's subscriptions, as SNS lists them."""
    pages = cloud.elsewhere(region_of(topic)).client("sns").get_paginator("list_subscriptions_by_topic")
    return [each for page in pages.paginate(TopicArn=topic) for each in page["Subscriptions"]]


def connected(cloud: Cloud, stack: Stack) -> Mapping[str, str]:
    """The topics, beside the stack's own, that its queue is subscribed to or lets in, with the subscription's ARN.

    Topics of other regions are known by the queue's policy alone: SNS lists subscriptions by region.
    """
    mine = queue(cloud, stack)
    pages = cloud.client("sns").get_paginator("list_subscriptions").paginate()
    found = {each["TopicArn"]: each["SubscriptionArn"] for page in pages for each in page["Subscriptions"]
             if each["Endpoint"] == mine.arn}  # fmt: skip
    for statement in mine.policy.get("Statement", ()):
        source = statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn", "")
        if str(statement.get("Sid", "")).startswith("Connected") and is_topic(source) and source not in found:
            found[source] = _subscription(cloud, source, mine.arn)
    return {arn: subscription for arn, subscription in found.items() if arn != stack.outputs["TopicArn"]}


def is_joined(cloud: Cloud, stack: Stack, topic: str) -> bool:
    """Whether the queue is subscribed to the topic and lets it in."""
    mine = queue(cloud, stack)
    return bool(_subscription(cloud, topic, mine.arn)) and mine.takes_from(topic, cloud.account)


def join(cloud: Cloud, stack: Stack, topic: str) -> None:
    """Let the topic into the queue, then subscribe: in this order nothing is refused.

    What SNS cannot deliver goes to the dead letters, where they are of the topic's own region.
    https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
    """
    mine, dead = (queue(cloud, stack, output) for output in _QUEUES)
    near = region_of(topic) == cloud.region
    for each in (mine, dead) if near else (mine,):
        if not each.takes_from(topic, cloud.account):
            admit(cloud, each, topic)
    redrive = {"RedrivePolicy": f'{{"deadLetterTargetArn":"{dead.arn}"}}'} if near else {}
    cloud.elsewhere(region_of(topic)).client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=mine.arn, Attributes=redrive, ReturnSubscriptionArn=True
    )


def part(cloud: Cloud, stack: Stack, topic: str, subscription: str) -> None:
    """End the subscription ("" where there is none), then shut the topic out."""
    if subscription:
        cloud.elsewhere(region_of(topic)).client("sns").unsubscribe(SubscriptionArn=subscription)
    for output in _QUEUES:
        shut_out(cloud, queue(cloud, stack, output), topic)


def _subscription(cloud: Cloud, topic: str, queue_arn: str) -> str:
    sns = cloud.elsewhere(region_of(topic)).client("sns")
    try:
        found = subscriptions(cloud, topic)
    except sns.exceptions.NotFoundException:
        return ""
    return next((each["SubscriptionArn"] for each in found if each["Endpoint"] == queue_arn), "")
