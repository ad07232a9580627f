"""The only file that prints: lines, errors with a hint, and the terminal's colours."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from tocsin_cli.folding import folded
from tocsin_cli.secrets import redact

# What moves a terminal's cursor, rewrites its title or turns text around, where a name or a log line holds it; spelled
# as in JSON, which so stays what it was. https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
_COMMANDS = {
    code: f"\\u{code:04x}"
    for code in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    if chr(code) not in "\n\t"
}
_LEAST = 20  # columns of text, however narrow the terminal
_BELOW = " " * len("   0.0 s  1/6 ✓ ")
_UNBROKEN = 10_000  # columns where no terminal breaks lines: a file, or the next program


def _harmless(text: str) -> str:
    """The text without secrets, and without commands to the terminal."""
    return redact(text).translate(_COMMANDS)


def line(text: str = "") -> None:
    """One line on standard output, as given but for secrets; a terminal shows it broken between words."""
    _print(text, sys.stdout)


def aside(text: str) -> None:
    """The same on standard error: what goes on, where standard output is for programs."""
    _print(text, sys.stderr)


def document(found: object) -> None:
    """A JSON document on standard output, for programs."""
    line(json.dumps(found, ensure_ascii=False, indent=2))


def _print(text: str, where: TextIO) -> None:
    shown = _harmless(text)
    if where.isatty():
        shown = "\n".join(folded(shown, Console(file=where).width))
    print(shown, file=where, flush=True)


def error(message: str, hint: str | None = None) -> None:
    """What happened, and what to do next, on standard error."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    _labelled(console, Text("error:", style="bold red"), _harmless(message))
    if hint:
        _labelled(console, Text("hint:", style="bold cyan"), _harmless(hint))


def _labelled(console: Console, label: Text, text: str) -> None:
    room = console.width if console.is_terminal else sys.maxsize
    first, *rest = folded(f"{label} {text}", room)
    console.print(label, Text(first[len(label) :]), sep="")
    for more in rest:
        console.print(Text(more))


def show(what: RenderableType) -> None:
    """A drawn thing on standard output: colours only on a terminal."""
    Console(file=sys.stdout, highlight=False).print(what)


def rows(table: Table) -> None:
    """A table on standard output; where that is no terminal, each row is one line, for the next program."""
    console = Console(file=sys.stdout, highlight=False)
    if console.is_terminal:
        console.print(table)
        return
    console.width = _UNBROKEN
    with console.capture() as drawn:
        console.print(table)
    print("\n".join(each.rstrip() for each in drawn.get().splitlines()), flush=True)


@contextmanager
def progress(what: str, seconds: float) -> Iterator[Callable[[float], None]]:
    """A bar on standard error while something of known length goes on: call what it gives with the seconds so far.

    Where that is no terminal, one line says what goes on.
    """
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    if not console.is_terminal:
        console.print(Text(f"{what} …"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(escape(what), total=seconds)
        yield lambda so_far: bar.update(task, completed=so_far)


def step(seconds: float, number: int, text: str, done: bool) -> None:
    """One line of a story with its time: step ``number`` of six, with a tick where it is done."""
    mark = Text("✓ ", style="green") if done else Text("  ")
    _timed(seconds, Text.assemble((f"{number}/6 ", "bold"), mark), Text(_harmless(text)))


def message(seconds: float, where: str, text: str) -> None:
    """One line that people now see there."""
    _timed(seconds, Text(f"    {where} shows: ", style="cyan"), Text(_harmless(text), style="bold"))


def _timed(seconds: float, lead: Text, told: Text) -> None:
    """A terminal shows what is told broken between words, the later lines below the first word of a step."""
    console = Console(file=sys.stdout, highlight=False, soft_wrap=True)
    start = Text.assemble((f"{seconds:6.1f} s  ", "dim"), lead)
    room = max(console.width - start.cell_len, _LEAST) if console.is_terminal else sys.maxsize
    first, *rest = folded(told.plain, room)
    console.print(start, Text(first, told.style), sep="")
    for more in rest:
        console.print(Text(_BELOW + more, told.style))
