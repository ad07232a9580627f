"""Puts a whole stage together: this host's metrics, alarms, the function, Slack, and the journal of it all."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tocsin.config import Config
from tocsin.destinations.http import Connections
from tocsin.destinations.slack import SlackBot
from tocsin.destinations.slack.api import Bot
from tocsin.destinations.slack.blocks import Look
from tocsin.handler import answer, destination, doors
from tocsin.pipeline import Pipeline
from tocsin.ports import ConfigError, Store
from tocsin.stores.memory import MemoryStore
from tocsin.stores.sqlite import SqliteStore
from tocsin_local import cpu
from tocsin_local.arrivals import Arrival, Arrivals
from tocsin_local.journal import KEPT, Journal
from tocsin_local.loading import Loading
from tocsin_local.metrics import Datapoint, Sampler, look_here
from tocsin_local.slack import LocalSlack
from tocsin_local.stage import Doors, Stage, Told
from tocsin_local.web.desk import Desk

Metrics = Callable[[int], tuple[Datapoint, ...]]


@dataclass(frozen=True, slots=True)
class Plan:
    """``config``: language and zone, and the real Slack if there is one (``real``). ``folder``: where to keep state,
    None for nowhere. ``metrics``: datapoints at an instant (ms), None for this host's."""

    config: Config
    real: bool = False
    folder: Path | None = None
    metrics: Metrics | None = None


@dataclass(frozen=True, slots=True)
class Ears:
    """Who hears, beside the journal: of what the stage tells, of what Slack took, of datapoints."""

    told: Callable[[Told], None] = lambda told: None
    arrival: Callable[[Arrival], None] = lambda arrival: None
    points: Callable[[tuple[Datapoint, ...]], None] = lambda points: None


@dataclass(frozen=True, slots=True)
class Rig:
    """A stage that runs, and what its page is made of. ``arrivals`` is the real Slack where there is one, else the
    stand-in."""

    desk: Desk
    slack: LocalSlack
    arrivals: Arrivals


@contextmanager
def rig(plan: Plan, ears: Ears | None = None) -> Iterator[Rig]:
    """The stage, running, with what an earlier one left in its folder. Raises ConfigError."""
    ears = ears or Ears()
    with ExitStack() as stack:
        journal = _journal(stack, plan.folder)
        slack = _slack(stack, journal)
        stack.enter_context(_overheard(journal))
        destinations = _destinations(stack, plan, slack, ears)
        pipeline = Pipeline(destinations, _store(stack, plan))

        def told(what: Told) -> None:
            journal.told(what)
            ears.told(what)

        stage = Stage(
            lambda event: answer(event, pipeline.run(event, doors(None), http=True)),
            Doors(
                metrics=_metrics(plan.metrics or _host(), journal, ears),
                tell=told,
                tick=lambda: pipeline.catch_up(doors(None)),
                keep=journal.keep,
            ),
        )
        stage.restore(journal.states(), journal.past())
        stack.enter_context(stage)
        journal.take_backlog(stage.hand_in)
        loading = stack.enter_context(Loading(max(1, round(cpu.allowance().cores))))
        desk = Desk(stage, journal, loading, plan.config.language, plan.config.zone, plan.real, slack.channel.name)
        yield Rig(desk, slack, destinations[0])


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


def _slack(stack: ExitStack, journal: Journal) -> LocalSlack:
    slack = LocalSlack(keep=KEPT)
    slack.restore(journal.everything())
    slack.subscribe(journal.shown)
    slack.inspect(journal.received)
    return stack.enter_context(slack)


def _store(stack: ExitStack, plan: Plan) -> Store:
    """One for the stand-in and one for the real Slack: what each of them shows are other messages."""
    if plan.folder is None:
        return MemoryStore()
    return stack.enter_context(SqliteStore(plan.folder / f"incidents{'-real' if plan.real else ''}.sqlite"))


def _destinations(stack: ExitStack, plan: Plan, slack: LocalSlack, ears: Ears) -> tuple[Arrivals, ...]:
    """The real Slack first; the stand-in always takes part, as the page shows what stands in it."""
    connections = stack.enter_context(closing(Connections()))
    look = Look(plan.config.language, plan.config.zone)
    bot = Bot(slack.bot_token, slack.channel.name, connections, slack.api_url)
    if not plan.real:
        return (Arrivals(SlackBot("slack", bot, look), ears.arrival),)
    copy = Arrivals(SlackBot("page", bot, look), lambda arrival: None)
    return Arrivals(destination(plan.config, connections), ears.arrival), copy


def _host() -> Metrics:
    return Sampler(socket.gethostname(), look_here(cpu.allowance())).sample


def _metrics(sample: Metrics, journal: Journal, ears: Ears) -> Metrics:
    def metrics(now: int) -> tuple[Datapoint, ...]:
        points = sample(now)
        journal.sampled(now, points)
        ears.points(points)
        return points

    return metrics


@contextmanager
def _overheard(journal: Journal) -> Iterator[None]:
    """tocsin's log goes to the journal alone: what goes wrong is told there, and by whoever runs the stage."""
    log = logging.getLogger("tocsin")
    level, propagate, silent = log.level, log.propagate, logging.NullHandler()

    def hear(record: logging.LogRecord) -> bool:
        journal.hear(record.getMessage())
        return True

    log.addFilter(hear)
    log.addHandler(silent)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield
    finally:
        log.removeFilter(hear)
        log.removeHandler(silent)
        log.setLevel(level)
        log.propagate = propagate
