"""Reads the lines of the function's log, however they came: from its logger, or as Lambda captured them. Pure."""

from __future__ import annotations

import json
from typing import Any

from tocsin_local.journal.records import Finding


def happened(line: str) -> dict[str, Any] | None:
    """What a line tells, None where it is none of tocsin's own.

    It may stand alone, behind Lambda's prefix of plain text, or as the message of Lambda's JSON:
    https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html.
    """
    start = line.find("{")
    try:
        found = json.JSONDecoder().raw_decode(line, start)[0] if start >= 0 else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    if isinstance(found.get("did"), str):
        return found
    inner = found.get("message")
    return happened(inner) if isinstance(inner, str) else None


def finding(told: dict[str, Any]) -> Finding:
    """What a line tells of a signal."""
    messages = told.get("messages")
    did, kind, via, subject, reason, event, code = (
        str(told.get(name, "")) for name in ("did", "kind", "via", "subject", "reason", "event", "code")
    )
    ids = tuple(map(str, messages)) if isinstance(messages, list) else ()
    return Finding(did, kind, via, subject, reason, event, ids, code)
