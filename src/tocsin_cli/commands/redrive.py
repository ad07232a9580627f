"""`tocsin redrive`: brings back what could not be processed, after showing what that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import click

from tocsin.envelope import unwrap
from tocsin.kinds import read
from tocsin.words import plain
from tocsin_cli import ui
from tocsin_cli.asking import agreed
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.stack.dead_letters import DeadLetters, asked_for
from tocsin_cli.stack.home import spoke_of
from tocsin_cli.stack.letters import Letter, waiting
from tocsin_cli.stack.spoke_letters import spoke_letters
from tocsin_cli.stack.spokes import spoke_regions
from tocsin_cli.stack.standing import Stack, made
from tocsin_cli.stack.telling import goes_on, tolerated
from tocsin_local.alarms.spelling import iso_date

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Held:
    """What lies in one queue. ``told``: when each of the first came there (ms), and what it tells; ``bring_back`` hands
    all of it to the function again, and says how many those were."""

    queue: str
    region: str
    count: int
    what: str
    told: tuple[tuple[int, str], ...]
    bring_back: Callable[[], int] = field(repr=False)

    def lines(self, home: str) -> Iterator[str]:
        """As people read it, who are at ``home``'s region."""
        where = "" if self.region == home else f" in {self.region}"
        yield f"{self.queue}{where}: {self.count} {self.what}"
        for sent, told in self.told:
            yield f"  {datetime.fromtimestamp(sent / 1000, UTC):%Y-%m-%d %H:%M:%S UTC}  {told}"


@click.command()
@cloud_options
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, no question: a list, unless --yes is given.")
def redrive(profile: str | None, region: str | None, name: str, yes: bool, as_json: bool) -> None:
    """List the events that could not be processed, and hand them to the function once more.

    Mend the reason first (`tocsin logs`), or they come back here. What they tell shows up in Slack as the late news
    that it is. So does what other regions of the account could not hand on.
    """
    with cloud(profile, region) as here:
        stack, found = made(here, name), list[Held]()
        for each in _held(here, stack, ui.aside if as_json else ui.line):
            found.append(each)
            for line in () if as_json else each.lines(here.region):
                ui.line(line)
        if as_json:
            ui.document(_document(here, stack, found, _brought_back(found) if yes else [0] * len(found)))
            return
        if not any(each.count for each in found):
            ui.line("Nothing waits to be brought back.")
            return
        if not yes and not agreed("Hand them to the function again?", "go on with --yes"):
            raise click.Abort
        with goes_on("What is not back yet stays where it is: run the same again."):
            _brought_back(found)
        ui.line("They are on their way: `tocsin logs --follow` shows what becomes of them.")


def _held(here: Cloud, stack: Stack, say: Callable[[str], None]) -> Iterator[Held]:
    """The stack's two queues, and those of its spokes that hold anything; ``say`` gets what may not be looked at."""
    letters = DeadLetters(here, stack)
    for output, what, event, bring_back in (
        ("DeadLettersUrl", "could not be processed", _as_record, letters.move_dead),
        ("FailedInvocationsUrl", "failed invocations", _as_invoked, letters.invoke_failed),
    ):
        queue, count = stack.outputs[output].rsplit("/", 1)[-1], sum(waiting(here, stack.outputs[output]))
        told = _told(letters.looked_at(output, _SHOWN), event) if count else ()
        yield Held(queue, here.region, count, what, told, bring_back)
    queue, what = f"{spoke_of(stack.name)}-dead", "that did not come here"
    for region in spoke_regions(here, stack.name):
        with tolerated(f"what lies in {queue} in {region} is not known", say):
            for each, count in spoke_letters(here, stack, (region,)):
                told = _told(each.looked_at(_SHOWN), _as_record)
                yield Held(queue, region, count, what, told, each.bring_back)


def _told(letters: Sequence[Letter], event: Callable[[Letter], Any]) -> tuple[tuple[int, str], ...]:
    return tuple((each.sent, _said(event(each))) for each in letters)


def _said(event: Any) -> str:
    titles = [plain(signal.title, "en", UTC) for envelope in unwrap(event) for signal in read(envelope)]
    return "; ".join(titles)[:150]


def _as_record(letter: Letter) -> Any:
    """What the function was handed, or would be, by its queue."""
    return {"Records": [{"eventSource": "aws:sqs", "messageId": letter.id, "body": letter.body}]}


def _as_invoked(letter: Letter) -> Any:
    """What the function was handed at once."""
    return asked_for(letter.body)


def _brought_back(found: Sequence[Held]) -> list[int]:
    """How many of each queue were handed to the function again."""
    return [each.bring_back() if each.count else 0 for each in found]


def _document(here: Cloud, stack: Stack, found: Sequence[Held], brought_back: Sequence[int]) -> dict[str, object]:
    queues = [
        {
            "queue": each.queue,
            "region": each.region,
            "held": each.count,
            "brought_back": count,
            "left": max(0, each.count - count),
            "letters": [{"sent": iso_date(sent), "what": told} for sent, told in each.told],
        }
        for each, count in zip(found, brought_back, strict=True)
    ]
    return {"account": here.account, "region": here.region, "stack": stack.name, "queues": queues}
