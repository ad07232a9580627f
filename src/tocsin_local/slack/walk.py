"""Walks through a message's blocks, to find what counts across all of them."""

from collections.abc import Iterator
from typing import Any


def objects(value: Any, pointer: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object within `value`, outermost first, each with its JSON pointer."""
    if isinstance(value, dict):
        yield pointer, value
        for key, inner in value.items():
            yield from objects(inner, f"{pointer}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from objects(inner, f"{pointer}/{index}")


def texts(blocks: Any) -> Iterator[str]:
    """Every string that people read as text in blocks: text objects, rich text, markdown, cells."""
    for _, found in objects(blocks, ""):
        if isinstance(found.get("text"), str):
            yield found["text"]
