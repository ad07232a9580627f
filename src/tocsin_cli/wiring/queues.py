"""The stack's queues and who may put something into them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.reading.arns import partition_of
from tocsin_cli.cloud import Cloud
from tocsin_cli.policies import Asked, Policy, allows, extended, parsed, reduced, statements, written
from tocsin_cli.stack.standing import Stack

# One statement for all topics, by its Sid, and one for rules: a queue's policy has at most 20.
_TOPICS = "ConnectedTopics"
_SERVICES = {_TOPICS: "sns", "ConnectedRules": "events"}
# The regions that every account has. All later ones have to be enabled, and there SNS goes by another name.
_OF_ALL = re.compile(
    r"us-(east|west)-[12]|ca-central-1|sa-east-1|eu-(west-[123]|central-1|north-1)|ap-(south-1|(south|north)east-[12])"
)


@dataclass(frozen=True, slots=True)
class Queue:
    """``attributes`` as GetQueueAttributes gives them."""

    url: str
    attributes: Mapping[str, str] = field(repr=False)

    @property
    def arn(self) -> str:
        """Its ARN."""
        return self.attributes["QueueArn"]

    @property
    def policy(self) -> Policy:
        """Its policy."""
        return parsed(self.attributes.get("Policy", ""))

    def takes_from(self, source: str, account: str) -> bool:
        """Whether a topic or a rule, by its ARN, may put messages into it."""
        known = {"aws:sourcearn": source, "aws:sourceaccount": account, "aws:securetransport": "true"}
        return allows([self.policy], Asked("sqs:SendMessage", self.arn, sender(source, self.arn), known))


def sender(source: str, queue: str) -> str:
    """The service's name when a topic or a rule puts something into a queue, both by their ARNs.

    Between regions, where one has to be enabled: https://docs.aws.amazon.com/sns/latest/dg/sns-cross-region-delivery.html
    """
    _, _, service, region, *_ = source.split(":")
    there = queue.split(":")[3:4]
    if service == "sns" and region not in there:
        for each in (*there, region):
            if partition_of(each) == "aws" and not _OF_ALL.fullmatch(each):
                return f"sns.{each}.amazonaws.com"
    return f"{service}.amazonaws.com"


def queue(cloud: Cloud, stack: Stack, output: str = "QueueUrl") -> Queue:
    """One of the stack's queues. Errors as boto3 raises them."""
    url = stack.outputs[output]
    return Queue(url, cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"])


def sources(queue: Queue, sid: str = _TOPICS) -> tuple[str, ...]:
    """The topics, or rules, that were let in by ``admit``; none where somebody has put it otherwise since."""
    for each in statements(queue.policy):
        if each.get("Sid") == sid:
            found = each.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn", ())
            return (found,) if isinstance(found, str) else tuple(found)
    return ()


def admitting(queue: Queue, new: Collection[str]) -> Policy:
    """The queue's policy with these topics and rules let in."""
    policy = queue.policy
    for sid, service in _SERVICES.items():
        if arns := {each for each in new if each.split(":")[2] == service}:
            policy = extended(policy, _statement(queue, sid, {*sources(queue, sid), *arns}))
    return policy


def admit(cloud: Cloud, queue: Queue, new: Collection[str]) -> None:
    """Let topics and rules in, all at once: SQS may tell of a change a minute later, and the next would undo it.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    """
    _put(cloud, queue, admitting(queue, new))


def shut_out(cloud: Cloud, queue: Queue, topics: Collection[str]) -> None:
    """Take back what ``admit`` gave to topics, all at once."""
    left = {*sources(queue)} - {*topics}
    _put(
        cloud,
        queue,
        extended(queue.policy, _statement(queue, _TOPICS, left)) if left else reduced(queue.policy, _TOPICS),
    )


def _statement(queue: Queue, sid: str, arns: Collection[str]) -> dict[str, Any]:
    """Just these: https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html"""
    senders = {f"{_SERVICES[sid]}.amazonaws.com", *(sender(each, queue.arn) for each in arns)}
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": sorted(senders)},
        "Action": "sqs:SendMessage",
        "Resource": queue.arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": sorted(arns)}},
    }


def _put(cloud: Cloud, queue: Queue, policy: Policy) -> None:
    cloud.client("sqs").set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": written(policy)})
