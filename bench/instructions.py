"""Counts the instructions of a program: unlike its time, they hardly hang on the machine and on who else uses it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

TRIES = 3  # counted, a program is slow; on a busy machine too slow for what it waits for
# The program's command follows. Where the machine has no counters, as under most hypervisors, perf counts nothing.
_COUNTERS = {
    "perf": (("stat", "-e", "instructions:u"), r"([\d,]+) +instructions"),
    "valgrind": (("--tool=callgrind", "--callgrind-out-file=/dev/null"), r"Collected : (\d+)"),
}


@cache
def counter() -> str:
    """ "perf" or "valgrind", whichever works here, perf first; empty if none does."""
    return next((name for name in _COUNTERS if _counted(name, ["true"], {}, Path()) is not None), "")


def instructions(command: Sequence[str], variables: Mapping[str, str], folder: Path) -> int:
    """Run the command there and count. Raises RuntimeError where it fails; only where there is a counter."""
    tried = (_counted(counter(), command, variables, folder) for _ in range(TRIES))
    found = next((count for count in tried if count is not None), None)
    if found is None:
        raise RuntimeError(f"could not count what {command[0]} does")
    return found


def _counted(name: str, command: Sequence[str], variables: Mapping[str, str], folder: Path) -> int | None:
    options, pattern = _COUNTERS[name]
    if not (tool := shutil.which(name)):
        return None
    settings = {"PATH": "/usr/local/bin:/usr/bin:/bin", **variables, "LC_ALL": "C"}
    done = subprocess.run([tool, *options, *command], cwd=folder, env=settings, capture_output=True, text=True)
    found = re.search(pattern, done.stderr)
    return int(found[1].replace(",", "")) if found and not done.returncode else None
