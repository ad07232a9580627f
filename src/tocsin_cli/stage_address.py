"""Where a running stage says how it can be reached, so that other commands find it."""

from __future__ import annotations

import json
import os
from pathlib import Path


def address_file() -> Path:
    """In the user's own state folder (XDG Base Directory Specification)."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "tocsin" / "stage.json"


def running_stage() -> str | None:
    """The address of the stage that runs on this machine, None if none says so."""
    try:
        return str(json.loads(address_file().read_text("utf-8"))["url"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
