"""Lines on a terminal are broken between words, and nothing of them is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tocsin_cli.folding import folded

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Z", "C")), min_size=1, max_size=20)


@given(st.lists(WORDS, min_size=1, max_size=20), st.integers(20, 60), st.integers(0, 6))
def test_every_word_is_there_and_every_line_fits(words: list[str], width: int, indent: int) -> None:
    """In their order; a line is wider than the terminal only where it is one word, a command, or JSON."""
    text = " " * indent + " ".join(words)
    lines = list(folded(text, width))
    assert [word for line in lines for word in line.split()] == text.split()
    for line in lines:
        assert cell_len(line) <= width or len(line.split()) == 1 or words[0] == "$" or words[0].startswith("{")


@given(st.text(max_size=100))
def test_where_there_is_room_nothing_changes(text: str) -> None:
    """Not a space is touched."""
    assert list(folded(text, 10_000)) == [text]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("  ✗ e-mail: nobody is told", ["  ✗ e-mail:", "    nobody is", "    told"]),
        ("one two three four", ["one two three", "four"]),
        ("  ab  it is busy, say", ["  ab  it is", "      busy,", "      say"]),
        ("  latency   is long", ["  latency   is", "  long"]),
        ("      it means what it", ["      it means", "      what it"]),
        ("      $ aws lambda update-function", ["      $ aws lambda update-function"]),
        ('{"AlarmName": "a  b", "Period": 60}', ['{"AlarmName": "a  b", "Period": 60}']),
        ("arn:aws:sns:eu-north-1:1:t is it", ["arn:aws:sns:eu-north-1:1:t", "is it"]),
        ("경보가 울리고 있습니다", ["경보가 울리고", "있습니다"]),
    ],
)
def test_later_lines_begin_as_the_first(text: str, lines: list[str]) -> None:
    """Under its words, behind a mark; commands and addresses stay whole; letters of two cells count as two."""
    assert list(folded(text, 14)) == lines
