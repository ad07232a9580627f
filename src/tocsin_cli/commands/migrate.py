"""`tocsin migrate`: finds the function that posts alarms to Slack today, and prints the steps from it to tocsin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import click

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.migration.known import Known, known
from tocsin_cli.migration.roads import Roads, Wires, code, roads, wires
from tocsin_cli.migration.steps import Home, Move
from tocsin_cli.stack.functions import functions, is_tocsin
from tocsin_cli.stack.standing import standing

_OTHER = Known("a function that tocsin does not know", ("you named it",), None)


@click.command()
@click.option("--function", "function", metavar="NAME", help="This function, whatever it looks like.")
@cloud_options
def migrate(function: str | None, profile: str | None, region: str | None, name: str) -> None:
    """Print the steps from the function that posts alarms to Slack today to tocsin, without a gap.

    Recognises a tutorial's function, terraform-aws-notify-slack and aws-to-slack by handler, names of variables and
    code; shows what leads to it (topics, rules, alarms), and the exact commands: both run side by side, then the old
    one is disconnected. Changes nothing itself, and shows no secret.

    \b
    Exit codes:
      0  the steps were printed
      2  nothing was recognised, or there is no such function
    """
    with cloud(profile, region) as here:
        found = wires(here)
        moves = [
            _move(here, Home(here.region, name, "", profile=profile or ""), found, each, what)
            for each, what in _recognised(here, found, function)
        ]
        if not moves:
            raise ConfigError(
                f"no function in {here.where} looks like one that posts to Slack", "name it: --function NAME"
            )
        for move in moves:
            _show(move)


def _recognised(here: Cloud, found: Wires, wanted: str | None) -> Iterator[tuple[Mapping[str, Any], Known]]:
    there = [each for each in functions(here) if wanted in (None, each["FunctionName"])]
    if wanted and not there:
        raise ConfigError(f"there is no function {wanted} in {here.where}", "name its region with --region")
    for each in there:
        if wanted and is_tocsin(each):
            raise ConfigError(f"{wanted} is tocsin already", "`tocsin connect` joins topics and alarms to it")
        what = known(each) or known(each, _code(here, found, each, wanted))
        if what or wanted:
            yield each, what or _OTHER


def _code(here: Cloud, found: Wires, each: Mapping[str, Any], wanted: str | None) -> bytes:
    """Looked into where it was named, or where a topic leads to it: most functions have nothing to do with Slack."""
    return code(here, each) if wanted or found.topics(each["FunctionArn"]) else b""


def _move(here: Cloud, home: Home, found: Wires, function: Mapping[str, Any], what: Known) -> Move:
    arn, name = str(function["FunctionArn"]), str(function["FunctionName"])
    leading = roads(here, found, arn)
    return Move(name, arn, what, leading, _home(here, home, arn, leading), _fields(here))


def _fields(here: Cloud) -> frozenset[str]:
    """What CloudWatch takes of an alarm; neither sort of alarm is told with a field that is only the other's."""
    model = here.client("cloudwatch").meta.service_model
    put = [model.operation_model(name).input_shape.members for name in ("PutMetricAlarm", "PutCompositeAlarm")]
    return frozenset().union(*put)


def _home(here: Cloud, home: Home, arn: str, leading: Roads) -> Home:
    made_by = here.client("lambda").list_tags(Resource=arn)["Tags"].get("aws:cloudformation:stack-name", "")
    resources = _resources(here, made_by) if made_by else set()
    kept = tuple(each.topic for each in leading.topics if each.topic in resources)
    there = standing(here, home.stack)
    name = there.outputs.get("FunctionName", "") if there else ""
    function = here.client("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"] if name else ""
    return replace(home, function=function, made_by=made_by, kept=kept)


def _resources(here: Cloud, stack: str) -> set[str]:
    found = here.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return {str(each.get("PhysicalResourceId", "")) for each in found}


def _show(move: Move) -> None:
    ui.line(f"{move.name} is {move.known.what}: {', '.join(move.known.because)}.")
    for line in _leading(move.roads):
        ui.line(f"  {line}")
    for number, step in enumerate(move.steps(), 1):
        ui.line()
        ui.line(f"{number}. {step.title} ({step.why})")
        for command in step.commands:
            ui.line(f"   {command}")
    ui.line()


def _leading(leading: Roads) -> Iterator[str]:
    if leading.are_none:
        yield "Nothing leads to it in this region: no topic, rule or alarm."
    yield from (f"topic {each.topic} leads to it" for each in leading.topics)
    yield from (f"topic {each.topic} leads to it, through a queue" for each in leading.queued)
    yield from (f"rule {each.name} leads to it" for each in leading.rules)
    yield from (f"alarm {each['AlarmName']} acts on it directly" for each in leading.alarms)
