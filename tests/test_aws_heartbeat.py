"""The heartbeat: one line that CloudWatch reads as metrics, and numbers that mean what they are called."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tocsin.aws.heartbeat import METRICS, beat, waiting
from tocsin.model import Incident, Message, Notice, Receipt, Seen
from tocsin.ports import Content, Put, Row
from tocsin.stores.memory import MemoryStore

NOW = 1_795_435_200_000
NEW = Message("slack", "m", Incident("i"), opened_at=NOW - 300_000)
SHOWN = replace(NEW, receipt=Receipt(1, 0), want=2)


def row(content: Content, due: int | None) -> Row:
    return Row("k", content, 1, due)


def test_the_line_is_one_that_cloudwatch_reads(capsys: pytest.CaptureFixture[str]) -> None:
    """Metrics without dimensions, each named once and there as a number, alone on a line of JSON."""
    store = MemoryStore(clock=lambda: NOW)
    store.change(["k"], lambda _: (Put("k", replace(NEW, tries=3), due=NOW + 30_000),))
    beat(store, NOW, "tocsin/here")
    (line,) = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    (directive,) = said["_aws"]["CloudWatchMetrics"]
    assert said["_aws"]["Timestamp"] == NOW
    assert (directive["Namespace"], directive["Dimensions"]) == ("tocsin/here", [[]])
    assert {each["Name"]: each["Unit"] for each in directive["Metrics"]} == METRICS
    assert {name: said[name] for name in METRICS} == {"Heartbeat": 1, "OldestDue": 300, "Failed": 1}


def test_without_a_store_it_only_lives(capsys: pytest.CaptureFixture[str]) -> None:
    """Stateless there is nothing that could wait."""
    beat(None, NOW, "tocsin/here")
    said = json.loads(capsys.readouterr().out)
    assert (said["Heartbeat"], said["OldestDue"], said["Failed"]) == (1, 0, 0)


@pytest.mark.parametrize(
    ("found", "oldest", "failed"),
    [
        ((), 0, 0),
        ((row(NEW, NOW),), 300, 0),
        ((row(replace(NEW, tries=1), NOW + 50_000),), 300, 1),
        ((row(NEW, NOW + 1),), 0, 0),
        ((row(SHOWN, NOW - 20_000),), 20, 0),
        ((row(replace(SHOWN, notices=(Notice(1, "resolved", NOW - 90_000),)), NOW - 1_000),), 90, 0),
        ((row(replace(SHOWN, notices=(Notice(1, "resolved", -1),)), NOW - 1_000),), 1, 0),
        ((row(Seen(1), NOW - 7_000), row(replace(SHOWN, tries=2), NOW - 8_000)), 8, 1),
        ((row(replace(SHOWN, notices=(Notice(1, "resolved", NOW + 90_000),)), NOW),), 0, 0),
    ],
    ids=["nothing", "new", "tried", "not yet", "an edit", "a line", "a line without time", "others", "from the future"],
)
def test_what_waits_is_told_by_how_long(found: tuple[Row, ...], oldest: float, failed: int) -> None:
    """A try that was postponed still waits since it was first wanted; an old message is not late because it is old."""
    assert waiting(found, NOW) == (oldest, failed)
