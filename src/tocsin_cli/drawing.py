"""Draws a Slack message in a terminal: colour bar, text, fields, chart and buttons, as near as characters come."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

_MARK = re.compile(r"<!date\^\d+\^[^|>]*\|(?P<date>[^>]*)>|`(?P<code>[^`]*)`|\*(?P<bold>[^*\n]+)\*")
_LEVELS = "▁▂▃▄▅▆▇█"
WIDTH = 100


def message(payload: Mapping[str, Any]) -> RenderableType:
    """One message: its blocks, then its attachments behind their colour bars; text alone where it has neither."""
    parts = [*_blocks(payload.get("blocks") or ())]
    for attachment in payload.get("attachments") or ():
        bar = box.Box("▌   \n▌   \n▌   \n▌   \n▌   \n▌   \n▌   \n▌   \n")
        inside = Group(*_blocks(attachment.get("blocks") or ()))
        parts.append(Panel(inside, box=bar, border_style=str(attachment.get("color", "white")), padding=(0, 1)))
    body = Group(*parts) if parts else Text(html.unescape(str(payload.get("text", ""))))
    return Panel(body, box=box.ROUNDED, border_style="dim", width=WIDTH)


def _blocks(blocks: Any) -> Iterator[RenderableType]:
    for block in blocks:
        kind = block.get("type")
        if kind == "header":
            yield Text(_plain(block["text"]), style="bold")
        elif kind == "section":
            if "text" in block:
                yield _text(block["text"])
            if "fields" in block:
                yield _fields(block["fields"])
        elif kind == "context":
            yield Text(" ").join(_text(element, "dim") for element in block["elements"])
        elif kind == "actions":
            yield Text("  ").join(Text(f"[ {_plain(one['text'])} ]", style="cyan") for one in block["elements"])
        elif kind == "data_visualization":
            yield _chart(block)


def _text(element: Mapping[str, Any], style: str = "") -> Text:
    if element.get("type") != "mrkdwn":
        return Text(_plain(element), style=style)
    drawn, source, place = Text(style=style), str(element["text"]), 0
    for found in _MARK.finditer(source):
        drawn.append(html.unescape(source[place : found.start()]))
        word = found.lastgroup or ""
        drawn.append(html.unescape(found[word]), style={"bold": "bold", "code": "magenta"}.get(word, ""))
        place = found.end()
    return drawn.append(html.unescape(source[place:]))


def _plain(element: Mapping[str, Any]) -> str:
    return str(element.get("text", ""))


def _fields(fields: list[Mapping[str, Any]]) -> Table:
    grid = Table.grid(padding=(0, 4), expand=True)
    grid.add_column(ratio=1)
    grid.add_column(ratio=1)
    for place in range(0, len(fields), 2):
        grid.add_row(*(_text(field) for field in fields[place : place + 2]))
    return grid


def _chart(block: Mapping[str, Any]) -> Text:
    """Each series as one line of bars on a common scale, with its last value."""
    drawn = Text(str(block.get("title", "")), style="dim")
    series = block["chart"].get("series") or ()
    values = [float(point["value"]) for one in series for point in one["data"]]
    low, high = min([0.0, *values]), max([0.0, *values])
    for one in series:
        points = [float(point["value"]) for point in one["data"]]
        bars = "".join(_LEVELS[round((value - low) / ((high - low) or 1) * 7)] for value in points)
        drawn.append(f"\n{bars}  {one['name']} {points[-1]:g}")
    return drawn
