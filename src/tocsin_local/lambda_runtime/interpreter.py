"""Finds a Python of the version that a function runs on, and what of Lambda's runtime it has."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tocsin.ports import ConfigError
from tocsin_local.lambda_runtime import probe

_PATIENCE_S = 30


@dataclass(frozen=True, slots=True)
class Interpreter:
    """``executable`` stands behind any virtual environment; ``parts`` are what Lambda ships: name -> where it is."""

    executable: Path
    version: str
    parts: tuple[tuple[str, Path], ...]


@cache
def find_python(version: str) -> Path | None:
    """A Python of this version ("3.13"): the running one, one on PATH, or pyenv's newest; None if there is none."""
    if version == f"{sys.version_info.major}.{sys.version_info.minor}":
        return Path(sys.executable)
    on_path = (Path(folder, f"python{version}") for folder in os.get_exec_path())
    return next((each for each in (*on_path, *_of_pyenv(version)) if _version(each) == version), None)


@cache
def look_at(python: Path) -> Interpreter:
    """Raises ConfigError where it is no Python, or lacks AWS's runtime client or boto3."""
    told = _told([str(python), "-I", probe.__file__])
    if told is None:
        raise ConfigError(f"{python} does not run.", "Name a Python 3.11 or newer.")
    seen = json.loads(told)
    if seen["missing"]:
        raise ConfigError(
            f"{python} lacks {' and '.join(seen['missing'])}, which Lambda's own runtime ships.",
            f"Install them beside it: {python} -m pip install awslambdaric boto3",
        )
    parts = tuple((name, Path(path)) for name, path in sorted(seen["parts"].items()))
    return Interpreter(Path(seen["executable"]), seen["version"], parts)


def _version(python: Path) -> str | None:
    # A shim may stand on PATH for a Python that is not there, so each one is asked.
    told = _told([str(python), "-I", "-c", "import sys; sys.stdout.write('%d.%d' % sys.version_info[:2])"])
    return None if told is None else told.strip()


def _of_pyenv(version: str) -> list[Path]:
    root = _told(["pyenv", "root"])
    if root is None:
        return []
    installed = Path(root.strip(), "versions").glob(f"{version}.*/bin/python{version}")
    return sorted(installed, key=lambda path: [int(part) for part in path.parts[-3].split(".") if part.isdigit()])[::-1]


def _told(command: list[str]) -> str | None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout
