"""One contract for every store: what is true stays true, whoever else writes, and whatever is killed.

A new store joins by one line in ``STORES``; what only one engine can suffer (a kill, damage) stands in its own file.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import strategies
from emulator import dynamo_store
from tocsin.model import Fact, Incident, Phrase, Seen, Signal
from tocsin.ports import Conflict, Need, Put, Row, Rows, Store
from tocsin.stores.memory import MemoryStore
from tocsin.stores.sqlite import SqliteStore

NOW = 1_790_000_000_000


Clock = Callable[[], int]
Opening = Callable[[pytest.FixtureRequest, Clock], AbstractContextManager[Store]]


def _memory(_: pytest.FixtureRequest, clock: Clock) -> AbstractContextManager[Store]:
    return nullcontext(MemoryStore(clock=clock))


def _sqlite(request: pytest.FixtureRequest, clock: Clock) -> AbstractContextManager[Store]:
    return SqliteStore(request.getfixturevalue("tmp_path") / "rows.db", clock=clock)


def _dynamodb(request: pytest.FixtureRequest, _: Clock) -> AbstractContextManager[Store]:
    return dynamo_store(request.getfixturevalue("aws"))


STORES: dict[str, Opening] = {"memory": _memory, "sqlite": _sqlite, "dynamodb": _dynamodb}
# Those that clean away themselves what has expired; DynamoDB does it for its tables.
SWEEPING = ("memory", "sqlite")


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Each store in turn, new and empty."""
    with STORES[request.param](request, lambda: NOW) as opened:
        yield opened


