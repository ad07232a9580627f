"""`tocsin up`: the stage for as long as you like, with your own alarms, its state kept across restarts."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from types import FrameType

import click

from tocsin.ports import ConfigError
from tocsin_cli import slack_target, ui
from tocsin_cli.rig import Ears, Rig, rig, runtime_option
from tocsin_cli.rig_plan import Plan
from tocsin_cli.stage_address import address_file, state_folder
from tocsin_local.alarms.files import entries
from tocsin_local.function import Invocation
from tocsin_local.host_alarms import host_alarms
from tocsin_local.stage import Told
from tocsin_local.web.server import Server

PORT = 5077
PATH = click.Path(path_type=Path)


@click.command()
@click.option("--alarms", "file", type=PATH, metavar="FILE", help="Your alarms; default: this host's CPU and memory.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help=f"Of the page; default {PORT}, or a free one.")
@click.option("--state", "folder", type=PATH, metavar="DIR", help="Where to keep state; default: your state folder.")
@slack_target.LANGUAGE
@slack_target.webhook_option
@runtime_option
def up(
    file: Path | None,
    port: int | None,
    folder: Path | None,
    lang: str | None,
    webhook_file: str | None,
    lambda_runtime: bool,
) -> None:
    """Run the stage on this machine until Ctrl-C: this host's metrics, your alarms, SNS, the function, Slack.

    FILE is JSON as `aws cloudwatch put-metric-alarm --cli-input-json` takes it (or a list, or what describe-alarms
    answers), or TOML with the same fields in [[alarm]] tables. Without a webhook, Slack is a faithful stand-in. The
    page shows its channel, each alarm with its chart, and for each message what came in, what was decided and why,
    what was sent and what Slack answered. States, incidents, messages and what happened survive restarts and crashes.
    """
    given = entries(file) if file else None
    real = slack_target.target(webhook_file, lang)
    plan = Plan(real or slack_target.local(lang), real is not None, folder or state_folder() / "up", lambda_runtime)
    with rig(plan, Ears(_tell)) as running:
        stage = running.desk.stage
        stage.put_alarms(given or host_alarms(stage.topic_arn))
        _serve(running, port)


def _serve(running: Rig, port: int | None) -> None:
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    with _server(running, port) as server:
        ui.line(f"The stage is up: {server.url} (on this machine alone; Ctrl-C ends it)")
        here = "" if server.told else f" --to {server.url}"
        alarms = len(running.desk.stage.alarms())
        ui.line(f"{alarms} alarm{'s' * (alarms != 1)}; hand it any AWS event with `tocsin send EVENT_FILE{here}`")
        stopping.wait()


def _server(running: Rig, port: int | None) -> Server:
    """At the port that was asked for; else at the usual one, so that links last, or at a free one."""
    if port is not None:
        return Server(running.desk, address_file(), port)
    try:
        return Server(running.desk, address_file(), PORT)
    except ConfigError:
        return Server(running.desk, address_file())


def _tell(told: Told) -> None:
    if isinstance(told, Invocation):
        if told.error:
            ui.line(f"the function failed {told.tries} times: {told.error}")
    else:
        ui.line(f"{told.name} is {told.after.value}: {told.after.reason}")
