"""Writes docs/kinds.md: what is understood, from the registry and from what the snapshots say people see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tocsin_cli.kinds_known import Known, known

TARGET = Path(__file__).with_suffix(".md")
HEAD = """# What is understood

Written by `make docs` from the registry and the example events; `tocsin kinds NAME` says what a kind is found by. The
example is the title that people read first; each kind has more events under `tests/events/`.

| kind | what it is | road | for example |
|---|---|---|---|
"""
TAIL = """
## Everything else

What no kind claims, or what a kind trips over, is read by these, in this order, so that nothing is lost:

| fallback | what it is |
|---|---|
"""


def page() -> str:
    """The whole page as Markdown."""
    found = list(known())
    rows = "".join(_row(one) for one in found if not one.fallback)
    rest = "".join(f"| `{one.name}` | {_cell(one.what)} |\n" for one in found if one.fallback)
    return f"{HEAD}{rows}{TAIL}{rest}"


def _row(one: Known) -> str:
    return f"| `{one.name}` | {_cell(one.what)} | {', '.join(one.roads)} | {'<br>'.join(_titles(one))} |\n"


def _titles(one: Known) -> Iterator[str]:
    """The first example's title in each language."""
    for path in one.examples[:1]:
        snapshot = json.loads(path.with_suffix(".snap.json").read_text("utf-8"))
        for language in ("en", "ko"):
            yield _cell(str(snapshot[language][0]["title"]))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
