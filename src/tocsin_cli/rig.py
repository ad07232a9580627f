"""Puts a whole stage together: this host's metrics, alarms, the function, Slack, and the journal of it all."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tocsin.ports import ConfigError
from tocsin_cli.rig_function import function
from tocsin_cli.rig_plan import Metrics, Plan
from tocsin_local import cpu
from tocsin_local.journal import KEPT, Journal
from tocsin_local.loading import Loading
from tocsin_local.metrics import Datapoint, Sampler, look_here
from tocsin_local.slack import LocalSlack, Message
from tocsin_local.stage import Doors, Stage, Told
from tocsin_local.stage_enricher import StageEnricher
from tocsin_local.web.desk import Desk
from tocsin_local.web.render.notifications import notification
from tocsin_local.web.render.view import View


def runtime_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option that runs the handler as Lambda does."""
    return click.option(
        "--lambda-runtime",
        is_flag=True,
        help="Run the function from its zip in a process of its own, under AWS's runtime client (tocsin[lambda]).",
    )(command)


@dataclass(frozen=True, slots=True)
class Ears:
    """Who hears, beside the journal: what the stage tells, datapoints, lines of the function's log, and what people
    read of each message in the stand-in."""

    told: Callable[[Told], None] = lambda told: None
    points: Callable[[tuple[Datapoint, ...]], None] = lambda points: None
    line: Callable[[str], None] = lambda line: None
    message: Callable[[str], None] = lambda text: None


@dataclass(frozen=True, slots=True)
class Rig:
    """A stage that runs: what its page is made of, and the stand-in for Slack."""

    desk: Desk
    slack: LocalSlack


@contextmanager
def rig(plan: Plan, ears: Ears | None = None) -> Iterator[Rig]:
    """The stage, running, with what an earlier one left in its folder. Raises ConfigError."""
    ears = ears or Ears()
    with ExitStack() as stack:
        journal = _journal(stack, plan.folder)
        slack = _slack(stack, plan, journal, ears)
        enricher = StageEnricher()
        invoke, tick = function(stack, plan, slack, _hearing(journal, ears), enricher)
        metrics = _metrics(plan.metrics or _host(), journal, ears)
        stage = Stage(invoke, Doors(metrics, _telling(journal, ears), tick, plan.clock, journal.keep))
        enricher.stage = stage
        stage.restore(journal.states(), journal.past())
        stack.enter_context(stage)
        journal.take_backlog(stage.hand_in)
        loading = stack.enter_context(Loading(max(1, round(cpu.allowance().cores))))
        desk = Desk(stage, journal, loading, plan.config.language, plan.config.zone, plan.real, slack.channel.name)
        yield Rig(desk, slack)


def _journal(stack: ExitStack, folder: Path | None) -> Journal:
    if folder:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise ConfigError(f"{folder} cannot be made: {error.strerror}", "name another with --state") from None
        if not os.access(folder, os.W_OK):
            raise ConfigError(f"{folder} cannot be written to", "name another with --state")
    journal = Journal(folder / "journal.sqlite" if folder else None)
    stack.callback(journal.close)
    return journal


def _slack(stack: ExitStack, plan: Plan, journal: Journal, ears: Ears) -> LocalSlack:
    view = View(plan.config.language, plan.config.zone)

    def shown(message: Message) -> None:
        journal.shown(message)
        ears.message(notification(message, view).phone)

    slack = LocalSlack(keep=KEPT)
    slack.restore(journal.everything())
    slack.subscribe(shown)
    slack.inspect(journal.received)
    return stack.enter_context(slack)


def _hearing(journal: Journal, ears: Ears) -> Callable[[str], None]:
    def hear(line: str) -> None:
        journal.hear(line)
        ears.line(line)

    return hear


def _telling(journal: Journal, ears: Ears) -> Callable[[Told], None]:
    def tell(told: Told) -> None:
        journal.told(told)
        ears.told(told)

    return tell


def _host() -> Metrics:
    return Sampler(socket.gethostname(), look_here(cpu.allowance())).sample


def _metrics(sample: Metrics, journal: Journal, ears: Ears) -> Metrics:
    def metrics(now: int) -> tuple[Datapoint, ...]:
        points = sample(now)
        journal.sampled(now, points)
        ears.points(points)
        return points

    return metrics
