"""`tocsin status`: how the stack stands, one line for each part of an alarm's way."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence

import click

from tocsin_cli import ui
from tocsin_cli.artefacts.lambda_zip import package
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.stack.outlook import look
from tocsin_cli.stack.seen import Seen
from tocsin_cli.stack.standing import Stack, absent, proper, standing
from tocsin_cli.stack.surroundings import look_around


@click.command()
@cloud_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
def status(profile: str | None, region: str | None, name: str, as_json: bool) -> None:
    """How the stack stands: its version, and each part of an alarm's way. Exit code 1 if one of them needs you."""
    with cloud(profile, region) as here:
        stack = standing(here, proper(name))
        if stack is None:
            raise absent(here, name)
        seen = list(_looked(here, stack)) if stack.outputs else []
        if as_json:
            ui.document(_document(here, stack, seen))
        else:
            _show(here, stack, seen)
    if not stack.is_whole or stack.is_stuck or any(each.trouble and each.is_known for each in seen):
        sys.exit(1)


def _looked(here: Cloud, stack: Stack) -> Iterator[Seen]:
    yield from look(here, stack, int(time.time() * 1000))
    yield from look_around(here, stack)


def _show(here: Cloud, stack: Stack, seen: Sequence[Seen]) -> None:
    reason = f" ({stack.reason})" if stack.reason else ""
    ui.line(f"Stack {stack.name} in {here.where}: {stack.status}{reason}")
    if not stack.is_whole:
        ui.line(f"  ✗ it is half-made: {stack.way_on}")
    elif stack.is_stuck:
        ui.line(f"  ✗ its last update is stuck: {stack.way_on}")
    if stack.outputs:
        ui.line(f"  {_version(stack)}")
    for line in (line for each in seen for line in each.lines()):
        ui.line(line)


def _document(here: Cloud, stack: Stack, seen: Sequence[Seen]) -> dict[str, object]:
    return {
        "account": here.account,
        "region": here.region,
        "stack": stack.name,
        "status": stack.status,
        "whole": stack.is_whole,
        "code": stack.parameters.get("CodeDigest", ""),
        "here": package(None).digest,
        "parts": [each.told() for each in seen],
    }


def _version(stack: Stack) -> str:
    ours, theirs = package(None).digest, stack.parameters.get("CodeDigest", "")
    if ours == theirs:
        return f"code {theirs[:12]}, the same as here"
    renew = "`tocsin deploy`" if stack.maker == "CloudFormation" else "a new package and `terraform apply`"
    return f"code {theirs[:12] or 'of unknown version'}, here {ours[:12]}: {renew} brings it up to date"
