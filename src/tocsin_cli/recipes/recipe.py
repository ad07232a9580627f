"""Reads the packs: each file is a recipe, which holds one pattern of an alarm for each sort of thing that it fits."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from tocsin.model import Severity
from tocsin.ports import ConfigError

PACKS = Path(__file__).parents[1] / "packs"
_SEVERITIES = get_args(Severity)
_SHOWN = "docs/add-a-recipe.md shows one"
_WORDS = ("sort", "means", "advice", "severity", "why", "gaps")


@dataclass(frozen=True, slots=True)
class Share:
    """A threshold that is a part of what a thing has: ``part`` of its size ``of``."""

    of: str
    part: float


@dataclass(frozen=True, slots=True)
class Pattern:
    """An alarm on one sort of thing: PutMetricAlarm's fields but for name, dimensions and actions, and the reasons.

    ``rarely`` replaces fields for a thing that publishes every five minutes. Without a threshold and without a
    ``share``, the threshold is the user's. ``dimensions`` are those of a ``metric``, by name. ``unseen`` is what to do
    where CloudWatch has no datapoint at all, "" where that is nothing odd.
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
    dimensions: tuple[str, ...] = ()
    unseen: str = ""


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
    """The recipe of this name, or the one that a file holds: ``ours/tables.toml``. Raises ConfigError."""
    if name.endswith(".toml"):
        return _read(Path(name))
    if name not in names():
        raise ConfigError(f"there is no recipe {name}", f"there are: {', '.join(names())}; or the path of a .toml file")
    return _read(PACKS / f"{name}.toml")


def _read(path: Path) -> Recipe:
    try:
        given = tomllib.loads(path.read_text("utf-8"))
        patterns = tuple(_pattern(**_table(each)) for each in given["on"])
        if not patterns:
            raise KeyError("on")
        return Recipe(path.stem, given["about"], given.get("region", ""), given.get("asks", ""), patterns)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", "tocsin alarm add lists the recipes") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is no TOML: {error}", _SHOWN) from None
    except KeyError as error:
        raise ConfigError(f"{path} is no recipe: it lacks {error}", _SHOWN) from None
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{path} is no recipe: {error}", _SHOWN) from None


def _table(given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise TypeError("on is no table: [[on]]")
    return given


def _pattern(
    alarm: Mapping[str, Any] | None = None,
    every_5_minutes: Mapping[str, Any] | None = None,
    share: Mapping[str, Any] | None = None,
    dimensions: Sequence[str] = (),
    **words: str,
) -> Pattern:
    part = Share(**{**share, "part": float(share["part"])}) if share else None
    if textless := [name for name, said in words.items() if not isinstance(said, str)]:
        raise TypeError(f"{textless[0]} is no text")
    if strange := sorted(words.keys() - {*_WORDS, "unseen"}):
        raise TypeError(f"[[on]] has no key {strange[0]}")
    fields = alarm or {}
    lacking = [name for name in ("Namespace", "MetricName") if name not in fields]  # things are found by them
    if lacking := [*lacking, *(name for name in _WORDS if name not in words)]:
        raise KeyError(lacking[0])
    if words["severity"] not in _SEVERITIES:
        raise ValueError(f"severity is {words['severity']}, and not one of {', '.join(_SEVERITIES)}")
    if not isinstance(fields.get("Threshold", 0), int | float):
        raise TypeError("Threshold is no number")
    if isinstance(dimensions, str):
        raise TypeError("dimensions is no list")
    return Pattern(alarm=fields, rarely=every_5_minutes or {}, share=part, dimensions=tuple(dimensions), **words)
