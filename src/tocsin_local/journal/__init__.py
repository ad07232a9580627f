"""What happened on the stage, from the event that came in to what Slack answered; bounded, and kept in SQLite.

It hears three voices: the lines of the function's log (from its logger, or as Lambda captured them), what the stage
tells, and what the local Slack was asked. It ties them together by tocsin's own message ids.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tocsin_local.function import Invocation
from tocsin_local.journal import content
from tocsin_local.journal.board import Board
from tocsin_local.journal.file import File
from tocsin_local.journal.lines import finding, happened
from tocsin_local.journal.records import Entry, Finding, Telling, Transition, Wanted
from tocsin_local.metrics import Datapoint
from tocsin_local.slack import Message, Received
from tocsin_local.state_change import Change, State

KEPT = 10_000  # messages, requests, events and changes of state, each
BEATS = 10_800  # beats whose datapoints outlive a restart: three hours
SLACK = 1.1  # how far over its bound a table may grow before it is cut: cutting at each row would cost more


class Journal:
    """One stage's journal. ``path`` is its file, None for one in memory; ``clock`` gives milliseconds.
    ``board`` has the news of what changes.

    Safe for many threads. ConfigError where the file is another process's or cannot be read.
    """

    def __init__(
        self,
        path: Path | None = None,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        kept: int = KEPT,
    ) -> None:
        self._file = File(path)
        self._clock, self._kept = clock, kept
        self._lock = threading.Lock()
        self._heard: list[Finding] = []
        self.board = Board(clock())
        self._written: dict[str, int] = {}

    def close(self) -> None:
        self._file.close()

    # Hearing

    def hear(self, line: str) -> None:
        """A line of the function's log."""
        told = happened(line)
        if told is None:
            return
        if told["did"] in ("taken in", "failed", "store failed"):
            with self._lock:
                self._heard.append(finding(told))
        elif told["did"] in ("shown", "not shown"):
            self._note_telling(told)

    def told(self, told: Change | Invocation) -> None:
        """What the stage tells of: an alarm's change of state, or an event that is through."""
        if isinstance(told, Change):
            self._note_change(told)
        else:
            with self._lock:
                heard, self._heard = self._heard, []
            self._note_entry(told, tuple(heard))

    def shown(self, message: Message) -> None:
        """A new version of a message in the local Slack."""
        with self._file.writing() as file:
            root, known = message.thread_ts or message.ts, content.id_of(message.metadata)
            if root != message.ts and not file.execute("SELECT 1 FROM message WHERE ts = ?", (root,)).fetchone():
                root = message.ts  # a reply whose message is gone stands for itself
            file.execute(
                "INSERT INTO message (ts, root, id, broadcast, colour, mentions, words, body) VALUES (?,?,?,?,?,?,?,?)"
                " ON CONFLICT (ts) DO UPDATE SET broadcast = excluded.broadcast, colour = excluded.colour,"
                " mentions = excluded.mentions, words = excluded.words, body = excluded.body",
                (message.ts, root, content.clean(known), message.broadcast, content.colour_of(message),
                 len(message.notified), content.words_of(message), content.encode(message)),
            )  # fmt: skip
            late = self._arrived(content.clean(known), message.ts) if known else []
            self._bound("message")
        self.board.tell(*late)
        self.board.tell(*{("message", root), *([("message", message.ts)] if message.broadcast else [])})

    def received(self, received: Received) -> None:
        """A request to the local Slack, with what was thought of it."""
        about = content.request_of(received)
        kept = {**asdict(received), "body": content.shortened(received.body)}
        with self._file.writing() as file:
            file.execute(
                "INSERT INTO sent (root, id, ok, body) VALUES (?, ?, ?, ?)",
                (content.clean(about.root), content.clean(about.id), received.verdict == "ok", json.dumps(kept)),
            )
            self._bound("sent")
        if about.root:
            self.board.tell(("message", about.root))

    def sampled(self, at: int, points: Iterable[Datapoint]) -> None:
        """The datapoints of one beat, for the next life."""
        body = json.dumps([[one.namespace, one.metric, one.dimensions, one.value, one.unit] for one in points])
        with self._file.writing() as file:
            file.execute("INSERT OR REPLACE INTO beat VALUES (?, ?)", (at, body))
            self._bound("beat", BEATS, "at")

    def keep(self, event: Any) -> Callable[[], None]:
        """Remember an event that waits for the function, over a crash too; call the answer when it is through."""
        with self._file.writing() as file:
            n = file.execute("INSERT INTO backlog (event) VALUES (?)", (json.dumps(event, default=str),)).lastrowid

        def through() -> None:
            with self._file.writing() as file:
                file.execute("DELETE FROM backlog WHERE n = ?", (n,))

        return through

    # Restoring

    def take_backlog(self, hand_in: Callable[[Any], object]) -> None:
        """Hand in again what an earlier life left waiting; it may have been handled already, as with AWS."""
        for n, event in self._file.rows("SELECT n, event FROM backlog ORDER BY n"):
            hand_in(json.loads(event))
            with self._file.writing() as file:
                file.execute("DELETE FROM backlog WHERE n = ?", (n,))

    def states(self) -> dict[str, State]:
        """Each alarm's state as it last was."""
        found = self._file.rows("SELECT name, body FROM alarm")
        return {name: State(**json.loads(body)) for name, body in found}

    def past(self) -> tuple[Datapoint, ...]:
        """The datapoints that were sampled, oldest first."""
        return tuple(
            Datapoint(namespace, metric, tuple((name, held) for name, held in dimensions), at, value, unit)
            for at, body in self._file.rows("SELECT at, body FROM beat ORDER BY at")
            for namespace, metric, dimensions, value, unit in json.loads(body)
        )

    def everything(self) -> tuple[Message, ...]:
        """All messages, replies among them, oldest first."""
        return tuple(content.decode(body) for (body,) in self._file.rows("SELECT body FROM message ORDER BY ts"))

    # Looking

    def messages(self, wanted: Wanted) -> tuple[Message, ...]:
        """What stands in the channel, newest first: no replies, but those that were sent to the channel too."""
        query, values = _query(wanted)
        return tuple(content.decode(body) for (body,) in self._file.rows(query, values))

    def message(self, ts: str) -> Message | None:
        found = self._file.rows("SELECT body FROM message WHERE ts = ?", (ts,))
        return content.decode(found[0][0]) if found else None

    def replies(self, ts: str) -> tuple[Message, ...]:
        """The thread under a message, oldest first."""
        found = self._file.rows("SELECT body FROM message WHERE root = ? AND ts <> ? ORDER BY ts", (ts, ts))
        return tuple(content.decode(body) for (body,) in found)

    def root(self, ts: str) -> str:
        """The ts of the message in whose thread this one stands: its own if in none, "" if it is not there."""
        found = self._file.rows("SELECT root FROM message WHERE ts = ?", (ts,))
        return str(found[0][0]) if found else ""

    def sent(self, ts: str) -> tuple[Received, ...]:
        """Every request about a message and its thread, refused ones too, oldest first."""
        found = self._file.rows(
            "SELECT body FROM sent WHERE root = :ts"
            " OR (id <> '' AND root = '' AND id = (SELECT id FROM message WHERE ts = :ts)) ORDER BY n",
            {"ts": ts},
        )
        return tuple(content.decode_received(body) for (body,) in found)

    def tellings(self, ts: str) -> tuple[Telling, ...]:
        """What the function's log says of a message's way, oldest first."""
        found = self._file.rows(
            "SELECT body FROM telling WHERE id <> '' AND id = (SELECT id FROM message WHERE ts = ?) ORDER BY n", (ts,)
        )
        return tuple(Telling(**json.loads(body)) for (body,) in found)

    def entries_of(self, ts: str) -> tuple[Entry, ...]:
        """The events that led to a message, oldest first."""
        found = self._file.rows(
            "SELECT n, body FROM entry WHERE n IN (SELECT entry FROM led WHERE ts = ?) ORDER BY n", (ts,)
        )
        return tuple(_entry(n, body) for n, body in found)

    def entries(self, before: int | None = None, words: str = "", kind: str = "", limit: int = 40) -> tuple[Entry, ...]:
        """Events, newest first, from number ``before`` down."""
        found = self._file.rows(
            "SELECT n, body FROM entry WHERE (:before IS NULL OR n < :before) AND (:words = '' OR instr(words, :words))"
            " AND (:kind = '' OR instr(kinds, ' ' || :kind || ' ')) ORDER BY n DESC LIMIT :limit",
            {"before": before, "words": content.clean(words.lower()), "kind": content.clean(kind), "limit": limit},
        )
        return tuple(_entry(n, body) for n, body in found)

    def entry(self, n: int) -> Entry | None:
        found = self._file.rows("SELECT n, body FROM entry WHERE n = ?", (n,))
        return _entry(*found[0]) if found else None

    def led(self, n: int) -> tuple[tuple[str, str], ...]:
        """The messages that an event led to: tocsin's id, and Slack's ts, "" while it is not in the local Slack."""
        return tuple((name, ts) for name, ts in self._file.rows("SELECT id, ts FROM led WHERE entry = ?", (n,)))

    def kinds(self) -> tuple[str, ...]:
        """The kinds that claimed something so far."""
        found = self._file.rows("SELECT DISTINCT kinds FROM entry")
        return tuple(sorted({kind for (kinds,) in found for kind in kinds.split()}))

    def transitions(self, alarm: str, limit: int = 50) -> tuple[Transition, ...]:
        """An alarm's changes of state, newest first."""
        query = "SELECT body FROM transition WHERE alarm = ? ORDER BY n DESC LIMIT ?"
        found = self._file.rows(query, (content.clean(alarm), limit))
        return tuple(Transition(**json.loads(body)) for (body,) in found)

    def requests(self) -> Iterable[str]:
        """Every request to the local Slack that is kept, as a line of JSON each, oldest first."""
        return (f"{body}\n" for (body,) in self._file.rows("SELECT body FROM sent ORDER BY n"))

    def count(self) -> int:
        """How many messages there are, replies too."""
        return int(self._file.rows("SELECT count(*) FROM message")[0][0])

    # Writing

    def _note_telling(self, told: dict[str, Any]) -> None:
        name = content.clean(str(told.get("message", "")))
        telling = Telling(self._clock(), str(told["did"]), str(told.get("destination", "")), str(told.get("code", "")))
        with self._file.writing() as file:
            file.execute("INSERT INTO telling (id, body) VALUES (?, ?)", (name, json.dumps(asdict(telling))))
            self._bound("telling")
            found = file.execute("SELECT ts FROM message WHERE id = ? ORDER BY ts DESC LIMIT 1", (name,)).fetchall()
        self.board.tell(*(("message", ts) for (ts,) in found))

    def _note_change(self, change: Change) -> None:
        after = change.after
        moved = Transition(change.name, change.before.value, after.value, after.at_ms, after.reason)
        name = content.clean(change.name)
        with self._file.writing() as file:
            file.execute("INSERT INTO transition (alarm, body) VALUES (?, ?)", (name, json.dumps(asdict(moved))))
            file.execute("INSERT OR REPLACE INTO alarm VALUES (?, ?)", (name, json.dumps(asdict(after))))
            self._bound("transition")
        self.board.tell(("alarm", change.name))

    def _note_entry(self, done: Invocation, findings: tuple[Finding, ...]) -> None:
        event = json.dumps(done.event, ensure_ascii=False, indent=2, default=str)
        kinds = content.clean(" ".join(dict.fromkeys(one.kind for one in findings if one.kind)))
        body = {
            "at": self._clock(),
            "event": content.shortened(event),
            "size": len(event),
            "tries": done.tries,
            "error": done.error,
            "findings": [asdict(one) for one in findings],
        }
        words = content.clean("\n".join([event[: content.LONGEST], *(one.subject for one in findings)]).lower())
        with self._file.writing() as file:
            cursor = file.execute(
                "INSERT INTO entry (kinds, words, body) VALUES (?, ?, ?)", (f" {kinds} ", words, json.dumps(body))
            )
            n = int(cursor.lastrowid or 0)
            led = [self._link(n, one, name) for one in findings if one.did == "taken in" for name in one.messages]
            self._bound("entry")
            self._bound("led", 4 * self._kept, "rowid")
        self.board.tell(("entry", str(n)), *(("message", ts) for ts in led if ts))

    def _link(self, n: int, found: Finding, name: str) -> str:
        """Tie an event to the newest message of that id; the message learns of its kind."""
        with self._file.writing() as file:
            query = "SELECT ts FROM message WHERE id = ? ORDER BY ts DESC LIMIT 1"
            row = file.execute(query, (content.clean(name),)).fetchone()
            ts = str(row[0]) if row else ""
            file.execute("INSERT INTO led VALUES (?, ?, ?, ?)", (n, content.clean(name), content.clean(found.kind), ts))
            file.execute("UPDATE message SET kind = ? WHERE ts = ?", (content.clean(found.kind), ts))
        return ts

    def _arrived(self, name: str, ts: str) -> list[tuple[str, str]]:
        """Tie a message to the events that have waited for it; which those are."""
        with self._file.writing() as file:
            waiting = file.execute("SELECT entry FROM led WHERE id = ? AND ts = ''", (name,)).fetchall()
            file.execute("UPDATE led SET ts = ? WHERE id = ? AND ts = ''", (ts, name))
        return [("entry", str(n)) for (n,) in waiting]

    def _bound(self, table: str, kept: int | None = None, order: str = "") -> None:
        """Cut a table to its newest rows, each time it has grown by a tenth."""
        kept = kept or self._kept
        self._written[table] = self._written.get(table, kept) + 1
        if self._written[table] < kept * SLACK:
            return
        order = order or ("ts" if table == "message" else "n")
        with self._file.writing() as file:
            file.execute(
                f"DELETE FROM {table} WHERE {order} <= (SELECT {order} FROM {table} ORDER BY {order} DESC"
                " LIMIT 1 OFFSET ?)",
                (kept,),
            )
        self._written[table] = kept


