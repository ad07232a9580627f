"""A store that lives as long as its process: for the stage on one machine, and for tests."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from tocsin.ports import How, Put, Row
from tocsin.stores.attempt import Answer, ask, chance, insist
from tocsin.stores.codec import decode, encode

_SWEEP = 32


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    """One row as it is kept. Content is text, so that nothing mutable is shared with whoever wrote or reads it."""

    key: str
    body: str
    version: int
    due: int | None
    of: str | None
    expires: int | None

    def row(self) -> Row:
        return Row(self.key, decode(self.body), self.version, self.due, self.of)


@dataclass(slots=True)
class MemoryStore:
    """A Store for the threads of one process. It decides outside its lock, as a store across a network must.

    ``clock`` gives milliseconds since 1970, ``sleep`` takes seconds, ``chance`` gives a number from 0 to 1.
    """

    clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = chance
    _lock: Lock = field(default_factory=Lock, init=False, repr=False)
    _kept: dict[str, _Kept] = field(default_factory=dict, init=False, repr=False)
    _ends: list[tuple[int, str]] = field(default_factory=list, init=False, repr=False)

    def change(self, keys: Sequence[str], how: How) -> dict[str, Row]:
        return insist(lambda: self._once(keys, how), self.sleep, self.chance).after()

    def read(self, keys: Sequence[str]) -> dict[str, Row]:
        with self._lock:
            found = [self._kept[key] for key in dict.fromkeys(keys) if key in self._kept]
        return {kept.key: kept.row() for kept in found}

    def due(self, now: int, limit: int) -> tuple[Row, ...]:
        with self._lock:
            waiting = [(kept.due, kept.key, kept) for kept in self._kept.values() if kept.due is not None]
        late = heapq.nsmallest(limit, (each for each in waiting if each[0] <= now))
        return tuple(kept.row() for _, _, kept in late)

    def members(self, of: str, after: str, limit: int) -> tuple[Row, ...]:
        with self._lock:
            found = [(kept.key, kept) for kept in self._kept.values() if kept.of == of and kept.key > after]
        return tuple(kept.row() for _, kept in heapq.nsmallest(limit, found))

    def drop(self, keys: Sequence[str]) -> None:
        with self._lock:
            for key in keys:
                self._kept.pop(key, None)

    def _once(self, keys: Sequence[str], how: How) -> Answer | None:
        seen: dict[str, _Kept | None] = {}

        def read(wanted: Sequence[str]) -> dict[str, Row]:
            with self._lock:
                seen.update((key, self._kept.get(key)) for key in wanted)
            return {key: kept.row() for key in wanted if (kept := seen[key]) is not None}

        answer = ask(keys, how, read)
        written = [_keep(put, answer.version(put)) for put in answer.puts]
        return answer if self._commit(seen, written) else None

    def _commit(self, seen: Mapping[str, _Kept | None], written: Sequence[_Kept]) -> bool:
        with self._lock:
            # By identity and not by version: a row that was dropped and made anew has version 1 again.
            if any(self._kept.get(key) is not kept for key, kept in seen.items()):
                return False
            if written:
                self._sweep()
            for kept in written:
                self._kept[kept.key] = kept
                if kept.expires is not None:
                    heapq.heappush(self._ends, (kept.expires, kept.key))
        return True

    def _sweep(self) -> None:
        """Clean away some rows that have expired; called with the lock held."""
        now = self.clock()
        for _ in range(_SWEEP):
            if not self._ends or self._ends[0][0] > now:
                return
            expires, key = heapq.heappop(self._ends)
            kept = self._kept.get(key)
            if kept is not None and kept.expires == expires:
                del self._kept[key]


def _keep(put: Put, version: int) -> _Kept:
    return _Kept(put.key, encode(put.content), version, put.due, put.of, put.expires)
