"""What only a file can suffer: many processes, a kill, a power cut, damage, and a path that was somebody else's."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.model import Seen
from tocsin.ports import ConfigError, Conflict, Put, Row
from tocsin.stores.sqlite import SqliteStore
from tocsin.stores.sqlite_file import SCHEMA, open_file

NOW = 1_790_000_000_000

ADD = """
import sys
from tocsin.model import Seen
from tocsin.ports import Put
from tocsin.stores.sqlite import SqliteStore
with SqliteStore(sys.argv[1]) as store:
    for _ in range(50):
        store.change(["n"], lambda rows: (Put("n", Seen(rows["n"].content.at + 1 if rows["n"] else 1)),))
"""

WRITE_PAIRS = """
import sys
from tocsin.model import Incident, Phrase, Signal
from tocsin.ports import Put
from tocsin.stores.sqlite import SqliteStore
store = SqliteStore(sys.argv[1])
body = Incident("i", said=Signal("text", "happening", "s", Phrase("k"), quote="x" * 20000))
for n in range(int(sys.argv[2]), 1000000):
    keys = (f"{n}a", f"{n}b")
    store.change(keys, lambda rows: tuple(Put(key, body, of="pairs") for key in keys))
    print(n, flush=True)
"""

FORK = """
import os, sys
from tocsin.model import Seen
from tocsin.ports import Put
from tocsin.stores.sqlite import SqliteStore
store = SqliteStore(sys.argv[1])
store.change(["before"], lambda rows: (Put("before", Seen(1)),))
closed, tell = os.pipe()
if os.fork() == 0:
    os.read(closed, 1)
    store.change(["child"], lambda rows: (Put("child", Seen(1)),))
    os._exit(0)
store.change(["parent"], lambda rows: (Put("parent", Seen(1)),))
store.close()
os.write(tell, b"!")
print(os.wait()[1], *sorted(store.read(["before", "child", "parent"])))
store.close()
"""


def child(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", script, *map(str, arguments)], stdout=subprocess.PIPE, text=True)


def fill(path: Path, rows: int = 200) -> None:
    with SqliteStore(path) as store:
        keys = [f"k{n}" for n in range(rows)]
        store.change(keys, lambda _: tuple(Put(key, Seen(1), due=1, of="m") for key in keys))


def wreck(path: Path, start: int = 4096) -> bytes:
    """Overwrites all behind the first page, as a failing disk might, and gives what the file then holds."""
    raw = path.read_bytes()
    path.write_bytes(raw[:start] + b"\xa5" * (len(raw) - start))
    return path.read_bytes()


def test_no_update_of_many_processes_is_lost(tmp_path: Path) -> None:
    """Eight processes that make the file and add to one number at the same time arrive at the sum."""
    children = [child(ADD, tmp_path / "rows.db") for _ in range(8)]
    for each in children:
        each.communicate(timeout=60)
    assert [each.returncode for each in children] == [0] * 8
    with SqliteStore(tmp_path / "rows.db") as store:
        assert store.read(["n"]) == {"n": Row("n", Seen(400), 400)}


def test_a_kill_loses_nothing_and_tears_nothing(tmp_path: Path) -> None:
    """After kill -9 in the midst of writes, what was acknowledged is there, and of each pair both rows or none."""
    path, acknowledged = tmp_path / "rows.db", -1
    for writes in (5, 1, 20):
        writer = child(WRITE_PAIRS, path, acknowledged + 1)
        assert writer.stdout is not None
        for _ in range(writes):
            acknowledged = int(writer.stdout.readline())
        writer.kill()
        acknowledged = int((writer.communicate(timeout=60)[0].split() or [acknowledged])[-1])
        with SqliteStore(path) as store:
            keys = [row.key for row in store.members("pairs", "", 10_000_000)]  # a busy machine lets it write long
        pairs = {int(key[:-1]) for key in keys}
        assert len(keys) == 2 * len(pairs)
        assert pairs in ({*range(acknowledged + 1)}, {*range(acknowledged + 2)})
        acknowledged = max(pairs)


def test_a_commit_is_on_the_disk_before_it_returns(tmp_path: Path) -> None:
    """WAL with synchronous FULL (2): the last commits survive a power cut, which no test can pull."""
    connection = open_file(tmp_path / "rows.db", 1.0, lambda: NOW, lambda _: None)
    settings = [
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "fullfsync")
    ]
    connection.close()
    assert settings == ["wal", 2, 1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_opens_its_own_connection(tmp_path: Path) -> None:
    """What a child writes after its parent has closed the file is kept: it does not trust the locks of its parent."""
    answer = child(FORK, tmp_path / "rows.db").communicate(timeout=60)[0]
    assert answer == "0 before child parent\n"


def test_a_reader_in_the_way_of_the_log_is_waited_for(tmp_path: Path) -> None:
    """Turning a file to its write-ahead log needs it alone for a moment; a reader (a backup) only delays that."""
    path = tmp_path / "rows.db"
    fill(path)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("PRAGMA journal_mode = DELETE")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM rows").fetchone()
    with pytest.raises(ConfigError, match="held by another program"):
        SqliteStore(path, patience=0.02, sleep=lambda _: None)
    with SqliteStore(path, patience=0.2, sleep=lambda _: reader.close()) as store:
        assert len(store.due(9, 999)) == 200


def test_a_lock_that_is_never_free_is_a_conflict(tmp_path: Path) -> None:
    """Whoever holds the write lock longer than our patience costs a Conflict, no write; then all is well again."""
    with SqliteStore(tmp_path / "rows.db", patience=0.05) as store:
        rival = sqlite3.connect(tmp_path / "rows.db", isolation_level=None)
        rival.execute("BEGIN IMMEDIATE")
        with pytest.raises(Conflict):
            store.change(["k"], lambda _: (Put("k", Seen(1)),))
        assert store.read(["k"]) == {}
        rival.execute("ROLLBACK")
        rival.close()
        assert store.change(["k"], lambda _: (Put("k", Seen(1)),))["k"].version == 1


def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    """The file, and SQLite's own two beside it, are 0600 in a folder that is made when it is missing."""
    path = tmp_path / "a" / "b" / "rows.db"
    with SqliteStore(path) as store:
        store.change(["k"], lambda _: (Put("k", Seen(1)),))
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert modes == {"rows.db": 0o600, "rows.db-wal": 0o600, "rows.db-shm": 0o600}


