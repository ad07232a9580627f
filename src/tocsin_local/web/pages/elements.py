"""Writes the page's own HTML: whatever is text is escaped, whatever was drawn already stays as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

Child: TypeAlias = "Drawn | str | int | Iterable[Child] | None"
Value = str | int | float | bool | None

_VOID = frozenset({"br", "input", "link", "meta"})


@dataclass(frozen=True, slots=True)
class Drawn:
    """HTML that needs no escaping any more: from `tag` here, or from the renderer of messages."""

    html: str


def tag(name: str, /, *children: Child, **attributes: Value) -> Drawn:
    """`tag("p", "text", tag("b", "more"), cls="small", data_ts="1")`; None and False vanish, True has no value."""
    written = "".join(_attribute(spelled, value) for spelled, value in attributes.items())
    end = "" if name in _VOID else f"</{name}>"
    return Drawn(f"<{name}{written}>{_inner(children)}{end}")


def together(*children: Child) -> Drawn:
    """Several in a row, without anything around them."""
    return Drawn(_inner(children))


def _inner(children: Iterable[Child]) -> str:
    return "".join(map(_written, children))


def _written(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Drawn):
        return child.html
    if isinstance(child, str | int):
        return _safe(str(child))
    return _inner(child)


def _attribute(name: str, value: Value) -> str:
    spelled = "class" if name == "cls" else name.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {spelled}" if value is True else f' {spelled}="{_safe(str(value))}"'


def _safe(text: str) -> str:
    # Half a surrogate pair cannot be sent as UTF-8; a NUL is no character of HTML.
    return escape(text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd"), quote=True)
