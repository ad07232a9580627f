"""Which things an alarm is added for: those that were named, all, the only one, or those that the user picks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.asking import picked
from tocsin_cli.cloud import Cloud
from tocsin_cli.recipes.recipe import Pattern, Recipe
from tocsin_cli.recipes.targets import Target, targets

_NONE = {
    "dead-letter-queue": "it is one if a queue's redrive policy or a function's dead-letter setting names it, or if it "
    "is called so (dlq, dead-letter)",
    "instance-with-agent": "EC2 itself does not know it: install the CloudWatch agent "
    "(docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Install-CloudWatch-Agent.html), wait 5 minutes",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A thing, and the recipe's pattern that fits it."""

    pattern: Pattern
    target: Target

    @property
    def shown(self) -> str:
        """With its sort, as in a list."""
        return f"{self.target.sort.replace('-', ' ')} {self.target.shown}"


@dataclass(frozen=True, slots=True)
class Search:
    """What there is, and what could not be looked at (AWS's words by sort)."""

    found: tuple[Found, ...]
    refused: dict[str, str]


def search(cloud: Cloud, recipe: Recipe, stack: str = "") -> Search:
    """All things that the recipe fits, but for the parts of a stack of tocsin, which has alarms of its own on them.

    A right that is missing for one sort does not hide the others.
    """
    own = {f"{stack}{part}" for part in ("", "-dead", "-failed")}
    refused_by_aws = cloud.client("cloudwatch").exceptions.ClientError
    found: list[Found] = []
    refused: dict[str, str] = {}
    for pattern in recipe.patterns:
        try:
            found += [Found(pattern, target) for target in targets(cloud, pattern) if target.id not in own]
        except refused_by_aws as error:
            refused[pattern.sort] = str(error)
    return Search(tuple(found), refused)


def chosen(recipe: Recipe, seen: Search, named: Sequence[str], every: bool, may_ask: bool = True) -> tuple[Found, ...]:
    """Those that are meant; asks where that is open. ConfigError where nothing fits, or nobody is to be asked."""
    if not seen.found:
        sorts = tuple(dict.fromkeys(pattern.sort for pattern in recipe.patterns))
        ways = [_NONE[sort] for sort in sorts if sort in _NONE and sort not in seen.refused]
        hint = "; ".join((*ways, *seen.refused.values()))
        *most, last = (sort.replace("-", " ") for sort in sorts)
        what = f"{', '.join(most)} or {last}" if most else last
        raise ConfigError(f"there is no {what} here to watch", hint or "another region is named with --region")
    if named:
        meant = [one for each in named for one in _named(seen.found, each)]
        return tuple(one for place, one in enumerate(meant) if one not in meant[:place])  # by id and by name is once
    if every or len(seen.found) == 1:
        return seen.found
    shown = [each.shown for each in seen.found]
    hint = f"name some, or --all: {', '.join(shown[:10])}{' …' if len(shown) > 10 else ''}"
    if not may_ask:
        raise ConfigError(f"there are {len(shown)} things that {recipe.name} fits", hint)
    return tuple(seen.found[place] for place in _asked(shown, recipe.name, hint))


def _named(found: Sequence[Found], given: str) -> list[Found]:
    same = [each for each in found if each.target.is_called(given)]
    if not same:
        shown = ", ".join(each.target.shown for each in found[:10])
        raise ConfigError(f"{given} is not among the things that this recipe fits here", f"there are: {shown}")
    return same


def _asked(shown: Sequence[str], recipe: str, hint: str) -> tuple[int, ...]:
    for place, each in enumerate(shown, 1):
        ui.line(f"{place:>4}  {each}")
    return picked(shown, f"things that {recipe} fits", hint)
