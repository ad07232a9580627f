"""Reads what a message claims to hold, whatever it holds: a wrong type is nothing, never an exception."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tocsin_local.web.render.markup import Child, h
from tocsin_local.web.render.mrkdwn import mrkdwn, plain
from tocsin_local.web.render.view import View

Thing = Mapping[str, Any]
_LARGEST = 1e300


def things(value: Any) -> list[Thing]:
    """The objects of a list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def thing(value: Any) -> Thing:
    return value if isinstance(value, dict) else {}


def words(value: Any) -> str:
    """A string, or a number as it is written; "" for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def number(value: Any) -> float:
    """A number within what arithmetic can still add up, 0 for what is none."""
    try:
        found = float(value) if isinstance(value, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return max(-_LARGEST, min(_LARGEST, found)) if math.isfinite(found) else 0.0


def flag(value: Any, key: str) -> bool:
    return thing(value).get(key) is True


def text(value: Any, view: View) -> list[Child]:
    """A text object (plain_text or mrkdwn) as nodes; a bare string is plain."""
    said = words(thing(value).get("text")) if isinstance(value, dict) else words(value)
    if thing(value).get("type") == "mrkdwn":
        return mrkdwn(said, view, flag(value, "verbatim"))
    return plain(said, emoji=thing(value).get("emoji") is not False)


def unknown(kind: str, view: View) -> Child:
    """What cannot be shown is named."""
    return h("p", view.say("unknown", type=kind or "?"), cls="sk-unknown", data_unknown=kind or "?")
