"""Turns whatever came into text, and cuts text that is too long, saying how much there was."""

from __future__ import annotations

import json

from tocsin.reading.fields import clean

_DEPTH = 40


def dump(value: object, indent: int | None = None) -> str:
    """The value as JSON text. What JSON has no form for is told by its repr, what nests too deep by "…". Never raises
    for what JSON or Python's own containers can hold."""
    try:
        return clean(json.dumps(value, ensure_ascii=False, default=repr, indent=indent))
    except (TypeError, ValueError, RecursionError):
        return clean(json.dumps(_pruned(value, _DEPTH), ensure_ascii=False, default=repr, indent=indent))


def cut(text: str, limit: int) -> tuple[str, int]:
    """The text, cut to ``limit`` characters with a closing "…", and how many it had before (0: it was not cut)."""
    return (text, 0) if len(text) <= limit else (text[: limit - 1].rstrip() + "…", len(text))


def _pruned(value: object, depth: int) -> object:
    if not isinstance(value, (dict, list, tuple)):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, dict):
        return {str(key): _pruned(inner, depth - 1) for key, inner in value.items()}
    return [_pruned(inner, depth - 1) for inner in value]
