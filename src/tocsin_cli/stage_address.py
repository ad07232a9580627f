"""Where a stage keeps its state, and where one that runs says how it can be reached."""

from __future__ import annotations

import json
import os
from pathlib import Path


def state_folder() -> Path:
    """The user's own state folder (XDG Base Directory Specification), tocsin's part of it."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "tocsin"


def address_file() -> Path:
    """Where the stage that runs writes down its address."""
    return state_folder() / "stage.json"


def running_stage() -> str | None:
    """The address of the stage that runs on this machine, None if none says so."""
    try:
        return str(json.loads(address_file().read_text("utf-8"))["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
