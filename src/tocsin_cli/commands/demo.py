"""`tocsin demo`: an alarm of this machine's CPU on its way to Slack, without an AWS account."""

from __future__ import annotations

import sys
import threading
import time

import click

from tocsin.config import Config
from tocsin_cli import slack_target, ui
from tocsin_cli.browser import open_page
from tocsin_cli.rig import Ears, Rig, rig, runtime_option
from tocsin_cli.rig_plan import Plan
from tocsin_cli.stage_address import address_file
from tocsin_local import cpu
from tocsin_local.demo import Broken, Demo, Line
from tocsin_local.web.server import Server


@click.command()
@click.option(
    "--exit", "ends", is_flag=True, help="End when OK has arrived (exit code 0), or say which link broke (1)."
)
@slack_target.LANGUAGE
@slack_target.webhook_option
@runtime_option
def demo(ends: bool, lang: str | None, webhook_file: str | None, lambda_runtime: bool) -> None:
    """See the main job done on this machine: metric → alarm → SNS → function → Slack.

    The six steps of the usual tutorial, each printed with its time as it happens: Slack, topic, function, test event,
    a CPU alarm, and load until ALARM and rest until OK are in Slack. Without a webhook, Slack is a faithful stand-in
    on this machine, and nothing leaves it.
    """
    started = time.monotonic()
    real = slack_target.target(webhook_file, lang)
    config = real or slack_target.local(lang)
    show = _Screen(started, "Slack" if real is None else "the copy on this machine")
    show.line(Line(1, _where(real), done=True))
    play = Demo(show.line, max(1, round(cpu.allowance().cores)))
    plan = Plan(config, real=real is not None, runtime=lambda_runtime)
    ears = Ears(play.hear, play.measure, play.sightings.hear, show.message)
    with rig(plan, ears) as running:
        try:
            play.run(running.desk.stage)
        except Broken as broken:
            ui.error(f"broken link: {broken.link}", f"waited for {broken.waited}")
            sys.exit(1)
        ui.line()
        ui.line(f"Every message arrived, after {time.monotonic() - started:.0f} s.")
        if not ends:
            _stay(running)


def _where(real: Config | None) -> str:
    if real is None:
        return "Slack: a faithful stand-in on this machine, channel #alarms (nothing leaves this machine)"
    return "Slack: your own, as a bot" if real.bot_token else "Slack: your own incoming webhook"


def _stay(running: Rig) -> None:
    with Server(running.desk, address_file()) as server:
        ui.line(f"The stage stays up. Look at it: {server.url} (on this machine alone; Ctrl-C ends it)")
        ui.line("There: load the CPU again, send any AWS event, see why each message looks as it does. Or from here:")
        ui.line("  tocsin stress --timeout 40        load the CPU again: ALARM, then OK")
        here = "" if server.told else f" --to {server.url}"
        ui.line(f"  tocsin send EVENT_FILE{here}            hand any AWS event to it")
        open_page(server.url)
        threading.Event().wait()


class _Screen:
    """Prints each line with its time since the start, and what is shown ``where`` we can see it."""

    def __init__(self, started: float, where: str) -> None:
        self._started, self._where = started, where
        self._last = ""

    def line(self, line: Line) -> None:
        ui.step(time.monotonic() - self._started, line.step, line.text, line.done)

    def message(self, text: str) -> None:
        """An edit and the line in its thread may say the same."""
        if text == self._last:
            return
        self._last = text
        ui.message(time.monotonic() - self._started, self._where, text)
