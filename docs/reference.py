"""Writes docs/reference.md from the commands' own help, so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from tocsin_cli.app import cli

TARGET = Path(__file__).with_suffix(".md")
WIDTH = 100
HEAD = """# Commands

Each command's own `--help`, written by `make docs`.
"""


def reference() -> str:
    """The whole page as Markdown."""
    return "\n".join([HEAD, *_sections(cli, _context(cli, "tocsin"), 2)])


def _context(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    return click.Context(command, parent, name, terminal_width=WIDTH, **command.context_settings)


def _sections(command: click.Command, context: click.Context, level: int) -> Iterator[str]:
    shown = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield f"{'#' * level} {context.command_path}\n\n```text\n{shown}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None:
                yield from _sections(child, _context(child, name, context), level + 1)


if __name__ == "__main__":
    TARGET.write_text(reference(), encoding="utf-8")
