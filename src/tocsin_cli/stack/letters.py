"""What lies in a queue: how many messages, and which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tocsin_cli.cloud import Cloud

LATE = 100  # messages that wait for the function: a moment's few are on their way, so many are more than it takes
_HIDDEN = 30  # seconds for which what is looked at is hidden from others


@dataclass(frozen=True, slots=True)
class Letter:
    """One message: ``sent`` is when it first came (ms), ``handle`` what it is deleted by."""

    id: str
    sent: int
    body: str
    handle: str


def waiting(cloud: Cloud, url: str) -> tuple[int, int]:
    """How many messages a queue holds, and how many of them are being worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return int(found[names[0]]), int(found[names[1]])


def received(cloud: Cloud, url: str) -> list[Letter]:
    """Up to ten messages of a queue, hidden from others for a while; none where it is empty."""
    answer = cloud.client("sqs").receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=_HIDDEN,
        WaitTimeSeconds=1,  # all servers are asked, not some
        MessageSystemAttributeNames=["SentTimestamp"],
    )
    return [_letter(each) for each in answer.get("Messages", ())]


def shown_again(cloud: Cloud, url: str, most: int) -> list[Letter]:
    """Up to ``most`` of a queue's messages, which are there for others at once."""
    found = list[Letter]()
    while len(found) < most and (fresh := received(cloud, url)):
        found += fresh
    for letter in found:
        cloud.client("sqs").change_message_visibility(QueueUrl=url, ReceiptHandle=letter.handle, VisibilityTimeout=0)
    return found[:most]


def _letter(message: dict[str, Any]) -> Letter:
    sent = int(message.get("Attributes", {}).get("SentTimestamp", 0))
    return Letter(message["MessageId"], sent, message["Body"], message["ReceiptHandle"])