@pytest.mark.parametrize("hurt", [wreck, lambda path: os.truncate(path, 8192)], ids=["overwritten", "cut short"])
def test_a_damaged_file_is_refused_and_kept_aside(tmp_path: Path, hurt: object) -> None:
    """One clear line says so; the bytes stay under another name; the next start has an empty store that works."""
    path = tmp_path / "rows.db"
    fill(path)
    assert callable(hurt)
    hurt(path)
    damaged = path.read_bytes()
    with pytest.raises(ConfigError, match=r"rows\.db is damaged.*rows\.db\.damaged-20260921T") as caught:
        SqliteStore(path, clock=lambda: NOW)
    assert "\n" not in str(caught.value) and caught.value.hint
    [aside] = tmp_path.glob("rows.db.damaged-*")
    assert aside.read_bytes() == damaged and not path.exists()
    with SqliteStore(path) as store:
        assert store.due(9, 9) == ()


def test_a_file_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    """A wrong path in the settings harms nobody: text, another program's rows, even its damaged rows stay."""
    text, strange, broken = (tmp_path / name for name in ("passwd", "strange.db", "broken.db"))
    text.write_text("root:x:0:0:root:/root:/bin/sh\n" * 50)
    for path in (strange, broken):
        with sqlite3.connect(path) as connection:
            connection.executescript("CREATE TABLE t (x); INSERT INTO t VALUES (1); CREATE TABLE u (x)")
        connection.close()
    wreck(broken, start=200)
    for path in (text, strange, broken):
        before = path.read_bytes()
        with pytest.raises(ConfigError, match="left as it is") as caught:
            SqliteStore(path)
        assert caught.value.hint
        assert path.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} == {"passwd", "strange.db", "broken.db"}


def test_a_newer_file_is_refused_and_unharmed(tmp_path: Path) -> None:
    """A rollback beyond a change of schema says which version to install, and touches nothing."""
    path = tmp_path / "rows.db"
    fill(path)
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    newer.close()
    with pytest.raises(ConfigError, match="newer tocsin"):
        SqliteStore(path)
    again = sqlite3.connect(path)
    assert again.execute("SELECT count(*) FROM rows").fetchone() == (200,)
    again.close()


def test_a_path_that_cannot_be_a_file_is_a_setting_to_correct(tmp_path: Path) -> None:
    """A folder, or a file where a folder should be, is one line and a hint rather than a traceback."""
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "rows.db"):
        with pytest.raises(ConfigError, match="cannot be opened") as caught:
            SqliteStore(path)
        assert caught.value.hint


@pytest.mark.parametrize("body", ["{", '{"~":"Hologram"}', b"\xff\xfe"])
def test_a_row_that_cannot_be_read_does_not_hide_its_neighbours(
    tmp_path: Path, body: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Such a row is passed over with a line in the log, and looked at again in an hour: a newer version may know it."""
    path = tmp_path / "rows.db"
    fill(path, rows=3)
    hand = sqlite3.connect(path, isolation_level=None)
    hand.execute("UPDATE rows SET body = CAST(? AS TEXT) WHERE key = 'k0'", (body,))
    hand.close()
    with SqliteStore(path) as store:
        assert [row.key for row in store.members("m", "", 9)] == ["k1", "k2"]
        assert [row.key for row in store.due(10, 1)] == []
        assert [row.key for row in store.due(10, 1)] == ["k1"]
        assert '"row": "k0"' in caplog.text
        hour = 3_600_000
        caplog.clear()
        assert [row.key for row in store.due(10 + hour, 9)] == ["k1", "k2"]
        assert '"row": "k0"' in caplog.text


def test_a_closed_store_leaves_one_file(tmp_path: Path) -> None:
    """Closing brings everything into the one file, so that it can be copied; closing twice is no error."""
    store = SqliteStore(tmp_path / "rows.db")
    store.change(["k"], lambda _: (Put("k", Seen(1)),))
    store.close()
    store.close()
    assert [each.name for each in tmp_path.iterdir()] == ["rows.db"]
    assert repr(store) == f"SqliteStore({str(tmp_path / 'rows.db')!r})"
