"""The options of a command that can show what it would change, for people or for programs, and change nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def plan_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives the command the arguments ``only_plan`` and ``as_json``, of which the second goes with the first alone."""
    as_json = click.option(
        "--json", "as_json", is_flag=True, callback=_beside_plan, help="With --plan: one JSON object, for programs."
    )
    only_plan = click.option(
        "--plan", "only_plan", is_flag=True, is_eager=True, help="Show what would change, and change nothing."
    )
    return only_plan(as_json(command))


def _beside_plan(context: click.Context, _: click.Parameter, wanted: bool) -> bool:
    if wanted and not context.params["only_plan"]:  # which click has read before, as it is eager
        raise click.UsageError("--json shows a plan: add --plan.")
    return wanted
