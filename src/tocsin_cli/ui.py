"""The only file that prints: lines, errors with a hint, and the terminal's colours."""

from __future__ import annotations

import sys

from rich.console import Console, RenderableType
from rich.text import Text

from tocsin_cli.secrets import redact


def line(text: str = "") -> None:
    """One line on standard output, as given but for secrets."""
    print(redact(text), flush=True)


def error(message: str, hint: str | None = None) -> None:
    """What happened, and what to do next, on standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(Text("error: ", style="bold red"), Text(redact(message)), sep="")
    if hint:
        console.print(Text("hint: ", style="bold cyan"), Text(redact(hint)), sep="")


def show(what: RenderableType) -> None:
    """A drawn thing on standard output: colours only on a terminal."""
    Console(file=sys.stdout, highlight=False, soft_wrap=True).print(what)
