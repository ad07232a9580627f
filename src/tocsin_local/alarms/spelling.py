"""How AWS spells numbers and instants in reasons, reason data and messages.

CloudWatch is written in Java: doubles look as ``Double.toString`` prints them (21.0, 1.0E7, 8.3714617344E10) and dates
come in three shapes. Names of days and months are English whatever the locale. Instants are milliseconds since 1970.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def java_double(value: float) -> str:
    """The shortest text that reads back as ``value``, in the notation of Java's Double.toString."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return f"{Decimal(repr(value)):f}"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    written = "".join(map(str, digits))
    power = int(exponent) + len(written) - 1
    return f"{'-' if sign else ''}{written[0]}.{written[1:] or '0'}E{power}"


def java_json(value: object) -> str:
    """Compact JSON as the Java service writes it: no blanks, floats as ``java_double``."""
    if isinstance(value, float):
        return java_double(value)
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(key)}:{java_json(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(java_json, value)) + "]"
    return json.dumps(value)


def moment(ms: int) -> datetime:
    """The instant as an aware UTC datetime."""
    return EPOCH + timedelta(milliseconds=ms)


def full_date(ms: int) -> str:
    """``2026-09-14T05:42:57.551+0000``: dates in reason data, events and SNS messages."""
    return f"{moment(ms):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}+0000"


def iso_date(ms: int) -> str:
    """``2026-09-14T05:42:57.551Z``: how commands print an instant."""
    return f"{moment(ms):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def short_date(ms: int) -> str:
    """``14/09/26 05:42:57``: beside a datapoint in a reason."""
    return f"{moment(ms):%d/%m/%y %H:%M:%S}"


def long_date(ms: int) -> str:
    """``Monday 14 September, 2026 11:18:52 UTC``: in a composite alarm's reason and in AWS's e-mails."""
    at = moment(ms)
    return f"{DAYS[at.weekday()]} {at:%d} {MONTHS[at.month - 1]}, {at:%Y %H:%M:%S} UTC"


def milliseconds(text: str) -> int:
    """Milliseconds of an ISO 8601 instant, UTC when it names no offset. Raises ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return (at - EPOCH) // timedelta(milliseconds=1)
