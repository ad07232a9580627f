"""The journal: it ties together what came in, what was said about it and what was sent, and keeps it within bounds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.ports import ConfigError
from tocsin_local.function import Invocation
from tocsin_local.journal import Journal
from tocsin_local.journal.content import decode, encode
from tocsin_local.journal.lines import happened
from tocsin_local.journal.records import Wanted
from tocsin_local.metrics import Datapoint
from tocsin_local.slack import Message, Received
from tocsin_local.state_change import Change, State

TAKEN = {"did": "taken in", "kind": "text", "via": "bare", "subject": "s", "reason": "first", "messages": ["m#1"]}


def message(n: int = 1, **fields: Any) -> Message:
    made = Message("C1", "alarms", f"1700000000.{n:06d}", "U1", "chat.postMessage", f"text {n}")
    return replace(made, **{"metadata": {"event_payload": {"id": f"m#{n}"}}, **fields})


def posted(n: int = 1, verdict: str = "ok", ts: str | None = None, **body: Any) -> Received:
    given = json.dumps({"metadata": {"event_payload": {"id": f"m#{n}"}}, **body})
    return Received(1.0, "chat.postMessage", "POST", "/api/chat.postMessage", {}, given, verdict, 200, ts=ts)


def change(name: str, after: str, at: int) -> Change:
    return Change({"AlarmName": name}, State("OK", 0, "old"), State(after, at, "because", "{}"), "1", "us-east-1")


@pytest.mark.parametrize(
    "line",
    [
        json.dumps(TAKEN),
        f"[INFO]\t2026-11-24T21:00:00.000Z\t6b6e\t{json.dumps(TAKEN)}\n",
        json.dumps({"timestamp": "…", "level": "INFO", "message": json.dumps(TAKEN), "requestId": "6b6e"}),
    ],
)
def test_a_line_tells_the_same_however_it_came(line: str) -> None:
    """Plain, behind Lambda's prefix, or inside Lambda's JSON."""
    assert happened(line) == TAKEN


@given(st.text())
def test_other_lines_tell_nothing(line: str) -> None:
    """Whatever a function prints, the journal takes only tocsin's own lines."""
    told = happened(line)
    assert told is None or isinstance(told["did"], str)


def test_event_finding_message_and_request_are_tied_by_the_messages_id() -> None:
    """In whatever order they are heard: the message before the event is through, or long after."""
    journal = Journal()
    journal.shown(message(1))
    journal.received(posted(1, ts=message(1).ts))
    for n in (1, 2):
        journal.hear(json.dumps({**TAKEN, "messages": [f"m#{n}"]}))
        journal.told(Invocation({"n": n}, 1))
    assert journal.led(2) == (("m#2", ""),)
    before = journal.board.rev
    journal.shown(message(2))
    assert ("entry", "2") in [(one.sort, one.key) for one in journal.board.since(before) or ()]
    for n in (1, 2):
        (entry,) = journal.entries_of(message(n).ts)
        assert json.loads(entry.event) == {"n": n}
        assert entry.findings[0].reason == "first"
    assert [one.verdict for one in journal.sent(message(1).ts)] == ["ok"]
    journal.close()


def test_requests_of_a_thread_and_refused_ones_belong_to_their_message() -> None:
    """An edit and a reply name its ts; a refused first post is known by tocsin's id alone."""
    journal = Journal()
    journal.received(posted(1, "ratelimited"))
    journal.received(posted(1, ts="1700000000.000001"))
    journal.shown(message(1))
    journal.received(posted(7, ts="1700000000.000001"))
    journal.received(replace(posted(8, ts="1700000000.000009", thread_ts="1700000000.000001")))
    assert [one.verdict for one in journal.sent(message(1).ts)] == ["ratelimited", "ok", "ok", "ok"]
    journal.close()


def test_replies_stand_in_their_thread_and_broadcasts_in_the_channel_too() -> None:
    """A reply to a message that is gone stands for itself."""
    journal = Journal()
    first = message(1)
    journal.shown(first)
    journal.shown(message(2, thread_ts=first.ts))
    journal.shown(message(3, thread_ts=first.ts, broadcast=True))
    journal.shown(message(4, thread_ts="1600000000.000001"))
    assert [one.ts[-1] for one in journal.messages(Wanted())] == ["4", "3", "1"]
    assert [one.ts[-1] for one in journal.replies(first.ts)] == ["2", "3"]
    assert [journal.root(message(n).ts)[-1] for n in (1, 2, 3, 4)] == ["1", "1", "1", "4"]
    journal.close()


def test_what_failed_is_told_with_its_error() -> None:
    """An event that was not taken leads to no message, and says why."""
    journal = Journal()
    journal.hear(json.dumps({"did": "failed", "kind": "text", "code": "invalid_auth"}))
    journal.told(Invocation({"n": 1}, 3, "NotDelivered: invalid_auth"))
    (entry,) = journal.entries()
    assert (entry.tries, entry.error, entry.findings[0].code) == (3, "NotDelivered: invalid_auth", "invalid_auth")
    assert journal.led(entry.n) == ()
    journal.close()


