"""A topic with its policy, its key and its subscriptions, and what keeps a publisher out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin_cli.cloud import Cloud
from tocsin_cli.policies import Asked, Policy, allows, parsed
from tocsin_cli.wiring.topics import is_there, subscriptions

PENDING = ("PendingConfirmation", "Pending confirmation")


@dataclass(frozen=True, slots=True)
class Topic:
    """``key``: id, ARN or alias of the key that it is encrypted with, "" for none."""

    arn: str
    policy: Policy = field(repr=False)
    key: str
    subscriptions: tuple[Mapping[str, Any], ...] = field(repr=False)

    @property
    def is_read(self) -> bool:
        """Whether anybody has confirmed to get what is published."""
        return any(map(is_there, self.subscriptions))

    @property
    def pending(self) -> tuple[Mapping[str, Any], ...]:
        """Subscriptions that nobody has confirmed."""
        return tuple(each for each in self.subscriptions if each["SubscriptionArn"] in PENDING)

    def admits(self, service: str, account: str, source: str = "") -> bool:
        """Whether its policy lets a service publish for the account. ``source``: the ARN for which it does so.

        The policy that a topic has from the start admits CloudWatch by aws:SourceOwner, and no other service:
        https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
        """
        owner = account if service == "cloudwatch.amazonaws.com" else "another"
        known = {"aws:sourceaccount": account, "aws:sourceowner": owner, "aws:securetransport": "true"}
        known |= {"aws:sourcearn": source} if source else {}
        return allows([self.policy], Asked("sns:Publish", self.arn, service, known))


def read_topic(cloud: Cloud, arn: str) -> Topic | None:
    """A topic of this region; None if there is none."""
    sns = cloud.client("sns")
    try:
        found = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    except sns.exceptions.NotFoundException:
        return None
    policy, key = parsed(found.get("Policy", "")), found.get("KmsMasterKeyId", "")
    return Topic(arn, policy, key, tuple(subscriptions(cloud, arn)))
