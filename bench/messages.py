"""How many events become messages in a second, and where the time goes."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from table import Row, best, text

from tocsin.config import Config
from tocsin.envelope import unwrap
from tocsin.kinds import read
from tocsin_cli.previews import previews

QUESTION = "How fast does an event become a message?"
EVENTS = Path(__file__).parents[1] / "tests" / "events"


def rows() -> list[Row]:
    """From the bytes of an event to the payload for Slack, over the events of the tests."""
    files = sorted(path for path in EVENTS.glob("*/*.json") if not path.name.endswith(".snap.json"))
    contents = [path.read_bytes() for path in files]
    events = [json.loads(content) for content in contents]
    envelopes = [envelope for event in events for envelope in unwrap(event, http=True)]
    config = {language: Config(language=language) for language in ("en", "ko")}

    def drawn(language: str) -> list[object]:
        return [seen for content in contents for seen in previews(content, config[language])]

    whole = _time(lambda: drawn("en"))
    unwrapped = _time(lambda: [unwrap(json.loads(content), http=True) for content in contents])
    understood = _time(lambda: [read(envelope) for envelope in envelopes])
    shares = [unwrapped / whole, understood / whole, max(0.0, 1 - (unwrapped + understood) / whole)]
    return [
        Row(f"events per second, on one core ({len(files)} files, {len(drawn('en'))} messages)",
            f"{len(files) / whole:,.0f}"),
        Row("of the time: unwrap · read the kind · decide and draw", " · ".join(f"{share:.0%}" for share in shares)),
        Row("in Korean, against English", f"{_time(lambda: drawn('ko')) / whole:.2g}"),
    ]  # fmt: skip


def _time(work: Callable[[], object]) -> float:
    """Seconds for one run over all events."""
    return best(work, 15)


if __name__ == "__main__":
    sys.stdout.write(text(rows()) + "\n")
