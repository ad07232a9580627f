"""Cuts text only between the characters that people see, because half an emoji or half a syllable is a defect.

A small part of Unicode's rules for grapheme clusters (https://unicode.org/reports/tr29/): enough for names and
reasons, and bounded, so that a tower of accents stays short.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

_LONGEST = 12  # code points; the longest emoji in use has 10
_JOINER = "\u200d"
_MARK = "…"


def graphemes(text: str) -> Iterator[str]:
    """The characters that people see, in order; joined again they are ``text``."""
    start = 0
    for index in range(1, len(text) + 1):
        if index == len(text) or index - start >= _LONGEST or not _joins(text[start:index], text[index]):
            yield text[start:index]
            start = index


def units(text: str) -> int:
    """The length of ``text`` in UTF-16 units: never less than what any counter of characters says."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def breadth(text: str) -> int:
    """The graphemes in ``text``, a long one counted once for each 12 UTF-16 units: so those are bounded as well."""
    return len(text) if text.isascii() else sum(-(-units(grapheme) // 12) for grapheme in graphemes(text))


def cut(text: str, limit: int, write: Callable[[str], str] = str, cost: Callable[[str], int] = units) -> str:
    """``text``, each grapheme written by ``write``, costing at most ``limit``; "…" ends what was too long.

    ``write`` writes a text as it writes its characters one by one; ``cost`` is ``units`` or ``breadth``.
    """
    if text.isascii():  # nothing in it joins, and both costs count characters: most text, and most of the time
        written = write(text)
        if len(written) <= limit:
            return written
    kept: list[str] = []
    spent = whole = 0
    for grapheme in graphemes(text):
        written = write(grapheme)
        spent += cost(written)
        if spent > limit:
            return "".join(kept[:whole]).rstrip() + _MARK
        kept.append(written)
        if spent < limit:
            whole = len(kept)
    return "".join(kept)


def _joins(cluster: str, here: str) -> bool:
    if here < "\u0300":
        return False
    if _extends(here):
        return True
    before = cluster[-1]
    if before == _JOINER:
        return len(cluster) > 1 and unicodedata.category(here)[0] in "SC"
    if _is_flag_letter(here):
        return len(cluster) == 1 and _is_flag_letter(before)
    return _hangul(before, here)


def _extends(here: str) -> bool:
    return (
        unicodedata.category(here)[0] == "M"
        or here in "\u200c\u200d"
        or "\U0001f3fb" <= here <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= here <= "\U000e007f"  # tags, as in the flag of Scotland
    )


def _is_flag_letter(here: str) -> bool:
    return "\U0001f1e6" <= here <= "\U0001f1ff"


def _hangul(before: str, here: str) -> bool:
    if "\u1160" <= here <= "\u11ff" or "\ud7b0" <= here <= "\ud7fb":  # vowels and finals follow any Hangul
        return "\u1100" <= before <= "\u11ff" or "\ua960" <= before <= "\ua97c" or "\uac00" <= before <= "\ud7fb"
    leads = "\u1100" <= before <= "\u115f" or "\ua960" <= before <= "\ua97c"
    return leads and ("\u1100" <= here <= "\u115f" or "\ua960" <= here <= "\ua97c" or "\uac00" <= here <= "\ud7a3")
