"""The parts of the road, each looked at from outside by a function that says what it saw, and what says more of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.heartbeat import is_unread
from tocsin_cli.stack.letters import LATE, waiting
from tocsin_cli.stack.seen import Seen, rule
from tocsin_cli.stack.slack_secret import Mode, Vault
from tocsin_cli.stack.standing import WATCHES, Stack
from tocsin_cli.wiring.topics import is_there, subscriptions


def watches(cloud: Cloud, stack: Stack, now: int, mend: str) -> Iterator[Seen]:
    """Those that fire, but for a heartbeat that CloudWatch has not noticed yet."""
    names = [f"{stack.name}-{each}" for each in WATCHES]
    for alarm in cloud.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]:
        name = alarm["AlarmName"]
        if alarm["StateValue"] == "ALARM" and not (name.endswith("-heartbeat") and is_unread(cloud, stack, now)):
            yield Seen(name, alarm.get("AlarmDescription") or "it fires", mend)


def subscription(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    """The topic leads to the queue."""
    name = stack.outputs["QueueUrl"].rsplit("/", 1)[-1]
    found = subscriptions(cloud, stack.outputs["TopicArn"])
    if any(each["Endpoint"].endswith(f":{name}") and is_there(each) for each in found):
        yield Seen("topic: the queue is subscribed")
    else:
        yield Seen("topic", "the queue is not subscribed to it", mend)


def all_alarms(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    """The rule by which all alarms come."""
    means = "alarms come by the topic alone"
    return rule(cloud, stack.outputs["AllAlarmsRule"], "rule for all alarms", means, mend)


def tick(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    """The minute's schedule."""
    means = "what Slack did not take at once is not tried again"
    return rule(cloud, stack.outputs["TickRule"], "minute tick", means, mend)


def queue(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    """What waits for the function."""
    ready, taken = waiting(cloud, stack.outputs["QueueUrl"])
    said = f"queue: {ready} waiting, {taken} in hand"
    yield Seen(said, "more than the function takes in time", mend) if ready >= LATE else Seen(said)


def dead_letters(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    """What could not be processed, by either road."""
    for output, what in (("DeadLettersUrl", "dead letters"), ("FailedInvocationsUrl", "failed invocations")):
        kept = sum(waiting(cloud, stack.outputs[output]))
        yield Seen(f"{what}: {kept}", "they are not in Slack as they should be", mend) if kept else Seen(f"{what}: 0")


def mapping(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    """What the function takes from."""
    pages = cloud.client("lambda").list_event_source_mappings(FunctionName=stack.outputs["FunctionName"])
    states = [each["State"] for each in pages["EventSourceMappings"]]
    if states and all(state in ("Enabled", "Creating", "Enabling", "Updating") for state in states):
        yield Seen("function: takes from the queue")
    else:
        yield Seen("function", f"it does not take from the queue ({', '.join(states) or 'not connected'})", mend)


def function(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    """The function itself: nothing where it is well, since what it takes from is told of it too."""
    found = cloud.client("lambda").get_function_configuration(FunctionName=stack.outputs["FunctionName"])
    if found.get("State") in ("Failed", "Inactive"):
        yield Seen("function", f"it cannot run: {found.get('StateReason') or found['State']}", mend)


def secret(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    """By which messages get into Slack."""
    mode: Mode = "bot" if stack.parameters.get("SlackMode") == "bot" else "webhook"
    if Vault(cloud, stack.name, mode).is_filled():
        yield Seen(f"Slack secret: there ({mode})")
    else:
        yield Seen("Slack secret", f"{stack.outputs['SecretName']} is missing; alarms wait for it", mend)


def door(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    """The Slack door, where there is one."""
    if not (name := stack.outputs.get("SigningSecretName")):
        return
    if Vault(cloud, stack.name, "signing").is_filled():
        yield Seen("Slack door: open, for what Slack signs")
    else:
        yield Seen("Slack door", f"{name} is missing, so that whatever Slack hands in is turned away", mend)


def email(cloud: Cloud, stack: Stack, mend: str) -> Iterator[Seen]:
    """Whoever hears of tocsin's own trouble, mostly by e-mail."""
    readers = subscriptions(cloud, stack.outputs["OpsTopicArn"])
    heard = [_called(each) for each in readers if is_there(each)]
    if heard:
        yield Seen(f"e-mail: {', '.join(heard)}")
    elif readers:
        yield Seen("e-mail", f"{_called(readers[0])} has not confirmed: click the link in the mail from AWS", mend)
    else:
        yield Seen("e-mail", "nobody is told when tocsin itself is in trouble", mend)


def _called(reader: Mapping[str, str]) -> str:
    """An address; of all else only its sort, since a pager's URL is a secret."""
    return reader["Endpoint"] if reader["Protocol"] == "email" else reader["Protocol"]
