"""A stored row as a DynamoDB item, and back: keys that any text can be, numbers as text, content as the codec has it.

Limits: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tocsin.aws.table import BODY, DUE, EXPIRES, KEY, OF, SHARD, TAG, VERSION
from tocsin.ports import Put, Row
from tocsin.stores.codec import decode, encode

Item = Mapping[str, Mapping[str, str]]

# One shard carries 1,000 writes of waiting rows a second, several times what the queue's five callers can do.
ONE_SHARD = "0"
# An item may have 409,600 bytes, names and keys included: those have the rest.
LARGEST_BODY = 400_000

# Half a surrogate pair has no UTF-8. The mark is from the private use area, whose first letter follows the surrogates:
# so keys keep their order.
_MARK = "\ue000"
_UNWRITABLE = re.compile(f"[\ud800-\udfff{_MARK}]")
_WRITTEN = re.compile(f"{_MARK}(?:0([0-9a-f]{{4}})|1)")


def item(put: Put, version: int, tag: str) -> dict[str, dict[str, str]]:
    """The item of a row. ValueError if its content is more than an item can hold; TypeError as ``encode``."""
    body = encode(put.content)
    if len(body) > LARGEST_BODY:
        raise ValueError(f"a row of {len(body):,} bytes is more than a DynamoDB item holds")
    made = {KEY: {"S": key_text(put.key)}, VERSION: {"N": str(version)}, TAG: {"S": tag}, BODY: {"S": body}}
    if put.due is not None:
        made |= {DUE: {"N": str(put.due)}, SHARD: {"S": ONE_SHARD}}
    if put.of is not None:
        made[OF] = {"S": key_text(put.of)}
    if put.expires is not None:
        made[EXPIRES] = {"N": str(-(-put.expires // 1000))}
    return made


def row(found: Item) -> Row:
    """The row of an item. Unreadable as ``decode``."""
    due, of = found.get(DUE), found.get(OF)
    return Row(
        key_of(found),
        decode(found[BODY]["S"]),
        int(found[VERSION]["N"]),
        due=int(due["N"]) if due else None,
        of=_read(of["S"]) if of else None,
    )


def key_of(found: Item) -> str:
    """The key of an item's row."""
    return _read(found[KEY]["S"])


def is_due(found: Item, now: int) -> bool:
    """Whether an item's row waits for an instant that has come (ms)."""
    return DUE in found and int(found[DUE]["N"]) <= now


def key_text(key: str) -> str:
    """A key as DynamoDB takes it: never empty, no lone surrogate, in the same order as the keys themselves."""
    key = key if key[:1] not in ("", "\0") else f"\0{key}"
    return _UNWRITABLE.sub(_mark, key)


def _mark(found: re.Match[str]) -> str:
    return f"{_MARK}1" if found[0] == _MARK else f"{_MARK}0{ord(found[0]):x}"


def _read(text: str) -> str:
    return _WRITTEN.sub(_unmark, text.removeprefix("\0"))


def _unmark(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _MARK
