"""Shows changes, asks, and carries them out one by one."""

from __future__ import annotations

from collections.abc import Sequence

import click

from tocsin_cli import ui
from tocsin_cli.asking import agreed
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
    if not yes and not agreed("Do this?"):
        raise click.Abort
    for change in changes:
        change.do()
        ui.line(f"  ✓ {change.said}")
