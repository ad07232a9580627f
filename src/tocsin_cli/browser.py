"""Opens the page for whoever sits before a screen, and never fails for whoever does not."""

from __future__ import annotations

import os
import sys
import webbrowser


def open_page(url: str) -> None:
    """In the user's browser, if the output is a terminal and there is a display."""
    has_display = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not (has_display and sys.stdout.isatty()):
        return
    try:
        webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return
