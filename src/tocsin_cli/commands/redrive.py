"""`tocsin redrive`: brings back what could not be processed, after showing what that is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from tocsin.envelope import unwrap
from tocsin.kinds import read
from tocsin.words import plain
from tocsin_cli import ui
from tocsin_cli.asking import agreed
from tocsin_cli.cloud import cloud, cloud_options
from tocsin_cli.stack.dead_letters import DeadLetters, asked_for
from tocsin_cli.stack.home import spoke_of
from tocsin_cli.stack.letters import Letter, waiting
from tocsin_cli.stack.spoke_letters import spoke_letters
from tocsin_cli.stack.spokes import spoke_regions
from tocsin_cli.stack.standing import made
from tocsin_cli.stack.telling import goes_on

_SHOWN = 20
_QUEUES = {"DeadLettersUrl": "could not be processed", "FailedInvocationsUrl": "failed invocations"}


@click.command()
@cloud_options
@click.option("--yes", is_flag=True, help="Do not ask.")
def redrive(profile: str | None, region: str | None, name: str, yes: bool) -> None:
    """List the events that could not be processed, and hand them to the function once more.

    Mend the reason first (`tocsin logs`), or they come back here. What they tell shows up in Slack as the late news
    that it is. So does what other regions of the account could not hand on.
    """
    with cloud(profile, region) as here:
        stack = made(here, name)
        letters = DeadLetters(here, stack)
        held = {output: sum(waiting(here, stack.outputs[output])) for output in _QUEUES}
        for output, count in held.items():
            ui.line(f"{stack.outputs[output].rsplit('/', 1)[-1]}: {count} {_QUEUES[output]}")
            for letter in letters.looked_at(output, _SHOWN) if count else ():
                ui.line(f"  {_said(letter)}")
        around = list(spoke_letters(here, stack, spoke_regions(here, name)))
        for each, count in around:
            ui.line(f"{spoke_of(name)}-dead in {each.there.region}: {count} that did not come here")
            for letter in each.looked_at(_SHOWN):
                ui.line(f"  {_said(letter)}")
        if not around and not any(held.values()):
            ui.line("Nothing waits to be brought back.")
            return
        if not yes and not agreed("Hand them to the function again?", "go on with --yes"):
            raise click.Abort
        with goes_on("What is not back yet stays where it is: run the same again."):
            if held["DeadLettersUrl"]:
                letters.move_dead()
            if held["FailedInvocationsUrl"]:
                letters.invoke_failed()
            for each, _ in around:
                each.bring_back()
        ui.line("They are on their way: `tocsin logs --follow` shows what becomes of them.")


def _said(letter: Letter) -> str:
    at = datetime.fromtimestamp(letter.sent / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    titles = [plain(signal.title, "en", UTC) for envelope in unwrap(_event(letter)) for signal in read(envelope)]
    return f"{at}  {'; '.join(titles)[:150]}"


def _event(letter: Letter) -> Any:
    """What the function was handed, or would be."""
    event = asked_for(letter.body)
    if isinstance(event, dict) and "Records" in event:
        return event
    return {"Records": [{"eventSource": "aws:sqs", "messageId": letter.id, "body": letter.body}]}
