"""Breaks lines between words, so that a narrow terminal does not break them within."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

_MARKS = ("✓ ", "✗ ", "! ", "+ ", "~ ", "- ", "? ", "· ")


def folded(text: str, width: int) -> Iterator[str]:
    """``text`` in lines of at most ``width`` cells, the later ones indented as the first one begins.

    A word that is longer, an address for instance, stays whole; so does a command to paste ("$ …"), JSON, and a text
    that has lines of its own already.
    """
    lead = text[: len(text) - len(text.lstrip())]
    if cell_len(text) <= width or "\n" in text or text.startswith(("$ ", "{"), len(lead)):
        yield text
        return
    later = lead + "  " * text.startswith(_MARKS, len(lead))
    line = lead
    for word in text.split():
        longer = f"{line} {word}" if line.strip() else line + word
        if cell_len(longer) <= width or not line.strip():
            line = longer
        else:
            yield line
            line = later + word
    yield line
