"""Tells what becomes of a stack's parts while CloudFormation is at work, and what Ctrl-C or a refusal leaves undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tocsin_cli import ui
from tocsin_cli.refusals import code_of, is_of_a_stranger
from tocsin_cli.stack.changes import Step
from tocsin_cli.stack.plain_words import done


def tell(step: Step) -> None:
    """One line for what is done or failed, none for what has only begun."""
    if line := done(step):
        ui.line(line)


def tell_aside(step: Step) -> None:
    """The same on standard error, where standard output is for programs."""
    if line := done(step):
        ui.aside(line)


@contextmanager
def goes_on(how: str) -> Iterator[None]:
    """Ctrl-C ends the telling and not what was begun: then it is said ``how`` that goes on."""
    try:
        yield
    except KeyboardInterrupt:
        ui.line()  # the terminal shows ^C, and leaves its line open
        ui.line(how)
        raise


@contextmanager
def tolerated(without: str, say: Callable[[str], None] = ui.line) -> Iterator[None]:
    """What is only good to have ends nothing where it is refused: told is what goes ``without`` it. Raises where AWS
    does not know who asks."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if is_of_a_stranger(error):
            raise
        say(f"  ✗ {without}: {error.operation_name} is refused ({code_of(error)})")
