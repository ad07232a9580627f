"""Questions in the terminal: yes or no, and which of several; where nobody can be asked, that is said."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from tocsin.ports import ConfigError


def agreed(question: str, hint: str = "look with --plan, then go on with --yes") -> bool:
    """Whether the user says yes. Nobody to ask: ConfigError with ``hint``."""
    if not sys.stdin.isatty():
        raise ConfigError("nobody can be asked here", hint)
    return click.confirm(question)


def amount(question: str, hint: str) -> float:
    """A number. Nobody to ask: ConfigError with ``hint``."""
    if not sys.stdin.isatty():
        raise ConfigError("a number is missing, and nobody can be asked for it", hint)
    return float(click.prompt(question, type=float))


def picked(shown: Sequence[str], what: str, hint: str) -> tuple[int, ...]:
    """Which of ``shown``, listed by the caller from 1 on, the user wants: places from 0 on. Nobody to ask: ConfigError
    with ``hint``."""
    if not sys.stdin.isatty():
        raise ConfigError(f"there are {len(shown)} {what}, and nobody can be asked which", hint)
    answer: tuple[int, ...] = click.prompt(
        "Which (numbers with commas, or all)", value_proc=lambda text: read_places(text, len(shown))
    )
    return answer


def read_places(text: str, count: int) -> tuple[int, ...]:
    """``1,3`` or ``all`` as places from 0 on. click.BadParameter where it is neither."""
    if text.strip().lower() == "all":
        return tuple(range(count))
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() and 1 <= int(part) <= count for part in parts):
        raise click.BadParameter(f"numbers from 1 to {count} with commas, or all.")
    return tuple(dict.fromkeys(int(part) - 1 for part in parts))
