"""Takes values out of JSON that may be missing, null or of another type, so that a kind never asks twice."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

Json = dict[str, object]


def clean(text: str) -> str:
    """The text without lone surrogates, which neither UTF-8 nor a database can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def text(source: object, *names: str) -> str:
    """The first of these fields that is a text with something in it, or a number; else ""."""
    if isinstance(source, Mapping):
        for name in names:
            value = source.get(name)
            if isinstance(value, str) and value.strip():
                return clean(value)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return str(value)
    return ""


def number(source: object, *names: str) -> float | None:
    """The first of these fields that is a finite number, written as a number or as text."""
    if isinstance(source, Mapping):
        for name in names:
            found = as_number(source.get(name))
            if found is not None:
                return found
    return None


def as_number(value: object) -> float | None:
    """A finite number, written as a number or as text; else None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(source: object, *names: str) -> int | None:
    """The first of these fields that is a whole number above zero."""
    found = number(source, *names)
    return int(found) if found is not None and 0 < found < 1e12 and found == int(found) else None


def mapping(source: object, *names: str) -> Json:
    """The first of these fields that is an object; else an empty one."""
    if isinstance(source, Mapping):
        for name in names:
            value = source.get(name)
            if isinstance(value, dict):
                return value
    return {}


def first(source: object, *names: str) -> Json:
    """The first of these fields that is a list with an object in it: that object; else an empty one."""
    return next((one for one in items(source, *names) if isinstance(one, dict)), {})


def camel(value: Json, depth: int = 16) -> Json:
    """An object whose names, ``depth`` levels down, begin with a small letter: an API's `SeverityLevel` is an event's
    `severityLevel`. Of two names that would meet, the one that was written small is kept."""
    made: Json = {}
    for name, inner in value.items():
        small = name[:1].lower() + name[1:]
        if small == name or small not in value:
            made[small] = _camel(inner, depth - 1)
    return made


def _camel(value: object, depth: int) -> object:
    if depth and isinstance(value, list):
        return [_camel(one, depth - 1) for one in value]
    return camel(value, depth) if depth and isinstance(value, dict) else value


def either(source: object, *names: str) -> object:
    """The first of these fields that is there and not null, whatever it is; else None."""
    found = (source.get(name) for name in names) if isinstance(source, Mapping) else ()
    return next((value for value in found if value is not None), None)


def items(source: object, *names: str) -> list[object]:
    """The first of these fields that is a list; else an empty one."""
    if isinstance(source, Mapping):
        for name in names:
            value = source.get(name)
            if isinstance(value, list):
                return value
    return []


def texts(source: object, *names: str) -> tuple[str, ...]:
    """The texts with something in them in the first of these fields that is a list."""
    return tuple(clean(one) for one in items(source, *names) if isinstance(one, str) and one.strip())


def yes(source: object, *names: str) -> bool:
    """Whether one of these fields says true, as a boolean or as text."""
    if not isinstance(source, Mapping):
        return False
    values = [source.get(name) for name in names]
    return any(value is True or (isinstance(value, str) and value.strip().lower() == "true") for value in values)


def parsed(value: object) -> object:
    """What a text of JSON holds; None when it holds none. What is not text is returned as it is."""
    if not isinstance(value, str):
        return value
    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found
