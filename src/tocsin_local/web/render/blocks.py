"""Draws a message's blocks, one function for each type; a type that is not known here is named, never dropped.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tocsin_local.web.render.charts import chart
from tocsin_local.web.render.elements import button, element, image
from tocsin_local.web.render.markdown import markdown
from tocsin_local.web.render.markup import Child, Element, h
from tocsin_local.web.render.rich_text import rich_text
from tocsin_local.web.render.tables import table
from tocsin_local.web.render.texts import Thing, flag, text, thing, things, unknown, words
from tocsin_local.web.render.view import View

_CARD_LINES = (
    ("title", "sk-card-title"),
    ("subtitle", "sk-small-print"),
    ("body", "sk-text"),
    ("subtext", "sk-small-print"),
)
_WIDTHS = {"narrow": " sk-narrow", "wide": " sk-wide", "full": " sk-wide"}


def blocks(found: Any, view: View) -> Iterator[Element]:
    """Every block in its own element."""
    for block in found if isinstance(found, list) else []:
        held = thing(block)
        kind = words(held.get("type"))
        yield h("div", _block(kind, held, view), cls="sk-block", data_block=kind or "?")


def _block(kind: str, block: Thing, view: View) -> Child:
    match kind:
        case "header":
            return h("div", text(block.get("text"), view), cls="sk-header", role="heading", aria_level=3)
        case "section":
            return _section(block, view)
        case "context":
            return _context(block, view)
        case "actions":
            held = things(block.get("elements"))
            return h("div", (element(one, words(block.get("block_id")), view) for one in held), cls="sk-actions")
        case "divider":
            return h("hr", cls="sk-divider")
        case "image":
            title = text(block.get("title"), view) if block.get("title") else None
            return h("div", h("div", title, cls="sk-picture-title") if title else None, image(block, view))
        case "rich_text":
            return rich_text(block, view)
        case "table" | "data_table":
            return table(block, view)
        case "markdown":
            return markdown(words(block.get("text")))
        case "data_visualization":
            return chart(block, view)
        case "container":
            return _container(block, view)
        case "card":
            return _card(block, view)
        case "carousel":
            return h("div", (_card(card, view) for card in things(block.get("elements"))), cls="sk-carousel")
        case _:
            return unknown(kind, view)


def _section(block: Thing, view: View) -> Element:
    beside = thing(block.get("accessory"))
    said = h("div", text(block.get("text"), view), cls="sk-text") if block.get("text") else None
    fields = [h("div", text(field, view), cls="sk-field") for field in things(block.get("fields"))]
    body = h("div", said, h("div", fields, cls="sk-fields") if fields else None, cls="sk-said")
    accessory = h("div", element(beside, words(block.get("block_id")), view), cls="sk-accessory") if beside else None
    return h("div", body, accessory, cls="sk-section")


def _context(block: Thing, view: View) -> Element:
    held = things(block.get("elements"))
    parts = (image(one, view, small=True) if one.get("type") == "image" else h("span", text(one, view)) for one in held)
    return h("div", parts, cls="sk-context")


def _container(block: Thing, view: View) -> Element:
    """What can be folded is a <details>, open unless the message says otherwise."""
    titled = thing(block.get("rich_text_title"))
    title = rich_text(titled, view) if titled else text(block.get("title"), view)
    beneath = text(block.get("subtitle"), view) if block.get("subtitle") else None
    small = h("div", beneath, cls="sk-small-print") if beneath else None
    head = h("div", h("div", title, cls="sk-container-title"), small, cls="sk-container-names")
    inside = h("div", blocks(block.get("child_blocks"), view), cls="sk-container-body")
    look = "sk-container" + _WIDTHS.get(words(block.get("width")), "")
    if not flag(block, "is_collapsible"):
        return h("div", h("div", head, cls="sk-container-head"), inside, cls=look)
    folded = flag(block, "default_collapsed")
    return h("details", h("summary", head, cls="sk-container-head"), inside, cls=look, open=not folded)


def _card(block: Thing, view: View) -> Element:
    said = [h("div", text(block.get(key), view), cls=look) for key, look in _CARD_LINES if block.get(key)]
    hero, icon = thing(block.get("hero_image")), thing(block.get("icon"))
    buttons = [button(one, words(block.get("block_id")), view) for one in things(block.get("actions"))]
    return h(
        "div",
        image(hero, view) if hero else None,
        h("div", image(icon, view, small=True) if icon else None, h("div", said), cls="sk-card-head"),
        h("div", buttons, cls="sk-actions") if buttons else None,
        cls="sk-card",
    )
