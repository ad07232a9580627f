"""Who a message notifies: https://docs.slack.dev/messaging/formatting-message-text#mentioning-users.

Stricter than Slack where Slack is silent: an entity in plain_text or in a rich_text run counts as well, since
whether it is decoded there is not documented.
"""

import re
from collections.abc import Iterator
from typing import Any

from tocsin_local.slack.walk import objects, texts

_ENTITY = re.compile(r"<(?:!(channel|here|everyone|group)|!subteam\^([A-Z0-9]+)|@([UW][A-Z0-9]+))(?:[|^][^>]*)?>")
_PLAIN = re.compile(r"(?<![\w@])@(channel|here|everyone)\b")
_SHOWN = ("text", "pretext", "title", "fallback", "footer", "author_name")


def notified(text: str, blocks: list[Any], attachments: list[Any], link_names: bool = False) -> tuple[str, ...]:
    """Each once, in order of first sight: "channel", "here", "everyone", a user's or a user group's id.

    `link_names` also lets a plain @channel notify.
    """
    found: dict[str, None] = {}
    for source in _sources(text, blocks, attachments):
        for entity in _ENTITY.finditer(source):
            found["channel" if entity[1] == "group" else entity[1] or entity[2] or entity[3]] = None
        if link_names:
            found |= {plain[1]: None for plain in _PLAIN.finditer(source)}
    for block in [blocks, *(a.get("blocks", []) for a in attachments if isinstance(a, dict))]:
        found |= dict.fromkeys(_rich(block))
    return tuple(found)


def _sources(text: str, blocks: list[Any], attachments: list[Any]) -> Iterator[str]:
    yield text
    yield from texts(blocks)
    for attachment in attachments:
        if isinstance(attachment, dict):
            yield from (attachment[key] for key in _SHOWN if isinstance(attachment.get(key), str))
            yield from texts(attachment.get("blocks", []))
            # A field's title is escaped by Slack itself, its value is not.
            for _, field in objects(attachment.get("fields", []), ""):
                yield str(field.get("value", ""))


def _rich(blocks: Any) -> Iterator[str]:
    for _, element in objects(blocks, ""):
        match element:
            case {"type": "broadcast", "range": str(who)}:
                yield who
            case {"type": "user", "user_id": str(who)}:
                yield who
            case {"type": "usergroup", "usergroup_id": str(who)}:
                yield who
