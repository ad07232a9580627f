"""Reads the ways AWS writes a time, as milliseconds since 1970 (UTC); what cannot be read is None."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tocsin.reading.fields import as_number

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
# Years beyond 9998 cannot be shown in every time zone.
_END = 253_370_764_800_000
_REASON = re.compile(r"(\d\d)/(\d\d)/(\d\d) (\d\d:\d\d:\d\d)", re.ASCII)
_GO = re.compile(r"\s*(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,6})?)\d* ([+-]\d{4})\b")
_FORMS = (
    "%a, %d %b %Y %H:%M:%S GMT", "%a, %d %b %Y %H:%M:%S UTC", "%a %b %d %H:%M:%S.%f UTC %Y", "%a %b %d %H:%M:%S UTC %Y",
    "%b %d, %Y, %I:%M:%S %p",
)  # fmt: skip


def iso(value: object) -> int | None:
    """`2017-01-12T16:30:42.236+0000`, `2019-10-02T17:04:40Z` and their kin; without a zone it is UTC."""
    if not isinstance(value, str):
        return None
    try:
        return _ms(datetime.fromisoformat(value.strip()))
    except ValueError:
        return None


def written(value: object) -> int | None:
    """Any way in which a service writes a time in a text: ISO 8601, `2024-09-04 16:59:44.356 +0000 UTC` (Prometheus),
    `Thu, 26 Jan 2023 19:00:00 GMT` (Health), `Wed Sep 04 16:59:44.356 UTC 2024` and `Jan 19, 2023, 10:46:15 PM`
    (Inspector); all of the last are UTC."""
    found = iso(value)
    if found is not None or not isinstance(value, str):
        return found
    go = _GO.match(value)
    if go:
        return iso(f"{go[1]}T{go[2]}{go[3]}")
    for form in _FORMS:
        try:
            return _ms(datetime.strptime(" ".join(value.split()), form))
        except ValueError:
            continue
    return None


def epoch_ms(value: object) -> int | None:
    """Milliseconds since 1970, written as a number or as text, as SQS does."""
    found = as_number(value)
    return int(found) if found is not None and 0 <= found < _END else None


def reason_date(value: str) -> int | None:
    """`19/12/21 23:01:00`, as alarm reasons write it (day first, UTC, in this century)."""
    found = _REASON.fullmatch(value)
    # Not strptime, which loads locale and calendar: nearly every alarm has such dates, so each cold start would pay.
    return iso(f"20{found[3]}-{found[2]}-{found[1]}T{found[4]}") if found else None


def _ms(moment: datetime) -> int | None:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    found = (aware - _EPOCH) // _MILLISECOND
    return found if 0 <= found < _END else None
