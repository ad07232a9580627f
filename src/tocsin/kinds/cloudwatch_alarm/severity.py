"""How bad an alarm is, as its owner says it: by tag, else in the description. Names are not guessed at."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import get_args

from tocsin.model import Severity

_WORDS: dict[str, Severity] = {word: word for word in get_args(Severity)}
_WORDS |= {"p1": "critical", "p2": "high", "p3": "medium", "p4": "low", "p5": "info"}
_TAGS = ("severity", "priority")
_LINE = re.compile(r"^[ \t]*severity[ \t]*:[ \t]*(\w+)[ \t]*$", re.IGNORECASE | re.MULTILINE)


def severity(tags: Iterable[tuple[str, str]], description: str, metric: str) -> Severity:
    """Tag ``severity`` or ``priority`` (P1 to P5), else ``severity: x`` on a line of the description, else "high" for
    a bill that grows (EstimatedCharges), else "medium"."""
    return told(tags, description) or ("high" if metric == "EstimatedCharges" else "medium")


def told(tags: Iterable[tuple[str, str]], description: str) -> Severity | None:
    """As its owner says it; None where nobody does."""
    tagged = {name.lower(): value for name, value in tags}
    said = [tagged.get(name, "") for name in _TAGS] + _LINE.findall(description)
    known = (_WORDS.get(word.strip().lower()) for word in said)
    return next(filter(None, known), None)
