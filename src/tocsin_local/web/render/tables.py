"""Draws table and data_table blocks.

https://docs.slack.dev/reference/block-kit/blocks/table-block
"""

from __future__ import annotations

from typing import Any

from tocsin_local.web.render.markup import Child, Element, h
from tocsin_local.web.render.rich_text import rich_text
from tocsin_local.web.render.texts import Thing, thing, things, unknown, words
from tocsin_local.web.render.view import View

_ALIGNED = {"center": "sk-center", "right": "sk-right"}


def table(block: Thing, view: View) -> Element:
    """The first row is the head, as Slack draws it; a data_table has a caption too."""
    columns = block.get("column_settings")
    settings = columns if isinstance(columns, list) else []
    found = block.get("rows")
    rows = [_row(row, number, settings, view) for number, row in enumerate(found if isinstance(found, list) else [])]
    caption = words(block.get("caption"))
    drawn = h(
        "table",
        h("caption", caption, cls="sk-caption") if caption else None,
        h("thead", rows[:1]) if rows else None,
        h("tbody", rows[1:]) if len(rows) > 1 else None,
        cls="sk-table",
    )
    return h("div", drawn, cls="sk-scroll")


def _row(row: Any, number: int, settings: list[Any], view: View) -> Element:
    cells = []
    for index, cell in enumerate(things(row)):
        align = words(thing(settings[index]).get("align")) if index < len(settings) else ""
        look = _ALIGNED.get(align) or ("sk-right" if cell.get("type") == "raw_number" else None)
        head = number == 0
        cells.append(h("th" if head else "td", _cell(cell, view), cls=look, scope="col" if head else None))
    return h("tr", cells)


def _cell(cell: Thing, view: View) -> Child:
    match words(cell.get("type")):
        case "raw_text":
            return words(cell.get("text"))
        case "raw_number":
            return words(cell.get("text")) or words(cell.get("value"))
        case "rich_text":
            return rich_text(cell, view)
        case kind:
            return unknown(kind, view)
