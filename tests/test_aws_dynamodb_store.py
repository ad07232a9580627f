"""What only DynamoDB can do to a store: lagging indexes, lost answers, throttling, limits, and rivals in processes.

The contract that all stores share stands in test_stores.py.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

import emulator
from raw_server import http
from relay import Relay, error, lost, relayed
from tocsin.aws.calls import CALLS, Call
from tocsin.aws.client import Client
from tocsin.aws.dynamodb_store import DynamoStore
from tocsin.aws.errors import AwsError
from tocsin.aws.items import LARGEST_BODY, key_of, key_text
from tocsin.aws.table import BACKUPS, SHAPE, TIME_TO_LIVE
from tocsin.destinations.http import Answer
from tocsin.model import Incident, Phrase, Seen, Signal
from tocsin.ports import Conflict, Put, Row, Rows
from tocsin.stores.memory import MemoryStore

NOW = 1_790_000_000_000
LATER = 3_600_000

ADDING = """
import sys
from contextlib import suppress
from tocsin.aws.client import Client
from tocsin.aws.dynamodb_store import DynamoStore
from tocsin.config import Aws
from tocsin.destinations.http import Connections
from tocsin.model import Seen
from tocsin.ports import Conflict, Put

endpoint, table, times = sys.argv[1:]
store = DynamoStore(Client(Aws("eu-north-1", "123456789012", "x", "", endpoint), Connections(), 60), table)
add = lambda rows: tuple(Put(key, Seen(row.content.at + 1 if row else 1)) for key, row in rows.items())
for n in range(int(times)):
    done = False
    while not done:
        with suppress(Conflict):
            store.change(["one"] if n % 2 else ["one", "other"], add)
            done = True
"""


@pytest.fixture
def store(aws: str) -> Iterator[DynamoStore]:
    with emulator.dynamo_store(aws) as opened:
        yield opened


@pytest.fixture
def through(aws: str, store: DynamoStore) -> Iterator[tuple[DynamoStore, Relay]]:
    """A second store over the same table, whose calls go through a relay."""
    with relayed(aws, store.table) as both:
        yield both


def put(store: DynamoStore, *puts: Put) -> dict[str, Row]:
    return store.change([each.key for each in puts], lambda _: puts)


def at(row: Row | None) -> int:
    return row.content.at if row and isinstance(row.content, Seen) else 0


def add(store: DynamoStore, *keys: str) -> list[int]:
    rows = store.change(keys, lambda rows: tuple(Put(key, Seen(at(row) + 1)) for key, row in rows.items()))
    return [at(rows[key]) for key in keys]


def asked(store: DynamoStore, action: str, **payload: Any) -> Any:
    """A call that only tests make."""
    return store.client.call(Call("dynamodb", action, "table", ()), {"TableName": store.table, **payload})


def test_no_update_of_many_processes_is_lost(aws: str, store: DynamoStore) -> None:
    """Four processes that add to one row alone and to two together arrive at the sums."""
    command = [sys.executable, "-c", ADDING, aws, store.table, "30"]
    children = [subprocess.Popen(command) for _ in range(4)]
    assert [child.wait(timeout=120) for child in children] == [0] * 4
    assert {key: at(row) for key, row in store.read(["one", "other"]).items()} == {"one": 120, "other": 60}


@pytest.mark.parametrize("keys", [["a"], ["a", "b"]], ids=["one row", "two rows"])
@pytest.mark.parametrize("alter", [lost, error("ThrottlingException"), error("InternalServerError")])
def test_a_write_that_was_heard_and_not_answered_counts_once(
    through: tuple[DynamoStore, Relay], keys: list[str], alter: Any
) -> None:
    """The call is made again, and AWS or the row's tag says that it was heard the first time."""
    store, relay = through
    add(store, *keys)
    relay.alter = {"PutItem": [alter], "TransactWriteItems": [alter]}
    assert add(store, *keys) == [2] * len(keys)
    assert [(at(row), row.version) for row in store.read(keys).values()] == [(2, 2)] * len(keys)


