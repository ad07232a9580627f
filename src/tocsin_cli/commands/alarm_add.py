"""`tocsin alarm add`: a good alarm from a recipe, looked at before it is put."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import click
from rich.text import Text

from tocsin_cli import backtest_tables, ui
from tocsin_cli.alarm_choice import m_of_n, number, one
from tocsin_cli.asking import agreed, amount
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.recipes import recipe as recipes
from tocsin_cli.recipes.choosing import Found, chosen, search
from tocsin_cli.recipes.definition import Wish
from tocsin_cli.recipes.draft import Draft, draft, put
from tocsin_cli.recipes.topic import topic_for

_PRICE = 0.10  # USD a month for an alarm of standard resolution: aws.amazon.com/cloudwatch/pricing


@click.command()
@click.argument("recipe_name", metavar="[RECIPE]", required=False)
@click.argument("resources", nargs=-1, metavar="[RESOURCE]...")
@click.option("--all", "every", is_flag=True, help="For each thing that the recipe fits.")
@click.option("--threshold", callback=one(number, "a number"), metavar="N", help="Instead of the recipe's.")
@click.option("--period", type=click.IntRange(10), metavar="S", help="Seconds, instead of the recipe's.")
@click.option(
    "--datapoints",
    callback=one(m_of_n, "M/N, such as 3/5"),
    metavar="M/N",
    help="M of N datapoints, instead of the recipe's.",
)
@click.option("--runbook", default="", metavar="URL", help="A link that the message shows.")
@click.option("--topic", default="", metavar="ARN", help="The topic to tell, instead of the stack's.")
@click.option("--plan", "only_plan", is_flag=True, help="Show what would be put, and put nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object, no question: a plan, unless --yes is given.")
@click.option("--yes", is_flag=True, help="Do not ask before putting it.")
@cloud_options
def add(
    recipe_name: str | None,
    resources: tuple[str, ...],
    every: bool,
    threshold: float | None,
    period: int | None,
    datapoints: tuple[int, int] | None,
    runbook: str,
    topic: str,
    only_plan: bool,
    as_json: bool,
    yes: bool,
    profile: str | None,
    region: str | None,
    name: str,
) -> None:
    """Add a good alarm to your account: RECIPE is what to watch, RESOURCE an id or name of what is there.

    Without RECIPE the recipes are listed; without RESOURCE you choose among what the account has. Shows each alarm as
    put-metric-alarm takes it, why it is so, what is there already, and when it would have fired in the last two weeks;
    then asks, and says how to undo it. An alarm of the same name is shown as a change, never overwritten unasked.

    \b
    Exit codes:
      0  done, or nothing to do
      2  wrong usage, or nothing that the recipe fits
    """
    if recipe_name is None:
        _list()
        return
    recipe = recipes.recipe(recipe_name)
    with cloud(profile, region) as home:
        here = home.elsewhere(recipe.region) if recipe.region else home
        wish = Wish(topic_for(home, here, name, topic), _asked(recipe, threshold), period, datapoints, runbook)
        seen = search(here, recipe)
        drafts = [_drafted(here, recipe, each, wish) for each in chosen(recipe, seen, resources, every)]
        if not as_json:
            _show(here, drafts, seen.refused)
        wanted = [] if only_plan or (as_json and not yes) else [each for each in drafts if not each.is_there]
        if wanted and not yes and not agreed(_question(wanted)):
            raise click.Abort
        for each in wanted:
            put(here, each)
            if not as_json:
                ui.line(f"✓ {each.name}: CloudWatch watches it now. Undo: {each.undo(here.region, profile)}")
        if as_json:
            told = [{**each.told(), "put": each in wanted, "undo": each.undo(here.region, profile)} for each in drafts]
            ui.line(json.dumps(_document(here, told, seen.refused), ensure_ascii=False))


def _list() -> None:
    ui.line("tocsin alarm add RECIPE, where RECIPE is one of:")
    for each in map(recipes.recipe, recipes.names()):
        sorts = ", ".join(pattern.sort.replace("-", " ") for pattern in each.patterns)
        ui.line(f"  {each.name:<14} {each.about} ({sorts})")


def _asked(recipe: recipes.Recipe, given: float | None) -> float | None:
    return amount(recipe.asks, "name it: --threshold N") if given is None and recipe.asks else given


def _drafted(here: Cloud, recipe: recipes.Recipe, each: Found, wish: Wish) -> Draft:
    return draft(here, recipe, each.pattern, each.target, wish, time.time_ns() // 1_000_000)


def _question(new: Sequence[Draft]) -> str:
    changed = sum(each.before is not None for each in new)
    what = "this alarm" if len(new) == 1 else f"these {len(new)} alarms"
    how = f", {changed} of them a change" if changed else ""
    return f"Put {what}{how}? It costs about {_PRICE * (len(new) - changed):.2f} USD a month more."


def _document(here: Cloud, told: Sequence[dict[str, Any]], refused: dict[str, str]) -> dict[str, Any]:
    return {"account": here.account, "region": here.region, "alarms": told, "notLookedAt": refused}


def _show(here: Cloud, drafts: Sequence[Draft], refused: dict[str, str]) -> None:
    for sort, why in refused.items():
        ui.line(f"{sort.replace('-', ' ')}: not looked at ({why})")
    for each in drafts:
        _show_one(here, each)


def _show_one(here: Cloud, each: Draft) -> None:
    ui.line(f"{each.name}, in {here.where}:")
    ui.line(json.dumps(each.given, ensure_ascii=False, indent=2))
    for note in each.notes:
        ui.line(f"  {note}")
    for other in each.others:
        ui.line(f"  Watches the same metric already: {other}")
    for field, (old, new) in each.changes.items():
        was, becomes = (json.dumps(value, ensure_ascii=False) for value in (old, new))
        ui.line(f"  Is there with another {field}: {was} → {becomes}")
    if each.is_there:
        ui.line("  Is there already, just so: nothing to do.")
    ui.line()
    if each.history is None:
        ui.line("No datapoint in the last two weeks: when it would have fired cannot be told.")
    else:
        ui.show(Text("What it would have done in the last two weeks:"))
        ui.show(backtest_tables.told(each.history, (), each.samples))
    ui.line()
