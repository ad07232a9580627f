"""Looks at the road from outside: what an alarm may be stuck in, each with what it means and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.home import spoke_of
from tocsin_cli.stack.slack_secret import Mode, Vault
from tocsin_cli.stack.spokes import spoke_regions
from tocsin_cli.stack.standing import Stack

# CloudFormation does not see what was removed behind its back: deploying again would change nothing.
_DOCTOR = "`tocsin doctor` says how to mend it"


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was looked at. ``trouble`` says what is wrong with it, and what to do; "" where all is well."""

    what: str
    trouble: str = ""


def look(cloud: Cloud, stack: Stack) -> Iterator[Seen]:
    """Each hop in the order in which an alarm passes them."""
    yield _subscription(cloud, stack)
    yield _rule(cloud, stack.outputs["AllAlarmsRule"], "rule for all alarms", "alarms come by the topic alone")
    yield _rule(cloud, stack.outputs["TickRule"], "minute tick", "what Slack did not take at once is not tried again")
    yield from _queues(cloud, stack)
    yield _mapping(cloud, stack)
    yield _secret(cloud, stack)
    yield _email(cloud, stack)


def look_around(cloud: Cloud, stack: Stack) -> Iterator[Seen]:
    """Each region whose alarms are handed on to here."""
    for region in spoke_regions(cloud, stack.name):
        what, name = f"alarms of {region}", spoke_of(stack.name)
        mend = f"tocsin deploy --without {region}, then tocsin deploy --regions {region}"
        yield _rule(cloud.elsewhere(region), name, what, "they do not come here", mend)


def waiting(cloud: Cloud, url: str) -> tuple[int, int]:
    """How many messages a queue holds, and how many of them are being worked on."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return int(found[names[0]]), int(found[names[1]])


def _subscription(cloud: Cloud, stack: Stack) -> Seen:
    queue = stack.outputs["QueueUrl"].rsplit("/", 1)[-1]
    found = _subscriptions(cloud, stack.outputs["TopicArn"])
    if any(each["Endpoint"].endswith(f":{queue}") for each in found):
        return Seen("topic: the queue is subscribed")
    return Seen("topic", f"the queue is not subscribed to it: {_DOCTOR}")


def _subscriptions(cloud: Cloud, topic: str) -> list[dict[str, Any]]:
    pages = cloud.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    return [each for page in pages for each in page["Subscriptions"]]


def _rule(cloud: Cloud, name: str, what: str, means: str, mend: str = _DOCTOR) -> Seen:
    events = cloud.client("events")
    try:
        state = events.describe_rule(Name=name)["State"]
    except events.exceptions.ResourceNotFoundException:
        return Seen(what, f"it is gone, so {means}: {mend}")
    if state.startswith("ENABLED"):
        return Seen(f"{what}: on")
    return Seen(what, f"it is switched off, so {means}: aws events enable-rule --name {name} --region {cloud.region}")


def _queues(cloud: Cloud, stack: Stack) -> Iterator[Seen]:
    ready, taken = waiting(cloud, stack.outputs["QueueUrl"])
    # Only what nobody takes is trouble: a moment's few are on their way.
    late = "more than the function takes in time: `tocsin logs`" if ready >= 100 else ""
    yield Seen(f"queue: {ready} waiting, {taken} in hand", late)
    for output, what in (("DeadLettersUrl", "dead letters"), ("FailedInvocationsUrl", "failed invocations")):
        kept = sum(waiting(cloud, stack.outputs[output]))
        yield Seen(f"{what}: {kept}", "`tocsin logs` says why, `tocsin redrive` brings them back" if kept else "")


def _mapping(cloud: Cloud, stack: Stack) -> Seen:
    pages = cloud.client("lambda").list_event_source_mappings(FunctionName=stack.outputs["FunctionName"])
    states = [each["State"] for each in pages["EventSourceMappings"]]
    if states and all(state in ("Enabled", "Creating", "Enabling", "Updating") for state in states):
        return Seen("function: takes from the queue")
    now = ", ".join(states) or "not connected"
    return Seen("function", f"it does not take from the queue ({now}): {_DOCTOR}")


def _secret(cloud: Cloud, stack: Stack) -> Seen:
    mode: Mode = "bot" if stack.parameters.get("SlackMode") == "bot" else "webhook"
    if Vault(cloud, stack.name, mode).is_filled():
        return Seen(f"Slack secret: there ({mode})")
    return Seen("Slack secret", f"{stack.outputs['SecretName']} is missing; alarms wait for it: run `tocsin deploy`")


def _email(cloud: Cloud, stack: Stack) -> Seen:
    mails = [each for each in _subscriptions(cloud, stack.outputs["OpsTopicArn"]) if each["Protocol"] == "email"]
    if not mails:
        return Seen("e-mail", "nobody is told when tocsin itself is in trouble: tocsin deploy --email YOU@EXAMPLE.COM")
    if any(each["SubscriptionArn"] in ("PendingConfirmation", "Pending confirmation") for each in mails):
        return Seen("e-mail", f"{mails[0]['Endpoint']} has not confirmed: click the link in the mail from AWS")
    return Seen(f"e-mail: {mails[0]['Endpoint']}")
