"""`tocsin connect`: joins topics and alarms that are there already to the stack."""

from __future__ import annotations

import click

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.cloud import cloud, cloud_options
from tocsin_cli.planning import plan_options
from tocsin_cli.stack.standing import made
from tocsin_cli.wiring.doing import carry_out
from tocsin_cli.wiring.plan import Wiring


@click.command()
@cloud_options
@click.argument("names", nargs=-1, metavar="[TOPIC_ARN|ALARM]...")
@click.option("--all", "everything", is_flag=True, help="Every alarm of the region that no topic brings to tocsin.")
@plan_options
@click.option("--yes", is_flag=True, help="Do not ask.")
def connect(
    profile: str | None,
    region: str | None,
    name: str,
    names: tuple[str, ...],
    everything: bool,
    only_plan: bool,
    as_json: bool,
    yes: bool,
) -> None:
    """Join topics and alarms that you already have to tocsin: run it as often as you like.

    A topic (its ARN, of any region of the account): tocsin's queue subscribes to it, and whatever is published there
    is shown. An alarm (its name or ARN): it acts on tocsin's topic too, when it fires and when it is over; all else of
    it stays. The alarms of the stack's region are seen without that, by EventBridge, but with fewer details. Alarms
    that only steer machines, as scaling does, are left out of --all. Shows what will change and asks;
    `tocsin disconnect` undoes it.
    """
    if not names and not everything:
        raise ConfigError("nothing is named", "tocsin connect TOPIC_ARN, tocsin connect ALARM, or --all")
    with cloud(profile, region) as here:
        stack = made(here, name)
        plan = Wiring(here, stack).connecting(names, everything)
        if as_json:
            ui.document({"account": here.account, "region": here.region, "stack": stack.name} | plan.told())
        else:
            carry_out(plan, only_plan, yes)
