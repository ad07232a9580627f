"""What calls the function although nothing happened is told from what did happen."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.summons import is_tick, is_wake, without_wakes

RULE = "arn:aws:events:eu-west-1:123456789012:rule/tocsin-tick"


def scheduled(rule: str, **more: Any) -> dict[str, Any]:
    """A scheduled event: https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-scheduled.html"""
    return {
        "version": "0", "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa", "detail-type": "Scheduled Event",
        "source": "aws.events", "account": "123456789012", "time": "2026-11-23T12:00:00Z", "region": "eu-west-1",
        "resources": [rule], "detail": {}, **more,
    }  # fmt: skip


def record(body: object, **more: Any) -> dict[str, Any]:
    text = body if isinstance(body, str) else json.dumps(body)
    return {"messageId": "m", "eventSource": "aws:sqs", "body": text, **more}


def test_the_stacks_own_rule_ticks() -> None:
    """Its name ends with -tick; nothing else of the event matters."""
    assert is_tick(scheduled(RULE))


@pytest.mark.parametrize(
    "event",
    [
        scheduled("arn:aws:events:eu-west-1:123456789012:rule/nightly-report"),
        scheduled(RULE, source="custom.app"),
        scheduled(RULE, **{"detail-type": "EC2 Instance State-change Notification"}),
        scheduled(RULE, resources=None),
        scheduled(RULE, resources=[7, None]),
        {"Records": [record(scheduled(RULE))]},
        "tick",
        None,
    ],
)
def test_whatever_else_comes_is_no_tick(event: Any) -> None:
    """Another rule's schedule is an event that people should see, and so is one that came by a queue."""
    assert not is_tick(event)


def test_wakes_are_left_out_and_nothing_else() -> None:
    """The records beside a wake stay as they are, in order; of wakes alone nothing is left."""
    wake, one, other = record({"tocsin": "wake", "for": 1}), record("text"), record({"tocsin": "x"})
    assert without_wakes({"Records": [one, wake, other], "more": 1}) == {"Records": [one, other], "more": 1}
    assert without_wakes({"Records": [wake, wake]}) is None


@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["Records", "body", "tocsin", "resources", "source"]), inner)))  # fmt: skip
def test_whatever_is_no_wake_comes_through_untouched(event: Any) -> None:
    """Any shape of event is looked at without a stumble, and is handed on as it was."""
    assert without_wakes(event) is event
    assert not is_tick(event)
    assert not is_wake(event)
