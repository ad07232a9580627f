"""Compiles sources ahead, so that a cold start does not: Lambda's code folder is read-only, nothing is kept there."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

TASK = "/var/task"  # where Lambda unpacks it, and what a traceback shall say


def compiled(sources: Mapping[str, bytes], python: Path) -> dict[str, bytes]:
    """Name in the package -> bytecode, for every source. It fits the version of ``python`` and no other.

    Unchecked: Python never compares it with the source, whose time of change a zip does not keep.
    https://docs.python.org/3/reference/import.html (cached bytecode invalidation)
    """
    with TemporaryDirectory(prefix="tocsin-compile-") as folder:
        root = Path(folder).resolve()
        for name, content in sources.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        options = ["-q", "-f", "--invalidation-mode", "unchecked-hash", "-s", str(root), "-p", TASK, str(root)]
        # Nothing of the builder's environment, not even a seed: the same sources give the same bytes.
        settings = {"PYTHONHASHSEED": "0"}
        subprocess.run([str(python), "-P", "-m", "compileall", *options], check=True, cwd=root, env=settings)
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.pyc")}
