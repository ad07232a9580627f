"""Writes a number of bytes as people do."""

from __future__ import annotations

from tocsin.words import number

_MARKS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def written(count: float | None) -> str:
    """`8.59 GB`, `312 B`; "" where the number is not known."""
    if count is None:
        return ""
    left, place = count, 0
    while abs(left) >= 1000 and place < len(_MARKS) - 1:
        left, place = left / 1000, place + 1
    return f"{number(left)} {_MARKS[place]}"
