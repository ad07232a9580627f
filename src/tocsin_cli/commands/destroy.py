"""`tocsin destroy`: takes tocsin out of the account, and says what stays."""

from __future__ import annotations

from collections.abc import Iterator

import click

from tocsin.ports import ConfigError
from tocsin.reading.arns import partition_of
from tocsin_cli import ui
from tocsin_cli.alarms_there import alarms, own
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.stack.accounts import Admitted, admitted
from tocsin_cli.stack.bucket import clear
from tocsin_cli.stack.changes import Changes
from tocsin_cli.stack.home import spoke_of
from tocsin_cli.stack.names import Names
from tocsin_cli.stack.slack_secret import SORTS, Vault
from tocsin_cli.stack.spokes import Spokes
from tocsin_cli.stack.standing import Stack, ours
from tocsin_cli.stack.telling import goes_on, tell, tolerated
from tocsin_cli.wiring.topics import read_anywhere


@click.command()
@cloud_options
@click.option("--yes", is_flag=True, help="Do not ask.")
def destroy(profile: str | None, region: str | None, name: str, yes: bool) -> None:
    """Remove the stack with all that it remembers, its Slack secrets and its package. Says what stays behind."""
    with cloud(profile, region) as here:
        stack = ours(here, name)
        what = f"the stack {name}" if stack else f"what may be left of {name} - there is no such stack -"
        ui.line(f"This removes {what} from {here.where}, its Slack secrets, and its package in S3.")
        spokes = Spokes(here, name, tell)
        for region in spokes.regions():
            ui.line(f"It also removes {spoke_of(name)} from {region}, which hands the alarms of that region on.")
        if stack is not None:
            _tell_what_stays(here, stack)
        if not yes and click.prompt("Type the stack's name to go on", default="", show_default=False) != name:
            raise ConfigError("that is not its name; nothing was removed", f"type {name}, or use --yes")
        with goes_on("What CloudFormation has begun goes on by itself: run the same again to take away the rest."):
            _remove(here, name, stack, spokes)
        ui.line(f"{name} is gone.")


def _remove(here: Cloud, name: str, stack: Stack | None, spokes: Spokes) -> None:
    """The bucket comes last: one of its name may be a stranger's, and then nothing else stays."""
    spokes.remove()
    if stack is not None:
        Changes(here, name, tell).remove()
    for sort in SORTS:
        Vault(here, name, sort).empty()
    names = Names(here, name)
    names.forget(names.known())
    clear(here, name)


def _tell_what_stays(here: Cloud, stack: Stack) -> None:
    """Whoever may delete need not be who may look at alarms."""
    for line in _stays(stack):
        ui.line(line)
    with tolerated("which alarms act on the topic is not known"):
        for line in _bereft(here, stack):
            ui.line(line)
    for other in _connected(here, stack):
        ui.line(f"  Topic {other} keeps its subscription, to nothing: `tocsin disconnect --all` takes it off before.")


def _stays(stack: Stack) -> Iterator[str]:
    """What outlives the stack."""
    yield "What stays:"
    yield "  The metrics Heartbeat, OldestDue and Failed, until CloudWatch forgets them (15 months, free)."
    yield "  DynamoDB's own last backup of the table, for 35 days (free)."
    if stack.parameters.get("EncryptTopics") == "yes":
        yield "  The topics' key waits 7 days until it is deleted (free)."
    if admitted(stack) != Admitted():
        yield f"  {spoke_of(stack.name)} in other accounts, whose alarms then end there: `tocsin spoke remove` in each."


def _bereft(here: Cloud, stack: Stack) -> Iterator[str]:
    """The alarms that tell nobody afterwards, or one less."""
    topic = stack.outputs.get("TopicArn", "")
    for alarm in alarms(here):
        if topic in alarm.actions() and alarm.name not in own(stack):
            then = "it tells nobody" if {*alarm.actions()} == {topic} else "that leads nowhere"
            yield f"  Alarm {alarm.name} acts on the topic: afterwards {then}."


def _connected(here: Cloud, stack: Stack) -> Iterator[str]:
    """The topics, beside the stack's own, that its queue is subscribed to; the queue itself may be gone already."""
    if url := stack.outputs.get("QueueUrl"):
        queue = f"arn:{partition_of(here.region)}:sqs:{here.region}:{here.account}:{url.rsplit('/', 1)[-1]}"
        yield from sorted(read_anywhere(here, queue).keys() - {stack.outputs["TopicArn"]})
