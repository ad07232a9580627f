"""What stands inside blocks: buttons, menus drawn closed, images drawn as frames (nothing is ever fetched)."""

from __future__ import annotations

from tocsin_local.web.render.markup import Child, Element, followable, h, link
from tocsin_local.web.render.markup import text as read
from tocsin_local.web.render.texts import Thing, text, thing, things, unknown, words
from tocsin_local.web.render.view import View

_STYLES = {"primary": " sk-primary", "danger": " sk-danger"}
_FIELDS = {
    "static_select", "external_select", "users_select", "conversations_select", "channels_select",
    "multi_static_select", "multi_external_select", "multi_users_select", "multi_conversations_select",
    "multi_channels_select", "datepicker", "timepicker", "datetimepicker",
}  # fmt: skip


def element(value: Thing, block_id: str, view: View) -> Child:
    """One element of an actions block, or a section's accessory."""
    kind = words(value.get("type"))
    if kind in ("button", "workflow_button"):
        return button(value, block_id, view)
    if kind == "overflow":
        options = [h("li", text(thing(option).get("text"), view)) for option in things(value.get("options"))]
        face = h("summary", cls="sk-button", aria_label=view.say("more"))
        return h("details", face, h("ul", options, cls="sk-menu"), cls="sk-overflow")
    if kind in _FIELDS:
        return h("span", _chosen(value, view), cls="sk-select")
    if kind in ("checkboxes", "radio_buttons"):
        mark = "☐" if kind == "checkboxes" else "○"
        options = [h("li", mark, " ", text(one.get("text"), view)) for one in things(value.get("options"))]
        return h("ul", options, cls="sk-options")
    if kind == "image":
        return image(value, view, small=True)
    return unknown(kind, view)


def button(value: Thing, block_id: str, view: View) -> Element:
    """With a URL it is a link; without, a button that says what it would send."""
    face, url = text(value.get("text"), view), words(value.get("url"))
    look = "sk-button" + _STYLES.get(words(value.get("style")), "")
    label = words(value.get("accessibility_label")) or None
    if followable(url):
        return link(url, face, cls=look)
    return h(
        "button",
        face,
        cls=look,
        type="button",
        aria_label=label,
        data_action_id=words(value.get("action_id")),
        data_block_id=block_id,
        data_value=words(value.get("value")),
    )


def image(value: Thing, view: View, small: bool = False) -> Element:
    """A frame with the alternative text. `small`: as an accessory or within a context block."""
    alternative = words(value.get("alt_text")) or view.say("hidden_image")
    picture = h(
        "svg",
        h("path", d="M3 5h18v14H3z M3 16l5-5 4 4 3-3 6 6", cls="sk-picture-line"),
        h("circle", cx=16, cy=9, r=1.5, cls="sk-picture-line"),
        cls="sk-picture-mark",
        viewBox="0 0 24 24",
        aria_hidden="true",
    )
    look = "sk-picture sk-small" if small else "sk-picture"
    said = None if small else h("span", alternative, cls="sk-picture-alt")
    return h("span", picture, said, cls=look, role="img", aria_label=alternative, title=alternative)


def _chosen(value: Thing, view: View) -> list[Child]:
    option = thing(value.get("initial_option")) or next(iter(things(value.get("initial_options"))), {})
    said = (text(shown, view) for shown in (option.get("text"), value.get("placeholder")))
    dated = words(value.get("initial_date")) or words(value.get("initial_time"))
    return next((nodes for nodes in said if read(nodes)), [dated or "…"])
