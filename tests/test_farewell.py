"""What is about to become a dead letter is said plainly, once a minute at most."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from tocsin.farewell import Farewells
from tocsin.words import LANGUAGES, plain

NOW = 1_795_435_200_000


def event(*receives: object, body: str = "the body") -> dict[str, Any]:
    """A batch whose records were received so many times."""
    return {
        "Records": [
            {
                "messageId": f"m{n}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": count},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:tocsin",
            }
            for n, count in enumerate(receives)
        ]
    }


def test_a_record_on_its_last_receive_is_named() -> None:
    """Its body is quoted, shortened, and where the queue lies is said."""
    signal = Farewells(5).of(event("5", body="x" * 9000), ["m0"], NOW)
    assert signal is not None
    assert (signal.sort, signal.at, signal.account, signal.region) == ("happening", NOW, "123456789012", "eu-west-1")
    assert len(signal.quote) == 500
    for language in LANGUAGES:
        assert "1" in plain(signal.title, language, UTC)


def test_several_are_counted() -> None:
    """One message speaks for all that end with this batch, and for no record that will come again or succeeded."""
    signal = Farewells(5).of(event("5", "4", "6", "5"), ["m0", "m1", "m2"], NOW)
    assert signal is not None and plain(signal.title, "en", UTC).startswith("2 events could not be processed")


@pytest.mark.parametrize(
    ("receives", "failed", "count"),
    [(5, [], "5"), (5, ["m0"], "4"), (0, ["m0"], "5"), (5, ["m0"], None), (5, ["m0"], "many")],
    ids=["it succeeded", "it comes again", "nobody says how often", "nobody counted", "garbage"],
)
def test_nothing_else_is_said(receives: int, failed: list[str], count: object) -> None:
    """Only what fails, and is known not to come again, is taken leave of."""
    assert Farewells(receives).of(event(count), failed, NOW) is None


@pytest.mark.parametrize("odd", [None, "x", {}, {"Records": None}, {"Records": ["x", None]}])
def test_other_events_have_no_last_receive(odd: Any) -> None:
    """Whatever did not come by a queue is none of this module's business."""
    assert Farewells(5).of(odd, [""], NOW) is None


def test_at_most_one_a_minute() -> None:
    """Poison in masses is one message a minute for a container."""
    farewells = Farewells(1)
    said = [farewells.of(event("1"), ["m0"], NOW + second * 1000) is not None for second in range(0, 121, 20)]
    assert said == [True, False, False, True, False, False, True]
