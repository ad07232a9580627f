"""The stage: what changes reaches the function by the road that its alarm names, and is tried again when it fails."""

from __future__ import annotations

import threading
from typing import Any

from tocsin_local.alarms.files import Entry
from tocsin_local.function import Function, Invocation
from tocsin_local.stage import Doors, Stage, Told


def entry(**fields: Any) -> Entry:
    given = {
        "AlarmName": "busy",
        "Namespace": "AWS/EC2",
        "MetricName": "CPUUtilization",
        "Statistic": "Average",
        "Period": 10,
        "EvaluationPeriods": 1,
        "Threshold": 50,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    return Entry("busy", given | fields, "a test")


def told_after(given: Entry, state: str) -> tuple[list[Told], list[Any]]:
    """What the stage tells and what the function gets when the alarm is set to a state."""
    told: list[Told] = []
    events: list[Any] = []
    stage = Stage(events.append, Doors(lambda now: (), told.append, lambda: None))
    with stage:
        stage.put_alarms([given])
        stage.set_state("busy", state, "a try")
    return told, events


def test_an_alarms_action_goes_through_sns() -> None:
    """An alarm with an action for its new state reaches the function as an SNS record."""
    _, (event,) = told_after(entry(AlarmActions=["arn:aws:sns:us-east-1:000000000000:tocsin"]), "ALARM")
    assert event["Records"][0]["EventSource"] == "aws:sns"


def test_an_alarm_without_any_action_is_heard_by_eventbridge() -> None:
    """Every change is an event on the bus, so an alarm that nobody connected is still shown."""
    _, (event,) = told_after(entry(), "ALARM")
    assert event["detail-type"] == "CloudWatch Alarm State Change"


def test_an_action_for_another_state_is_none() -> None:
    """With actions for ALARM only, OK tells nobody; with actions disabled, nothing does."""
    actions = ["arn:aws:sns:us-east-1:000000000000:tocsin"]
    told, events = told_after(entry(AlarmActions=actions), "OK")
    assert (len(told), events) == (1, [])
    assert told_after(entry(AlarmActions=actions, ActionsEnabled=False), "ALARM")[1] == []


def test_a_function_is_tried_three_times() -> None:
    """As Lambda does: two more tries after an error; then the last error is told."""
    calls: list[Any] = []
    told: list[Invocation] = []

    def fail(event: Any) -> None:
        calls.append(event)
        raise ValueError("no")

    with Function(fail, told.append, delays=(0.0, 0.0)) as function:
        done = function.put("event").result(timeout=60)
    assert (len(calls), done.tries, done.error) == (3, 3, "ValueError: no")
    assert told == [done]


def test_events_are_taken_in_order() -> None:
    """One environment handles one event at a time, first come first served, and finishes what it took."""
    order: list[int] = []
    entered = threading.Event()

    def slow(event: int) -> None:
        entered.set()
        order.append(event)

    with Function(slow, lambda _: None) as function:
        for number in range(20):
            function.put(number)
    assert entered.is_set()
    assert order == list(range(20))
