"""Draws a markdown block: paragraphs, headings, lists, quotes, fences, and the marks within a line.

https://docs.slack.dev/reference/block-kit/blocks/markdown-block. What is beyond these stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin_local.web.render.emoji import with_emoji
from tocsin_local.web.render.markup import Child, Element, h, link
from tocsin_local.web.render.mrkdwn import plain

_FENCE = re.compile(r"```[^\n`]*\n(.*?)(?:\n```[ \t]*(?:\n|\Z)|\Z)", re.DOTALL)
_HEADING = re.compile(r"(#{1,6})[ \t]+(.+)")
_ITEM = re.compile(r"[ \t]{0,8}(?:[-*+]|(?P<number>\d{1,4})[.)])[ \t]+(?P<words>.+)")
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,})[ \t]*")
_INLINE = re.compile(
    r"`(?P<code>[^`\n]++)`|\[(?P<label>[^\[\]\n]++)\]\((?P<url>[^()\s]++)\)|\*\*(?P<b>[^*\n]++)\*\*|"
    r"~~(?P<s>[^~\n]++)~~|(?<![\w*])\*(?P<i>[^*\s][^*\n]*+)\*|(?<![\w_])_(?P<u>[^_\s][^_\n]*+)_(?!\w)"
)
_TAGS = {"b": "strong", "s": "del", "i": "em", "u": "em"}


def markdown(text: str) -> list[Child]:
    """The blocks of a text, in order."""
    nodes: list[Child] = []
    place = 0
    for fence in _FENCE.finditer(text):
        nodes += _blocks(text[place : fence.start()])
        nodes.append(h("pre", fence[1], cls="sk-pre"))
        place = fence.end()
    return [*nodes, *_blocks(text[place:])]


def _blocks(text: str) -> Iterator[Child]:
    """Runs of lines of one sort."""
    run: list[str] = []
    sort = ""
    for line in (*text.splitlines(), ""):
        found = _sort(line)
        if run and (found != sort or found in ("heading", "rule")):
            yield _block(sort, run)
            run = []
        sort = found
        if found:
            run.append(line)


def _sort(line: str) -> str:
    if not line.strip():
        return ""
    if _RULE.fullmatch(line):
        return "rule"
    if _HEADING.fullmatch(line):
        return "heading"
    if item := _ITEM.fullmatch(line):
        return "ordered" if item["number"] else "bullets"
    return "quote" if line.startswith(">") else "paragraph"


def _block(sort: str, run: list[str]) -> Element:
    if sort == "rule":
        return h("hr", cls="sk-divider")
    if sort == "heading":
        return h("div", _inline(run[0].lstrip("#").strip()), cls="sk-heading")
    if sort in ("ordered", "bullets"):
        items = [h("li", _inline(found["words"])) for line in run if (found := _ITEM.fullmatch(line))]
        return h("ol" if sort == "ordered" else "ul", items, cls="sk-list")
    lines = [line.lstrip("> ") for line in run] if sort == "quote" else run
    inside = [part for line in lines for part in (h("br"), *_inline(line))][1:]
    return h("blockquote", inside, cls="sk-quote") if sort == "quote" else h("p", inside, cls="sk-paragraph")


def _inline(text: str) -> list[Child]:
    nodes: list[Child] = []
    place = 0
    for found in _INLINE.finditer(text):
        nodes += plain(text[place : found.start()])
        nodes.append(_token(found))
        place = found.end()
    return [*nodes, *plain(text[place:])]


def _token(found: re.Match[str]) -> Element:
    if found["code"]:
        return h("code", found["code"], cls="sk-code")
    if found["url"]:
        return link(found["url"], with_emoji(found["label"]), cls="sk-link")
    kind = found.lastgroup or ""
    return h(_TAGS[kind], _inline(found[kind]))
