"""Opens the one file of the SQLite store: makes it, knows it again, refuses what it must not touch."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tocsin.ports import ConfigError

SCHEMA = 1
_MAGIC = b"SQLite format 3\0"
_OURS = 0x746F6373  # "tocs", at byte 68 of the file (https://www.sqlite.org/fileformat.html)
_TRIES = 20
_PAUSE = 0.01
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_TABLES = (
    "CREATE TABLE rows (key TEXT PRIMARY KEY NOT NULL, version INTEGER NOT NULL, due INTEGER, of_ TEXT,"
    " expires INTEGER, body TEXT NOT NULL)",
    "CREATE INDEX rows_due ON rows (due, key) WHERE due IS NOT NULL",
    "CREATE INDEX rows_of ON rows (of_, key) WHERE of_ IS NOT NULL",
    "CREATE INDEX rows_expires ON rows (expires) WHERE expires IS NOT NULL",
)


class _Damaged(Exception):
    """SQLite's own check found the file broken."""


def open_file(
    path: Path, patience: float, clock: Callable[[], int], sleep: Callable[[float], None]
) -> sqlite3.Connection:
    """A connection to the store's file, which is made (0600, with its folder) where there is none.

    It commits by itself where no BEGIN was said, may be used by any thread (one at a time), and waits ``patience``
    seconds for another's write lock. ConfigError: the file is another program's, a newer tocsin's, or damaged; a
    damaged one of ours has then been moved aside, so that a restart begins anew and nothing is written over.
    """
    _make(path)
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise _cannot_open(path, error) from error
    try:
        _prepare(connection, path, patience, sleep)
    except (sqlite3.Error, _Damaged) as error:
        connection.close()
        if isinstance(error, _Damaged) or _code(error) in _DAMAGE:
            raise _damaged(path, clock()) from error
        raise _cannot_open(path, error) from error
    except BaseException:
        connection.close()
        raise
    return connection


def is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else held the lock for longer than we were willing to wait."""
    return _code(error) == sqlite3.SQLITE_BUSY


def _code(error: sqlite3.Error) -> int | None:
    """SQLite's result code, without what it adds in the higher bits (https://www.sqlite.org/rescode.html)."""
    code: int | None = getattr(error, "sqlite_errorcode", None)  # absent where Python's own module complains
    return None if code is None else code & 0xFF


def _make(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite would make it as open as the umask allows; its -wal and -shm then take this file's mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        head = _head(path)
    except OSError as error:
        raise _cannot_open(path, error) from error
    if head and not head.startswith(_MAGIC):
        raise ConfigError(
            f"the store {path} is no SQLite file, or its first bytes are damaged; it was left as it is",
            "Check the path in TOCSIN_STORE, or move that file away and start again.",
        )


def _prepare(connection: sqlite3.Connection, path: Path, patience: float, sleep: Callable[[float], None]) -> None:
    _be_patient(connection, patience / _TRIES)
    for _ in range(_TRIES):
        try:
            _recognise(connection, path)
            _use_wal(connection, path)
            break
        except sqlite3.OperationalError as error:
            # Where several processes do this to one file at a time, SQLite gives up at once rather than wait.
            if not is_busy(error):
                raise
            sleep(_PAUSE)
    else:
        raise ConfigError(f"the store {path} is held by another program", "End it, or name another file.")
    _be_patient(connection, patience)
    # FULL: the log is on the disk before a commit returns. With NORMAL, WAL's usual companion, a kill -9 loses nothing
    # but a power cut may lose the last commits (https://www.sqlite.org/pragma.html#pragma_synchronous). macOS keeps
    # that promise only with fullfsync; elsewhere it changes nothing.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise _Damaged
    _migrate(connection, path)


def _be_patient(connection: sqlite3.Connection, patience: float) -> None:
    connection.execute(f"PRAGMA busy_timeout = {round(patience * 1000)}")


def _recognise(connection: sqlite3.Connection, path: Path) -> None:
    """Mark a new file as ours while nothing else is in it, so that a damaged one can be told from a stranger's."""
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]  # first: ours come after the mark
    if connection.execute("PRAGMA application_id").fetchone()[0] == _OURS:
        return
    if tables:
        raise ConfigError(
            f"the store {path} is the SQLite file of another program; it was left as it is",
            "Name a file of its own in TOCSIN_STORE, such as sqlite:/var/lib/tocsin/store.db.",
        )
    connection.execute(f"PRAGMA application_id = {_OURS}")


def _use_wal(connection: sqlite3.Connection, path: Path) -> None:
    """With a write-ahead log readers and the writer do not wait for each other."""
    mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    if mode != "wal":
        raise ConfigError(
            f"the store {path} cannot keep a write-ahead log here ({mode})",
            "Put it on a local disk: shared memory does not reach over a network (https://www.sqlite.org/wal.html).",
        )


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > SCHEMA:
            raise ConfigError(
                f"the store {path} was written by a newer tocsin (schema {found}, this one knows {SCHEMA})",
                "Install that version again, or name another file in TOCSIN_STORE.",
            )
        if found == 0:
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _damaged(path: Path, now: int) -> ConfigError:
    """The refusal of a damaged file, which is moved aside if it bears our mark: a wrong path must harm nobody."""
    if _head(path)[68:72] != _OURS.to_bytes(4, "big"):
        return ConfigError(
            f"the store {path} is a damaged SQLite file, and may be another program's; it was left as it is",
            "Check the path in TOCSIN_STORE, or move that file away and start again.",
        )
    aside = Path(f"{path}.damaged-{datetime.fromtimestamp(now / 1000, UTC):%Y%m%dT%H%M%S.%fZ}")
    for ending in ("-wal", "-shm", ""):
        part = Path(f"{path}{ending}")
        if part.exists():
            part.rename(f"{aside}{ending}")
    return ConfigError(
        f"the store {path} is damaged; it was moved to {aside.name} and nothing was written over",
        "Start again for an empty store, which knows nothing of alarms that fire now, or put a backup there first.",
    )


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(100)


def _cannot_open(path: Path, error: Exception) -> ConfigError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ConfigError(
        f"the store {path} cannot be opened: {reason}",
        "TOCSIN_STORE=sqlite:PATH needs a file in a folder that tocsin may write to, on a disk with room.",
    )
