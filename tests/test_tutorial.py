"""The tutorial says what is so: its commands are there, and what it shows of an alarm is what comes out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tocsin_cli.app import cli

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("tutorial.md", "tutorial.ko.md", "install.md")
_INLINE = re.compile(r"`tocsin ([a-z][^`>|;]*)")
_LINE = re.compile(r"^(?:\$ )?tocsin ([a-z][^#|>\n]*)", re.MULTILINE)
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _commands(page: str) -> list[list[str]]:
    """Those in blocks, then those within sentences, without the word tocsin."""
    text = (DOCS / page).read_text("utf-8")
    found = [each for _, block in _BLOCK.findall(text) for each in _LINE.findall(block)]
    return [shlex.split(each) for each in (*found, *_INLINE.findall(_BLOCK.sub("", text)))]


@pytest.mark.parametrize("page", PAGES)
def test_each_command_is_one(page: str) -> None:
    """Every command that a page names exists, with the options that it is given there."""
    commands = _commands(page)
    for words in commands:
        _take(cli, words, click.Context(cli, **cli.context_settings))

    assert len(commands) > 5


def _take(group: click.Group, words: list[str], context: click.Context) -> None:
    command = group.get_command(context, words[0])
    assert command is not None, f"there is no command {words[0]}"
    if isinstance(command, click.Group):
        _take(command, words[1:], click.Context(command, context))
    else:
        command.make_context(words[0], words[1:], context)


@pytest.mark.parametrize("page", ["tutorial.md", "tutorial.ko.md"])
def test_the_alarm_with_basic_monitoring_does_what_is_said(page: str, tmp_path: Path) -> None:
    """The definition and the datapoints of the page give the changes of state that stand below them; with a period of
    a minute, none."""
    blocks = dict(_BLOCK.findall((DOCS / page).read_text("utf-8")))
    (tmp_path / "cpu.csv").write_text(blocks["csv"], "utf-8")
    shown = [line for line in blocks["text"].splitlines() if not line.startswith("$")]

    assert _changes(tmp_path, blocks["json"]) == shown and len(shown) == 3
    assert _changes(tmp_path, blocks["json"].replace("300", "60")) == []


def _changes(folder: Path, alarm: str) -> list[str]:
    (folder / "cpu.json").write_text(alarm, "utf-8")
    arguments = ["alarm", "check", str(folder / "cpu.json"), "--data", str(folder / "cpu.csv")]
    output = CliRunner().invoke(cli, arguments, catch_exceptions=False).output
    return [line for line in output.splitlines() if "→" in line and line.startswith("2026")]


def test_both_languages_tell_the_same() -> None:
    """The Korean page names the commands of the English one, but for the language that it asks for."""
    english, korean = (_commands(page) for page in PAGES[:2])

    assert [[word for word in words if word not in ("--lang", "ko")] for words in korean] == english
