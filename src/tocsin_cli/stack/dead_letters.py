"""What the two dead-letter queues hold, and the way back for each."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.letters import Letter, received, shown_again
from tocsin_cli.stack.standing import Stack

_PAUSE = 1.0
_PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The dead letters of a stack. ``sleep`` takes seconds."""

    cloud: Cloud
    stack: Stack
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def looked_at(self, output: str, most: int) -> list[Letter]:
        """Up to ``most`` of a queue's messages, which stay there."""
        return shown_again(self.cloud, self.stack.outputs[output], most)

    def move_dead(self) -> int:
        """Put everything in the first queue back into the function's own, and wait until it has been moved; how many
        those were, so far if AWS takes its time."""
        sqs = self.cloud.client("sqs")
        source = self._arn("DeadLettersUrl")
        sqs.start_message_move_task(SourceArn=source, DestinationArn=self._arn("QueueUrl"))
        end = self.clock() + _PATIENCE
        while (task := sqs.list_message_move_tasks(SourceArn=source)["Results"][0])["Status"] == "RUNNING":
            if self.clock() > end:
                break  # AWS goes on without us
            self.sleep(_PAUSE)
        if task["Status"] == "FAILED":
            raise ConfigError(f"SQS could not move them: {task.get('FailureReason', '')}", "they are where they were")
        return int(task.get("ApproximateNumberOfMessagesMoved", 0))

    def invoke_failed(self) -> int:
        """Hand what is in the second queue to the function again, and delete what it took; how many those were."""
        sqs, url, count = self.cloud.client("sqs"), self.stack.outputs["FailedInvocationsUrl"], 0
        while letters := received(self.cloud, url):
            for letter in letters:
                self.cloud.client("lambda").invoke(
                    FunctionName=self.stack.outputs["FunctionName"],
                    InvocationType="Event",
                    Payload=json.dumps(asked_for(letter.body)).encode(),
                )
                sqs.delete_message(QueueUrl=url, ReceiptHandle=letter.handle)
                count += 1
        return count

    def _arn(self, output: str) -> str:
        found = self.cloud.client("sqs").get_queue_attributes(
            QueueUrl=self.stack.outputs[output], AttributeNames=["QueueArn"]
        )
        return str(found["Attributes"]["QueueArn"])


def asked_for(body: str) -> Any:
    """The event of a failed invocation, out of what Lambda wraps around it; else the body as it is.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
    """
    try:
        found = json.loads(body)
    except ValueError:
        return body
    return found["requestPayload"] if isinstance(found, dict) and "requestPayload" in found else found
