"""The only file that prints: lines, errors with a hint, and the terminal's colours."""

from __future__ import annotations

import sys

from rich.console import Console, RenderableType
from rich.text import Text


def line(text: str = "") -> None:
    """One line on standard output, exactly as given."""
    print(text, flush=True)


def error(message: str, hint: str | None = None) -> None:
    """What happened, and what to do next, on standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text("error: ", style="bold red"), Text(message), sep="")
    if hint:
        console.print(Text("hint: ", style="bold cyan"), Text(hint), sep="")


def show(what: RenderableType) -> None:
    """A drawn thing on standard output: colours only on a terminal."""
    Console(file=sys.stdout, highlight=False, soft_wrap=True).print(what)
