"""`tocsin destroy`: takes tocsin out of the account, and says what stays."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.stack.bucket import clear
from tocsin_cli.stack.changes import Changes, Step
from tocsin_cli.stack.plain_words import done
from tocsin_cli.stack.slack_secret import Vault
from tocsin_cli.stack.standing import Stack, find

_SORTS = ["MetricAlarm", "CompositeAlarm"]
_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")


@click.command()
@cloud_options
@click.option("--yes", is_flag=True, help="Do not ask.")
def destroy(profile: str | None, region: str | None, name: str, yes: bool) -> None:
    """Remove the stack with all that it remembers, its Slack secret and its package. Says what stays behind."""
    with cloud(profile, region) as here:
        stack = find(here, name)
        ui.line(f"This removes the stack {name} from {here.where}, its Slack secret, and its package in S3.")
        for line in _stays(here, stack):
            ui.line(line)
        if not yes and click.prompt("Type the stack's name to go on", default="", show_default=False) != name:
            raise ConfigError("that is not its name; nothing was removed", f"type {name}, or use --yes")
        if stack is not None:
            Changes(here, name, _tell).remove()
        Vault(here, name, "webhook").empty()
        Vault(here, name, "bot").empty()
        clear(here, name)
        ui.line(f"{name} is gone.")


def _stays(here: Cloud, stack: Stack | None) -> Iterator[str]:
    """What outlives the stack, and what will point at nothing."""
    yield "What stays: the metrics Heartbeat, OldestDue and Failed until CloudWatch forgets them (15 months, free), and"
    yield "  DynamoDB's own last backup of the table for 35 days (free)."
    if stack is None:
        return
    if stack.parameters.get("EncryptTopics") == "yes":
        yield "  The topics' key waits 7 days until it is deleted (free)."
    own = f"{stack.name}-canary"
    for alarm in _acting(here, stack.outputs.get("TopicArn", "")):
        if alarm != own:
            yield f"  Alarm {alarm} acts on the topic: afterwards it tells nobody."


def _acting(here: Cloud, topic: str) -> Iterator[str]:
    """The alarms that act on a topic."""
    for page in here.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmTypes=_SORTS):
        for alarm in (*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ())):
            if topic in {action for field in _ACTIONS for action in alarm.get(field, ())}:
                yield alarm["AlarmName"]


def _tell(step: Step) -> None:
    if line := done(step):
        ui.line(line)
