"""A store in one SQLite file: for one machine, shared by its threads and processes, and outliving them all."""

from __future__ import annotations

import os
import sqlite3
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Self

from tocsin.logbook import trouble
from tocsin.ports import Conflict, How, Put, Row
from tocsin.stores.attempt import ask
from tocsin.stores.codec import Unreadable, decode, encode
from tocsin.stores.sqlite_file import is_busy, open_file

_SWEEP = 32
_LATER = 3_600_000
_COLUMNS = "SELECT key, body, version, due, of_ FROM rows"


class SqliteStore:
    """A Store whose changes decide and write under SQLite's one write lock, so nobody can be faster meanwhile.

    Hence ``how`` runs once, and Conflict means that the lock was not free within ``patience`` seconds. ``clock`` gives
    milliseconds since 1970; ``sleep`` takes seconds. One connection serves all threads of a process in turn; it is
    closed before a fork and opened again on either side (https://www.sqlite.org/howtocorrupt.html). ConfigError as
    ``open_file``; with ``late``, only from whoever uses it first.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        patience: float = 10.0,
        late: bool = False,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._path, self._patience, self._clock, self._sleep = Path(path), patience, clock, sleep
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None if late else self._open()
        _close_across_forks(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"SqliteStore({str(self._path)!r})"

    def change(self, keys: Sequence[str], how: How) -> dict[str, Row]:
        with self._transaction("BEGIN IMMEDIATE") as connection:
            self._sweep(connection)
            answer = ask(keys, how, lambda wanted: _find(connection, wanted))
            connection.executemany(
                "INSERT OR REPLACE INTO rows (key, version, due, of_, expires, body)"
                " VALUES (CAST(? AS TEXT), ?, ?, CAST(? AS TEXT), ?, ?)",
                [_written(put, answer.version(put)) for put in answer.puts],
            )
        return answer.after()

    def read(self, keys: Sequence[str]) -> dict[str, Row]:
        with self._transaction("BEGIN") as connection:
            return _find(connection, keys)

    def due(self, now: int, limit: int) -> tuple[Row, ...]:
        with self._transaction("BEGIN") as connection:
            found = connection.execute(f"{_COLUMNS} WHERE due <= ? ORDER BY due, key LIMIT ?", (now, limit)).fetchall()
        rows, unreadable = _readable(found)
        if unreadable:
            self._postpone(unreadable, now + _LATER)
        return rows

    def members(self, of: str, after: str, limit: int) -> tuple[Row, ...]:
        with self._transaction("BEGIN") as connection:
            found = connection.execute(
                f"{_COLUMNS} WHERE of_ = CAST(? AS TEXT) AND key > CAST(? AS TEXT) ORDER BY key LIMIT ?",
                (_bytes(of), _bytes(after), limit),
            ).fetchall()
        return _readable(found)[0]

    def drop(self, keys: Sequence[str]) -> None:
        with self._transaction("BEGIN IMMEDIATE") as connection:
            connection.executemany("DELETE FROM rows WHERE key = CAST(? AS TEXT)", [(_bytes(key),) for key in keys])

    def close(self) -> None:
        """Give the file back; whoever uses the store afterwards opens it again."""
        with self._lock:
            self._disconnect()

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        connection = open_file(self._path, self._patience, self._clock, self._sleep)
        connection.text_factory = _text
        return connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._connection is None:
                self._connection = self._open()
            try:
                self._connection.execute(begin)
                yield self._connection
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                if is_busy(error):
                    raise Conflict(f"another process held the store for {self._patience:g} s") from error
                raise
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def _sweep(self, connection: sqlite3.Connection) -> None:
        """Clean away some rows that have expired, under the lock that a change holds anyway."""
        connection.execute(
            "DELETE FROM rows WHERE rowid IN (SELECT rowid FROM rows WHERE expires <= ? ORDER BY expires LIMIT ?)",
            (self._clock(), _SWEEP),
        )

    def _postpone(self, keys: Sequence[str], due: int) -> None:
        """Rows that only another version can read must not stand before the others for ever."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            connection.executemany(
                "UPDATE rows SET due = ? WHERE key = CAST(? AS TEXT)", [(due, _bytes(key)) for key in keys]
            )


def _close_across_forks(store: SqliteStore) -> None:
    """No connection lives through a fork: in the child, SQLite would trust locks that only its parent holds."""
    reference = weakref.ref(store)
    held: list[SqliteStore] = []

    def before() -> None:
        living = reference()
        if living is not None:
            living._lock.acquire()
            held.append(living)
            living._disconnect()

    def after() -> None:
        while held:
            held.pop()._lock.release()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=before, after_in_parent=after, after_in_child=after)


def _bytes(text: str) -> bytes:
    """Names come from outside and may hold half a surrogate pair, which SQLite's own text would refuse."""
    return text.encode("utf-8", "surrogatepass")


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:  # damage inside a row, which the codec then refuses for that row alone
        return raw.decode("utf-8", "replace")


def _written(put: Put, version: int) -> tuple[Any, ...]:
    of = None if put.of is None else _bytes(put.of)
    return (_bytes(put.key), version, put.due, of, put.expires, encode(put.content))


def _row(found: tuple[Any, ...]) -> Row:
    key, body, version, due, of = found
    return Row(key, decode(body), version, due, of)


def _find(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, Row]:
    found = (
        connection.execute(f"{_COLUMNS} WHERE key = CAST(? AS TEXT)", (_bytes(key),)).fetchone()
        for key in dict.fromkeys(keys)
    )
    return {each[0]: _row(each) for each in found if each is not None}


def _readable(found: Sequence[tuple[Any, ...]]) -> tuple[tuple[Row, ...], list[str]]:
    """The rows that can be read, and the keys of those that cannot: one bad row must not hide its neighbours."""
    rows, unreadable = [], []
    for each in found:
        try:
            rows.append(_row(each))
        except Unreadable as error:
            trouble("row passed over", {"row": each[0], "why": str(error)})
            unreadable.append(each[0])
    return tuple(rows), unreadable
