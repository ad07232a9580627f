"""What every bench gives: rows of words and results. How they are timed, printed and written as Markdown."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was measured, and what came out, in words that need no further explanation."""

    what: str
    result: str


def best(work: Callable[[], object], times: int = 5) -> float:
    """The shortest of several runs (s): what the machine can do when nothing else disturbs it."""
    found = []
    for _ in range(times):
        gc.collect()
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def against_first(seconds: Sequence[float]) -> str:
    """Times as multiples of the first: ``1 · 1.1 · 2.4``."""
    return " · ".join(f"{one / seconds[0]:.2g}" for one in seconds)


def millions(count: float, seconds: float) -> str:
    """``1.8 million/s``."""
    return f"{count / seconds / 1e6:.2g} million/s"


def text(rows: Iterable[Row]) -> str:
    """For a terminal."""
    kept = list(rows)
    width = max(len(row.what) for row in kept)
    return "\n".join(f"{row.what:<{width}}  {row.result}" for row in kept)


def markdown(rows: Iterable[Row]) -> str:
    """For a page."""
    return "\n".join(["| what | result |", "|---|---|", *(f"| {row.what} | {row.result} |" for row in rows)])
