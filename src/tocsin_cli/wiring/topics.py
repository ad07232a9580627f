"""Subscribes the stack's queue to a topic that is there already, in any region of the account, and undoes it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from tocsin.ports import ConfigError
from tocsin_cli import pasted
from tocsin_cli.cloud import Cloud
from tocsin_cli.everywhere import known_regions, look_into
from tocsin_cli.stack.standing import Stack
from tocsin_cli.wiring.queues import admit, queue, shut_out, sources

# The function's own queue comes last, as it is the one by which a topic that is let in is known: whatever stops us
# between the two, the next run does both.
_DEAD, _OWN = "DeadLettersUrl", "QueueUrl"


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
            "its alarms come by a spoke in that account: docs/install.md",
        )
    sns = cloud.elsewhere(region_of(arn)).client("sns")
    try:
        sns.get_topic_attributes(TopicArn=arn)
    except sns.exceptions.NotFoundException:
        there = pasted.aws(cloud.elsewhere(region_of(arn)), "sns", "list-topics")
        raise ConfigError(f"there is no topic {arn}", f"those that there are: {there}") from None


def subscriptions(cloud: Cloud, topic: str) -> list[dict[str, Any]]:
    """A topic's subscriptions, as SNS lists them."""
    there = cloud.elsewhere(region_of(topic))
    return [*there.listed("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic)]


def connected(cloud: Cloud, stack: Stack) -> Mapping[str, str]:
    """The topics, beside the stack's own, that its queue is subscribed to or lets in, with the subscription's ARN.

    In all regions: an update of the stack, or Terraform, writes the queue's policy anew and so forgets the far ones.
    """
    mine = queue(cloud, stack)
    found = read_anywhere(cloud, mine.arn)
    for source in sources(mine):
        if source not in found:
            found[source] = _subscription(cloud, source, mine.arn)
    return {arn: subscription for arn, subscription in sorted(found.items()) if arn != stack.outputs["TopicArn"]}


def read_anywhere(cloud: Cloud, queue_arn: str) -> dict[str, str]:
    """The topics of all regions that a queue is subscribed to, with the subscription's ARN; it need not be there."""
    seen = look_into(cloud, known_regions(cloud), ("sns",), lambda there: read_by(there, queue_arn))
    return {topic: arn for each in seen for topic, arn in (each.found or {}).items()}


def read_here(cloud: Cloud, stack: Stack) -> Collection[str]:
    """The topics of the stack's own region that its queue is subscribed to: alarms act on no others."""
    return read_by(cloud, queue(cloud, stack).arn)


def read_by(cloud: Cloud, queue_arn: str) -> dict[str, str]:
    """The topics of one region that a queue, of whatever region, is subscribed to, with the subscription's ARN."""
    found = cloud.listed("sns", "list_subscriptions", "Subscriptions")
    return {each["TopicArn"]: each["SubscriptionArn"] for each in found
            if each["Endpoint"] == queue_arn and is_there(each)}  # fmt: skip


def is_joined(cloud: Cloud, stack: Stack, topic: str) -> bool:
    """Whether the queue is subscribed to the topic and lets it in."""
    mine = queue(cloud, stack)
    return bool(_subscription(cloud, topic, mine.arn)) and mine.takes_from(topic, cloud.account)


def filtered(cloud: Cloud, stack: Stack, topic: str) -> str:
    """The queue's subscription to the topic, where a filter policy lets only some of it through; "" elsewhere."""
    arn = _subscription(cloud, topic, queue(cloud, stack).arn)
    if not arn:
        return ""
    attributes = cloud.elsewhere(region_of(topic)).client("sns").get_subscription_attributes(SubscriptionArn=arn)
    return arn if attributes["Attributes"].get("FilterPolicy", "{}") not in ("", "{}") else ""


def join(cloud: Cloud, stack: Stack, topic: str) -> None:
    """Let the topic into the queue, then subscribe: in this order nothing is refused."""
    let_in(cloud, stack, [topic])
    subscribe(cloud, stack, topic)


def let_in(cloud: Cloud, stack: Stack, topics: Collection[str]) -> None:
    """Let the topics into the queue, and, for what SNS cannot deliver, into the dead letters."""
    for each, wanted in ((_DEAD, [topic for topic in topics if _is_near(cloud, topic)]), (_OWN, topics)):
        into = queue(cloud, stack, each)
        new = [topic for topic in wanted if not into.takes_from(topic, cloud.account)]
        if new:
            admit(cloud, into, new)


def is_let_in(cloud: Cloud, stack: Stack, topic: str) -> bool:
    """Whether the queue lets it in."""
    return queue(cloud, stack).takes_from(topic, cloud.account)


def subscribe(cloud: Cloud, stack: Stack, topic: str) -> None:
    """Subscribe the queue to a topic that it lets in."""
    mine, dead = queue(cloud, stack, _OWN), queue(cloud, stack, _DEAD)
    redrive = {"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead.arn})}
    _subscribe(cloud, topic, mine.arn, redrive if _is_near(cloud, topic) else {})


def _is_near(cloud: Cloud, topic: str) -> bool:
    """Whether dead letters can be its dead letters: of its own region and sort.

    https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
    """
    return region_of(topic) == cloud.region and not topic.endswith(".fifo")


def _subscribe(cloud: Cloud, topic: str, queue_arn: str, attributes: Mapping[str, str]) -> None:
    """SNS refuses to subscribe again with other attributes: one that is there gets what it lacks.

    https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
    """
    sns = cloud.elsewhere(region_of(topic)).client("sns")
    there = _subscription(cloud, topic, queue_arn)
    if not there:
        sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, Attributes=attributes, ReturnSubscriptionArn=True
        )
        return
    has = sns.get_subscription_attributes(SubscriptionArn=there)["Attributes"]
    for name, value in attributes.items():
        if not has.get(name):
            sns.set_subscription_attributes(SubscriptionArn=there, AttributeName=name, AttributeValue=value)


def unsubscribe(cloud: Cloud, topic: str, subscription: str) -> None:
    """End the subscription."""
    cloud.elsewhere(region_of(topic)).client("sns").unsubscribe(SubscriptionArn=subscription)


def keep_out(cloud: Cloud, stack: Stack, topics: Collection[str]) -> None:
    """Let the topics in no longer."""
    for output in (_DEAD, _OWN):
        shut_out(cloud, queue(cloud, stack, output), topics)


def _subscription(cloud: Cloud, topic: str, queue_arn: str) -> str:
    sns = cloud.elsewhere(region_of(topic)).client("sns")
    try:
        found = subscriptions(cloud, topic)
    except sns.exceptions.NotFoundException:
        return ""
    return next((each["SubscriptionArn"] for each in found if each["Endpoint"] == queue_arn and is_there(each)), "")


def is_there(subscription: Mapping[str, str]) -> bool:
    """Whether it delivers: SNS lists some that were deleted, or that nobody confirmed, with a word for their ARN."""
    return subscription["SubscriptionArn"].startswith("arn:")
