"""Asking again when somebody was faster: how often, how long between, and when to give up."""

from __future__ import annotations

import pytest

from tocsin.model import Seen
from tocsin.ports import Conflict, Put, Rows
from tocsin.stores.attempt import Answer, chance, insist
from tocsin.stores.memory import MemoryStore

NOTHING = Answer({}, ())


def test_a_rival_that_is_always_faster_is_a_conflict() -> None:
    """After five tries the change gives up, has written nothing, and the rival's last word stands."""
    pauses: list[float] = []
    store = MemoryStore(clock=lambda: 0, sleep=pauses.append, chance=lambda: 1.0)
    asked: list[Rows] = []

    def how(rows: Rows) -> tuple[Put, ...]:
        asked.append(rows)
        store.change(["k"], lambda _: (Put("k", Seen(len(asked))),))
        return (Put("k", Seen(99)), Put("mine", Seen(1)))

    with pytest.raises(Conflict):
        store.change(["k", "mine"], how)
    assert len(asked) == 5
    assert {key: row.content for key, row in store.read(["k", "mine"]).items()} == {"k": Seen(5)}
    assert pauses == [0.02, 0.04, 0.08, 0.16]


def test_a_row_made_anew_is_another_row() -> None:
    """A row that was dropped and made again has version 1 again, and is still seen to have moved."""
    store = MemoryStore(clock=lambda: 0, sleep=lambda _: None)
    store.change(["k"], lambda _: (Put("k", Seen(1)),))
    asked: list[Rows] = []

    def how(rows: Rows) -> tuple[Put, ...]:
        if not asked:
            store.drop(["k"])
            store.change(["k"], lambda _: (Put("k", Seen(2)),))
        asked.append(rows)
        row = rows["k"]
        return (Put("copy", row.content),) if row else ()

    assert store.change(["k", "copy"], how)["copy"].content == Seen(2)


@pytest.mark.parametrize("failures", range(5))
def test_it_is_tried_until_it_holds(failures: int) -> None:
    """The first try that holds is the answer; each failure before it costs one pause, at chance's length."""
    pauses: list[float] = []
    tries = iter([None] * failures + [NOTHING])
    assert insist(lambda: next(tries), pauses.append, lambda: 0.5) is NOTHING
    assert pauses == [0.01, 0.02, 0.04, 0.08][:failures]


def test_chance_is_a_part_of_one() -> None:
    """Rivals pause for different times, none longer than the whole."""
    drawn = {chance() for _ in range(200)}
    assert all(0 <= each < 1 for each in drawn)
    assert len(drawn) > 100
