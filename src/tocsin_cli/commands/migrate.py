"""`tocsin migrate`: finds the function that posts alarms to Slack today, and prints the steps from it to tocsin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import click

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.everywhere import Seen, enabled_regions, look_into
from tocsin_cli.migration.known import Known, known
from tocsin_cli.migration.roads import Roads, Wires, code, roads, wires
from tocsin_cli.migration.steps import Home, Move
from tocsin_cli.stack.functions import functions, is_tocsin
from tocsin_cli.stack.home import read_places
from tocsin_cli.stack.standing import standing

_SERVICES = ("lambda", "sns", "cloudwatch", "events", "cloudformation")
_OTHER = Known("a function that tocsin does not know", ("you named it",), None)


@dataclass(frozen=True, slots=True)
class _Region:
    """How many functions there are in a region, and those that can be moved from."""

    functions: int
    moves: tuple[Move, ...]


@click.command()
@click.option("--function", "function", metavar="NAME", help="This function, whatever it looks like.")
@click.option("--regions", default="", metavar="LIST|all", help="Look there (default: your profile's region).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
@cloud_options
def migrate(
    function: str | None, regions: str, as_json: bool, profile: str | None, region: str | None, name: str
) -> None:
    """Print the steps from the function that posts alarms to Slack today to tocsin, without a gap.

    Recognises a tutorial's function, terraform-aws-notify-slack and aws-to-slack by handler, names of variables and
    code; shows what leads to it (topics, rules, alarms), and the exact commands: both run side by side, then the old
    one is disconnected. Changes nothing itself, and shows no secret. With --regions one tocsin, in --region, takes the
    place of the functions of several regions: all, or a list with commas.

    \b
    Exit codes:
      0  the steps were printed
      2  nothing was recognised, or there is no such function
    """
    with cloud(profile, region) as here:
        home = Home(here.region, name, _function(here, name), profile=profile or "")
        wanted = _named(here, regions)
        seen = [*_seen(here, home, wanted, function)]
        for line in _said(seen) if len(wanted) > 1 and not as_json else ():
            ui.line(line)
        moves = [move for each in seen if each.found for move in each.found.moves]
        if not moves:
            raise _nothing(here, wanted, function)
        if as_json:
            ui.document(_document(here, name, seen))
            return
        for move in moves:
            _show(move)


def _named(here: Cloud, regions: str) -> tuple[str, ...]:
    if regions.strip() == "all":
        return enabled_regions(here)
    return read_places(regions) or (here.region,)


def _seen(here: Cloud, home: Home, regions: Sequence[str], wanted: str | None) -> Iterator[Seen[_Region]]:
    """Each region as it was found, in the order of their names. One alone ends the command where AWS refuses."""
    if len(regions) == 1:
        yield Seen(regions[0], _looked(here.elsewhere(regions[0]), home, wanted))
        return
    with ui.progress(f"Looking into {len(regions)} regions", len(regions)) as so_far:
        found: list[Seen[_Region]] = []
        for each in look_into(here, regions, _SERVICES, lambda there: _looked(there, home, wanted)):
            found.append(each)
            so_far(len(found))
    yield from sorted(found, key=lambda each: each.region)


def _looked(here: Cloud, home: Home, wanted: str | None) -> _Region:
    there = list(functions(here))
    found = wires(here)
    moves = tuple(_move(here, home, found, each, what) for each, what in _recognised(here, found, there, wanted))
    return _Region(len(there), moves)


def _said(seen: Sequence[Seen[_Region]]) -> Iterator[str]:
    for each in seen:
        if each.found is None:
            yield f"{each.region}: it could not be looked at ({each.refused})"
        elif each.found.functions:
            count, moves = each.found.functions, len(each.found.moves)
            what = f"{count} function{'s' if count > 1 else ''}"
            yield f"{each.region}: {what}, {moves or 'none'} of which to move from"
    if empty := [each.region for each in seen if each.found and not each.found.functions]:
        yield f"no function at all: {', '.join(empty)}"


def _nothing(here: Cloud, regions: Sequence[str], wanted: str | None) -> ConfigError:
    where = here.elsewhere(regions[0]).where if len(regions) == 1 else f"account {here.account}, {len(regions)} regions"
    elsewhere = "look in all regions: --regions all"
    if wanted:
        return ConfigError(f"there is no function {wanted} in {where}", elsewhere)
    hint = f"name it: --function NAME; or {elsewhere}" if len(regions) == 1 else "name it: --function NAME"
    return ConfigError(f"no function in {where} looks like one that posts to Slack", hint)


def _recognised(
    here: Cloud, found: Wires, there: Sequence[Mapping[str, Any]], wanted: str | None
) -> Iterator[tuple[Mapping[str, Any], Known]]:
    for each in (each for each in there if wanted in (None, each["FunctionName"])):
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
    topics = dict.fromkeys(each.topic for each in (*leading.topics, *leading.queued))
    kept = tuple(each for each in topics if each in resources)
    return replace(home, made_by=made_by, kept=kept)


def _function(here: Cloud, stack: str) -> str:
    """The ARN of the stack's function, "" before it is made."""
    there = standing(here, stack)
    name = there.outputs.get("FunctionName", "") if there else ""
    return here.client("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"] if name else ""


def _resources(here: Cloud, stack: str) -> set[str]:
    """All of them, of which DescribeStackResources tells no more than 100."""
    found = here.listed("cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack)
    return {str(each.get("PhysicalResourceId", "")) for each in found}


def _show(move: Move) -> None:
    ui.line(f"{move.name} is {move.known.what}: {', '.join(move.known.because)}.")
    for line in _leading(move.roads):
        ui.line(f"  {line}")
    for number, step in enumerate(move.steps(), 1):
        ui.line()
        ui.line(f"{number}. {step.title} ({step.why})")
        for command in step.commands:
            ui.line(f"   $ {command}")
        if step.undo:
            ui.line("   To undo it:")
        for command in step.undo:
            ui.line(f"   $ {command}")
    ui.line()


def _leading(leading: Roads) -> Iterator[str]:
    if leading.are_none:
        yield "Nothing leads to it in this region: no topic, rule or alarm."
    yield from (f"topic {each.topic} leads to it" for each in leading.topics)
    yield from (f"topic {each.topic} leads to it, through a queue" for each in leading.queued)
    yield from (f"rule {each.name} leads to it" for each in leading.rules)
    yield from (f"alarm {each['AlarmName']} acts on it directly" for each in leading.alarms)


def _document(here: Cloud, stack: str, seen: Sequence[Seen[_Region]]) -> dict[str, object]:
    return {
        "account": here.account,
        "region": here.region,
        "stack": stack,
        "regions": [
            {"region": each.region, "functions": each.found.functions if each.found else None, "refused": each.refused}
            for each in seen
        ],
        "functions": [_told(move) for each in seen if each.found for move in each.found.moves],
    }


def _told(move: Move) -> dict[str, object]:
    return {
        "name": move.name,
        "arn": move.arn,
        "what": move.known.what,
        "because": move.known.because,
        "topics": [each.topic for each in move.roads.topics],
        "queued_topics": [each.topic for each in move.roads.queued],
        "rules": [each.name for each in move.roads.rules],
        "alarms": [each["AlarmName"] for each in move.roads.alarms],
        "steps": [asdict(step) for step in move.steps()],
    }
