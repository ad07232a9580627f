"""Runs the benches, or those that are named, and rewrites their tables in docs/performance.md.

A bench is a file beside this one with a QUESTION and rows(); it is listed in BENCHES. Other text of the page stays.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cold_start
import evaluator
import kinds
import messages
from page import put, section
from table import markdown, text

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BENCHES = {
    "messages": messages,
    "kinds": kinds,
    "evaluator": evaluator,
    "cold_start": cold_start,
}


def main() -> None:
    """Run, print and write each bench as soon as it is done."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}; default: all")
    asked.add_argument("--page", type=Path, default=PAGE, help="the page to rewrite")
    options = asked.parse_args()
    if unknown := [name for name in options.names if name not in BENCHES]:
        asked.error(f"no such bench: {', '.join(unknown)}")
    for name in options.names or BENCHES:
        bench = BENCHES[name]
        sys.stdout.write(f"{bench.QUESTION}\n")
        sys.stdout.flush()
        rows = bench.rows()
        sys.stdout.write(f"{text(rows)}\n\n")
        page = options.page.read_text(encoding="utf-8")
        options.page.write_text(put(page, name, section(name, bench.QUESTION, markdown(rows))), encoding="utf-8")


if __name__ == "__main__":
    main()