def test_a_restart_finds_everything(tmp_path: Path) -> None:
    """States, history, datapoints, messages, events and requests are there again, in a file that was never closed."""
    path = tmp_path / "journal.sqlite"
    first = Journal(path)
    first.shown(message(1, reactions={"eyes": ("U1",)}, notified=("channel",)))
    first.received(posted(1, ts=message(1).ts))
    first.hear(json.dumps(TAKEN))
    first.told(Invocation({"n": 1}, 1))
    first.told(change("cpu", "ALARM", 5))
    points = (Datapoint("AWS/EC2", "CPUUtilization", (("InstanceId", "i"),), 1000, 93.5, "Percent"),)
    first.sampled(1000, points)
    first.keep({"waiting": True})
    first.keep({"through": True})()
    first.close()
    second = Journal(path)
    assert second.states() == {"cpu": State("ALARM", 5, "because", "{}")}
    assert second.transitions("cpu")[0].after == "ALARM"
    assert second.past() == points
    assert second.everything() == (message(1, reactions={"eyes": ("U1",)}, notified=("channel",)),)
    assert len(second.entries_of(message(1).ts)) == len(second.sent(message(1).ts)) == 1
    waiting: list[Any] = []
    second.take_backlog(waiting.append)
    assert waiting == [{"waiting": True}]
    second.take_backlog(waiting.append)
    assert len(waiting) == 1
    second.close()


def test_its_file_is_its_owners_alone(tmp_path: Path) -> None:
    """What came in may hold what not everybody on this machine should read."""
    path = tmp_path / "journal.sqlite"
    Journal(path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_damaged_file_is_told_in_words(tmp_path: Path) -> None:
    """Which file, and what to do: no traceback."""
    (tmp_path / "journal.sqlite").write_bytes(b"not a database" * 1000)
    with pytest.raises(ConfigError, match=r"journal\.sqlite cannot be used"):
        Journal(tmp_path / "journal.sqlite")


def test_two_stages_never_share_a_journal(tmp_path: Path) -> None:
    """The second one is told what is the matter, and what to do."""
    journal = Journal(tmp_path / "journal.sqlite")
    with pytest.raises(ConfigError, match="cannot be used"):
        Journal(tmp_path / "journal.sqlite")
    journal.close()


def test_nothing_grows_without_bound() -> None:
    """Messages, requests, events and changes beyond the newest so many are let go of; so is what is huge."""
    journal = Journal(kept=20)
    for n in range(200):
        journal.shown(message(n))
        journal.received(posted(n, text="x" * 200_000))
        journal.hear(json.dumps({**TAKEN, "messages": [f"m#{n}"]}))
        journal.told(Invocation({"n": n, "huge": "y" * 200_000}, 1))
        journal.told(change("cpu", "ALARM", n))
    assert 20 <= journal.count() <= 23
    assert journal.messages(Wanted(limit=100))[0].ts == message(199).ts
    assert len(journal.entries(limit=1000)) <= 23
    assert len(list(journal.requests())) <= 23
    assert len(journal.transitions("cpu", 1000)) <= 23
    assert len(journal.entries(limit=1)[0].event) < 70_000
    assert journal.entries(limit=1)[0].size > 200_000
    assert len(next(iter(journal.requests()))) < 70_000
    journal.close()


def test_half_characters_harm_nothing() -> None:
    """Names from outside may hold half a surrogate pair or a NUL."""
    odd = "a\ud800\0b"
    journal = Journal()
    journal.shown(message(1, text=odd, metadata={"event_payload": {"id": odd}}))
    journal.hear(json.dumps({**TAKEN, "subject": odd, "kind": odd, "messages": [odd]}))
    journal.told(Invocation({"odd": odd}, 1))
    journal.told(change(odd, "ALARM", 1))
    assert len(journal.entries_of(message(1).ts)) == 1
    assert journal.transitions(odd)[0].alarm == odd
    assert journal.messages(Wanted(words=odd))
    journal.close()


def test_news_says_each_change_once_and_knows_what_it_no_longer_knows() -> None:
    """After a revision: what changed since, the newest of each; None where it was never so or is too long ago."""
    journal = Journal(clock=lambda: 1000)
    start = journal.board.rev
    assert journal.board.since(start) == ()
    for _ in range(3):
        journal.shown(message(1))
    journal.told(change("cpu", "ALARM", 1))
    news = journal.board.since(start)
    assert news is not None
    assert [(one.sort, one.key) for one in news] == [("message", message(1).ts), ("alarm", "cpu")]
    assert journal.board.since(journal.board.rev) == ()
    assert journal.board.since(start - 1) is None
    assert journal.board.since(journal.board.rev + 1) is None
    journal.close()


@given(
    st.builds(
        Message,
        *[st.text(max_size=8)] * 5,
        text=st.text(),
        blocks=st.lists(st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2), max_size=2),
        thread_ts=st.none() | st.text(max_size=8),
        broadcast=st.booleans(),
        notified=st.lists(st.text(max_size=4), max_size=2).map(tuple),
        reactions=st.dictionaries(
            st.text(max_size=4), st.lists(st.text(max_size=4), max_size=2).map(tuple), max_size=2
        ),
    )
)
def test_a_message_comes_back_as_it_was(given_message: Message) -> None:
    """Writing and reading loses nothing."""
    assert decode(encode(given_message)) == given_message