@pytest.fixture(params=SWEEPING)
def sweeping(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Each store in turn that cleans up itself, new and empty."""
    with STORES[request.param](request, lambda: NOW) as opened:
        yield opened


def put(store: Store, *puts: Put) -> dict[str, Row]:
    """Writes rows, whatever was there."""
    return store.change([each.key for each in puts], lambda _: puts)


def seen(row: Row | None) -> int:
    """The number that a test's row holds, 0 where there is none."""
    return row.content.at if row is not None and isinstance(row.content, Seen) else 0


def add(store: Store, key: str, amount: int = 1) -> None:
    """Adds to a row's number, and comes again when others were faster too often, as a redelivery would."""
    while True:
        try:
            store.change([key], lambda rows: (Put(key, Seen(seen(rows[key]) + amount)),))
            return
        except Conflict:
            continue


def together(*jobs: Callable[[], None]) -> None:
    """Runs the jobs in threads that start at the same moment."""
    start = Barrier(len(jobs))

    def run(job: Callable[[], None]) -> None:
        start.wait()
        job()

    threads = [Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_row_comes_back_as_it_was_put(store: Store) -> None:
    """Content, due and of come back; a first version is 1."""
    row = put(store, Put("k", Incident("i", flips=(1, 2)), due=5, of="m"))
    assert row == {"k": Row("k", Incident("i", flips=(1, 2)), 1, due=5, of="m")}
    assert store.read(["k"]) == row


def test_each_write_raises_the_version_and_replaces_the_row_whole(store: Store) -> None:
    """A put without due or of takes them away; it does not keep the old ones."""
    put(store, Put("k", Seen(1), due=5, of="m"))
    assert put(store, Put("k", Seen(2))) == {"k": Row("k", Seen(2), 2)}
    assert store.due(NOW, 9) == store.members("m", "", 9) == ()


def test_only_rows_that_exist_are_read(store: Store) -> None:
    """Absent keys are left out; a key that is asked for twice is there once."""
    put(store, Put("a", Seen(1)))
    assert store.read(["b", "a", "a"]) == {"a": Row("a", Seen(1), 1)}
    assert store.read([]) == {}


def test_how_sees_none_where_nothing_is_stored(store: Store) -> None:
    """Each key asked for has an entry, so that absence is something to decide on."""
    put(store, Put("a", Seen(1)))
    given: list[Rows] = []

    def look(rows: Rows) -> tuple[Put, ...]:
        given.append(rows)
        return ()

    assert store.change(["a", "b"], look) == {"a": Row("a", Seen(1), 1)}
    assert given == [{"a": Row("a", Seen(1), 1), "b": None}]


def test_a_change_can_need_more_rows(store: Store) -> None:
    """A message's key hangs on the incident just read: Need reads it too, and asks again with both."""
    put(store, Put("incident", Seen(7)))
    put(store, Put("message 7", Seen(1)))

    def how(rows: Rows) -> tuple[Put, ...] | Need:
        key = f"message {seen(rows['incident'])}"
        return (Put(key, Seen(seen(rows[key]) + 1)),) if key in rows else Need((key, "incident"))

    assert {key: row.version for key, row in store.change(["incident"], how).items()} == {"incident": 1, "message 7": 2}
    assert seen(store.read(["message 7"])["message 7"]) == 2


@pytest.mark.parametrize(
    "how",
    [
        lambda rows: (Put("k", Seen(1)), Put("never read", Seen(1))),
        lambda rows: (Put("k", Seen(1)), Put("k", Seen(2))),
        lambda rows: Need(("k",)),
        lambda rows: Need((f"another {len(rows)}",)),
    ],
    ids=["puts an unread row", "puts one row twice", "needs what it has", "never has enough"],
)
def test_a_bug_in_how_is_a_plain_error_and_writes_nothing(store: Store, how: Any) -> None:
    """A write of a row that was not read could not be conditional; a need without end would hang."""
    with pytest.raises(ValueError):
        store.change(["k"], how)
    assert store.read(["k", "never read"]) == {}


def test_an_error_in_how_goes_up_and_writes_nothing(store: Store) -> None:
    """A crash before the commit leaves everything as it was, and the store usable."""

    def how(rows: Rows) -> tuple[Put, ...]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.change(["k"], how)
    assert put(store, Put("k", Seen(1)))["k"].version == 1


def test_content_that_cannot_be_kept_writes_none_of_its_neighbours(store: Store) -> None:
    """All or nothing holds for our own bugs too."""
    odd = Signal("text", "happening", "s", Phrase("k"), facts=(Fact(Phrase("k"), {"raw": 1}),))  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        put(store, Put("a", Seen(1)), Put("b", Incident("i", said=odd)))
    assert store.read(["a", "b"]) == {}


def test_nothing_is_shared_with_who_wrote_it(store: Store) -> None:
    """A mapping that is altered after the write, or after a read, does not alter the row."""
    labels = {"team": "a"}
    put(store, Put("k", Incident("i", said=Signal("text", "happening", "s", Phrase("k"), labels=labels))))
    labels["team"] = "b"
    first = store.read(["k"])["k"].content
    assert isinstance(first, Incident) and first.said is not None
    first.said.labels["team"] = "c"  # type: ignore[index]
    again = store.read(["k"])["k"].content
    assert isinstance(again, Incident) and again.said is not None and again.said.labels == {"team": "a"}


@pytest.mark.parametrize("key", [each for each in strategies.HOSTILE if each])
def test_any_text_can_be_a_key(store: Store, key: str) -> None:
    """Keys are made of names from outside: other scripts, NUL, half a surrogate pair, quotes."""
    row = put(store, Put(key, Seen(1), due=1, of=key), Put(f"{key}2", Seen(2)))[key]
    assert store.read([key]) == {key: row}
    assert store.due(NOW, 9) == store.members(key, "", 9) == (row,)
    store.drop([key])
    assert set(store.read([key, f"{key}2"])) == {f"{key}2"}


def test_a_large_row_comes_back_whole(store: Store) -> None:
    """100 KB of Korean in one quote is kept to the last syllable."""
    quote = "경보가 울렸습니다. " * 3500
    large = Incident("i", said=Signal("text", "happening", "s", Phrase("k"), quote=quote))
    put(store, Put("k", large))
    assert store.read(["k"])["k"].content == large


def test_the_longest_due_comes_first(store: Store) -> None:
    """due gives rows at or before now, of any sort, oldest first, no more than asked for."""
    put(store, *(Put(f"k{50 - due}", Seen(due), due=due) for due in (30, 10, 40, 20)), Put("idle", Incident("i")))
    assert [seen(row) for row in store.due(30, 9)] == [10, 20, 30]
    assert [seen(row) for row in store.due(30, 2)] == [10, 20]
    assert store.due(9, 9) == ()


def test_members_come_by_key_and_page_by_page(store: Store) -> None:
    """Walking with the last key of each page meets every member once and nobody else's."""
    put(
        store, *(Put(f"k{n:02}", Seen(n), of="m") for n in range(7)), Put("k03b", Seen(0), of="n"), Put("k04b", Seen(0))
    )
    met: list[str] = []
    while page := store.members("m", met[-1] if met else "", 3):
        met += [row.key for row in page]
    assert met == [f"k{n:02}" for n in range(7)]


def test_dropped_rows_are_forgotten(store: Store) -> None:
    """drop forgets rows by any road to them, is silent about absent ones, and a row made anew begins at 1."""
    put(store, Put("a", Seen(1), due=1, of="m"), Put("b", Seen(1)))
    put(store, Put("a", Seen(2), due=1, of="m"))
    store.drop(["a", "never there"])
    assert (store.read(["a", "b"]).keys(), store.due(9, 9), store.members("m", "", 9)) == ({"b"}, (), ())
    assert put(store, Put("a", Seen(3)))["a"].version == 1


def test_what_expired_may_go_and_nothing_else(sweeping: Store) -> None:
    """Writes clean away rows whose time is over; a row that was given more time, or has no end, stays."""
    put(
        sweeping, Put("over", Seen(1), expires=NOW - 1), Put("longer", Seen(1), expires=NOW - 1), Put("no end", Seen(1))
    )
    put(sweeping, Put("longer", Seen(2), expires=NOW + 1))
    for _ in range(2):
        put(sweeping, Put("other", Seen(1)))
    assert sweeping.read(["over", "longer", "no end"]).keys() == {"longer", "no end"}


@pytest.mark.parametrize("name", SWEEPING)
def test_a_row_that_was_given_more_time_outlives_its_first_end(name: str, request: pytest.FixtureRequest) -> None:
    """The end that counts is the one of the last write."""
    clock = iter([NOW, NOW, NOW + 20, NOW + 20]).__next__
    with STORES[name](request, clock) as store:
        put(store, Put("longer", Seen(1), expires=NOW + 10), Put("over", Seen(1), expires=NOW + 10))
        put(store, Put("longer", Seen(2), expires=NOW + 1000))
        for _ in range(2):
            put(store, Put("other", Seen(1)))
        assert store.read(["longer", "over"]).keys() == {"longer"}


def test_one_write_cleans_only_a_little(sweeping: Store) -> None:
    """Ten thousand expired rows do not make one alarm wait: each write takes some of them."""
    keys = [f"k{n}" for n in range(100)]
    put(sweeping, *(Put(key, Seen(1), expires=1) for key in keys))
    put(sweeping, Put("other", Seen(1)))
    assert 0 < len(sweeping.read(keys)) < 100


def test_no_update_of_many_threads_is_lost(store: Store) -> None:
    """Eight threads that add to one number arrive at the sum."""

    def job() -> None:
        for _ in range(20):
            add(store, "n")

    together(*[job] * 8)
    assert store.read(["n"]) == {"n": Row("n", Seen(160), 160)}


def test_one_of_many_makes_the_row(store: Store) -> None:
    """Absent stays absent, or the change is decided anew: of eight that create a row, one does."""
    made: list[int] = []

    def job(n: int) -> None:
        rows = store.change(["k"], lambda rows: () if rows["k"] else (Put("k", Seen(n)),))
        if seen(rows["k"]) == n:
            made.append(n)

    together(*[lambda n=n: job(n) for n in range(1, 9)])
    assert made == [seen(store.read(["k"])["k"])]
    assert store.read(["k"])["k"].version == 1


def test_rows_that_belong_together_change_together(store: Store) -> None:
    """Money moved between two rows by many threads is neither made nor lost: both rows are written, or none."""
    put(store, Put("a", Seen(1000)), Put("b", Seen(1000)))

    def move(amount: int) -> None:
        def how(rows: Rows) -> tuple[Put, ...]:
            return (Put("a", Seen(seen(rows["a"]) - amount)), Put("b", Seen(seen(rows["b"]) + amount)))

        for _ in range(20):
            try:
                store.change(["a", "b"], how)
            except Conflict:
                continue

    together(*[lambda amount=amount: move(amount) for amount in (1, 3, -2, 7)])
    rows = store.read(["a", "b"])
    assert seen(rows["a"]) + seen(rows["b"]) == 2000
    assert rows["a"].version == rows["b"].version > 20


@pytest.mark.parametrize(("others", "before", "after"), [("moves", 1, 2), ("is made", 0, 1), ("goes", 1, 0)])
def test_a_decision_on_what_is_no_longer_so_is_made_again(store: Store, others: str, before: int, after: int) -> None:
    """A row that was only read counts too: what is written was decided on rows that all still stood at the commit."""
    if before:
        put(store, Put("read", Seen(before)))
    rival = Thread(target=lambda: store.drop(["read"]) if others == "goes" else add(store, "read"))
    over = False

    def how(rows: Rows) -> tuple[Put, ...]:
        nonlocal over
        if not rival.ident:
            rival.start()
            rival.join(0.2)  # a store that locks lets it in only afterwards
        over = not rival.is_alive()
        return (Put("log", Seen(10 + seen(rows["read"]))),)

    store.change(["read", "log"], how)
    rival.join()
    assert seen(store.read(["log"])["log"]) - 10 in ({after} if over else {before, after})
    assert seen(store.read(["read"]).get("read")) == after


class EveryStoreIsTheSame(RuleBasedStateMachine):
    """Any history of calls ends in the same answers from SQLite and from memory."""

    names = ("", "a", "b", "경보", "half \ud83d")
    keys = st.sampled_from(names)
    instants = st.integers(0, 9)

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.memory: Store = MemoryStore(clock=lambda: 0)
        self.file = SqliteStore(Path(self.folder.name) / "rows.db", clock=lambda: 0)

    def same(self, ask: Callable[[Store], Any]) -> None:
        assert ask(self.file) == ask(self.memory)

    @rule(data=st.data(), unread=st.booleans())
    def change(self, data: st.DataObject, unread: bool) -> None:
        keys = data.draw(st.lists(self.keys, unique=True, min_size=1))
        late = data.draw(st.lists(self.keys, unique=True)) if unread else []
        due, of = st.none() | self.instants, st.none() | self.keys
        drawn = st.builds(Put, st.sampled_from(keys), st.builds(Seen, self.instants), due, of)
        puts = tuple(data.draw(st.lists(drawn, unique_by=lambda each: each.key)))
        more = Need(tuple(late))
        self.same(lambda store: store.change(keys, lambda rows: puts if {*late} <= rows.keys() else more))

    @rule(keys=st.lists(keys, max_size=2))
    def drop(self, keys: list[str]) -> None:
        self.same(lambda store: store.drop(keys))

    @rule()
    def restart(self) -> None:
        self.file.close()

    @invariant()
    def answers_are_the_same(self) -> None:
        self.same(lambda store: store.read(self.names))
        self.same(lambda store: [store.due(now, limit) for now, limit in ((0, 9), (5, 2), (9, 9))])
        self.same(lambda store: [store.members(of, after, 2) for of in self.names for after in ("", "a")])

    def teardown(self) -> None:
        self.file.close()
        self.folder.cleanup()


test_every_store_is_the_same = EveryStoreIsTheSame.TestCase
test_every_store_is_the_same.settings = settings(max_examples=40, stateful_step_count=25)
