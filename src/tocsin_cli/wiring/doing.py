"""Shows changes, asks, and carries them out one by one."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.wiring.plan import Change


def carry_out(changes: Sequence[Change], only_plan: bool, yes: bool) -> None:
    """What each does is told before and after. ConfigError where nobody can be asked; click.Abort for a no."""
    if not changes:
        ui.line("Nothing to change.")
        return
    for change in changes:
        ui.line(f"  {'would be' if only_plan else 'to do'}: {change.said}")
    if only_plan:
        return
    if not yes and not _agreed():
        raise click.Abort
    for change in changes:
        change.do()
        ui.line(f"  ✓ {change.said}")


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise ConfigError("nobody can be asked here", "look with --plan, then go on with --yes")
    return click.confirm("Do this?")