def test_a_row_that_was_made_anew_is_not_the_one_that_was_read(store: DynamoStore) -> None:
    """Its version is 1 again, and still the decision on the old one is made again."""
    put(store, Put("k", Seen(10)))
    asked_of: list[int] = []

    def how(rows: Rows) -> tuple[Put, ...]:
        asked_of.append(at(rows["k"]))
        if len(asked_of) == 1:
            store.drop(["k"])
            put(store, Put("k", Seen(20)))
        return (Put("k", Seen(at(rows["k"]) + 1)),)

    assert at(store.change(["k"], how)["k"]) == 21
    assert asked_of == [10, 20]


@pytest.mark.parametrize(
    "refused",
    [
        error("TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}, {"Code": "None"}]),
        error("TransactionConflictException"),
        error("ConditionalCheckFailedException"),
    ],
)
def test_rivals_are_waited_for_five_times(through: tuple[DynamoStore, Relay], refused: Any) -> None:
    """A row that others write, or have written, is read and decided anew; after the fifth time it is a Conflict."""
    store, relay = through
    relay.alter = {"TransactWriteItems": [refused] * 4}
    add(store, "a", "b")
    assert relay.calls.count("TransactWriteItems") == relay.calls.count("BatchGetItem") == 5
    relay.alter = {"TransactWriteItems": [refused] * 5}
    with pytest.raises(Conflict):
        add(store, "c", "d")


def test_throttling_is_no_rival(through: tuple[DynamoStore, Relay]) -> None:
    """A throttled write is made again as it was, without a new decision."""
    store, relay = through
    slow = error("TransactionCanceledException", CancellationReasons=[{"Code": "ThrottlingError"}, {"Code": "None"}])
    relay.alter = {"TransactWriteItems": [slow, slow]}
    add(store, "a", "b")
    assert (relay.calls.count("TransactWriteItems"), relay.calls.count("BatchGetItem")) == (3, 1)


def test_a_denied_write_goes_up(through: tuple[DynamoStore, Relay]) -> None:
    """Neither a missing permission nor a missing table is taken for a rival."""
    store, relay = through
    relay.alter = {"PutItem": [error("AccessDeniedException")]}
    with pytest.raises(AwsError, match="AccessDenied"):
        add(store, "a")
    with pytest.raises(AwsError) as absent:
        DynamoStore(store.client, "no-such-table").read(["a"])
    assert absent.value.kind == "absent"


def test_every_request_is_one_that_botocore_would_send(through: tuple[DynamoStore, Relay]) -> None:
    """Names, types and required members of each call are those of the service's own model."""
    store, relay = through
    put(store, Put("a", Seen(1), due=1, of="m", expires=9), Put("b", Seen(1), due=2, of="m"))
    add(store, "a")
    store.change(["a", "b"], lambda _: (Put("b", Seen(2), due=2, of="m"),))
    assert len(store.due(9, 1)) == len(store.members("m", "a", 1)) == 1
    store.drop(["a"])
    model = botocore.session.Session().get_service_model("dynamodb")
    for action, request in zip(relay.calls, relay.asked, strict=True):
        report = ParamValidator().validate(request, model.operation_model(action).input_shape)
        assert not report.has_errors(), f"{action}: {report.generate_report()}"
    assert set(relay.calls) == {call.action for call in CALLS if call.service == "dynamodb"}


def test_what_was_just_written_is_due_although_the_index_lags(through: tuple[DynamoStore, Relay]) -> None:
    """An alarm is shown by the invocation that took it in, not a minute later."""
    store, relay = through
    put(store, Put("a", Seen(1), due=5), Put("later", Seen(2), due=50))
    relay.alter = {"Query": [_nothing] * 3}
    assert [row.key for row in store.due(10, 9)] == ["a"]
    put(store, Put("a", Seen(1)))
    assert store.due(10, 9) == ()
    assert [row.key for row in store.due(50, 9)] == ["later"]


def test_what_an_index_still_says_is_not_believed(aws: str, store: DynamoStore) -> None:
    """A message that another container has just shown is not shown again, nor counted as a member elsewhere."""
    put(store, Put("a", Seen(1), due=1, of="m"), Put("b", Seen(2), due=2, of="m"), Put("c", Seen(3), due=3, of="m"))
    with relayed(aws, store.table) as (other, relay):
        stale: list[Answer] = []
        relay.alter = {"Query": [stale.append, stale.append]}
        assert [row.key for row in (*other.due(9, 2), *other.members("m", "", 2))] == ["a", "b", "a", "b"]
        put(store, Put("a", Seen(1)), Put("b", Seen(2), due=20, of="n"))
        relay.alter = {"Query": [lambda _: _said(stale[0]), None, lambda _: _said(stale[1])]}
        assert [row.key for row in other.due(9, 2)] == ["c"]
        assert [row.key for row in other.members("m", "", 2)] == ["c"]


def _nothing(_: Answer) -> Any:
    return _said(Answer(200, {}, b'{"Items": []}'))


def _said(answer: Answer) -> Any:
    return http(answer.status, answer.body)


def _half(answer: Answer) -> Any:
    """As if half of the rows had not been read."""
    body = json.loads(answer.body)
    ((table, rows),) = body["Responses"].items()
    left = rows[: (len(rows) + 1) // 2]
    keys = [{"pk": row["pk"]} for row in left]
    body |= {"Responses": {table: rows[len(left) :]}, "UnprocessedKeys": {table: {"Keys": keys}}}
    return _said(Answer(200, {}, json.dumps(body).encode()))


def test_rows_that_were_not_read_at_once_are_read_then(through: tuple[DynamoStore, Relay]) -> None:
    """A batch may come in parts; one of which nothing comes, six times, is throttled."""
    store, relay = through
    keys = [f"k{n:03}" for n in range(130)]
    for some in (keys[:90], keys[90:]):
        put(store, *(Put(key, Seen(1)) for key in some))
    relay.alter = {"BatchGetItem": [_half, None, _half, _half, _half]}
    assert sorted(store.read(keys)) == keys
    relay.alter = {"BatchGetItem": [_half] * 6}
    with pytest.raises(AwsError) as throttled:
        store.read(["k001"])
    assert throttled.value.kind == "throttled"


def test_more_rows_than_a_transaction_takes_are_refused(store: DynamoStore) -> None:
    """101 rows are a plain error before anything is written."""
    with pytest.raises(ValueError, match="101 rows"):
        add(store, *(f"k{n}" for n in range(101)))
    assert store.read(["k0"]) == {}


def test_a_row_that_no_item_can_hold_is_refused_whole(store: DynamoStore) -> None:
    """The largest that fits comes back to the last letter; one more is a plain error, and its neighbour not written."""
    largest = "x" * (LARGEST_BODY - 200)
    put(store, Put("k" * 900, _quoting(largest), of="m" * 900, due=1))
    found = store.read(["k" * 900])["k" * 900].content
    assert isinstance(found, Incident) and found.said and found.said.quote == largest
    with pytest.raises(ValueError, match="more than a DynamoDB item holds"):
        put(store, Put("a", Seen(1)), Put("b", _quoting("x" * LARGEST_BODY)))
    assert store.read(["a", "b"]) == {}


def _quoting(quote: str) -> Incident:
    return Incident("i", said=Signal("text", "happening", "s", Phrase("k"), quote=quote))


def test_a_row_of_a_newer_version_waits_an_hour_and_hides_nobody(store: DynamoStore) -> None:
    """After a rollback one unreadable row stands before no other, and is looked at again later."""
    put(store, Put("new", Seen(1), due=1, of="m"), Put("old", Seen(2), due=2, of="m"))
    odd = {"S": '{"~":"Novelty"}'}
    asked(store, "UpdateItem", Key={"pk": {"S": "new"}}, UpdateExpression="SET body = :b",
          ExpressionAttributeValues={":b": odd})  # fmt: skip
    assert [row.key for row in store.members("m", "", 9)] == ["old"]
    assert [row.key for row in store.due(NOW, 9)] == ["old"]
    item = asked(store, "GetItem", Key={"pk": {"S": "new"}}, ConsistentRead=True)["Item"]
    assert (item["due"], item["body"]) == ({"N": str(NOW + LATER)}, odd)


@pytest.mark.parametrize("code", ["ConditionalCheckFailedException", "TransactionConflictException"])
def test_a_row_that_a_newer_version_is_writing_hides_nobody(through: tuple[DynamoStore, Relay], code: str) -> None:
    """While both versions run, the newer one may be faster, or in the middle of it: nothing has to be put off then."""
    store, relay = through
    put(store, Put("new", Seen(1), due=1), Put("old", Seen(2), due=2))
    asked(store, "UpdateItem", Key={"pk": {"S": "new"}}, UpdateExpression="SET body = :b",
          ExpressionAttributeValues={":b": {"S": '{"~":"Novelty"}'}})  # fmt: skip
    relay.alter = {"PutItem": [error(code)]}
    assert [row.key for row in store.due(NOW, 9)] == ["old"]
    assert relay.alter == {"PutItem": []}


def test_what_expires_says_so_in_seconds(store: DynamoStore) -> None:
    """DynamoDB cleans by seconds: a row never goes before its time, and one without an end names none."""
    put(store, Put("a", Seen(1), expires=NOW + 1), Put("b", Seen(1)))
    items = asked(store, "Scan")["Items"]
    assert {key_of(item): item.get("expires") for item in items} == {"a": {"N": str(NOW // 1000 + 1)}, "b": None}


def test_the_table_is_made_as_it_is_described(store: DynamoStore) -> None:
    """The description that the stack copies is one that DynamoDB takes, indexes, cleaning and backups included."""
    asked(store, "UpdateContinuousBackups", PointInTimeRecoverySpecification=BACKUPS)
    table = asked(store, "DescribeTable")["Table"]
    lives = asked(store, "DescribeTimeToLive")["TimeToLiveDescription"]
    assert {index["IndexName"]: index["KeySchema"] for index in table["GlobalSecondaryIndexes"]} == {
        index["IndexName"]: index["KeySchema"] for index in SHAPE["GlobalSecondaryIndexes"]
    }
    assert (lives["TimeToLiveStatus"], lives["AttributeName"]) == ("ENABLED", TIME_TO_LIVE["AttributeName"])


_ANY = st.text(st.characters(exclude_categories=()) | st.sampled_from("\0\ud800\udfff\ud7ff\ue000\ue001"), max_size=6)


@given(some=_ANY, other=_ANY)
def test_keys_keep_their_order_and_come_back(some: str, other: str) -> None:
    """Whatever a key holds, DynamoDB can take it, gives it back, and sorts it as Python does."""
    texts = [key_text(some), key_text(other)]
    raw = [text.encode() for text in texts]
    assert [key_of({"pk": {"S": text}}) for text in texts] == [some, other]
    assert (raw[0] < raw[1], raw[0] == raw[1]) == (some < other, some == other)
    assert all(raw)


_KEYS = st.sampled_from(["", "a", "b", "경보", "half \ud83d"])
_PUTS = st.lists(
    st.builds(Put, _KEYS, st.builds(Seen, st.integers(0, 9)), st.none() | st.integers(0, 9), st.none() | _KEYS),
    unique_by=lambda each: each.key, min_size=1,
)  # fmt: skip


@given(history=st.lists(_PUTS | st.lists(_KEYS, max_size=2).map(tuple), max_size=8))
@settings(max_examples=15)
def test_any_history_ends_in_the_same_answers_as_in_memory(aws: str, history: list[Any]) -> None:
    """Puts and drops leave the same rows, the same due and the same members."""
    memory = MemoryStore(clock=lambda: 0)
    with emulator.client(aws) as client:
        store = DynamoStore(client, emulator.make_table(client))
        for step in history:
            for each in (memory, store):
                if isinstance(step, tuple):
                    each.drop(step)
                else:
                    each.change([one.key for one in step], lambda _, step=step: tuple(step))
        names = ["", "a", "b", "경보", "half \ud83d"]
        other = DynamoStore(client, store.table)  # one that has written nothing
        for each in (store, other):
            assert each.read(names) == memory.read(names)
            assert [each.due(now, 9) for now in (0, 5, 9)] == [memory.due(now, 9) for now in (0, 5, 9)]
            assert [each.due(9, 2), *(each.members(of, "a", 2) for of in names)] == [
                memory.due(9, 2), *(memory.members(of, "a", 2) for of in names)
            ]  # fmt: skip


def test_a_store_shows_no_secret(store: DynamoStore) -> None:
    """Its representation names table and region, never credentials."""
    assert store.table in repr(store)
    assert isinstance(store.client, Client) and store.client.aws.secret not in repr(store)
