"""What calls the function although nothing has happened: the schedule's tick, and the wake it sent to itself. Pure."""

from __future__ import annotations

from typing import Any

from tocsin.reading import fields

WAKE = "wake"
TICK = "-tick"  # how the name of the stack's own rule ends


def is_tick(event: object) -> bool:
    """Whether the stack's own schedule calls. Another rule's scheduled event is one to be shown.

    Shape: https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-scheduled.html
    """
    scheduled = fields.text(event, "source") == "aws.events" and fields.text(event, "detail-type") == "Scheduled Event"
    rules = fields.items(event, "resources")
    return scheduled and any(isinstance(rule, str) and rule.endswith(TICK) for rule in rules)


def is_wake(record: object) -> bool:
    """Whether an SQS record is the function's own word to itself: whoever may write to its queue may wake it."""
    return fields.text(fields.parsed(fields.text(record, "body")), "tocsin") == WAKE


def without_wakes(event: Any) -> Any:
    """The event without the wakes among its SQS records; None if it held nothing else."""
    records = fields.items(event, "Records")
    others = [record for record in records if not is_wake(record)]
    if len(others) == len(records):
        return event
    return {**event, "Records": others} if others else None
