"""Puts a whole stage together: this host's metrics, alarms, the function, Slack, and the journal of it all."""

from __future__ import annotations

import logging
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from tocsin.config import Config
from tocsin.destinations.http import Connections
from tocsin.destinations.slack import SlackBot
from tocsin.destinations.slack.api import Bot
from tocsin.destinations.slack.blocks import Look
from tocsin.handler import answer, destination, doors
from tocsin.pipeline import Pipeline
from tocsin.ports import ConfigError, Destination, Store
from tocsin.stores.memory import MemoryStore
from tocsin.stores.sqlite import SqliteStore
from tocsin_cli.runtime import function_under_runtime
from tocsin_local import cpu
from tocsin_local.journal import KEPT, Journal
from tocsin_local.loading import Loading
from tocsin_local.metrics import Datapoint, Sampler, look_here
from tocsin_local.slack import LocalSlack, Message
from tocsin_local.stage import Doors, Stage, Told
from tocsin_local.web.desk import Desk
from tocsin_local.web.render.notifications import notification
from tocsin_local.web.render.view import View

Metrics = Callable[[int], tuple[Datapoint, ...]]
Invoke = Callable[[Any], Any]


def runtime_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option that runs the handler as Lambda does."""
    return click.option(
        "--lambda-runtime",
        is_flag=True,
        help="Run the function from its zip in a process of its own, under AWS's runtime client (tocsin[lambda]).",
    )(command)


@dataclass(frozen=True, slots=True)
class Plan:
    """``config``: language and zone, and the real Slack if there is one (``real``). ``folder``: where to keep state,
    None for nowhere. ``runtime``: under Lambda's runtime. ``metrics``: datapoints at an instant (ms), None for this
    host's; ``clock``: the instant."""

    config: Config
    real: bool = False
    folder: Path | None = None
    runtime: bool = False
    metrics: Metrics | None = None
    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000


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
        invoke, tick = _function(stack, plan, slack, _hearing(journal, ears))
        metrics = _metrics(plan.metrics or _host(), journal, ears)
        stage = Stage(invoke, Doors(metrics, _telling(journal, ears), tick, plan.clock, journal.keep))
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


def _function(
    stack: ExitStack, plan: Plan, slack: LocalSlack, hear: Callable[[str], None]
) -> tuple[Invoke, Callable[[], None]]:
    """What runs an event, and what lets be shown what is due; never both at once, or a message might come twice."""
    stack.enter_context(_overheard(hear))
    folder = plan.folder
    if folder is None and plan.runtime:  # two processes share what they know through a file
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-")))
    # One for the stand-in and one for the real Slack: what each of them shows are other messages.
    path = folder / f"incidents{'-real' if plan.real else ''}.sqlite" if folder else None
    store: Store = stack.enter_context(SqliteStore(path)) if path else MemoryStore()
    pipeline = Pipeline(_destinations(stack, plan, slack), store)
    busy = threading.Lock()
    handler = _handler(stack, plan, slack, pipeline, path, hear)

    def invoke(event: Any) -> Any:
        with busy:
            return handler(event)

    def tick() -> None:
        if busy.acquire(blocking=False):
            try:
                pipeline.catch_up(doors(None))
            finally:
                busy.release()

    return invoke, tick


def _handler(
    stack: ExitStack, plan: Plan, slack: LocalSlack, pipeline: Pipeline, path: Path | None, hear: Callable[[str], None]
) -> Invoke:
    if not plan.runtime:
        return lambda event: answer(event, pipeline.run(event, doors(None), http=True))
    config = plan.config
    where = (
        {"TOCSIN_SLACK_WEBHOOK_URL": config.webhook_url}
        if config.webhook_url
        else {
            "TOCSIN_SLACK_BOT_TOKEN": config.bot_token or slack.bot_token,
            "TOCSIN_SLACK_CHANNEL": config.channel or slack.channel.name,
            "TOCSIN_SLACK_API_URL": config.api_url if config.bot_token else slack.api_url,
        }
    )
    settings = {**where, "TOCSIN_LANGUAGE": config.language, "TOCSIN_STORE": f"sqlite:{path}"}
    return stack.enter_context(function_under_runtime(settings, hear))


def _destinations(stack: ExitStack, plan: Plan, slack: LocalSlack) -> tuple[Destination, ...]:
    """The real Slack first; the stand-in always takes part, as the page shows what stands in it."""
    connections = stack.enter_context(closing(Connections()))
    look = Look(plan.config.language, plan.config.zone)
    bot = Bot(slack.bot_token, slack.channel.name, connections, slack.api_url)
    if not plan.real:
        return (SlackBot("slack", bot, look),)
    return destination(plan.config, connections), SlackBot("page", bot, look)


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
def _overheard(hear: Callable[[str], None]) -> Iterator[None]:
    """tocsin's log goes to ``hear`` alone: what goes wrong is told there, and by whoever runs the stage."""
    log = logging.getLogger("tocsin")
    level, propagate, silent = log.level, log.propagate, logging.NullHandler()

    def overhear(record: logging.LogRecord) -> bool:
        hear(record.getMessage())
        return True

    log.addFilter(overhear)
    log.addHandler(silent)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield
    finally:
        log.removeFilter(overhear)
        log.removeHandler(silent)
        log.setLevel(level)
        log.propagate = propagate
