"""Reads JSON as strictly as Slack: NaN and Infinity, which Python writes and reads, are no JSON."""

import json
from typing import Any, NoReturn


def strict_json(raw: bytes | str) -> Any:
    """The value; ValueError for anything else, invalid UTF-8 and bottomless nesting included."""
    try:
        return json.loads(raw if isinstance(raw, str) else raw.decode("utf-8"), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")
