"""Puts a bench's table into a page, between its own markers, with the facts of the machine that it ran on."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path


def put(page: str, name: str, content: str) -> str:
    """``page`` with what stands between the markers of ``name`` replaced, or added at its end."""
    begin, end = f"<!-- bench {name} -->", f"<!-- end of {name} -->"
    section = f"{begin}\n{content}\n{end}"
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    return found.sub(lambda _: section, page) if found.search(page) else f"{page.rstrip()}\n\n{section}\n"


def section(name: str, question: str, table: str) -> str:
    """The question, who answered it when and where, and the table."""
    told = f"`make bench ARGS={name}` on {datetime.now(UTC):%Y-%m-%d}: {machine()}."
    return f"## {question}\n\n{told}\n\n{table}"


def machine() -> str:
    """The facts that numbers hang on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"Python {platform.python_version()} on {_processor()}, {cores} cores, {platform.system()}"


def _processor() -> str:
    try:
        facts = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        facts = ""
    found = re.search(r"^model name\s*: *(.+)$", facts, re.MULTILINE)
    return found[1].strip() if found else platform.machine()
