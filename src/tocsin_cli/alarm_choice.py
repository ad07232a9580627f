"""Which alarm of which file a command is about, and the instants, numbers and counts that it is given."""

from __future__ import annotations

import re
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import TypeVar

import click

from tocsin.ports import ConfigError
from tocsin_local.alarms import files
from tocsin_local.alarms.definition import MetricAlarm
from tocsin_local.alarms.spelling import milliseconds

PATH = click.Path(path_type=Path)
_M_OF_N = re.compile(r"(\d{1,6})/(\d{1,6})")

T = TypeVar("T")


def instant(ctx: click.Context, param: click.Parameter, given: str | None) -> int | None:
    """An option's ISO 8601 instant in milliseconds."""
    try:
        return None if given is None else milliseconds(given)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{given!r} is no ISO 8601 instant such as 2026-09-14T05:42:57.551Z.") from None


def chosen(file: Path, name: str | None) -> tuple[files.Entry, MetricAlarm]:
    """The alarm called ``name``, or the only one of the file. Raises ConfigError."""
    found = files.entries(file)
    names = ", ".join(entry.name for entry in found[:10])
    if name is None and len(found) > 1:
        raise ConfigError(f"{file} defines {len(found)} alarms", f"Choose one with --alarm: {names}")
    entry = next((entry for entry in found if name in (None, entry.name)), None)
    if entry is None:
        raise ConfigError(f'{file} defines no alarm "{name}"', f"It defines: {names}")
    alarm = entry.read()
    if not isinstance(alarm, MetricAlarm):
        raise ConfigError(f'alarm "{entry.name}" in {file} is a composite: it has no datapoints', "Check its children.")
    return entry, alarm


def number(text: str) -> float:
    """A threshold. Raises ValueError."""
    value = float(text)
    if not isfinite(value):
        raise ValueError(text)
    return value


def m_of_n(text: str) -> tuple[int, int]:
    """``3/5`` as M and N. Raises ValueError."""
    found = _M_OF_N.fullmatch(text)
    if not found:
        raise ValueError(text)
    return int(found[1]), int(found[2])


def one(read: Callable[[str], T], allowed: str) -> Callable[..., T | None]:
    """The callback of an option that ``read`` reads, None where it is not given."""

    def callback(ctx: click.Context, param: click.Parameter, given: str | None) -> T | None:
        try:
            return None if given is None else read(given)
        except ValueError:
            raise click.BadParameter(f"{given!r} is not {allowed}.") from None

    return callback
