"""What home would not take: events in the dead letters of its spokes, and the way back for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.home import spoke_of
from tocsin_cli.stack.letters import Letter, received, shown_again, waiting
from tocsin_cli.stack.standing import Stack


@dataclass(frozen=True, slots=True)
class SpokeLetters:
    """Those of one spoke in home's account, which lie in ``there``'s region."""

    home: Cloud
    stack: Stack
    there: Cloud

    def looked_at(self, most: int) -> list[Letter]:
        """Up to ``most`` of them, which stay."""
        url = letters_url(self.there, self.stack.name)
        return shown_again(self.there, url, most) if url else []

    def bring_back(self) -> int:
        """Put each into the function's own queue, and then delete it here; how many those were.

        SQS moves messages by itself only to queues of the same region, and what was a rule's it moves nowhere:
        …/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
        """
        url, count = letters_url(self.there, self.stack.name), 0
        while url and (letters := received(self.there, url)):
            for letter in letters:
                queue = self.stack.outputs["QueueUrl"]
                self.home.client("sqs").send_message(QueueUrl=queue, MessageBody=letter.body)
                self.there.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=letter.handle)
                count += 1
        return count


def letters_url(there: Cloud, stack: str) -> str:
    """The queue of a home's spoke in this region, "" where there is none: older spokes had none."""
    sqs = there.client("sqs")
    try:
        return str(sqs.get_queue_url(QueueName=f"{spoke_of(stack)}-dead")["QueueUrl"])
    except sqs.exceptions.QueueDoesNotExist:
        return ""


def letters_held(there: Cloud, stack: str) -> int:
    """How many events lie in it."""
    url = letters_url(there, stack)
    return sum(waiting(there, url)) if url else 0


def spoke_letters(home: Cloud, stack: Stack, regions: tuple[str, ...]) -> Iterator[tuple[SpokeLetters, int]]:
    """The spokes of these regions that hold any, and how many."""
    for region in regions:
        there = home.elsewhere(region)
        if held := letters_held(there, stack.name):
            yield SpokeLetters(home, stack, there), held
