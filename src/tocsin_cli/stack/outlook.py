"""Looks at the road from outside: what an alarm may be stuck in, and what says more about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tocsin_cli import pasted
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.heartbeat import is_unread
from tocsin_cli.stack.letters import LATE, waiting
from tocsin_cli.stack.seen import Seen, guarded, rule
from tocsin_cli.stack.slack_secret import Mode, Vault
from tocsin_cli.stack.standing import WATCHES, Stack


def look(cloud: Cloud, stack: Stack, now: int) -> Iterator[Seen]:
    """Each hop in the order in which an alarm passes them; one that is gone, or may not be looked at, hides no other.
    ``now`` in ms.

    Errors as boto3 raises them only where AWS does not know who asks.
    """
    watches = pasted.tocsin(cloud, stack.name, "doctor", "watches")
    yield from guarded("the alarms about tocsin itself", watches, _watches(cloud, stack, now, watches))
    for what, check, part in _PARTS:
        mend = pasted.tocsin(cloud, stack.name, "doctor", check)
        yield from guarded(what, mend, part(cloud, stack, mend))


def _watches(cloud: Cloud, stack: Stack, now: int, mend: str) -> Iterator[Seen]:
    """Those that fire, but for a heartbeat that CloudWatch has not noticed yet."""
    names = [f"{stack.name}-{each}" for each in WATCHES]
    for alarm in cloud.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]:
        name = alarm["AlarmName"]
        if alarm["StateValue"] == "ALARM" and not (name.endswith("-heartbeat") and is_unread(cloud, stack, now)):
            yield Seen(name, alarm.get("AlarmDescription") or "it fires", mend)


def _subscription(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    queue = stack.outputs["QueueUrl"].rsplit("/", 1)[-1]
    found = _subscriptions(cloud, stack.outputs["TopicArn"])
    if any(each["Endpoint"].endswith(f":{queue}") for each in found):
        yield Seen("topic: the queue is subscribed")
    else:
        yield Seen("topic", "the queue is not subscribed to it", mend)


def _subscriptions(cloud: Cloud, topic: str) -> list[dict[str, Any]]:
    pages = cloud.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    return [each for page in pages for each in page["Subscriptions"]]


def _all_alarms(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    means = "alarms come by the topic alone"
    return rule(cloud, stack.outputs["AllAlarmsRule"], "rule for all alarms", means, mend)


def _tick(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    means = "what Slack did not take at once is not tried again"
    return rule(cloud, stack.outputs["TickRule"], "minute tick", means, mend)


def _queue(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    ready, taken = waiting(cloud, stack.outputs["QueueUrl"])
    said = f"queue: {ready} waiting, {taken} in hand"
    yield Seen(said, "more than the function takes in time", mend) if ready >= LATE else Seen(said)


def _dead_letters(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    for output, what in (("DeadLettersUrl", "dead letters"), ("FailedInvocationsUrl", "failed invocations")):
        kept = sum(waiting(cloud, stack.outputs[output]))
        yield Seen(f"{what}: {kept}", "they are not in Slack as they should be", mend) if kept else Seen(f"{what}: 0")


def _mapping(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    pages = cloud.client("lambda").list_event_source_mappings(FunctionName=stack.outputs["FunctionName"])
    states = [each["State"] for each in pages["EventSourceMappings"]]
    if states and all(state in ("Enabled", "Creating", "Enabling", "Updating") for state in states):
        yield Seen("function: takes from the queue")
    else:
        yield Seen("function", f"it does not take from the queue ({', '.join(states) or 'not connected'})", mend)


def _function(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    """Nothing where it is well: the next line is about it too."""
    found = cloud.client("lambda").get_function_configuration(FunctionName=stack.outputs["FunctionName"])
    if found.get("State") in ("Failed", "Inactive"):
        yield Seen("function", f"it cannot run: {found.get('StateReason') or found['State']}", mend)


def _secret(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    mode: Mode = "bot" if stack.parameters.get("SlackMode") == "bot" else "webhook"
    if Vault(cloud, stack.name, mode).is_filled():
        yield Seen(f"Slack secret: there ({mode})")
    else:
        yield Seen("Slack secret", f"{stack.outputs['SecretName']} is missing; alarms wait for it", mend)


def _door(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    if not (name := stack.outputs.get("SigningSecretName")):
        return
    if Vault(cloud, stack.name, "signing").is_filled():
        yield Seen("Slack door: open, for what Slack signs")
    else:
        yield Seen("Slack door", f"{name} is missing, so that whatever Slack hands in is turned away", mend)


def _email(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    mails = [each for each in _subscriptions(cloud, stack.outputs["OpsTopicArn"]) if each["Protocol"] == "email"]
    if not mails:
        yield Seen("e-mail", "nobody is told when tocsin itself is in trouble", mend)
    elif any(each["SubscriptionArn"] in ("PendingConfirmation", "Pending confirmation") for each in mails):
        yield Seen("e-mail", f"{mails[0]['Endpoint']} has not confirmed: click the link in the mail from AWS", mend)
    else:
        yield Seen(f"e-mail: {mails[0]['Endpoint']}")


# What a part is called, and the doctor's check that tells more of it.
_PARTS: tuple[tuple[str, str, Callable[[Cloud, Stack, str], Iterable[Seen]]], ...] = (
    ("topic", "subscription", _subscription),
    ("rule for all alarms", "rule", _all_alarms),
    ("queue", "backlog", _queue),
    ("dead letters", "dead-letters", _dead_letters),
    ("function", "function", _function),
    ("function", "mapping", _mapping),
    ("minute tick", "tick", _tick),
    ("Slack secret", "secret", _secret),
    ("Slack door", "signing-secret", _door),
    ("e-mail", "e-mail", _email),
)
