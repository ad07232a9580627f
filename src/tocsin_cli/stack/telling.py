"""Tells what becomes of a stack's parts while CloudFormation is at work."""

from __future__ import annotations

from tocsin_cli import ui
from tocsin_cli.stack.changes import Step
from tocsin_cli.stack.plain_words import done


def tell(step: Step) -> None:
    """One line for what is done or failed, none for what has only begun."""
    if line := done(step):
        ui.line(line)
