"""What a message must never do, whatever it is made of: notify, forge a link, use foreign markup, be too long."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from tocsin.destinations.slack.graphemes import units
from tocsin.destinations.slack.mrkdwn import escape, web_address
from tocsin.model import Link
from tocsin_local.slack.mentions import notified
from tocsin_local.slack.validation import judge

DATE = re.compile(r"<!date\^\d+\^\{date_short_pretty\} \{time_secs\}\|[^<>|]*>|\d+-\d\d-\d\d \d\d:\d\d:\d\d (UTC|KST)")
SPAN = re.compile(r"`[^`]+`")
# Permissions that our own advice names: no closing colon, so no emoji.
OURS = re.compile(r"\b(bedrock:InvokeModel|s3:PutObjectTagging)")
BOLD = re.compile(r"\*[^*_~`<>&@:\n]+\*")


def texts(value: Any) -> Iterator[dict[str, Any]]:
    """Every text object in a payload."""
    if isinstance(value, dict):
        if value.get("type") in ("plain_text", "mrkdwn"):
            yield value
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def without(text: str, links: tuple[Link, ...]) -> str:
    """The text without the addresses of links: text alone has no buttons to put them in."""
    addresses = [escape(web_address(link.url) or " ") for link in links]
    for address in sorted(addresses, key=len, reverse=True):
        text = text.replace(address, " ")
    return text


def assert_tame(payload: dict[str, Any], links: tuple[Link, ...] = ()) -> None:
    """Slack takes it, nobody is notified, no link and no markup but our own is there, and all is within limits."""
    verdict = judge(payload)
    assert verdict.accepted and verdict.conforms and not verdict.warnings, verdict
    assert_harmless(payload, links)


def assert_harmless(payload: dict[str, Any], links: tuple[Link, ...] = ()) -> None:
    """The same without the schema of each block, which takes most of the time."""
    json.dumps(payload, allow_nan=False, ensure_ascii=False).encode("utf-8")
    blocks, attachments = payload.get("blocks", []), payload.get("attachments", [])
    assert notified(payload["text"], blocks, attachments) == ()
    assert len(blocks) + sum(len(one["blocks"]) for one in attachments) <= 50
    written = list(texts(blocks)) + list(texts(attachments))
    assert sum(units(one["text"]) for one in written) <= 8_000
    for one in written:
        if one["type"] == "plain_text":
            assert one["emoji"] is False and not re.search("<[!@#]", unescape(one["text"]))
        else:
            assert one["verbatim"] is True
            rest = OURS.sub("", BOLD.sub("", DATE.sub("", SPAN.sub("", one["text"]))))
            assert not re.search(r"[<>*_~`@#]|:\S|\.[^\W\d_]", rest), (rest, one["text"])
    for text in (payload["text"], *(one["fallback"] for one in attachments)):
        assert "<" not in text and ">" not in text and not re.search("@(?!\u2060|…)|&(?!(?:amp|lt|gt);)", text)
        assert units(text) <= 3_600
    assert "://" not in without(payload["text"], links)
