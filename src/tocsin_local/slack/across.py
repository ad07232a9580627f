"""The rules that no schema can say: what holds across blocks, series, and the message as a whole."""

from collections.abc import Collection, Iterator
from typing import Any

from tocsin_local.slack.schema import Finding
from tocsin_local.slack.walk import objects, texts

CHARTS_MAX = 2
TABLES_MAX = 1
MARKDOWN_MAX = 12_000
ALL_TEXT_MAX = 12_000
"""Slack does not document it; refusals were seen from 12 000 to 13 200 characters on, so the least counts."""

_ATTACHMENT_CONTENT = (
    "blocks",
    "text",
    "fallback",
    "pretext",
    "title",
    "fields",
    "image_url",
    "thumb_url",
    "author_name",
    "actions",
)
_ITEMS: dict[tuple[str, str], tuple[int, int | None]] = {
    ("section", "fields"): (1, None),
    ("card", "actions"): (0, 3),
    ("container", "child_blocks"): (1, None),
    ("data_table", "rows"): (2, 201),
    ("plan", "tasks"): (0, 50),
    ("checkboxes", "options"): (1, None),
    ("radio_buttons", "options"): (1, None),
    ("static_select", "options"): (1, None),
    ("multi_static_select", "options"): (1, None),
}
"""(least, most) items of a block's or an element's list, where the official types leave them out."""
_Charge = tuple[str, Finding]


def attachment_is_empty(attachment: dict[str, Any]) -> bool:
    """Whether nothing of it would be seen (a colour alone is nothing)."""
    return not any(attachment.get(key) for key in _ATTACHMENT_CONTENT)


def across(blocks: list[Any], attachments: list[Any], images: Collection[str]) -> Iterator[_Charge]:
    """Each broken rule as (code, finding), the message's own blocks before those of its attachments."""
    rooms = list(_rooms(blocks, attachments))
    yield from _counts(rooms)
    yield from _repeated_ids(rooms)
    for code, pointer, block in rooms:
        yield from ((code, finding) for finding in _within(block, pointer, images))
    total = sum(len(text) for _, _, block in rooms for text in texts(block))
    if total > ALL_TEXT_MAX:
        limit = ("max_length", ALL_TEXT_MAX, total)
        yield "msg_blocks_too_long", Finding("/blocks", "the blocks hold too much text", constraint=limit)


def _rooms(blocks: list[Any], attachments: list[Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every block as (code for its faults, pointer, block)."""
    places = [("invalid_blocks", "/blocks", blocks)]
    for index, attachment in enumerate(attachments):
        if isinstance(attachment, dict) and isinstance(attachment.get("blocks"), list):
            places.append(("invalid_attachments", f"/attachments/{index}/blocks", attachment["blocks"]))
    for code, pointer, held in places:
        for index, block in enumerate(held):
            if isinstance(block, dict):
                yield code, f"{pointer}/{index}", block


def _counts(rooms: list[tuple[str, str, dict[str, Any]]]) -> Iterator[_Charge]:
    seen = {"data_visualization": 0, "table": 0, "markdown": 0}
    most = {"data_visualization": CHARTS_MAX, "table": TABLES_MAX, "markdown": MARKDOWN_MAX}
    for code, pointer, block in rooms:
        for at, found in objects(block, pointer):
            kind = found.get("type")
            if not isinstance(kind, str) or kind not in seen:
                continue
            seen[kind] += len(str(found.get("text", ""))) if kind == "markdown" else 1
            if seen[kind] > most[kind]:
                unit = "characters of" if kind == "markdown" else "blocks of type"
                limit = ("max_items", most[kind], seen[kind])
                yield code, Finding(at, f"no more than {most[kind]} {unit} {kind} allowed", constraint=limit)


def _repeated_ids(rooms: list[tuple[str, str, dict[str, Any]]]) -> Iterator[_Charge]:
    blocks: set[str] = set()
    for code, pointer, block in rooms:
        actions: set[str] = set()
        for at, found in objects(block, pointer):
            for name, seen in (("block_id", blocks), ("action_id", actions)):
                value = found.get(name)
                if isinstance(value, str) and value in seen:
                    yield code, Finding(f"{at}/{name}", f"{name} must be unique", "invalid_value")
                elif isinstance(value, str):
                    seen.add(value)


def _within(block: dict[str, Any], pointer: str, images: Collection[str]) -> Iterator[Finding]:
    for at, found in objects(block, pointer):
        kind, url = found.get("type"), found.get("image_url")
        if kind in ("alert", "file") and "/child_blocks/" in at:
            yield Finding(f"{at}/type", f"unsupported type: {kind}", "invalid_value")
        if isinstance(url, str) and url not in images:
            yield Finding(f"{at}/image_url", "downloading image failed", "invalid_value")
        yield from _sizes(found, at)
        if kind == "data_visualization" and isinstance(found.get("chart"), dict):
            yield from _chart(found["chart"], f"{at}/chart")


def _sizes(found: dict[str, Any], at: str) -> Iterator[Finding]:
    for name, value in found.items():
        bounds = _ITEMS.get((str(found.get("type")), name))
        if bounds and isinstance(value, list):
            yield from _sized(value, f"{at}/{name}", *bounds)
    if found.get("type") == "data_table" and isinstance(found.get("rows"), list):
        for index, row in enumerate(found["rows"]):
            yield from _sized(row, f"{at}/rows/{index}", 1, 20)


def _sized(items: Any, at: str, least: int, most: int | None) -> Iterator[Finding]:
    size = len(items) if isinstance(items, list) else least
    if size < least:
        yield Finding(at, f"no less than {least} items allowed", constraint=("min_items", least, size))
    if most is not None and size > most:
        yield Finding(at, f"no more than {most} items allowed", constraint=("max_items", most, size))


def _chart(chart: dict[str, Any], pointer: str) -> Iterator[Finding]:
    """Every series has one value for each category: https://docs.slack.dev/reference/block-kit/blocks."""
    axis, series = chart.get("axis_config"), chart.get("series")
    categories = axis.get("categories") if isinstance(axis, dict) else None
    if not isinstance(categories, list) or not isinstance(series, list):
        return
    names: list[Any] = []
    for index, line in enumerate(series):
        if not isinstance(line, dict) or not isinstance(line.get("data"), list):
            continue
        labels = [point.get("label") for point in line["data"] if isinstance(point, dict)]
        if sorted(map(str, labels)) != sorted(map(str, categories)):
            yield Finding(f"{pointer}/series/{index}/data", "labels must match the categories", "invalid_value")
        if line.get("name") in names:
            yield Finding(f"{pointer}/series/{index}/name", "name must be unique", "invalid_value")
        names.append(line.get("name"))
