"""`tocsin status`: how the stack stands, one line for each part of an alarm's way."""

from __future__ import annotations

import sys

import click

from tocsin_cli import ui
from tocsin_cli.artefacts.lambda_zip import package
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.stack.outlook import look, look_around
from tocsin_cli.stack.standing import WATCHES, Stack, made


@click.command()
@cloud_options
def status(profile: str | None, region: str | None, name: str) -> None:
    """How the stack stands: its version, and each part of an alarm's way. Exit code 1 if one of them needs you."""
    with cloud(profile, region) as here:
        stack = made(here, name)
        ui.line(f"Stack {name} in {here.where}: {stack.status}" + (f" ({stack.reason})" if stack.reason else ""))
        ui.line(f"  {_version(stack)}")
        troubled = [*_alarms(here, stack)]
        for seen in (*look(here, stack), *look_around(here, stack)):
            ui.line(f"  ✗ {seen.what}: {seen.trouble}" if seen.trouble else f"  ✓ {seen.what}")
            troubled += [seen.what] if seen.trouble else []
    if troubled:
        sys.exit(1)


def _version(stack: Stack) -> str:
    ours, theirs = package(None).digest, stack.parameters.get("CodeDigest", "")
    if ours == theirs:
        return f"code {theirs[:12]}, the same as here"
    return f"code {theirs[:12]}, here {ours[:12]}: `tocsin deploy` brings it up to date"


def _alarms(here: Cloud, stack: Stack) -> list[str]:
    """The stack's own alarms that fire, told as they are found."""
    names = [f"{stack.name}-{each}" for each in WATCHES]
    found = here.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"]
    firing = [alarm for alarm in found if alarm["StateValue"] == "ALARM"]
    for alarm in firing:
        ui.line(f"  ✗ {alarm['AlarmName']}: {alarm.get('AlarmDescription', '')}")
    return [alarm["AlarmName"] for alarm in firing]
