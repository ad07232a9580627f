"""Shows changes, asks, and carries them out one by one."""

from __future__ import annotations

import click

from tocsin_cli import ui
from tocsin_cli.asking import agreed
from tocsin_cli.wiring.plan import Plan


def carry_out(plan: Plan, only_plan: bool, yes: bool) -> None:
    """What each does is told before and after. ConfigError where nobody can be asked; click.Abort for a no."""
    for note in plan.notes:
        ui.line(f"  ! {note.said}")
        if note.command:
            ui.line(f"      $ {note.command}")
    if not plan.changes:
        ui.line("Nothing to change.")
        return
    for change in plan.changes:
        ui.line(f"  {'would be' if only_plan else 'to do'}: {change.said}")
    if only_plan:
        return
    if not yes and not agreed("Do this?"):
        raise click.Abort
    _do(plan)


def _do(plan: Plan) -> None:
    """Whatever stops it, what was done is told: the same command goes on from there."""
    for done, change in enumerate(plan.changes):
        try:
            change.do()
        except BaseException:
            ui.line(f"  ✗ {change.said}")
            ui.line(f"{done} of {len(plan.changes)} done. The same command does the rest.")
            raise
        ui.line(f"  ✓ {change.said}")
