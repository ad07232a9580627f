"""Finds the alarms in a file: put-metric-alarm's JSON, a list of them, describe-alarms' answer, or TOML tables."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.ports import ConfigError
from tocsin_local.alarms.definition import Alarm, read

SHAPES = 'One alarm as put-metric-alarm takes it, a list of them, {"MetricAlarms": […]}, or TOML with [[alarm]] tables.'
GROUPS = ("MetricAlarms", "CompositeAlarms", "LogAlarms", "alarm")


@dataclass(frozen=True, slots=True)
class Entry:
    """One alarm of a file, not yet read: reading one must not trip over its neighbours."""

    name: str
    given: Mapping[str, Any]
    where: str

    def read(self) -> Alarm:
        """The alarm. Raises ConfigError."""
        return read(self.given, self.where)


def entries(path: Path) -> tuple[Entry, ...]:
    """The alarms that a file defines, in its order, at least one, each name once. Raises ConfigError."""
    document = _document(path)
    found = tuple(_entry(given, path) for given in _listed(document, path))
    if not found:
        raise ConfigError(f"{path} defines no alarm", SHAPES)
    seen: set[str] = set()
    for entry in found:
        if entry.name in seen:
            raise ConfigError(f'{path} defines alarm "{entry.name}" twice', "Alarm names are unique.")
        seen.add(entry.name)
    return found


def load(path: Path) -> tuple[Alarm, ...]:
    """All alarms of a file. Raises ConfigError."""
    return tuple(entry.read() for entry in entries(path))


def _document(path: Path) -> Any:
    try:
        text = path.read_text("utf-8-sig")
        return tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as problem:
        raise ConfigError(f"{path} cannot be opened: {problem.strerror}", SHAPES) from None
    except (ValueError, RecursionError) as problem:
        kind = "TOML" if path.suffix == ".toml" else "JSON"
        raise ConfigError(f"{path} is no {kind}: {' '.join(str(problem).split())}", SHAPES) from None


def _listed(document: Any, path: Path) -> list[Any]:
    if isinstance(document, list):
        return document
    if not isinstance(document, Mapping):
        raise ConfigError(f"{path} defines no alarm", SHAPES)
    groups = [document[group] for group in GROUPS if group in document]
    if not groups:
        return [document]
    if not all(isinstance(group, list) for group in groups):
        raise ConfigError(f"{path}: {' and '.join(GROUPS)} are lists", SHAPES)
    return [given for group in groups for given in group]


def _entry(given: Any, path: Path) -> Entry:
    name = given.get("AlarmName") if isinstance(given, Mapping) else None
    if not isinstance(name, str) or not name:
        raise ConfigError(f"{path} holds an alarm without AlarmName", SHAPES)
    return Entry(name, given, str(path))
