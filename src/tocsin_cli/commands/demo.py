"""`tocsin demo`: an alarm of this machine's CPU on its way to Slack, without an AWS account."""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from contextlib import ExitStack, closing
from dataclasses import replace

import click

from tocsin.config import Config
from tocsin.destinations.http import Connections
from tocsin.destinations.slack.blocks import Look
from tocsin.destinations.slack.blocks import line as one_line
from tocsin.handler import answer, destination, doors
from tocsin.pipeline import Pipeline
from tocsin.stores.memory import MemoryStore
from tocsin_cli import slack_target, ui
from tocsin_cli.stage_address import address_file
from tocsin_local import cpu
from tocsin_local.arrivals import Arrival, Arrivals
from tocsin_local.demo import Broken, Demo, Line
from tocsin_local.metrics import Datapoint, Sampler, look_here
from tocsin_local.slack import LocalSlack
from tocsin_local.stage import Doors, Stage
from tocsin_local.web.server import Server


@click.command()
@click.option(
    "--exit", "ends", is_flag=True, help="End when OK has arrived (exit code 0), or say which link broke (1)."
)
@slack_target.LANGUAGE
@slack_target.webhook_option
def demo(ends: bool, lang: str | None, webhook_file: str | None) -> None:
    """See the main job done on this machine: metric → alarm → SNS → function → Slack.

    The six steps of the usual tutorial, each printed with its time as it happens: Slack, topic, function, test event,
    a CPU alarm, and load until ALARM and rest until OK are in Slack. Without a webhook, Slack is a faithful stand-in
    on this machine, and nothing leaves it.
    """
    logging.getLogger("tocsin").setLevel(logging.CRITICAL)  # what goes wrong is told by the demo itself
    started = time.monotonic()
    real = slack_target.target(webhook_file, lang)
    with ExitStack() as stack:
        show = _Screen(started)
        config = real or _stand_in(stack, lang)
        show.line(Line(1, _where(real), done=True))
        connections = stack.enter_context(closing(Connections()))
        arrivals = Arrivals(destination(config, connections), lambda arrival: show.arrival(arrival, config))
        allowed = cpu.allowance()
        play = Demo(show.line, max(1, round(allowed.cores)), arrivals)
        pipeline = Pipeline((arrivals,), MemoryStore())
        sampler = Sampler(socket.gethostname(), look_here(allowed))

        def invoke(event: object) -> object:
            return answer(event, pipeline.run(event, doors(None), http=True))

        def metrics(now: int) -> tuple[Datapoint, ...]:
            points = sampler.sample(now)
            play.measure(points)
            return points

        stage = stack.enter_context(Stage(invoke, Doors(metrics, play.hear, lambda: pipeline.catch_up(doors(None)))))
        try:
            play.run(stage)
        except Broken as broken:
            ui.error(f"broken link: {broken.link}", f"waited for {broken.waited}")
            sys.exit(1)
        ui.line()
        ui.line(f"Every message arrived, after {time.monotonic() - started:.0f} s.")
        if not ends:
            _stay(stack, stage, config)


def _stand_in(stack: ExitStack, language: str | None) -> Config:
    slack = stack.enter_context(LocalSlack())
    local = slack_target.local(None, language)
    return replace(local, bot_token=slack.bot_token, channel=slack.channel.name, api_url=slack.api_url)


def _where(real: Config | None) -> str:
    if real is None:
        return "Slack: a faithful stand-in on this machine, channel #alarms (nothing leaves this machine)"
    return "Slack: your own, as a bot" if real.bot_token else "Slack: your own incoming webhook"


def _stay(stack: ExitStack, stage: Stage, config: Config) -> None:
    server = stack.enter_context(Server(stage.hand_in, address_file()))
    ui.line("The stage stays up. In another terminal:")
    ui.line("  tocsin stress --timeout 40        load the CPU again: ALARM, then OK")
    ui.line("  tocsin send EVENT_FILE            hand any AWS event to it")
    ui.line(f"It listens at {server.url} on this machine alone. Ctrl-C ends it.")
    threading.Event().wait()


class _Screen:
    """Prints each line with its time since the start."""

    def __init__(self, started: float) -> None:
        self._started = started

    def line(self, line: Line) -> None:
        ui.step(time.monotonic() - self._started, line.step, line.text, line.done)

    def arrival(self, arrival: Arrival, config: Config) -> None:
        message = replace(arrival.message, receipt=arrival.receipt)
        ui.message(time.monotonic() - self._started, one_line(message, Look(config.language, config.zone)))
