"""What tocsin understands, as plain data: each kind with its roads, its claims and its examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tocsin.kinds import FALLBACKS, KINDS
from tocsin.reading.entries import Attributes, Entry, Keys, KeyStart, Source, Text
from tocsin_cli import examples

Claim = Source | Keys | KeyStart | Text | Attributes


@dataclass(frozen=True, slots=True)
class Known:
    """One kind: ``what`` it is in one sentence, ``roads`` that it comes by, ``claims`` that it is found by."""

    name: str
    what: str
    roads: tuple[str, ...]
    claims: tuple[str, ...]
    examples: tuple[Path, ...]
    fallback: bool


def known() -> Iterator[Known]:
    """Every kind by name, then the fallbacks in the order in which they are asked."""
    for entry in sorted(KINDS, key=lambda one: one.name):
        yield _known(entry, fallback=False)
    for entry in FALLBACKS:
        yield _known(entry, fallback=True)


def _known(entry: Entry, fallback: bool) -> Known:
    prose = import_module(f"tocsin.kinds.{entry.module}").__doc__ or ""
    paragraph = " ".join(prose.strip().split("\n\n")[0].split())
    roads = tuple(dict.fromkeys(_road(claim) for claim in entry.where)) or ("whatever no kind claims",)
    return Known(entry.name, paragraph, roads, tuple(map(_claim, entry.where)), examples.events(entry.name), fallback)


def _road(claim: Claim) -> str:
    if isinstance(claim, Source):
        return "EventBridge"
    return "text by SNS" if isinstance(claim, Text) else "message by SNS"


def _claim(claim: Claim) -> str:
    if isinstance(claim, Source):
        return " · ".join(part for part in (claim.source or "any source", claim.detail_type) if part)
    if isinstance(claim, Keys):
        return "fields " + ", ".join(claim.names) + (f", without {claim.without}" if claim.without else "")
    if isinstance(claim, KeyStart):
        return f"a field {claim.start}…"
    if isinstance(claim, Attributes):
        return "message attributes " + ", ".join(claim.names)
    return " and ".join(
        f"{where} /{pattern}/" for where, pattern in (("subject", claim.subject), ("text", claim.body)) if pattern
    )
