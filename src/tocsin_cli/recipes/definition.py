"""Makes an alarm of a recipe, a thing and what the user wishes otherwise, as PutMetricAlarm takes it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tocsin.ports import ConfigError
from tocsin_cli.recipes.recipe import Pattern, Recipe
from tocsin_cli.recipes.targets import Target

RARELY = 300  # seconds between two datapoints of EC2's basic monitoring
_LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Wish:
    """Whom the alarm tells, and what the user wants otherwise than the recipe: None and "" leave it."""

    topic: str
    threshold: float | None = None
    period: int | None = None
    datapoints: tuple[int, int] | None = None
    runbook: str = ""


def definition(recipe: Recipe, pattern: Pattern, target: Target, wish: Wish) -> dict[str, Any]:
    """The arguments of PutMetricAlarm. Raises ConfigError where nobody named a threshold."""
    fields = {**pattern.alarm, **(pattern.rarely if target.rarely else {})}
    fields["Threshold"] = _threshold(fields, pattern, target, wish)
    if wish.period:
        fields["Period"] = max(wish.period, RARELY) if target.rarely else wish.period
    if wish.datapoints:
        fields["DatapointsToAlarm"], fields["EvaluationPeriods"] = wish.datapoints
    return {
        "AlarmName": name(recipe, target),
        "AlarmDescription": _description(pattern, target, wish),
        **fields,
        "Dimensions": [{"Name": name, "Value": value} for name, value in target.dimensions],
        "AlarmActions": [wish.topic],
        "OKActions": [wish.topic],
    }


def name(recipe: Recipe, target: Target) -> str:
    """``cpu of instance web-1 (i-0abc)``; the same thing gets the same alarm each time."""
    if target.sort == "account":
        return recipe.name
    sort = "" if target.sort == "metric" else f"{target.sort.replace('-', ' ')} "
    by_name, by_id = (f"{recipe.name} of {sort}{thing}" for thing in (target.shown, target.id))
    if len(by_name) <= _LONGEST_NAME:
        return by_name
    cut = f"{by_id[: _LONGEST_NAME - 9]} {sha256(by_id.encode()).hexdigest()[:8]}"  # two may begin alike
    return by_id if len(by_id) <= _LONGEST_NAME else cut


def notes(pattern: Pattern, target: Target, wish: Wish) -> tuple[str, ...]:
    """What was chosen, and why, in sentences."""
    own = "The threshold is the one that you named." if wish.threshold is not None else pattern.why
    rarely = "Basic monitoring: one datapoint every 5 minutes, so no period below 300 s."
    return (*((rarely,) if target.rarely else ()), f"Threshold: {own}", f"Gaps: {pattern.gaps}")


def _threshold(fields: dict[str, Any], pattern: Pattern, target: Target, wish: Wish) -> float:
    if wish.threshold is not None:
        return wish.threshold
    if "Threshold" in fields:
        return float(fields["Threshold"])
    size = target.sizes.get(pattern.share.of) if pattern.share else None
    if pattern.share is None or not size:
        raise ConfigError(f"nothing says which threshold {target.shown} should have", "name it with --threshold")
    return round(pattern.share.part * size, 3)


def _description(pattern: Pattern, target: Target, wish: Wish) -> str:
    """What it means, what to do, where the runbook is; the last line says how bad it is, as tocsin reads it."""
    runbook = (f"runbook: {wish.runbook}",) if wish.runbook else ()
    advice = pattern.advice.replace("NAME", target.id)
    return "\n".join((pattern.means, advice, *runbook, f"severity: {pattern.severity}"))
