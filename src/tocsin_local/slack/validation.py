"""Judges a message as Slack would, and keeps the reasons that Slack does not tell.

Limits: https://docs.slack.dev/reference/block-kit/blocks and https://docs.slack.dev/reference/methods/chat.postMessage.
Shares no code with whatever builds messages.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from tocsin_local.slack.across import across, attachment_is_empty
from tocsin_local.slack.parsing import strict_json
from tocsin_local.slack.schema import Finding, check

TEXT_CUT = 40_000
TEXT_ADVISED = 4_000
BLOCKS_MAX = 50
ATTACHMENTS_MAX = 100
ATTACHMENTS_ADVISED = 20
METADATA_BYTES = 16_384

_CONTENT = frozenset({"text", "blocks", "attachments", "markdown_text", "metadata"})
_PLACE = frozenset({"channel", "ts", "user", "thread_ts", "reply_broadcast", "token"})
_LOOKS = frozenset(
    {"mrkdwn", "parse", "link_names", "unfurl_links", "unfurl_media", "username", "icon_emoji", "icon_url"}
)
_CLICKED = frozenset({"response_type", "replace_original", "delete_original"})
_KNOWN = _CONTENT | _PLACE | _LOOKS | _CLICKED


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, once it was understood."""

    text: str = ""
    blocks: list[Any] = field(default_factory=list)
    attachments: list[Any] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    mrkdwn: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """`code` is Slack's word for why it refuses, None when it takes the message.

    `conforms` asks for more than "Slack takes it": nothing at all was found, not even what Slack would cut.
    """

    content: Content
    code: str | None = None
    findings: tuple[Finding, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        return self.code is None

    @property
    def conforms(self) -> bool:
        return not self.findings

    def reasons(self) -> tuple[str, ...]:
        return tuple(finding.line() for finding in self.findings)


@dataclass(slots=True)
class _Docket:
    """Collects what is found; the first code is the answer."""

    code: str | None = None
    findings: list[Finding] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def charge(self, code: str, *findings: Finding) -> None:
        if findings:
            self.code = self.code or code
            self.findings += (finding for finding in findings if finding not in self.findings)


def judge(payload: dict[str, Any], images: Collection[str] = (), strict: bool = True) -> Verdict:
    """What Slack says to this message (webhook body or arguments of chat.postMessage).

    `images` are the URLs that can be downloaded; any other makes Slack refuse the whole message.
    Not `strict`: unknown properties of blocks and attachments pass.
    """
    docket = _Docket()
    content = _read(payload, docket)
    if docket.code is None and not (content.text.strip() or content.blocks or content.attachments):
        docket.charge("no_text", Finding("", "nothing to show: text, blocks or attachments", "missing_field"))
    _judge_blocks(content, docket, strict)
    _judge_attachments(content, docket, strict)
    for code, finding in across(content.blocks, content.attachments, images):
        docket.charge(code, finding)
    _judge_text(content, docket)
    _judge_metadata(payload.get("metadata"), docket)
    docket.warnings += (f"unknown argument: {name}" for name in payload if name not in _KNOWN)
    cut = replace(content, text=content.text[:TEXT_CUT])
    return Verdict(cut, docket.code, tuple(docket.findings), tuple(docket.warnings))


def _read(payload: dict[str, Any], docket: _Docket) -> Content:
    text, metadata = payload.get("text"), _decoded(payload.get("metadata"))
    if text is not None and not isinstance(text, str):
        docket.charge("invalid_payload", Finding("/text", "must provide a string", "invalid_type"))
    return Content(
        text if isinstance(text, str) else "",
        _list(payload, "blocks", "invalid_blocks_format", docket),
        _list(payload, "attachments", "invalid_attachments", docket),
        metadata if isinstance(metadata, dict) and metadata else None,
        _decoded(payload.get("mrkdwn")) is not False,
    )


def _list(payload: dict[str, Any], name: str, code: str, docket: _Docket) -> list[Any]:
    value = _decoded(payload.get(name))
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    docket.charge(code, Finding(f"/{name}", "must provide an array", "invalid_type"))
    return []


def _decoded(value: Any) -> Any:
    """Arguments may come as JSON within a string, as a form has to send them."""
    if not isinstance(value, str):
        return value
    try:
        return strict_json(value)
    except ValueError:
        return value


def _judge_blocks(content: Content, docket: _Docket, strict: bool) -> None:
    docket.charge("invalid_blocks", *_too_many("/blocks", content.blocks, BLOCKS_MAX))
    for index, block in enumerate(content.blocks):
        docket.charge("invalid_blocks", *check("KnownBlock", block, f"/blocks/{index}", strict))


def _judge_attachments(content: Content, docket: _Docket, strict: bool) -> None:
    docket.charge("too_many_attachments", *_too_many("/attachments", content.attachments, ATTACHMENTS_MAX))
    if len(content.attachments) > ATTACHMENTS_ADVISED:
        docket.warnings.append("more than 20 attachments: Slack advises against it")
    for index, attachment in enumerate(content.attachments):
        pointer = f"/attachments/{index}"
        docket.charge("invalid_attachments", *check("StrictAttachment", attachment, pointer, strict))
        if isinstance(attachment, dict) and attachment_is_empty(attachment):
            docket.charge("no_text", Finding(pointer, "nothing to show: blocks, text or fallback", "missing_field"))


def _too_many(pointer: str, items: list[Any], most: int) -> list[Finding]:
    if len(items) <= most:
        return []
    return [Finding(pointer, f"no more than {most} items allowed", constraint=("max_items", most, len(items)))]


def _judge_text(content: Content, docket: _Docket) -> None:
    size = len(content.text)
    if size > TEXT_CUT:
        limit = ("max_length", TEXT_CUT, size)
        docket.findings.append(Finding("/text", f"must be less than {TEXT_CUT + 1} characters", constraint=limit))
        docket.warnings.append("text over 40000 characters: Slack cuts the rest off")
    elif size > TEXT_ADVISED:
        docket.warnings.append("text over 4000 characters: Slack advises less, and may split the message")
    elif not content.text.strip():
        docket.warnings.append("no text: a phone's notification has nothing to show")


def _judge_metadata(raw: Any, docket: _Docket) -> None:
    metadata = _decoded(raw)
    if metadata is None or metadata == "" or metadata == {}:
        return
    match metadata:
        case {"event_type": str(), "event_payload": dict()}:
            pass
        case _:
            finding = Finding("/metadata", "must provide event_type and event_payload", "missing_field")
            docket.charge("invalid_metadata_format", finding)
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        docket.charge("metadata_too_large", Finding("/metadata", f"must be less than {METADATA_BYTES + 1} bytes"))
