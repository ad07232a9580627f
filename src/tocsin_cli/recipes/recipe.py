"""Reads the packs: each file is a recipe, which holds one pattern of an alarm for each sort of thing that it fits."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.ports import ConfigError

PACKS = Path(__file__).parents[1] / "packs"


@dataclass(frozen=True, slots=True)
class Share:
    """A threshold that is a part of what a thing has: ``part`` of its size ``of``."""

    of: str
    part: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """An alarm on one sort of thing: PutMetricAlarm's fields but for name, dimensions and actions, and the reasons.

    ``rarely`` replaces fields for a thing that publishes every five minutes. Without a threshold and without a
    ``share``, the threshold is the user's.
    """

    sort: str
    alarm: Mapping[str, Any]
    rarely: Mapping[str, Any]
    share: Share | None
    means: str
    advice: str
    severity: str
    why: str
    gaps: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """``region`` is the only one in which its metric lives, "" for any; ``asks`` is the question for the threshold."""

    name: str
    about: str
    region: str
    asks: str
    patterns: tuple[Pattern, ...]


def names() -> tuple[str, ...]:
    """All recipes there are, in order of the alphabet."""
    return tuple(sorted(path.stem for path in PACKS.glob("*.toml")))


def recipe(name: str) -> Recipe:
    """The recipe of this name. Raises ConfigError with those there are."""
    if name not in names():
        raise ConfigError(f"there is no recipe {name}", f"there are: {', '.join(names())}")
    given = tomllib.loads((PACKS / f"{name}.toml").read_text("utf-8"))
    patterns = tuple(_pattern(**each) for each in given["on"])
    return Recipe(name, given["about"], given.get("region", ""), given.get("asks", ""), patterns)


def _pattern(
    alarm: Mapping[str, Any],
    every_5_minutes: Mapping[str, Any] | None = None,
    share: Mapping[str, Any] | None = None,
    **words: str,
) -> Pattern:
    return Pattern(alarm=alarm, rarely=every_5_minutes or {}, share=Share(**share) if share else None, **words)
