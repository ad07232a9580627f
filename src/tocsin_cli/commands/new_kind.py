"""`tocsin new-kind`: the recipe of docs/add-a-kind.md, done for you up to the part that needs thought."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from tocsin.ports import ConfigError
from tocsin_cli import ui
from tocsin_cli.new_kind import write


@click.command(name="new-kind")
@click.argument("name")
@click.argument("event_file", type=click.Path(dir_okay=False, path_type=Path))
def new_kind(name: str, event_file: Path) -> None:
    """Begin a kind called NAME that reads EVENT_FILE: its module, its line in KINDS, its event and its snapshot.

    Run it at the top of a clone of the repository. It overwrites nothing. The kind works at once; then give it its
    words, its facts and its severity, and write the snapshot anew with `make snapshots`.
    """
    root = Path.cwd()
    try:
        content = event_file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigError(f"{event_file} cannot be read: {why}", "an event is a JSON file") from None
    written = write(root, name, content)
    for path in (written.event, written.module, written.registry):
        ui.line(f"wrote {path.relative_to(root)}")
    _snapshot(root, name)
    ui.line(f"Next: edit {written.module.relative_to(root)}, then `make snapshots` and `make test`.")


def _snapshot(root: Path, name: str) -> None:
    """Written by the tests themselves, so that there is one idea of what a snapshot holds."""
    command = [sys.executable, "-m", "pytest", "-q", "tests/test_events.py", "-k", name]
    environ = {**os.environ, "TOCSIN_SNAPSHOTS": "write", "PYTHONPATH": str(root / "src")}
    done = subprocess.run(command, cwd=root, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        ui.error("the snapshot could not be written", "run `make snapshots` to see why")
        sys.exit(1)
    ui.line(f"wrote tests/events/{name}/first.snap.json")
