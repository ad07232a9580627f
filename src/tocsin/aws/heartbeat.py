"""What each tick tells CloudWatch: that we live, and what waits. A log line in CloudWatch's own format, no API call.

Format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Sequence

from tocsin.model import Message
from tocsin.ports import Row, Store

METRICS = {"Heartbeat": "Count", "OldestDue": "Seconds", "Failed": "Count"}
_SOON = 60_000
_LOOKED_AT = 50


def beat(store: Store | None, now: int, namespace: str) -> None:
    """Write the line. Raises what the store raises: a function that cannot look has no heartbeat. ``now``: ms."""
    rows = store.due(now + _SOON, _LOOKED_AT) if store else ()
    oldest, failed = waiting(rows, now)
    # The logger would put its own words before the line, and CloudWatch reads only lines that are JSON.
    values = {"Heartbeat": 1, "OldestDue": oldest, "Failed": failed}
    line = logging.makeLogRecord({"msg": embedded(values, now, namespace)})
    logging.StreamHandler(sys.stdout).handle(line)


def embedded(values: dict[str, float], now: int, namespace: str) -> str:
    """The values as metrics without dimensions, each of which costs its price once."""
    metrics = [{"Name": name, "Unit": METRICS[name]} for name in values]
    about = {"Namespace": namespace, "Dimensions": [[]], "Metrics": metrics}
    return json.dumps({"_aws": {"Timestamp": now, "CloudWatchMetrics": [about]}, "did": "beat", **values})


def waiting(rows: Sequence[Row], now: int) -> tuple[float, int]:
    """For how many seconds the oldest unshown message has waited, and how many were tried and not taken.

    ``rows`` are those that are due, or soon will be. A row's own ``due`` moves on with each try, so what counts is
    when its oldest unsaid line, or its first painting, became necessary.
    """
    tried = [row for row in rows if isinstance(row.content, Message) and row.content.tries]
    late = [*tried, *(row for row in rows if row not in tried and row.due is not None and row.due <= now)]
    return max((now - _since(row, now) for row in late), default=0) / 1000, len(tried)


def _since(row: Row, now: int) -> int:
    message = row.content
    known = [row.due if row.due is not None else now]
    if isinstance(message, Message):
        if message.receipt is None and message.opened_at:
            known.append(message.opened_at)
        if message.receipt is not None:
            known += [notice.at for notice in message.notices if notice.at > 0]
    return max(0, min(now, *known))
