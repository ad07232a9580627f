"""The stack's queues and who may put something into them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from tocsin_cli.cloud import Cloud
from tocsin_cli.policies import Asked, Policy, allows, extended, parsed, reduced, written
from tocsin_cli.stack.standing import Stack

_TOPICS = "ConnectedTopics"  # the statement's Sid


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


def sources(queue: Queue, sid: str = _TOPICS) -> tuple[str, ...]:
    """The topics, or rules, that were let in by ``admit``."""
    for each in queue.policy.get("Statement", ()):
        if each.get("Sid") == sid:
            found = each["Condition"]["ArnEquals"]["aws:SourceArn"]
            return (found,) if isinstance(found, str) else tuple(found)
    return ()


def admitting(queue: Queue, source: str) -> Policy:
    """The queue's policy with this topic or rule let in."""
    return _letting_in(queue, _sid(source), {*sources(queue, _sid(source)), source})


def admit(cloud: Cloud, queue: Queue, source: str) -> None:
    """Let a topic or rule in."""
    _put(cloud, queue, admitting(queue, source))


def admit_topics(cloud: Cloud, queue: Queue, topics: Collection[str]) -> None:
    """Let topics in, all at once: SQS may take a minute until it tells of a change, which the next would undo.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
    """
    _put(cloud, queue, _letting_in(queue, _TOPICS, {*sources(queue), *topics}))


def shut_out_topics(cloud: Cloud, queue: Queue, topics: Collection[str]) -> None:
    """Take back what ``admit_topics`` gave, all at once."""
    _put(cloud, queue, _letting_in(queue, _TOPICS, {*sources(queue)} - {*topics}))


def _sid(source: str) -> str:
    """One statement for all topics, one for rules: a queue's policy has at most 20."""
    return _TOPICS if source.split(":")[2] == "sns" else "ConnectedRules"


def _letting_in(queue: Queue, sid: str, arns: Collection[str]) -> Policy:
    """Just these: https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html"""
    if not arns:
        return reduced(queue.policy, sid)
    service = "sns" if sid == _TOPICS else "events"
    return extended(queue.policy, {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue.arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": sorted(arns)}},
    })  # fmt: skip


def _put(cloud: Cloud, queue: Queue, policy: Policy) -> None:
    cloud.client("sqs").set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": written(policy)})
