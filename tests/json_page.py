"""Runs commands for programs: one document, of which docs/json.md knows each key."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tocsin_cli.app import cli

_PAGE = Path(__file__).parents[1] / "docs/json.md"
_EVERYWHERE = {"account", "region", "stack"}
_FREE = {"about", "alarm", "before", "lastTwoWeeks", "names", "notLookedAt"}  # whose keys are AWS's, or the account's


def asked(command: str, *options: str) -> tuple[int, Any]:
    """The command with --json: its exit code and its document."""
    done = CliRunner().invoke(cli, [*command.split(), *options, "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    document = json.loads(done.stdout)
    assert unknown(command, document) == set(), "docs/json.md does not name them"
    return done.exit_code, document


def unknown(command: str, document: Any) -> set[str]:
    """The keys that the page does not name under this command, nor under one that it says has the same."""
    return set(_keys(document)) - _EVERYWHERE - _named(command)


def _named(command: str) -> set[str]:
    section = _PAGE.read_text("utf-8").partition(f"\n## tocsin {command}\n")[2].partition("\n## ")[0]
    words = re.findall(r"`([^`]+)`", section)
    others = re.findall(r"as `tocsin ([^`]+)` has", section)
    return {part for word in words for part in re.split(r"[.\[\]]+", word)}.union(*map(_named, others))


def _keys(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        for key, inner in found.items():
            yield key
            yield from () if key in _FREE else _keys(inner)
    elif isinstance(found, list):
        for each in found:
            yield from _keys(each)
