"""`tocsin status`: how the stack stands, one line for each part of an alarm's way."""

from __future__ import annotations

import sys
import time

import click

from tocsin_cli import ui
from tocsin_cli.artefacts.lambda_zip import package
from tocsin_cli.cloud import cloud, cloud_options
from tocsin_cli.stack.outlook import look, look_around
from tocsin_cli.stack.standing import Stack, absent, proper, standing


@click.command()
@cloud_options
def status(profile: str | None, region: str | None, name: str) -> None:
    """How the stack stands: its version, and each part of an alarm's way. Exit code 1 if one of them needs you."""
    with cloud(profile, region) as here:
        stack = standing(here, proper(name))
        if stack is None:
            raise absent(here, name)
        ui.line(f"Stack {name} in {here.where}: {stack.status}" + (f" ({stack.reason})" if stack.reason else ""))
        if not stack.is_whole:
            ui.line(f"  ✗ it is half-made: {stack.way_on}")
        if not stack.outputs:
            sys.exit(1)
        ui.line(f"  {_version(stack)}")
        seen = [*look(here, stack, int(time.time() * 1000)), *look_around(here, stack)]
        for line in (line for each in seen for line in each.lines()):
            ui.line(line)
    if not stack.is_whole or any(each.trouble and each.is_known for each in seen):
        sys.exit(1)


def _version(stack: Stack) -> str:
    ours, theirs = package(None).digest, stack.parameters.get("CodeDigest", "")
    if ours == theirs:
        return f"code {theirs[:12]}, the same as here"
    renew = "`tocsin deploy`" if stack.maker == "CloudFormation" else "a new package and `terraform apply`"
    return f"code {theirs[:12] or 'of unknown version'}, here {ours[:12]}: {renew} brings it up to date"
