"""AWS Config: a resource breaks a rule or keeps it again, a resource was changed, a delivery to S3 worked or failed.

Shapes: docs.aws.amazon.com/config/latest/developerguide/monitoring-with-eventbridge.html and notifications-for-AWS-
Config.html, which also shows the object below some lines of text.
"""

from __future__ import annotations

import json

from tocsin.envelope import Envelope
from tocsin.kinds.config import compliance, delivery, item
from tocsin.kinds.config.words import WORDS as WORDS
from tocsin.model import Signal
from tocsin.reading import fields, plainly


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """A condition for a rule and a resource, a happening for anything else. Raises ValueError for a message of no known
    type."""
    body = envelope.body
    detail = _below(body) if isinstance(body, str) else plainly.detail(envelope)
    message = fields.text(detail, "messageType")
    if "newEvaluationResult" in detail or message == "ComplianceChangeNotification":
        return (compliance.signal(envelope, detail),)
    if fields.mapping(detail, "configurationItem", "configurationItemSummary"):
        return (item.signal(envelope, detail),)
    if message:
        return (delivery.signal(envelope, detail, message),)
    raise ValueError("a message of AWS Config without a type")


def _below(text: str) -> fields.Json:
    """The object that begins somewhere in a text."""
    found, _ = json.JSONDecoder().raw_decode(text[text.index("{") :])
    return found if isinstance(found, dict) else {}
