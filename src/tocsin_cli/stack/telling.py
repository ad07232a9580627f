"""Tells what becomes of a stack's parts while CloudFormation is at work, and what of the rest after Ctrl-C."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tocsin_cli import ui
from tocsin_cli.stack.changes import Step
from tocsin_cli.stack.plain_words import done


def tell(step: Step) -> None:
    """One line for what is done or failed, none for what has only begun."""
    if line := done(step):
        ui.line(line)


@contextmanager
def goes_on(how: str) -> Iterator[None]:
    """Ctrl-C ends the telling and not what was begun: then it is said ``how`` that goes on."""
    try:
        yield
    except KeyboardInterrupt:
        ui.line(how)
        raise
