"""`python -m tocsin_cli.artefacts FOLDER` writes the Lambda package there; `make dist` calls it."""

from __future__ import annotations

import sys
from pathlib import Path

from tocsin_cli import ui
from tocsin_cli.artefacts.lambda_zip import RUNTIME, package, zipped
from tocsin_local.lambda_runtime import find_python

NAME = "tocsin-lambda.zip"


def main(folder: Path, python: Path | None) -> None:
    """Write the zip, with bytecode if there is a ``python`` of Lambda's version, and say what it holds."""
    made = package(python)
    data = zipped(made)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / NAME).write_bytes(data)
    without = f"sources alone, as there is no Python {RUNTIME} on this machine: it runs, and starts a little slower"
    how = f"with bytecode for Python {RUNTIME}" if made.bytecode else without
    ui.line(f"{folder / NAME}: {len(data):,} bytes, {len(made.sources)} modules, {how}")
    ui.line(f"sources sha256:{made.digest}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), find_python(RUNTIME))
