"""`tocsin spoke`: the part of tocsin in another account, which hands its alarms on to where tocsin is at home."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

import click

from tocsin.ports import ConfigError
from tocsin_cli import pasted, ui
from tocsin_cli.asking import agreed
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.planning import plan_options
from tocsin_cli.stack.changes import Changes
from tocsin_cli.stack.handing_out import filled_in, link
from tocsin_cli.stack.home import Home, home_of, read_home, read_places, spoke_of
from tocsin_cli.stack.names import account_alias
from tocsin_cli.stack.spoke_letters import letters_held
from tocsin_cli.stack.spokes import Spoke, carry_out, plan_spokes
from tocsin_cli.stack.standing import find, proper
from tocsin_cli.stack.telling import goes_on, tell, tell_aside


@click.group()
def spoke() -> None:
    """Another account's part: one rule, which hands its alarms on to the tocsin of yours. Home lets it in by `tocsin
    deploy --accounts` or `--organization`."""


def _regions_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--regions", default="", metavar="LIST", help="In these regions (default: your profile's).")(
        command
    )


@spoke.command(short_help="make the spoke, or bring it up to date")
@cloud_options
@click.option("--home", "home_text", required=True, metavar="ACCOUNT:REGION", help="Where tocsin is at home.")
@_regions_option
@plan_options
@click.option("--yes", is_flag=True, help="Do not ask.")
def add(
    profile: str | None,
    region: str | None,
    name: str,
    home_text: str,
    regions: str,
    only_plan: bool,
    as_json: bool,
    yes: bool,
) -> None:
    """Make the spoke, or bring it up to date, with credentials of the other account (--profile).

    --stack is the name of home's stack. Run it as often as you like; it changes what is not yet as it should be.
    """
    home = read_home(home_text, proper(name))
    with cloud(profile, region) as here, ExitStack() as waiting:
        places = _places(here, regions)
        if here.account == home.account:
            raise ConfigError(
                f"{here.account} is home's own account",
                pasted.tocsin(here.elsewhere(home.region), home.stack, "deploy", "--regions", "LIST"),
            )
        spokes = plan_spokes(home, places, tell_aside if as_json else tell, only_plan)
        for each in spokes:
            waiting.callback(each.drop)
        if as_json:
            ui.document(_document(here, home, spokes))
            return
        for line in (line for each in spokes for line in each.lines()):
            ui.line(line)
        if only_plan:
            return
        if any(each.is_news for each in spokes) and not (yes or agreed("Do this?")):
            raise click.Abort
        waiting.pop_all()
        try:
            with goes_on("What CloudFormation has begun goes on by itself: run the same again to follow it."):
                carry_out(spokes)
        finally:  # EventBridge may refuse a rule because home does not let the account in yet
            _next(here, home)
        for place in places:
            if held := letters_held(place, home.stack):
                ui.line(f"  ✗ {held} events of {place.region} lie in {home.spoke}-dead: home did not take them")


def _document(here: Cloud, home: Home, spokes: Sequence[Spoke]) -> dict[str, object]:
    return {
        "account": here.account,
        "home": home.where,
        "up_to_date": not any(each.is_news for each in spokes),
        "stacks": [each.told() for each in spokes],
    }


def _next(here: Cloud, home: Home) -> None:
    """What home has to do, with a name to call this account by."""
    label = account_alias(here)
    command = ["tocsin", "deploy", "--accounts", here.account, *(["--label", label] if label else [])]
    command += ["--region", home.region, *(["--stack", home.stack] if home.stack != "tocsin" else [])]
    ui.line(f"Home has to let this account in, if it does not yet; with credentials of {home.account}:")
    ui.line(f"  $ {shlex.join(command)}")
    ui.line(f"Until then AWS may refuse the spoke's rule, or the alarms lie in {home.spoke}-dead.")
    ui.line("What changes afterwards is shown at home.")


@spoke.command(short_help="take the spoke away")
@cloud_options
@_regions_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(profile: str | None, region: str | None, name: str, regions: str, yes: bool) -> None:
    """Take the spoke away, with credentials of the other account. Nothing of tocsin stays there."""
    with cloud(profile, region) as here:
        found = [place for place in _places(here, regions) if _is_there(place, proper(name))]
        for place in found:
            held = letters_held(place, name)
            lost = f", with the {held} events in its dead letters" if held else ""
            ui.line(f"This removes {spoke_of(name)} from {place.where}{lost}.")
        if not found:
            raise ConfigError(f"there is no {spoke_of(name)} in {here.where}", "name its regions: --regions LIST")
        if not (yes or agreed("Do this?", "go on with --yes")):
            raise click.Abort
        with goes_on("What CloudFormation has begun goes on by itself: run the same again to take away the rest."):
            for place in found:
                Changes(place, spoke_of(name), tell).remove()
        ui.line(f"The alarms of {here.account} stay here now.")


def _is_there(place: Cloud, name: str) -> bool:
    """Whether it is; ConfigError for one that home itself has made."""
    stack = find(place, spoke_of(name))
    region = stack.parameters.get("HomeRegion") if stack else None
    if stack and region and stack.parameters.get("HomeAccount", place.account) == place.account:
        raise ConfigError(
            f"the home of {spoke_of(name)} in {place.where} is in the same account",
            pasted.tocsin(place.elsewhere(region), name, "deploy", "--without", place.region),
        )
    return stack is not None


@spoke.command(short_help="print its template, with home filled in, to hand out")
@cloud_options
@click.option("--home", "home_text", metavar="ACCOUNT:REGION", help="Where tocsin is (default: where your profile is).")
def template(profile: str | None, region: str | None, name: str, home_text: str | None) -> None:
    """Print the spoke's template with home filled in: to hand out, or for a StackSet.

    `tocsin spoke template > spoke.yaml`, then CloudFormation, Create stack, Upload a template file, in each account.
    """
    ui.line(filled_in(_home(profile, region, name, home_text)).rstrip("\n"))


@spoke.command("link", short_help="print a link that opens a console with all filled in")
@cloud_options
@click.option("--home", "home_text", metavar="ACCOUNT:REGION", help="Where tocsin is (default: where your profile is).")
@click.option("--url", required=True, metavar="HTTPS_URL", help="Where the template lies in S3.")
@_regions_option
def print_link(
    profile: str | None, region: str | None, name: str, home_text: str | None, url: str, regions: str
) -> None:
    """Print a link that opens another account's console with the spoke ready to be made.

    The template must lie in a bucket that those accounts may read; tocsin makes none and opens none. docs/install.md
    says how.
    """
    home = _home(profile, region, name, home_text)
    for place in read_places(regions) or (region or home.region,):
        ui.line(link(home, url, place))


def _home(profile: str | None, region: str | None, name: str, text: str | None) -> Home:
    if text:
        return read_home(text, proper(name))
    with cloud(profile, region) as here:
        return home_of(here, proper(name))


def _places(here: Cloud, regions: str) -> list[Cloud]:
    return [here.elsewhere(region) for region in read_places(regions) or (here.region,)]
