"""The journal's rows in SQLite: in memory, or in a file that a kill leaves whole."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tocsin.ports import ConfigError

_SHAPE = """
CREATE TABLE IF NOT EXISTS message (ts TEXT PRIMARY KEY, root TEXT NOT NULL, id TEXT NOT NULL,
    broadcast INTEGER NOT NULL, colour TEXT NOT NULL, mentions INTEGER NOT NULL, kind TEXT NOT NULL DEFAULT '',
    words TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS message_root ON message (root, ts);
CREATE INDEX IF NOT EXISTS message_id ON message (id, ts);
CREATE TABLE IF NOT EXISTS sent (n INTEGER PRIMARY KEY, root TEXT NOT NULL, id TEXT NOT NULL, ok INTEGER NOT NULL,
    body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS sent_root ON sent (root);
CREATE INDEX IF NOT EXISTS sent_id ON sent (id);
CREATE TABLE IF NOT EXISTS entry (n INTEGER PRIMARY KEY, kinds TEXT NOT NULL, words TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS led (entry INTEGER NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, ts TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS led_entry ON led (entry);
CREATE INDEX IF NOT EXISTS led_ts ON led (ts);
CREATE INDEX IF NOT EXISTS led_id ON led (id, ts);
CREATE TABLE IF NOT EXISTS telling (n INTEGER PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS telling_id ON telling (id);
CREATE TABLE IF NOT EXISTS transition (n INTEGER PRIMARY KEY, alarm TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS transition_alarm ON transition (alarm, n);
CREATE TABLE IF NOT EXISTS alarm (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS backlog (n INTEGER PRIMARY KEY, event TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS beat (at INTEGER PRIMARY KEY, body TEXT NOT NULL);
PRAGMA user_version = 1;
"""
_VERSION = 1


class File:
    """One connection for all threads in turn. Nobody else may open the file meanwhile: ConfigError says so."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        try:
            if path:
                path.touch(mode=0o600)  # what came in is nobody else's business
            self._connection = _opened(path)
        except (sqlite3.Error, OSError) as error:
            raise ConfigError(
                f"{path} cannot be used: {error}", "another `tocsin up` may be running; or name a folder with --state"
            ) from None

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All that is written within is there together or not at all."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def rows(self, query: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def _opened(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None, timeout=0)
    try:
        # The lock is the process's own and is gone with it, however it ends: https://sqlite.org/pragma.html
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if connection.execute("PRAGMA user_version").fetchone()[0] > _VERSION:
            raise sqlite3.OperationalError("a newer tocsin wrote it")
        connection.executescript(f"BEGIN IMMEDIATE; {_SHAPE} COMMIT;")
    except BaseException:
        connection.close()
        raise
    return connection
