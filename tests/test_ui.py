"""What is printed may be a stranger's text: it is shown, and does nothing."""

from __future__ import annotations

import json

import pytest
from rich.table import Table

from tocsin_cli import ui

EVIL = "name\x1b[2J\x9b31m\x07\u202egnp.exe\r"


def test_a_terminal_gets_no_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """Neither escape sequences nor characters that turn the text around: they are spelled out; tabs and lines stay."""
    ui.line(f"{EVIL}\tand\nmore")
    ui.error(EVIL, EVIL)
    said = capsys.readouterr()

    assert said.out == "name\\u001b[2J\\u009b31m\\u0007\\u202egnp.exe\\u000d\tand\nmore\n"
    assert not set(said.err) & set("\x1b\x9b\x07\u202e\r") and said.err.count("\\u001b[2J") == 2


def test_json_stays_what_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    """The spelling is JSON's own."""
    ui.line(json.dumps({"name": EVIL}, ensure_ascii=False))
    said = capsys.readouterr().out

    assert json.loads(said) == {"name": EVIL} and "\x9b" not in said


def test_a_table_that_is_piped_is_neither_broken_nor_padded(capsys: pytest.CaptureFixture[str]) -> None:
    """A row of a table is one line for the next program, however long, and ends where its text ends."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for word in ("short", "long " * 60):
        table.add_row("kind", word.strip())
    ui.rows(table)

    assert capsys.readouterr().out.splitlines() == ["kind  short", "kind  " + ("long " * 60).strip()]


def test_a_story_is_broken_between_words(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, below where its words begin; elsewhere each event is one line."""
    told = "CPUUtilization is at most 60 % " * 3
    ui.step(0.0, 5, told.strip(), done=True)
    for name, value in {"FORCE_COLOR": "1", "TERM": "dumb", "COLUMNS": "60", "LINES": "25"}.items():
        monkeypatch.setenv(name, value)
    ui.step(0.0, 5, told.strip(), done=True)
    ui.message(21.1, "Slack", told.strip())
    piped, *lines = capsys.readouterr().out.splitlines()

    assert piped == f"   0.0 s  5/6 ✓ {told.strip()}"
    assert max(map(len, lines)) <= 60
    assert [line[:16].strip() for line in lines if line[:16].strip()] == ["0.0 s  5/6 ✓", "21.1 s      Sl"]
    assert " ".join(" ".join(lines).split()).count("CPUUtilization is at most 60 %") == 6
