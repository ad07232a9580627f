"""`tocsin disconnect`: undoes `tocsin connect`."""

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
@click.option("--all", "everything", is_flag=True, help="Every topic and alarm that is connected.")
@plan_options
@click.option("--yes", is_flag=True, help="Do not ask.")
def disconnect(
    profile: str | None,
    region: str | None,
    name: str,
    names: tuple[str, ...],
    everything: bool,
    only_plan: bool,
    as_json: bool,
    yes: bool,
) -> None:
    """Take topics and alarms off tocsin again, which stay as they were before `tocsin connect`.

    Alarms of the stack's region are still seen by EventBridge. Shows what will change and asks.
    """
    if not names and not everything:
        raise ConfigError("nothing is named", "tocsin disconnect TOPIC_ARN, tocsin disconnect ALARM, or --all")
    with cloud(profile, region) as here:
        stack = made(here, name)
        plan = Wiring(here, stack).disconnecting(names, everything)
        if as_json:
            ui.document({"account": here.account, "region": here.region, "stack": stack.name} | plan.told())
        else:
            carry_out(plan, only_plan, yes)
