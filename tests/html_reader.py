"""Reads HTML back as a browser's parser would, so that tests compare structure and never strings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "input", "link", "meta"}


@dataclass(slots=True)
class Node:
    """An element; its children are elements and texts."""

    tag: str
    attributes: dict[str, str | None]
    children: list[Node | str] = field(default_factory=list)

    @property
    def look(self) -> str:
        """Its first class."""
        return (self.attributes.get("class") or "").split(" ")[0]

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            if isinstance(child, Node):
                yield from child.walk()

    def all(self, name: str) -> list[Node]:
        """Every element within that has this tag or class, in order."""
        return [one for one in self.walk() if name in (one.tag, *(one.attributes.get("class") or "").split())]

    def one(self, name: str) -> Node:
        found = self.all(name)
        assert len(found) == 1, f"{len(found)} of {name}"
        return found[0]

    @property
    def text(self) -> str:
        """What is read: a line break counts as one."""
        if self.tag == "br":
            return "\n"
        return "".join(one if isinstance(one, str) else one.text for one in self.children)

    @property
    def outline(self) -> str:
        """Elements and texts in one line: `strong(bold) and code(x)`; anonymous boxes are left out."""
        parts = [one if isinstance(one, str) else one.outline for one in self.children]
        if self.tag in ("div", "root"):
            return "".join(parts)
        if self.tag == "br":
            return "⏎"
        name = f"{self.tag}.{self.look.removeprefix('sk-')}" if self.tag in ("span", "a") else self.tag
        return f"{name}({''.join(parts)})"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice in {tag}"
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        closed = self.open.pop()
        assert closed.tag == tag, f"</{tag}> closes <{closed.tag}>"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def read(html: str) -> Node:
    """The tree of a fragment or page, in which every element is closed and no attribute stands twice."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.root], "an element is left open"
    return reader.root