def _entry(n: int, body: str) -> Entry:
    given: Mapping[str, Any] = json.loads(body)
    found = tuple(Finding(**{**one, "messages": tuple(one["messages"])}) for one in given["findings"])
    return Entry(n, given["at"], given["event"], given["size"], given["tries"], given["error"], found)


def _query(wanted: Wanted) -> tuple[str, list[Any]]:
    terms, values = ["(root = ts OR broadcast)"], []
    if wanted.ts:
        terms.append("ts = ?")
        values.append(wanted.ts)
    if wanted.before:
        terms.append("ts < ?")
        values.append(wanted.before)
    if wanted.words:
        terms.append("(instr(words, ?) OR ts IN (SELECT root FROM message WHERE instr(words, ?)))")
        values += [content.clean(wanted.words.lower())] * 2
    if wanted.kind:
        terms.append("kind = ?")
        values.append(content.clean(wanted.kind))
    if wanted.colour:
        terms.append("colour = ?")
        values.append(wanted.colour)
    if wanted.mentioned:
        terms.append("mentions > 0")
    if wanted.refused:
        terms.append("(ts IN (SELECT root FROM sent WHERE ok = 0) OR id IN (SELECT id FROM sent WHERE ok = 0))")
    return f"SELECT body FROM message WHERE {' AND '.join(terms)} ORDER BY ts DESC LIMIT ?", [*values, wanted.limit]
