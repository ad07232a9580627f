"""The newest changes by revision, so that whoever lost sight for a moment can ask what was missed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from tocsin_local.journal.records import News

RECENT = 2_000  # pieces of news that are remembered


class Board:
    """Safe for many threads. ``start`` is the first revision: a clock's time keeps those of an earlier life apart."""

    def __init__(self, start: int) -> None:
        self._rev = start
        self._news: deque[News] = deque(maxlen=RECENT)
        self._listeners: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @property
    def rev(self) -> int:
        """The revision of what is newest."""
        with self._lock:
            return self._rev

    def tell(self, *changed: tuple[str, str]) -> None:
        """Each a sort and a key, see News; those who listen are called from this thread."""
        with self._lock:
            for sort, key in changed:
                self._rev += 1
                self._news.append(News(self._rev, sort, key))
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    def since(self, rev: int) -> tuple[News, ...] | None:
        """What changed after a revision, each thing once; None where that is too long ago, or never was."""
        with self._lock:
            known = self._news[0].rev - 1 if self._news else self._rev
            if not known <= rev <= self._rev:
                return None
            newest = {(one.sort, one.key): one for one in self._news if one.rev > rev}
        return tuple(sorted(newest.values(), key=lambda one: one.rev))

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` when there is news, from whatever thread; call the answer to end that."""
        with self._lock:
            self._listeners.append(listener)

        def end() -> None:
            with self._lock:
                self._listeners.remove(listener)

        return end
