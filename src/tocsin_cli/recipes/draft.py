"""An alarm before it is put: its definition, what is there already, what it would have done; and how it is undone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin_cli import pasted
from tocsin_cli.cloud import Cloud
from tocsin_cli.recipes import lookback
from tocsin_cli.recipes.definition import Wish, definition, notes
from tocsin_cli.recipes.recipe import Pattern, Recipe
from tocsin_cli.recipes.targets import Target
from tocsin_cli.wiring.rewriting import whole
from tocsin_local.alarms import definition as alarms
from tocsin_local.alarms.history import History
from tocsin_local.alarms.reporting import report


@dataclass(frozen=True, slots=True)
class Draft:
    """``before`` is the alarm of the same name as it stands, None where there is none. ``others`` are the names of
    other alarms on the same metric. ``history`` is None without any datapoint; ``samples`` is how many there were."""

    given: Mapping[str, Any]
    notes: tuple[str, ...]
    before: Mapping[str, Any] | None
    others: tuple[str, ...]
    history: History | None
    samples: int

    @property
    def name(self) -> str:
        """The alarm's name."""
        return str(self.given["AlarmName"])

    @property
    def changes(self) -> Mapping[str, tuple[Any, Any]]:
        """What an alarm of this name that is there has otherwise: field to its value before and after (None: none)."""
        if self.before is None:
            return {}
        pairs = {each: (self.before.get(each), self.given.get(each)) for each in (*self.given, *self.before)}
        return {each: pair for each, pair in pairs.items() if not _same(each, *pair)}

    @property
    def price(self) -> float:
        """USD a month, by whether CloudWatch looks at it each minute or oftener: aws.amazon.com/cloudwatch/pricing"""
        return 0.30 if self.given["Period"] < 60 else 0.10

    @property
    def span(self) -> str:
        """For how long what it would have done is known."""
        return "three hours" if lookback.is_short(self.given["Period"]) else "two weeks"

    @property
    def is_there(self) -> bool:
        """Whether the alarm is there already, just so."""
        return self.before is not None and not self.changes

    def undo(self, here: Cloud) -> str:
        """The command that takes it back."""
        if self.before is None:
            return pasted.aws(here, "cloudwatch", "delete-alarms", "--alarm-names", self.name)
        old = json.dumps(self.before, ensure_ascii=False)
        return pasted.aws(here, "cloudwatch", "put-metric-alarm", "--cli-input-json", old)

    def told(self) -> dict[str, Any]:
        """All of it as JSON."""
        back = report(self.history, (), self.samples) if self.history else None
        return {"alarm": dict(self.given), "why": self.notes, "before": self.before, "others": self.others,
                "lastTwoWeeks": back, "usdAMonth": self.price}  # fmt: skip


def draft(cloud: Cloud, recipe: Recipe, pattern: Pattern, target: Target, wish: Wish, now: int) -> Draft:
    """The alarm and all that is known of it at ``now`` (ms). ConfigError where CloudWatch allows no such alarm."""
    given = definition(recipe, pattern, target, wish)
    alarm = alarms.read(given, f"the recipe {recipe.name}")
    if not isinstance(alarm, alarms.MetricAlarm):
        raise ValueError(f"{recipe.name} is no alarm on a metric")
    found = lookback.samples(cloud, alarm, now)
    before, others = _standing(cloud, given)
    said = (*notes(pattern, target, wish), *((pattern.unseen,) if pattern.unseen and not found else ()))
    return Draft(given, said, before, others, lookback.history(alarm, found), len(found))


def put(cloud: Cloud, ready: Draft) -> None:
    """Create the alarm, or update it.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    cloud.client("cloudwatch").put_metric_alarm(**ready.given)


# What PutMetricAlarm takes for a field that is left out.
_USUAL: Mapping[str, tuple[Any, ...]] = {
    "ActionsEnabled": (None, True),
    "EvaluateLowSampleCountPercentile": (None, "evaluate"),
}


def _same(field: str, old: Any, new: Any) -> bool:
    """Whether both mean the same to CloudWatch: it keeps lists in an order of its own, and none like an empty one."""
    if isinstance(old, list) or isinstance(new, list):
        return sorted(map(repr, old or ())) == sorted(map(repr, new or ()))
    usual = _USUAL.get(field, ())
    return bool(old == new or (old in usual and new in usual))


def _standing(cloud: Cloud, given: Mapping[str, Any]) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """The alarm of this name as put-metric-alarm would take it again, and the names of others on its metric."""
    cloudwatch = cloud.client("cloudwatch")
    fields = cloudwatch.meta.service_model.operation_model("PutMetricAlarm").input_shape.members
    same = cloudwatch.describe_alarms(AlarmNames=[given["AlarmName"]])["MetricAlarms"]
    near = cloudwatch.describe_alarms_for_metric(
        Namespace=given["Namespace"], MetricName=given["MetricName"], Dimensions=given["Dimensions"]
    )["MetricAlarms"]
    before = [whole(each, fields, {}) for each in same]
    others = [each for each in near if _same("Dimensions", each.get("Dimensions"), given["Dimensions"])]
    return (before[0] if before else None), tuple(
        each["AlarmName"] for each in others if each["AlarmName"] != given["AlarmName"]
    )
