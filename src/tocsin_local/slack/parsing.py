"""Reads JSON as strictly as Slack: NaN and Infinity, which Python writes and reads, are no JSON."""

import json
import math
from typing import Any, NoReturn

DEEPEST = 100
"""No message nests that deep; what walks through one may recurse."""


def strict_json(raw: bytes | str) -> Any:
    """The value; ValueError for anything else, invalid UTF-8 and bottomless nesting included."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise ValueError("nested too deeply")
        level = [inner for outer in level for inner in _inside(outer)]
    return value


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits} is too large")
    return number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
