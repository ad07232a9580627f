"""`tocsin alarm add`: a good alarm from a recipe, looked at before it is put."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import click

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.alarm_choice import m_of_n, number, one
from tocsin_cli.asking import agreed, amount
from tocsin_cli.cloud import Cloud, cloud, cloud_options
from tocsin_cli.recipes import recipe as recipes
from tocsin_cli.recipes.choosing import Found, chosen, search
from tocsin_cli.recipes.definition import Wish
from tocsin_cli.recipes.draft import Draft, draft, put
from tocsin_cli.recipes.telling import left, question, show
from tocsin_cli.recipes.topic import topic_for

_MANY = 3  # drafts, of which each takes a second


@click.command(short_help="a good alarm, shown with what it would have done")
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
@click.option("--yes", is_flag=True, help="Do not ask: put what is not there yet.")
@click.option(
    "--replace", is_flag=True, help="With --yes: change alarms of the same name that are there otherwise, too."
)
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
    replace: bool,
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
        _list(as_json)
        return
    recipe = recipes.recipe(recipe_name)
    with cloud(profile, region) as home:
        here = home.elsewhere(recipe.region) if recipe.region else home
        wish = Wish(topic_for(home, here, name, topic), _asked(recipe, threshold, as_json), period, datapoints, runbook)
        seen = search(here, recipe, "" if resources else name)
        drafts = _drafted(here, recipe, chosen(recipe, seen, resources, every, not as_json), wish)
        if not as_json:
            _show(here, drafts, seen.refused)
        wanted = [] if only_plan or (as_json and not yes) else _wanted(drafts, replace or not yes)
        if wanted and not yes and not agreed(question(wanted)):
            raise click.Abort
        done: list[Draft] = []
        try:
            _put(here, wanted, done, as_json)
        finally:
            if as_json:
                ui.line(json.dumps(_document(here, drafts, done, seen.refused), ensure_ascii=False))
        if yes and not as_json:
            for each in drafts:
                if each not in done and not each.is_there:
                    ui.line(left(each))


def _list(as_json: bool) -> None:
    there = [recipes.recipe(name) for name in recipes.names()]
    sorts = {each.name: [pattern.sort.replace("-", " ") for pattern in each.patterns] for each in there}
    if as_json:
        told = [{"recipe": each.name, "about": each.about, "for": sorts[each.name]} for each in there]
        ui.line(json.dumps({"recipes": told}, ensure_ascii=False))
        return
    ui.line("tocsin alarm add RECIPE, where RECIPE is one of:")
    for each in there:
        ui.line(f"  {each.name:<14} {each.about} ({', '.join(sorts[each.name])})")


def _asked(recipe: recipes.Recipe, given: float | None, as_json: bool) -> float | None:
    if given is not None or not recipe.asks:
        return given
    hint = "name it: --threshold N"
    if as_json:
        raise ConfigError("a number is missing", hint)
    return amount(recipe.asks, hint)


def _drafted(here: Cloud, recipe: recipes.Recipe, found: Sequence[Found], wish: Wish) -> list[Draft]:
    now, what = time.time_ns() // 1_000_000, f"Looking at {len(found)} metrics"
    drafts: list[Draft] = []
    with ui.progress(what, len(found)) if len(found) > _MANY else nullcontext() as told:
        for each in found:
            drafts.append(draft(here, recipe, each.pattern, each.target, wish, now))
            if told:
                told(len(drafts))
    return drafts


def _show(here: Cloud, drafts: Sequence[Draft], refused: dict[str, str]) -> None:
    for sort, why in refused.items():
        ui.line(f"{sort.replace('-', ' ')}: not looked at ({why})")
    show(here, drafts)


def _wanted(drafts: Sequence[Draft], changes_too: bool) -> list[Draft]:
    return [each for each in drafts if not each.is_there and (changes_too or each.before is None)]


def _put(here: Cloud, wanted: Sequence[Draft], done: list[Draft], silent: bool) -> None:
    """Whatever stops it, ``done`` has those that were put."""
    for each in wanted:
        try:
            put(here, each)
        except BaseException:
            if not silent:
                ui.line(f"✗ {each.name}. {len(done)} of {len(wanted)} are put; the same command puts the rest.")
            raise
        done.append(each)
        if not silent:
            ui.line(f"✓ {each.name}: CloudWatch watches it now. To undo it:")
            ui.line(f"  $ {each.undo(here)}")


def _document(here: Cloud, drafts: Sequence[Draft], done: Sequence[Draft], refused: dict[str, str]) -> dict[str, Any]:
    told = [{**each.told(), "put": each in done, "undo": each.undo(here)} for each in drafts]
    return {"account": here.account, "region": here.region, "alarms": told, "notLookedAt": refused}
