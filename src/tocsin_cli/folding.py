"""Breaks lines between words, so that a narrow terminal does not break them within."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.cells import cell_len

_COLUMN = re.compile(r"\S+ {2,}")  # a list's first one
_WORD = re.compile(r"(\s*)(\S+)")  # with the gap before it, which may be a column's
_MARKS = ("✓ ", "✗ ", "! ", "+ ", "~ ", "- ", "? ", "· ")


def folded(text: str, width: int) -> Iterator[str]:
    """``text`` in lines of at most ``width`` cells, the later ones indented as the first one begins, or as its second
    column does.

    A word that is longer, an address for instance, stays whole; so does a command to paste ("$ …"), JSON, and a text
    that has lines of its own already.
    """
    lead = text[: len(text) - len(text.lstrip())]
    if cell_len(text) <= width or "\n" in text or text.startswith(("$ ", "{"), len(lead)):
        yield text
        return
    later = lead + "  " * text.startswith(_MARKS, len(lead))
    column = _COLUMN.match(text, len(later))
    if column and cell_len(text[: column.end()]) <= width // 2:
        later = " " * cell_len(text[: column.end()])
    line = lead
    for gap, word in _WORD.findall(text[len(lead) :]):
        longer = line + gap + word
        if cell_len(longer) <= width or not line.strip():
            line = longer
        else:
            yield line
            line = later + word
    yield line
