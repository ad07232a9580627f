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
    Console(file=sys.stdout, highlight=False).print(what)


def step(seconds: float, number: int, text: str, done: bool) -> None:
    """One line of a story with its time: step ``number`` of six, with a tick where it is done."""
    mark = Text("✓ ", style="green") if done else Text("  ")
    _clock(seconds).print(Text(f"{number}/6 ", style="bold"), mark, Text(redact(text)), sep="")


def message(seconds: float, text: str) -> None:
    """One line that people now see in Slack."""
    _clock(seconds).print(Text("    Slack shows: ", style="cyan"), Text(redact(text), style="bold"), sep="")


def _clock(seconds: float) -> Console:
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    console.print(Text(f"{seconds:6.1f} s  ", style="dim"), end="")
    return console
