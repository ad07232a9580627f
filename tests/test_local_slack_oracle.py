"""A second, independent registry of Slack's limits agrees with what the local Slack refuses (rule F48).

The registry is that of PyPI slackblocks 3.0.0 (MIT); nothing of it is shipped.
"""

from collections.abc import Callable
from typing import Any

import pytest
from slackblocks import _limits

from tocsin_local.slack import judge

Build = Callable[[int], dict[str, Any]]


def text(size: int, kind: str = "plain_text") -> dict[str, Any]:
    return {"type": kind, "text": "a" * size}


def section(**more: Any) -> dict[str, Any]:
    return {"type": "section", "text": text(1), **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "actions", "elements": list(elements)}


def button(number: int = 0, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": f"a{number}", "text": text(1), **more}


def option(**more: Any) -> dict[str, Any]:
    return {"text": text(1), "value": "v", **more}


def chosen(kind: str, options: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return actions({"type": kind, "action_id": "a", "options": options, **more})


def confirmed(**more: Any) -> dict[str, Any]:
    parts = {"title": text(1), "text": text(1), "confirm": text(1), "deny": text(1), **more}
    return actions(button(confirm=parts))


def chart(
    series: int = 1, points: int = 1, title: int = 1, name: int = 2, label: int = 2, axis: int = 1
) -> dict[str, Any]:
    labels = [f"{number:02}"[-label:].rjust(label, "l") for number in range(points)]
    lines = [
        {"name": f"{number:02}".rjust(name, "n"), "data": [{"label": mark, "value": 1} for mark in labels]}
        for number in range(series)
    ]
    config = {"categories": labels, "x_label": "x" * axis, "y_label": "y" * axis}
    shape = {"type": "line", "series": lines, "axis_config": config}
    return {"type": "data_visualization", "title": "t" * title, "chart": shape}


def pie(segments: int, label: int = 2) -> dict[str, Any]:
    parts = [{"label": f"{number:02}".rjust(label, "l"), "value": 1} for number in range(segments)]
    return {"type": "data_visualization", "title": "t", "chart": {"type": "pie", "segments": parts}}


def table(kind: str, rows: int, cells: int, **more: Any) -> dict[str, Any]:
    row = [{"type": "raw_text", "text": "a"} for _ in range(cells)]
    return {"type": kind, "rows": [row for _ in range(rows)], **more}


def container(children: int = 1, **more: Any) -> dict[str, Any]:
    return {"type": "container", "title": text(1), "child_blocks": [section() for _ in range(children)], **more}


def card(**more: Any) -> dict[str, Any]:
    return {"type": "card", "title": text(1, "mrkdwn"), **more}


AT_MOST: dict[str, Build] = {
    "ACTION_ID_MAX_LENGTH": lambda n: actions({**button(), "action_id": "a" * n}),
    "ACTIONS_ELEMENTS_MAX_ITEMS": lambda n: actions(*map(button, range(n))),
    "BLOCK_ID_MAX_LENGTH": lambda n: {"type": "divider", "block_id": "b" * n},
    "BUTTON_ACCESSIBILITY_LABEL_MAX_LENGTH": lambda n: actions(button(accessibility_label="a" * n)),
    "BUTTON_TEXT_MAX_LENGTH": lambda n: actions(button(text=text(n))),
    "BUTTON_URL_MAX_LENGTH": lambda n: actions(button(url="https://x/".ljust(n, "u"))),
    "BUTTON_VALUE_MAX_LENGTH": lambda n: actions(button(value="v" * n)),
    "CARD_ACTIONS_MAX_ITEMS": lambda n: card(actions=list(map(button, range(n)))),
    "CARD_BODY_MAX_LENGTH": lambda n: card(body=text(n, "mrkdwn")),
    "CARD_TITLE_MAX_LENGTH": lambda n: card(title=text(n, "mrkdwn")),
    "CAROUSEL_ELEMENTS_MAX_ITEMS": lambda n: {"type": "carousel", "elements": [card() for _ in range(n)]},
    "CHECKBOXES_OPTIONS_MAX_ITEMS": lambda n: chosen("checkboxes", [option() for _ in range(n)]),
    "CONFIRMATION_CONFIRM_MAX_LENGTH": lambda n: confirmed(confirm=text(n)),
    "CONFIRMATION_DENY_MAX_LENGTH": lambda n: confirmed(deny=text(n)),
    "CONFIRMATION_TEXT_MAX_LENGTH": lambda n: confirmed(text=text(n)),
    "CONFIRMATION_TITLE_MAX_LENGTH": lambda n: confirmed(title=text(n)),
    "CONTAINER_CHILD_BLOCKS_MAX_ITEMS": container,
    "CONTAINER_SUBTITLE_MAX_LENGTH": lambda n: container(subtitle=text(n)),
    "CONTAINER_TITLE_MAX_LENGTH": lambda n: container(title=text(n)),
    "CONTEXT_ELEMENTS_MAX_ITEMS": lambda n: {"type": "context", "elements": [text(1) for _ in range(n)]},
    "DATA_TABLE_COLUMNS_MAX_ITEMS": lambda n: table("data_table", 2, n, caption="c"),
    "DATA_TABLE_PAGE_SIZE_MAX": lambda n: table("data_table", 2, 1, caption="c", page_size=n),
    "DATA_TABLE_ROWS_MAX_ITEMS": lambda n: table("data_table", n, 1, caption="c"),
    "DATA_VISUALIZATION_AXIS_LABEL_MAX_LENGTH": lambda n: chart(axis=n),
    "DATA_VISUALIZATION_DATA_MAX_ITEMS": lambda n: chart(points=n),
    "DATA_VISUALIZATION_POINT_LABEL_MAX_LENGTH": lambda n: chart(label=n),
    "DATA_VISUALIZATION_SEGMENTS_MAX_ITEMS": pie,
    "DATA_VISUALIZATION_SEGMENT_LABEL_MAX_LENGTH": lambda n: pie(1, n),
    "DATA_VISUALIZATION_SERIES_MAX_ITEMS": lambda n: chart(series=n),
    "DATA_VISUALIZATION_SERIES_NAME_MAX_LENGTH": lambda n: chart(name=n),
    "DATA_VISUALIZATION_TITLE_MAX_LENGTH": lambda n: chart(title=n),
    "HEADER_TEXT_MAX_LENGTH": lambda n: {"type": "header", "text": text(n)},
    "IMAGE_ALT_TEXT_MAX_LENGTH": lambda n: {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a" * n},
    "IMAGE_TITLE_MAX_LENGTH": lambda n: {
        "type": "image",
        "slack_file": {"id": "F1"},
        "alt_text": "a",
        "title": text(n),
    },
    "MARKDOWN_TEXT_MAX_LENGTH": lambda n: {"type": "markdown", "text": "m" * n},
    "OPTION_DESCRIPTION_MAX_LENGTH": lambda n: chosen("overflow", [option(description=text(n))]),
    "OPTION_TEXT_MAX_LENGTH": lambda n: chosen("overflow", [option(text=text(n))]),
    "OPTION_URL_MAX_LENGTH": lambda n: chosen("overflow", [option(url="https://x/".ljust(n, "u"))]),
    "OPTION_VALUE_MAX_LENGTH": lambda n: chosen("overflow", [option(value="v" * n)]),
    "OVERFLOW_OPTIONS_MAX_ITEMS": lambda n: chosen("overflow", [option() for _ in range(n)]),
    "PLAN_TASKS_MAX_ITEMS": lambda n: {"type": "plan", "title": "p", "tasks": [{} for _ in range(n)]},
    "RADIO_BUTTONS_OPTIONS_MAX_ITEMS": lambda n: chosen("radio_buttons", [option() for _ in range(n)]),
    "SECTION_FIELDS_ITEM_MAX_LENGTH": lambda n: section(fields=[text(n)]),
    "SECTION_FIELDS_MAX_ITEMS": lambda n: section(fields=[text(1) for _ in range(n)]),
    "SECTION_TEXT_MAX_LENGTH": lambda n: section(text=text(n)),
    "SELECT_OPTIONS_MAX_ITEMS": lambda n: chosen("static_select", [option() for _ in range(n)]),
    "SELECT_PLACEHOLDER_MAX_LENGTH": lambda n: chosen("static_select", [option()], placeholder=text(n)),
    "TABLE_COLUMNS_MAX_ITEMS": lambda n: table("table", 1, n),
    "TABLE_COLUMN_SETTINGS_MAX_ITEMS": lambda n: table("table", 1, 1, column_settings=[{} for _ in range(n)]),
    "TABLE_ROWS_MAX_ITEMS": lambda n: table("table", n, 1),
}
AT_LEAST: dict[str, Build] = {
    "CAROUSEL_ELEMENTS_MIN_ITEMS": AT_MOST["CAROUSEL_ELEMENTS_MAX_ITEMS"],
    "CHECKBOXES_OPTIONS_MIN_ITEMS": AT_MOST["CHECKBOXES_OPTIONS_MAX_ITEMS"],
    "CONTAINER_CHILD_BLOCKS_MIN_ITEMS": container,
    "DATA_TABLE_COLUMNS_MIN_ITEMS": AT_MOST["DATA_TABLE_COLUMNS_MAX_ITEMS"],
    "DATA_TABLE_PAGE_SIZE_MIN": AT_MOST["DATA_TABLE_PAGE_SIZE_MAX"],
    "DATA_TABLE_ROWS_MIN_ITEMS": AT_MOST["DATA_TABLE_ROWS_MAX_ITEMS"],
    "DATA_VISUALIZATION_DATA_MIN_ITEMS": AT_MOST["DATA_VISUALIZATION_DATA_MAX_ITEMS"],
    "DATA_VISUALIZATION_SEGMENTS_MIN_ITEMS": pie,
    "DATA_VISUALIZATION_SERIES_MIN_ITEMS": AT_MOST["DATA_VISUALIZATION_SERIES_MAX_ITEMS"],
    "OVERFLOW_OPTIONS_MIN_ITEMS": AT_MOST["OVERFLOW_OPTIONS_MAX_ITEMS"],
    "RADIO_BUTTONS_OPTIONS_MIN_ITEMS": AT_MOST["RADIO_BUTTONS_OPTIONS_MAX_ITEMS"],
    "SELECT_OPTIONS_MIN_ITEMS": AT_MOST["SELECT_OPTIONS_MAX_ITEMS"],
    "TEXT_MIN_LENGTH": AT_MOST["SECTION_TEXT_MAX_LENGTH"],
}


def taken(block: dict[str, Any]) -> bool:
    return judge({"text": "a", "blocks": [block]}).conforms


def limit(name: str) -> int:
    return int(vars(_limits)[name])


@pytest.mark.parametrize("name", AT_MOST)
def test_at_the_limit_is_taken_and_beyond_is_not(name: str) -> None:
    """What the other registry allows at most is taken, and one more is refused."""
    build, most = AT_MOST[name], limit(name)
    assert [taken(build(most)), taken(build(most + 1))] == [True, False]


@pytest.mark.parametrize("name", AT_LEAST)
def test_the_least_is_taken_and_less_is_not(name: str) -> None:
    """What the other registry asks for at least is taken, and one less is refused."""
    build, least = AT_LEAST[name], limit(name)
    assert [taken(build(least)), taken(build(least - 1))] == [True, False]
