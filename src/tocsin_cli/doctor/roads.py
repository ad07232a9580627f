"""Looks at the way into the queue and out of it, and at what lies in the queues."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from functools import partial

from tocsin_cli.doctor.finding import Finding
from tocsin_cli.doctor.keys import read_key
from tocsin_cli.doctor.mending import made_again
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.doctor.topic import PENDING
from tocsin_cli.policies import written
from tocsin_cli.stack.letters import LATE, waiting
from tocsin_cli.wiring.queues import admit, admitting, queue
from tocsin_cli.wiring.topics import connected, join


def subscription(scene: Scene) -> Iterator[Finding]:
    """The queue is subscribed to the stack's topic, to all that is published there."""
    arn, topic = queue(scene.cloud, scene.stack).arn, scene.stack.outputs["TopicArn"]
    found = scene.topic(topic)
    if found is None:
        yield Finding(
            "broken",
            f"the topic {topic} is gone",
            "alarms that act on it tell nobody",
            made_again(scene),
        )
        return
    ours = [each for each in found.subscriptions if each["Endpoint"] == arn]
    if not ours:
        yield Finding(
            "broken",
            f"the queue {arn} is not subscribed to {topic}",
            "what is published there reaches nobody; alarms come by EventBridge alone",
            scene.aws("sns", "subscribe", "--topic-arn", topic, "--protocol", "sqs", "--notification-endpoint", arn),
            lambda: join(scene.cloud, scene.stack, topic),
        )
    for each in ours:
        if each["SubscriptionArn"] in PENDING:
            yield _unconfirmed(scene, topic, arn)
        else:
            yield from _filtered(scene, each["SubscriptionArn"])


def _unconfirmed(scene: Scene, topic: str, arn: str) -> Finding:
    return Finding(
        "broken",
        f"the queue's subscription to {topic} is not confirmed",
        "what is published there does not reach it; within one account SNS confirms by itself what is subscribed anew",
        scene.aws("sns", "subscribe", "--topic-arn", topic, "--protocol", "sqs", "--notification-endpoint", arn),
        lambda: join(scene.cloud, scene.stack, topic),
    )


def _filtered(scene: Scene, arn: str) -> Iterator[Finding]:
    sns = scene.cloud.client("sns")
    if sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"].get("FilterPolicy", "{}") not in ("", "{}"):
        yield Finding(
            "risk",
            f"the subscription {arn} has a filter policy",
            "SNS throws away without a word what does not match it, alarms first: they carry no attributes",
            scene.aws("sns", "set-subscription-attributes", "--subscription-arn", arn, "--attribute-name",
                      "FilterPolicy", "--attribute-value", "{}"),
            lambda: sns.set_subscription_attributes(
                SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue="{}"
            ),
        )  # fmt: skip


def queue_policy(scene: Scene) -> Iterator[Finding]:
    """The queue lets in the topics that it is subscribed to, and the rule."""
    mine = queue(scene.cloud, scene.stack)
    rule = f"arn:{scene.partition}:events:{scene.cloud.region}:{scene.cloud.account}:rule"
    sources = [scene.stack.outputs["TopicArn"], *connected(scene.cloud, scene.stack)]
    all_of_them = (*sources, f"{rule}/{scene.stack.outputs['AllAlarmsRule']}")
    missing = [source for source in all_of_them if not mine.takes_from(source, scene.cloud.account)]
    for source in missing:
        # Each mends all: a policy with only one more would take the others out again.
        attributes = json.dumps({"Policy": written(admitting(mine, missing))})
        yield Finding(
            "broken",
            f"the policy of the queue keeps {source} out",
            "what comes from there is refused without a word",
            scene.aws("sqs", "set-queue-attributes", "--queue-url", mine.url, "--attributes", attributes),
            partial(_admit, scene, missing),
        )


def _admit(scene: Scene, missing: Collection[str]) -> None:
    """By the policy as it is then: another fix may have changed it."""
    admit(scene.cloud, queue(scene.cloud, scene.stack), missing)


def queue_key(scene: Scene) -> Iterator[Finding]:
    """The queue's key, if it has one of its own, lets topics and rules in."""
    mine = queue(scene.cloud, scene.stack)
    name = mine.attributes.get("KmsMasterKeyId", "")
    if not name:
        return
    key = read_key(scene.cloud, name)
    refused = key.shut_out(("sns.amazonaws.com", "events.amazonaws.com"), scene.cloud.account)
    if refused:
        yield Finding(
            "broken",
            f"the queue is encrypted with {name}, which does not admit {', '.join(refused)}",
            "they cannot put anything into it; the key that SQS has for itself costs nothing and asks for no grant",
            scene.aws("sqs", "set-queue-attributes", "--queue-url", mine.url, "--attributes",
                      '{"KmsMasterKeyId":"","SqsManagedSseEnabled":"true"}'),
        )  # fmt: skip


def dead_letter_road(scene: Scene) -> Iterator[Finding]:
    """What cannot be processed is kept."""
    mine, dead = queue(scene.cloud, scene.stack), queue(scene.cloud, scene.stack, "DeadLettersUrl")
    wanted = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5})
    if json.loads(mine.attributes.get("RedrivePolicy", "{}")).get("deadLetterTargetArn") != dead.arn:
        yield Finding(
            "risk",
            "the queue hands nothing on to the dead letters",
            "an event that cannot be processed comes back for four days, and is then lost",
            scene.aws("sqs", "set-queue-attributes", "--queue-url", mine.url, "--attributes",
                      json.dumps({"RedrivePolicy": wanted})),
            lambda: scene.cloud.client("sqs").set_queue_attributes(
                QueueUrl=mine.url, Attributes={"RedrivePolicy": wanted}
            ),
        )  # fmt: skip
    yield from _on_failure(scene)


def _on_failure(scene: Scene) -> Iterator[Finding]:
    """What was handed to the function directly, and failed for good."""
    client, name = scene.cloud.client("lambda"), scene.stack.outputs["FunctionName"]
    failed = queue(scene.cloud, scene.stack, "FailedInvocationsUrl").arn
    try:
        found = client.get_function_event_invoke_config(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        found = {}
    if found.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination") != failed:
        wanted = {"OnFailure": {"Destination": failed}}
        yield Finding(
            "risk",
            "invocations that fail for good are not kept",
            "an event that was handed to the function directly and cannot be processed is lost",
            scene.aws("lambda", "update-function-event-invoke-config" if found else "put-function-event-invoke-config",
                      "--function-name", name, "--destination-config", json.dumps(wanted)),
            lambda: client.put_function_event_invoke_config(
                FunctionName=name, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=21600, DestinationConfig=wanted
            ),
        )  # fmt: skip


def backlog(scene: Scene) -> Iterator[Finding]:
    """The function keeps up with the queue."""
    ready, taken = waiting(scene.cloud, scene.stack.outputs["QueueUrl"])
    if ready >= LATE:
        yield Finding(
            "risk",
            f"{ready} events wait in the queue, {taken} are being worked on",
            "alarms are late; the log says what the function is busy with",
            scene.tocsin("logs"),
        )


def dead_letters(scene: Scene) -> Iterator[Finding]:
    """Nothing lies in the dead letters."""
    for output, what in (("DeadLettersUrl", "could not be processed"), ("FailedInvocationsUrl", "were refused")):
        count = sum(waiting(scene.cloud, scene.stack.outputs[output]))
        if count:
            yield Finding(
                "broken",
                f"{count} events {what}: {scene.stack.outputs[output].rsplit('/', 1)[-1]}",
                "they are not in Slack as they should be; they are kept for 14 days. The log says why",
                scene.tocsin("redrive"),
            )
