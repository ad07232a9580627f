"""A store in one DynamoDB table: for the function on AWS, shared by all its containers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from tocsin.aws.calls import BATCH_GET, DELETE, PUT, QUERY, TRANSACT
from tocsin.aws.client import Client
from tocsin.aws.errors import AwsError
from tocsin.aws.items import ONE_SHARD, Item, is_due, item, key_of, key_text, row
from tocsin.aws.table import DUE, DUE_INDEX, KEY, OF, OF_INDEX, SHARD, TAG
from tocsin.logbook import trouble
from tocsin.ports import How, Put, Row
from tocsin.stores.attempt import Answer, ask, insist
from tocsin.stores.codec import Unreadable

# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
_MOST_READ = _MOST_WRITTEN = 100
_IDLE_ROUNDS = 6
_REMEMBERED = 100
_LATER = 3_600_000


@dataclass(slots=True, eq=False)
class DynamoStore:
    """A Store whose every write is conditional on all rows that it was decided on, and whose every read is strong.

    Each write gives its rows a new ``tag``, and holds the tags that were read: a version would not do, since a row
    that was dropped and made anew has version 1 again. The tag also shows a repeated call that its first try was
    heard. An index lags behind the table, so it only says where to look: what it finds is read again from the table,
    and what this store has written itself is looked at without it. Others' writes may be missed for that moment.

    Rows whose time is over are cleaned away by DynamoDB itself, hours or days later. Raises AwsError; ValueError for a
    change of more than 100 rows, or a row that is too large.
    """

    client: Client
    table: str
    tag: Callable[[], str] = lambda: os.urandom(8).hex()
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)
    _written: dict[str, int] = field(default_factory=dict, init=False, repr=False)

    def change(self, keys: Sequence[str], how: How) -> dict[str, Row]:
        return insist(lambda: self._once(keys, how), self.client.sleep, self.client.chance).after()

    def read(self, keys: Sequence[str]) -> dict[str, Row]:
        return {key: row(found) for key, found in self._get(keys).items()}

    def due(self, now: int, limit: int) -> tuple[Row, ...]:
        recent = self._recent(now)
        live: dict[str, Item] = {}
        for keys in self._keys(DUE_INDEX, "#shard = :shard AND #due <= :now", _due_by(now), limit):
            found = self._get([key for key in (*keys, *recent) if key not in live])
            live |= {key: each for key, each in found.items() if is_due(each, now)}
            self._forget([key for key in recent if key not in live])
            recent = []
            if len(live) >= limit:
                break
        rows, unreadable = _readable(live.values())
        for each in unreadable:
            self._postpone(each, now + _LATER)
        return tuple(sorted(rows, key=lambda each: (each.due or 0, each.key))[:limit])

    def members(self, of: str, after: str, limit: int) -> tuple[Row, ...]:
        owner = key_text(of)
        live: dict[str, Item] = {}
        values = {":of": {"S": owner}, ":after": {"S": key_text(after)}}
        for keys in self._keys(OF_INDEX, "#of = :of AND #pk > :after", values, limit):
            live |= {key: each for key, each in self._get(keys).items() if OF in each and each[OF]["S"] == owner}
            if len(live) >= limit:
                break
        return tuple(sorted(_readable(live.values())[0], key=lambda each: each.key)[:limit])

    def drop(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.client.call(DELETE, {"TableName": self.table, "Key": _key(key)})
        self._forget(keys)

    def _once(self, keys: Sequence[str], how: How) -> Answer | None:
        seen: dict[str, Item | None] = {}

        def read(wanted: Sequence[str]) -> dict[str, Row]:
            found = self._get(wanted)
            seen.update((key, found.get(key)) for key in wanted)
            return {key: row(each) for key, each in found.items()}

        answer = ask(keys, how, read)
        if answer.puts:
            tag = self.tag()
            written = {put.key: item(put, answer.version(put), tag) for put in answer.puts}
            if not self._commit(seen, written, tag):
                return None
            self._remember(answer.puts)
        return answer

    def _commit(self, seen: Mapping[str, Item | None], written: Mapping[str, Item], tag: str) -> bool:
        """Whether all was written; False if a row that was read has moved, or is being written by somebody else."""
        try:
            if len(seen) == 1:
                ((key, old),) = seen.items()
                self._put(written[key], old)
            else:
                self._transact(seen, written, tag)
        except AwsError as error:
            if error.kind not in ("condition", "conflict"):
                raise
            return bool(error.item) and error.item.get(TAG) == {"S": tag}  # the first try's answer got lost
        return True

    def _put(self, new: Item, old: Item | None) -> None:
        asked = {"TableName": self.table, "Item": new, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
        self.client.call(PUT, {**asked, **_still(old)})

    def _transact(self, seen: Mapping[str, Item | None], written: Mapping[str, Item], tag: str) -> None:
        if len(seen) > _MOST_WRITTEN:
            raise ValueError(f"a change of {len(seen)} rows is more than the {_MOST_WRITTEN} of a transaction")
        steps: list[dict[str, object]] = []
        for key, old in seen.items():
            where: dict[str, object] = {"TableName": self.table, **_still(old)}
            if key in written:
                steps.append({"Put": {**where, "Item": written[key]}})
            else:
                steps.append({"ConditionCheck": {**where, "Key": _key(key)}})
        self.client.call(TRANSACT, {"TransactItems": steps, "ClientRequestToken": tag})

    def _get(self, keys: Sequence[str]) -> dict[str, Item]:
        """The items that exist, as they are after every write that has succeeded."""
        found: dict[str, Item] = {}
        waiting = [_key(key) for key in dict.fromkeys(keys)]
        idle = 0
        while waiting:
            asked, rest = waiting[:_MOST_READ], waiting[_MOST_READ:]
            request = {self.table: {"Keys": asked, "ConsistentRead": True}}
            answer = self.client.call(BATCH_GET, {"RequestItems": request})
            found |= {key_of(each): each for each in answer.get("Responses", {}).get(self.table, [])}
            left = answer.get("UnprocessedKeys", {}).get(self.table, {}).get("Keys", [])
            idle = idle + 1 if len(left) == len(asked) else 0
            if idle:
                self._wait(idle)
            waiting = [*left, *rest]
        return found

    def _wait(self, idle: int) -> None:
        """A batch of which nothing was read is a throttled one."""
        if idle == _IDLE_ROUNDS:
            raise AwsError(BATCH_GET, "throttled", "UnprocessedKeys")
        self.client.sleep(self.client.chance() * 0.025 * 2**idle)

    def _keys(self, index: str, condition: str, values: Mapping[str, Any], limit: int) -> Iterator[list[str]]:
        """Pages of keys that an index knows, in its order; at least one page, which may be empty."""
        request: dict[str, object] = {
            "TableName": self.table,
            "IndexName": index,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": {f"#{name}": name for name in (SHARD, DUE, OF, KEY) if f"#{name}" in condition},
            "ExpressionAttributeValues": values,
            "Limit": limit,
        }
        while True:
            answer = self.client.call(QUERY, request)
            yield [key_of(each) for each in answer.get("Items", [])]
            if not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _postpone(self, found: Item, due: int) -> None:
        """A row that only another version can read must not stand before the others for ever; that one may be at it."""
        try:
            self._put({**found, DUE: {"N": str(due)}}, found)
        except AwsError as error:
            if error.kind not in ("condition", "conflict"):
                raise

    def _remember(self, puts: Sequence[Put]) -> None:
        with self._lock:
            for put in puts:
                self._written.pop(put.key, None)
                if put.due is not None:
                    self._written[put.key] = put.due
            for key in list(self._written)[:-_REMEMBERED]:
                del self._written[key]

    def _recent(self, now: int) -> list[str]:
        with self._lock:
            return [key for key, due in self._written.items() if due <= now]

    def _forget(self, keys: Sequence[str]) -> None:
        with self._lock:
            for key in keys:
                self._written.pop(key, None)


def _key(key: str) -> dict[str, dict[str, str]]:
    return {KEY: {"S": key_text(key)}}


def _due_by(now: int) -> dict[str, dict[str, str]]:
    return {":shard": {"S": ONE_SHARD}, ":now": {"N": str(now)}}


def _still(old: Item | None) -> dict[str, object]:
    """The condition that a row is still as it was read."""
    if old is None:
        return {"ConditionExpression": "attribute_not_exists(#pk)", "ExpressionAttributeNames": {"#pk": KEY}}
    return {
        "ConditionExpression": "#tag = :tag",
        "ExpressionAttributeNames": {"#tag": TAG},
        "ExpressionAttributeValues": {":tag": old[TAG]},
    }


def _readable(found: Iterable[Item]) -> tuple[list[Row], list[Item]]:
    """The rows that can be read, and the items that cannot: one bad row must not hide its neighbours."""
    rows, unreadable = [], []
    for each in found:
        try:
            rows.append(row(each))
        except Unreadable as error:
            trouble("row passed over", {"row": key_of(each), "why": str(error)})
            unreadable.append(each)
    return rows, unreadable
