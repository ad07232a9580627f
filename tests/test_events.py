"""Every file in tests/events is a test: what is understood of it, and what people see, stands in a snapshot beside it.

``TOCSIN_SNAPSHOTS=write pytest tests/test_events.py`` writes the snapshots anew, for a human to review.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tocsin.envelope import Envelope, unwrap
from tocsin.kinds import FALLBACKS, INDEX, read
from tocsin.model import Signal
from tocsin.words import LANGUAGES, plain

EVENTS = Path(__file__).parent / "events"
FILES = sorted(path for path in EVENTS.glob("*/*.json") if not path.name.endswith(".snap.json"))
WRITE = os.environ.get("TOCSIN_SNAPSHOTS") == "write"


def envelopes(path: Path) -> tuple[Envelope, ...]:
    return unwrap(json.loads(path.read_text()), http=True)


def understood(envelope: Envelope, signal: Signal) -> dict[str, Any]:
    """What is true in any language; what says nothing is left out."""
    told = {
        "kind": signal.kind,
        "via": envelope.road,
        "sort": signal.sort,
        "subject": signal.subject,
        "state": signal.state,
        "word": signal.word,
        "at": _instant(signal.at),
        "old": signal.old,
        "old_at": _instant(signal.old_at),
        "period": signal.period,
        "severity": signal.severity,
        "test": signal.test or None,
        "muted": signal.muted or None,
        "muted_until": _instant(signal.muted_until),
        "part_of": signal.part_of,
        "unmuted": signal.unmuted or None,
        "tell": signal.tell or None,
        "event_id": signal.event_id,
        "story": signal.story,
        "quote": signal.quote,
        "links": [link.url for link in signal.links],
        "series": signal.series and {
            "name": signal.series.name,
            "points": [[_instant(at), value] for at, value in signal.series.points],
            "threshold": signal.series.threshold,
        },
        "labels": {name: value for name, value in sorted(signal.labels.items()) if value},
        "where": [signal.partition, signal.account, signal.region],
    }  # fmt: skip
    return {name: value for name, value in told.items() if value not in (None, "", [], {})}


def seen(signal: Signal, language: str) -> dict[str, Any]:
    """What people see of it in their language."""
    return {
        "title": plain(signal.title, language, UTC),
        "summary": signal.summary and plain(signal.summary, language, UTC),
        "facts": [_row(fact.label, fact.value, language) for fact in signal.facts if not fact.detail],
        "details": [_row(fact.label, fact.value, language) for fact in signal.facts if fact.detail],
        "meaning": [plain(one, language, UTC) for one in signal.meaning],
        "advice": [plain(one, language, UTC) for one in signal.advice],
        "links": [plain(link.label, language, UTC) for link in signal.links],
    }


def _row(label: Any, value: Any, language: str) -> list[str]:
    return [plain(label, language, UTC), plain(value, language, UTC)]


def _instant(ms: int | None) -> str | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_event_is_understood_and_shown_as_its_snapshot_says(path: Path) -> None:
    """What is understood of the event, and what people see in each language, is what a human has reviewed."""
    found = [(envelope, signal) for envelope in envelopes(path) for signal in read(envelope)]
    now = {
        "understood": [understood(envelope, signal) for envelope, signal in found],
        **{language: [seen(signal, language) for _, signal in found] for language in LANGUAGES},
    }
    snapshot = path.with_suffix(".snap.json")
    if WRITE:
        snapshot.write_text(json.dumps(now, indent=1, ensure_ascii=False) + "\n")
    assert json.loads(snapshot.read_text()) == json.loads(json.dumps(now))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_exactly_one_kind_claims_an_event(path: Path) -> None:
    """A kind's event is claimed by one entry alone, so the order of KINDS never matters; a fallback's by none that
    can read it. The folder names the kind."""
    first = envelopes(path)[0]
    assert read(first)[0].kind == path.parent.name
    claims = [entry.name for entry in INDEX.find(first)]
    fallbacks = [entry.name for entry in FALLBACKS]
    assert claims == [path.parent.name] or (path.parent.name in fallbacks and len(claims) <= 1)


def test_no_snapshot_outlives_its_event() -> None:
    """Each snapshot has its event, and each event its snapshot."""
    assert set(EVENTS.glob("*/*.snap.json")) == {path.with_suffix(".snap.json") for path in FILES}
