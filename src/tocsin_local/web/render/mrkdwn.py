"""Reads Slack's own markup, mrkdwn, as Slack does: bold, italic, strike, code, quotes, links, mentions, dates, emoji.

https://docs.slack.dev/messaging/formatting-message-text. Every pattern reads a text once: none can be made to hang.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin_local.web.render.dates import date
from tocsin_local.web.render.emoji import with_emoji
from tocsin_local.web.render.markup import Child, Element, followable, h, link
from tocsin_local.web.render.view import View

_FENCE = re.compile(r"```\n?(.+?)\n?```\n?", re.DOTALL)
_QUOTED = re.compile(r"(?:&gt;|>) ?")
_ALL_QUOTED = re.compile(r"^(?:&gt;|>){3} ?", re.MULTILINE)
# Inside emphasis, what is code or an entity is passed over as a whole.
_INSIDE = r"(?:<[^<>]*+>|`[^`\n]++`|[^{0}\n])++"


def _emphasis(name: str, mark: str) -> str:
    inside = _INSIDE.format(mark)
    return rf"(?<![\w{mark}])\{mark}(?=[^\s{mark}])(?P<{name}>{inside})(?<!\s)\{mark}(?![\w{mark}])"


_INLINE = re.compile(
    r"`(?P<code>[^`\n]++)`|<(?P<entity>[^<>\n]++)>|(?P<bare>https?://[^\s<>|]++)|"
    + "|".join((_emphasis("b", "*"), _emphasis("i", "_"), _emphasis("s", "~")))
)
_DATE = re.compile(r"!date\^(?P<seconds>-?\d{1,15})\^(?P<tokens>[^\^|]*)(?:\^(?P<url>[^|]*))?")
_WHO = re.compile(r"@[UW]\w+|!(?:here|channel|group|everyone)|!subteam\^\w+")
_CHANNEL = re.compile(r"#[CG]\w+")


def unescape(text: str) -> str:
    """Slack decodes exactly these three."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mrkdwn(text: str, view: View, verbatim: bool = False) -> list[Child]:
    """A text object's markup as nodes. `verbatim`: bare addresses stay text."""
    nodes: list[Child] = []
    place = 0
    for fence in _FENCE.finditer(text):
        nodes += _lines(text[place : fence.start()].removesuffix("\n"), view, verbatim)
        nodes.append(h("pre", unescape(_entities_as_text(fence[1])), cls="sk-pre"))
        place = fence.end()
    return [*nodes, *_lines(text[place:], view, verbatim)]


def plain(text: str, emoji: bool = True) -> list[Child]:
    """A plain_text object: no markup, but emoji codes unless it forbids them."""
    return _broken(unescape(with_emoji(text) if emoji else text))


def _lines(text: str, view: View, verbatim: bool) -> Iterator[Child]:
    """Lines, those that are quoted gathered in their quotes."""
    rest = _ALL_QUOTED.search(text)
    head = text[: rest.start()] if rest else text
    lines = head.removesuffix("\n").split("\n") if head else []
    start = 0
    while start < len(lines):
        quoted = _QUOTED.match(lines[start]) is not None
        end = start
        while end < len(lines) and (_QUOTED.match(lines[end]) is not None) == quoted:
            end += 1
        run = lines[start:end]
        if quoted:
            yield _quote("\n".join(_QUOTED.sub("", line, count=1) for line in run), view, verbatim)
        else:
            yield from _inline("\n".join(run), view, verbatim)
        start = end
    if rest:
        yield _quote(text[rest.end() :], view, verbatim)


def _quote(text: str, view: View, verbatim: bool) -> Element:
    return h("blockquote", _inline(text, view, verbatim), cls="sk-quote")


def _inline(text: str, view: View, verbatim: bool) -> Iterator[Child]:
    place = 0
    for found in _INLINE.finditer(text):
        yield from _words(text[place : found.start()])
        yield _token(found, view, verbatim)
        place = found.end()
    yield from _words(text[place:])


def _token(found: re.Match[str], view: View, verbatim: bool) -> Child:
    kind, inside = found.lastgroup, found[found.lastgroup or 0]
    match kind:
        case "code":
            return h("code", unescape(_entities_as_text(inside)), cls="sk-code")
        case "entity":
            return _entity(inside, view)
        case "bare":
            url = unescape(inside)
            return url if verbatim or not followable(url) else link(url, url, cls="sk-link")
        case _:
            return h("strong" if kind == "b" else "em" if kind == "i" else "del", _inline(inside, view, verbatim))


def _entity(inside: str, view: View) -> Child:
    """What stands between < and >; what Slack knows nothing of stays as it was written."""
    target, bar, label = inside.partition("|")
    shown = unescape(label)
    if dated := _DATE.fullmatch(target):
        url = unescape(dated["url"] or "")
        return date(int(dated["seconds"]), unescape(dated["tokens"]), shown, view, url)
    if _WHO.fullmatch(target):
        name = target.rpartition("^")[2].lstrip("@!")
        look = "sk-mention" if target[0] == "@" or "^" in target else "sk-mention sk-call"
        return h("span", "@", (shown or name).lstrip("@"), cls=look)
    if _CHANNEL.fullmatch(target):
        return h("span", "#", (shown or target[1:]).lstrip("#"), cls="sk-channel")
    url = unescape(target)
    if followable(url):
        return link(url, _inline(label, view, True) if label else url.removeprefix("mailto:"), cls="sk-link")
    if target.startswith("!") and bar:
        return shown
    return unescape(f"<{inside}>")


def _entities_as_text(code: str) -> str:
    """Slack makes links and mentions even inside code; their text is shown."""
    return re.sub(r"<(https?://[^<>|]+)(?:\|([^<>]*))?>", lambda found: found[2] or found[1], code)


def _words(text: str) -> list[Child]:
    return _broken(unescape(with_emoji(text)))


def _broken(text: str) -> list[Child]:
    """Text with <br> for its line breaks."""
    first, *more = re.split(r"\r\n|\r|\n", text)
    return [first, *(node for line in more for node in (h("br"), line))]
