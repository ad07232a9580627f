"""The stack's queues and who may put something into them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin_cli.cloud import Cloud
from tocsin_cli.policies import Asked, Policy, allows, extended, parsed, reduced, written
from tocsin_cli.stack.standing import Stack


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
        service = "sns.amazonaws.com" if source.split(":")[2] == "sns" else "events.amazonaws.com"
        known = {"aws:sourcearn": source, "aws:sourceaccount": account, "aws:securetransport": "true"}
        return allows([self.policy], Asked("sqs:SendMessage", self.arn, service, known))


def queue(cloud: Cloud, stack: Stack, output: str = "QueueUrl") -> Queue:
    """One of the stack's queues. Errors as boto3 raises them."""
    url = stack.outputs[output]
    return Queue(url, cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"])


def admitting(queue: Queue, source: str) -> Policy:
    """The queue's policy with a statement that lets this topic or rule in."""
    return extended(queue.policy, statement(queue, source))


def statement(queue: Queue, source: str) -> dict[str, Any]:
    """One topic or rule, and no other: https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html"""
    service = "sns.amazonaws.com" if source.split(":")[2] == "sns" else "events.amazonaws.com"
    return {
        "Sid": sid(source),
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Resource": queue.arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": source}},
    }


def sid(source: str) -> str:
    """What the statement about a topic or rule is called."""
    return f"Connected{hashlib.sha256(source.encode()).hexdigest()[:16]}"


def admit(cloud: Cloud, queue: Queue, source: str) -> None:
    """Let a topic or rule in."""
    _put(cloud, queue, admitting(queue, source))


def shut_out(cloud: Cloud, queue: Queue, source: str) -> None:
    """Take back what ``admit`` gave."""
    _put(cloud, queue, reduced(queue.policy, sid(source)))


def _put(cloud: Cloud, queue: Queue, policy: Policy) -> None:
    cloud.client("sqs").set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": written(policy)})
