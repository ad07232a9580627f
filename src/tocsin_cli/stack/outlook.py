"""Looks at the road from outside: what an alarm may be stuck in, and what says more about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tocsin_cli import pasted
from tocsin_cli.cloud import Cloud
from tocsin_cli.refusals import code_of, is_denied, is_gone, is_of_a_stranger
from tocsin_cli.stack.accounts import admitted, called
from tocsin_cli.stack.bus import let_in
from tocsin_cli.stack.dead_letters import waiting
from tocsin_cli.stack.heartbeat import is_unread
from tocsin_cli.stack.home import spoke_of
from tocsin_cli.stack.names import Names
from tocsin_cli.stack.slack_secret import Mode, Vault
from tocsin_cli.stack.spoke_letters import letters_held
from tocsin_cli.stack.spokes import spoke_regions
from tocsin_cli.stack.standing import WATCHES, Stack

_LATE = 100  # messages: only what nobody takes is trouble; a moment's few are on their way


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was looked at. ``trouble``: what is wrong with it, "" where all is well; ``mend``: a command to
    paste. ``is_known``: whether it could be looked at."""

    what: str
    trouble: str = ""
    mend: str = ""
    is_known: bool = True

    def lines(self) -> Iterator[str]:
        """As people read it."""
        mark = "✓" if not self.trouble else "✗" if self.is_known else "?"
        yield f"  {mark} {self.what}: {self.trouble}" if self.trouble else f"  {mark} {self.what}"
        if self.mend:
            yield f"      $ {self.mend}"


def look(cloud: Cloud, stack: Stack, now: int) -> Iterator[Seen]:
    """Each hop in the order in which an alarm passes them; one that is gone, or may not be looked at, hides no other.
    ``now`` in ms.

    Errors as boto3 raises them only where AWS does not know who asks.
    """
    watches = pasted.tocsin(cloud, stack.name, "doctor", "watches")
    yield from _guarded("the alarms about tocsin itself", watches, _watches(cloud, stack, now, watches))
    for what, check, part in _PARTS:
        mend = pasted.tocsin(cloud, stack.name, "doctor", check)
        yield from _guarded(what, mend, part(cloud, stack, mend))


def look_around(cloud: Cloud, stack: Stack) -> Iterator[Seen]:
    """Each region whose alarms are handed on to here, and whose alarms of other accounts are let in."""
    doctor = pasted.tocsin(cloud, stack.name, "doctor", "regions")
    yield from _guarded("other regions", doctor, _regions(cloud, stack))
    yield from _guarded("other accounts", doctor, _accounts(cloud, stack))


def _regions(cloud: Cloud, stack: Stack) -> Iterator[Seen]:
    for region in spoke_regions(cloud, stack.name):
        what, mend = f"alarms of {region}", _again(cloud, stack, "--regions", region)
        there = cloud.elsewhere(region)
        yield from _guarded(what, mend, _rule(there, spoke_of(stack.name), what, "they do not come here", mend))
        if held := letters_held(there, stack.name):
            redrive = pasted.tocsin(cloud, stack.name, "redrive")
            yield Seen(f"dead letters of {region}: {held}", "they did not come here", redrive)


def _accounts(cloud: Cloud, stack: Stack) -> Iterator[Seen]:
    wanted, there, names = admitted(stack), let_in(cloud, stack.name), Names(cloud, stack.name).known()
    for account in dict.fromkeys((*wanted.accounts, *there.accounts)):  # what Terraform wants only it knows
        what, away = f"alarms of account {called(account, names)}", _again(cloud, stack, "--accounts", account)
        yield Seen(f"{what}: let in") if account in there.accounts else Seen(what, "they are turned away", away)
    if organization := wanted.organization or there.organization:
        what, away = f"alarms of organization {organization}", _again(cloud, stack, "--organization", organization)
        if there.organization == organization:
            yield Seen(f"{what}: let in, {len(names)} accounts have a name")
        else:
            yield Seen(what, "they are turned away", away)


def _again(cloud: Cloud, stack: Stack, option: str, value: str) -> str:
    """CloudFormation does not see what was removed behind its back: deploying again would change nothing."""
    return " && ".join(pasted.tocsin(cloud, stack.name, "deploy", each, value) for each in ("--without", option))


def _guarded(what: str, mend: str, part: Iterable[Seen]) -> Iterator[Seen]:
    from botocore.exceptions import ClientError

    try:
        yield from part
    except ClientError as error:
        if is_of_a_stranger(error):
            raise
        if is_gone(error):
            yield Seen(what, "it is gone", mend)
        else:
            why = "is denied" if is_denied(error) else f"says {code_of(error)}"
            yield Seen(what, f"it could not be looked at: {error.operation_name} {why}", is_known=False)


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
    return _rule(cloud, stack.outputs["AllAlarmsRule"], "rule for all alarms", means, mend)


def _tick(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    means = "what Slack did not take at once is not tried again"
    return _rule(cloud, stack.outputs["TickRule"], "minute tick", means, mend)


def _rule(cloud: Cloud, name: str, what: str, means: str, mend: str) -> Iterator[Seen]:
    events = cloud.client("events")
    try:
        state = events.describe_rule(Name=name)["State"]
    except events.exceptions.ResourceNotFoundException:
        yield Seen(what, f"it is gone, so {means}", mend)
        return
    if state.startswith("ENABLED"):
        yield Seen(f"{what}: on")
    else:
        yield Seen(what, f"it is switched off, so {means}", pasted.aws(cloud, "events", "enable-rule", "--name", name))


def _queue(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    ready, taken = waiting(cloud, stack.outputs["QueueUrl"])
    said = f"queue: {ready} waiting, {taken} in hand"
    yield Seen(said, "more than the function takes in time", mend) if ready >= _LATE else Seen(said)


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
