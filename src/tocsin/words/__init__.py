"""Says phrases: looks a sentence up by room and language and fills its braces, piece by piece.

A piece keeps apart what we wrote ("words") from what came from outside ("data", "strong"), so that a destination can
escape the second and format the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from functools import cache
from importlib import import_module
from sys import float_info
from typing import Literal, NamedTuple

from tocsin.model import At, Lapse, Phrase, Strong, Value

LANGUAGES = ("en", "ko")
Role = Literal["words", "data", "strong", "at"]
Words = Mapping[str, Mapping[str, str]]

_BRACE = re.compile(r"\{(\w+)\}")
_ROOM = re.compile(r"[a-z][a-z0-9_]*\Z")


class Piece(NamedTuple):
    role: Role
    text: str
    ms: int = 0


def sentences(room: str, language: str) -> Mapping[str, str]:
    """The sentences of a room ("words", or a kind's module) in one language."""
    if room == "words":
        words: Mapping[str, str] = import_module(f"tocsin.words.{language}").WORDS
        return words
    if not _ROOM.match(room):
        raise KeyError(room)
    own: Words = import_module(f"tocsin.kinds.{room}").WORDS
    return own[language]


def compose(value: Value, language: str) -> Iterator[Piece]:
    """A value as pieces, in order."""
    if isinstance(value, Phrase):
        yield from _fill(value, language)
    elif isinstance(value, Strong):
        yield Piece("strong", value.text)
    elif isinstance(value, At):
        yield Piece("at", "", value.ms)
    elif isinstance(value, Lapse):
        yield Piece("words", duration(value.seconds, language))
    elif isinstance(value, tuple):
        for index, part in enumerate(value):
            if index:
                yield Piece("words", ", ")
            yield from compose(part, language)
    elif isinstance(value, str):
        yield Piece("data", value)
    else:
        yield Piece("data", number(value))


def _fill(phrase: Phrase, language: str) -> Iterator[Piece]:
    for index, part in enumerate(_parts(phrase.key, language)):
        if index % 2:
            yield from compose(phrase.args[part], language)
        elif part:
            yield Piece("words", part)


@cache
def _parts(key: str, language: str) -> tuple[str, ...]:
    """A sentence as its own words and, at every second place, the names in its braces."""
    room, _, name = key.partition(".")
    return tuple(_BRACE.split(sentences(room, language)[name]))


def plain(value: Value, language: str, zone: tzinfo) -> str:
    """A value as one line of plain text, instants in ``zone``."""
    return "".join(instant(piece.ms, zone) if piece.role == "at" else piece.text for piece in compose(value, language))


def instant(ms: int, zone: tzinfo) -> str:
    """An instant with its zone, to the second: "2026-11-24 09:33:20 UTC". One that no calendar holds stays a number."""
    try:
        return datetime.fromtimestamp(ms / 1000, zone).strftime("%Y-%m-%d %H:%M:%S %Z")
    except (OverflowError, ValueError, OSError):
        return str(ms)


def number(value: float) -> str:
    """A number as people write it: at most 4 significant decimals, thousands kept apart ("1,234.5", "0.00012")."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if abs(value) >= 1e15:
        return f"{min(max(value, -float_info.max), float_info.max):.6g}"
    if value == int(value):
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.1f}".removesuffix(".0")
    if abs(value) >= 1:
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return f"{value:.4g}"


def duration(seconds: float, language: str) -> str:
    """A length of time in its two largest units ("2 h 5 min", "45 s")."""
    left = max(0, round(seconds))
    units = sentences("words", language)
    parts = []
    for name, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60), ("seconds", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(units[name].replace("{n}", str(count)))
        if parts and (len(parts) == 2 or not count):
            break
    return " ".join(parts) or units["seconds"].replace("{n}", "0")
