"""The only way into HTML: a tree of elements whose text and attribute values are escaped when it is written out.

Tags and attribute names are those listed here; an attribute that could run, load or style something does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from typing import TypeAlias
from urllib.parse import urlsplit

Child: TypeAlias = "Element | str | Iterable[Child] | None"

_VOID = frozenset({"br", "hr", "input", "link", "meta"})
_TAG_NAMES = """
    a article b blockquote body button caption circle code del details div em fieldset figcaption figure footer h1 h2 h3
    head header html label legend li line main nav ol p path pre rect section span strong style summary svg table tbody
    td text th thead time title tr u ul
"""
_ATTRIBUTE_NAMES = """
    aria-hidden aria-label aria-level charset checked class content cx cy d datetime fill for height href http-equiv id
    lang name open preserveAspectRatio r rel role rx scope start target text-anchor title type value viewBox width x x1
    x2 y y1 y2
"""
_TAGS = _VOID | frozenset(_TAG_NAMES.split())
_ATTRIBUTES = frozenset(_ATTRIBUTE_NAMES.split())
_LINES = frozenset({"blockquote", "br", "div", "li", "p", "pre"})
_DATA = re.compile(r"data-[a-z][a-z-]*")
# What no HTML document may hold, lone halves of surrogate pairs among it.
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SCHEMES = ("http", "https", "mailto")


@dataclass(frozen=True, slots=True)
class Element:
    """One element. Made by `h`."""

    tag: str
    attributes: tuple[tuple[str, str], ...]
    children: tuple[Element | str, ...]


def h(tag: str, *children: Child, **attributes: str | int | float | bool | None) -> Element:
    """An element: `h("p", "text", h("b", "more"), cls="small", data_ts="1")`.

    Children that are None or "" vanish, iterables are flattened. An attribute that is None or False vanishes, True
    stands without a value; `cls` is class, an underscore is a hyphen. Raises ValueError for a tag or an attribute
    that is not listed: that is a fault of our code, never of a message.
    """
    if tag not in _TAGS:
        raise ValueError(f"<{tag}> is not an element that we write")
    kept = ((name, value) for name, value in attributes.items() if value is not None and value is not False)
    return Element(tag, tuple(_attribute(name, value) for name, value in kept), tuple(_flat(children)))


def link(url: str, *children: Child, cls: str) -> Element:
    """A link that leaves the page, or a mere span where `url` is none that may be followed."""
    if not followable(url):
        return h("span", *children, cls=cls)
    return h("a", *children, cls=cls, href=url, target="_blank", rel="noopener noreferrer")


def followable(url: str) -> bool:
    """Whether it is an http, https or mailto address; whatever a browser might read differently is not."""
    if not url or _IMPOSSIBLE.search(url) or any(space in url for space in "\t\n\r\\") or url != url.strip():
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in _SCHEMES and bool(parts.netloc or (parts.scheme == "mailto" and parts.path))


def html(*nodes: Child) -> str:
    """The HTML of a tree."""
    return "".join(piece for node in _flat(nodes) for piece in _write(node))


def text(*nodes: Child) -> str:
    """What is left of a tree for those who only read; elements that stand on lines of their own end theirs."""
    return "".join(node if isinstance(node, str) else text(node.children) + _end(node) for node in _flat(nodes))


def _end(node: Element) -> str:
    return "\n" if node.tag in _LINES else ""


def _attribute(name: str, value: str | int | float | bool) -> tuple[str, str]:
    spelled = "class" if name == "cls" else name.rstrip("_").replace("_", "-")
    if spelled not in _ATTRIBUTES and not _DATA.fullmatch(spelled):
        raise ValueError(f"{spelled} is not an attribute that we write")
    if isinstance(value, bool):
        return spelled, ""
    return spelled, f"{value:g}" if isinstance(value, float) else str(value)


def _flat(children: Iterable[Child]) -> Iterator[Element | str]:
    for child in children:
        if isinstance(child, Element):
            yield child
        elif isinstance(child, str):
            if child:
                yield child
        elif child is not None:
            yield from _flat(child)


def _write(node: Element | str) -> Iterator[str]:
    if isinstance(node, str):
        yield _safe(node)
        return
    attributes = "".join(f' {name}="{_safe(value)}"' for name, value in node.attributes)
    yield f"<{node.tag}{attributes}>"
    for child in node.children:
        yield from _write(child) if node.tag != "style" else _style(child)
    if node.tag not in _VOID:
        yield f"</{node.tag}>"


def _style(sheet: Element | str) -> Iterator[str]:
    """A style element holds raw text: only a style sheet of ours, which never needs a "<", may stand there."""
    if isinstance(sheet, Element) or "<" in sheet:
        raise ValueError("a style sheet must not hold markup")
    yield sheet


def _safe(words: str) -> str:
    return escape(_IMPOSSIBLE.sub("\ufffd", words), quote=True)
