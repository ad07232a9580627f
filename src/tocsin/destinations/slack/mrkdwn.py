"""Writes text that came from outside so that Slack shows it and obeys none of it: no mention, no link, no markup.

Three targets, three ways: ``plain`` for plain_text objects, ``mrkdwn`` for mrkdwn objects (sent with verbatim), and
``spoken`` for the top-level text (sent with ``mrkdwn: false``). Slack decodes exactly three entities:
https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import tzinfo
from urllib.parse import quote

from tocsin.destinations.slack.graphemes import breadth, cut, units
from tocsin.words import Piece, instant

_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_HALF = re.compile("[\ud800-\udfff]")
_ENTITY = re.compile(r"(<|&lt;)(?=[!@#])")
_ALIVE = re.compile(r"@|:(?=//)|:(?!\d{1,2}:)(?=[^\s:]+:)")
_HARMLESS = re.compile(r"""(?:[^\W_]|[ ,%()+/=\[\];'"!?$·…≥≤≠×±°→-]|:(?= )|\.(?![^\W\d_]))+""")
_WEB = re.compile(r"https?://[a-z0-9._~\[\]:-]+(?:[/?#]|\Z)", re.IGNORECASE)
_APART = "\u2060"  # word joiner: unseen, takes no room, breaks what Slack would recognise
_HAIR = "\u200a"  # Slack sees a span's end only beside a space or a stop; Korean writes its particles right there
_STOPS = " \n.,:;!?()[]\"'"
_URL_LIMIT = 3000
_LAST_SECOND = 253_370_764_800  # the year 9999 begins: no client draws a later date


def clean(text: str) -> str:
    """One line without control, bidi and zero-width characters; emoji keep their joiners."""
    return _HALF.sub("\ufffd", _HIDDEN.sub("", " ".join(text.split()))).strip()


def escape(text: str) -> str:
    """The three characters that Slack decodes. Call it once."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def room(text: str, limit: int) -> int:
    """How much of Slack's ``limit`` to use: 5 % less when not pure ASCII, as what Slack counts there is not known."""
    return limit if text.isascii() and len(text) <= limit else limit * 95 // 100


def plain(text: str, limit: int) -> str:
    """For a plain_text object: unescaped, with the joint of every would-be mention broken."""
    guarded = _ENTITY.sub(rf"\1{_APART}", clean(text))
    return cut(guarded, room(guarded, limit))


def spoken(text: str, longest: int) -> str:
    """For the top-level text, at most ``longest`` graphemes as written: escaped, mentions, emoji and links broken."""
    broken = _ALIVE.sub(rf"\g<0>{_APART}", clean(text))
    return cut(broken, longest, escape, breadth)


def mrkdwn(pieces: Iterable[Piece], zone: tzinfo, limit: int) -> str:
    """For a mrkdwn object: our words as they are, data bare only when harmless, else as code. Long data gives way."""
    pieces = tuple(pieces)
    for share in (1, 2, 4, 8):
        text = ""
        for piece in pieces:
            text = _join(text, _write(piece, zone, limit // share))
            if units(text) > limit:
                break
        else:
            if units(text) <= room(text, limit):
                return text
    return _as_much_as_fits(pieces, zone, limit * 95 // 100 - 1)


def code(text: str, limit: int) -> str:
    """A code span: nothing in it is markup."""
    return f"`{cut(clean(text).replace('`', 'ˋ'), max(1, limit - 2), escape)}`"


def date(ms: int, zone: tzinfo) -> str:
    """An instant in the reader's own zone; the fallback names ours."""
    fallback = escape(instant(ms, zone))
    if not 0 <= ms // 1000 < _LAST_SECOND:
        return fallback
    return f"<!date^{ms // 1000}^{{date_short_pretty}} {{time_secs}}|{fallback}>"


def web_address(text: str) -> str | None:
    """``text`` percent-encoded if it is a plain http(s) URL that fits a button, else None. No user@ before the host."""
    url = quote(text.strip()[: _URL_LIMIT + 1], safe=":/?#[]!$&'()*+,;=%~-._", errors="replace")
    return url if len(url) <= _URL_LIMIT and _WEB.match(url) else None


def _as_much_as_fits(pieces: tuple[Piece, ...], zone: tzinfo, limit: int) -> str:
    text = ""
    for piece in pieces:
        longer = _join(text, _write(piece, zone, 24))
        if units(longer) > limit:
            break
        text = longer
    return f"{text}…"


def _write(piece: Piece, zone: tzinfo, limit: int) -> str:
    if piece.role == "words":
        return escape(piece.text)
    if piece.role == "at":
        return date(piece.ms, zone)
    text = clean(piece.text)
    if not text:
        return ""
    if not _HARMLESS.fullmatch(text):
        return code(text, limit)
    return f"*{cut(text, max(1, limit - 2))}*" if piece.role == "strong" else cut(text, limit)


def _join(left: str, right: str) -> str:
    if not left or not right:
        return left + right
    touching = left[-1] not in _STOPS and right[0] not in _STOPS
    return left + _HAIR + right if touching and (left[-1] in "*`" or right[0] in "*`") else left + right
