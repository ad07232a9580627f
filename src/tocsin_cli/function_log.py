"""The function's log in CloudWatch Logs, line by line, with what our own lines say taken apart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin_cli.cloud import Cloud

# As Lambda's Python runtime writes them: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
_LOGGED = re.compile(r"\[(?P<level>[A-Z]+)\]\t\S+\t\S*\t(?P<text>.*)", re.DOTALL)
_OF_LAMBDA = ("START ", "END ", "REPORT ", "INIT_START ", "RESTORE_")


@dataclass(frozen=True, slots=True)
class Line:
    """``at`` in ms; ``level`` is the logger's word, "" for what is Lambda's own; ``about`` is what our line says."""

    id: str
    at: int
    level: str
    text: str
    about: Mapping[str, Any]

    @property
    def did(self) -> str:
        """What happened, in our log's own word."""
        return str(self.about.get("did", ""))


def lines(cloud: Cloud, group: str, since: int, pattern: str = "") -> Iterator[Line]:
    """What was logged since then (ms), the oldest first. ``pattern``: a word that each line must hold."""
    pages = cloud.client("logs").get_paginator("filter_log_events")
    quoted = {"filterPattern": json.dumps(pattern)} if pattern else {}
    for page in pages.paginate(logGroupName=group, startTime=since, **quoted):
        yield from (_line(event) for event in page["events"] if pattern in event["message"])  # LocalStack gives all


def _line(event: Mapping[str, Any]) -> Line:
    message = str(event["message"]).rstrip("\n")
    logged = _LOGGED.fullmatch(message)
    text = logged["text"] if logged else message
    level = logged["level"] if logged else "" if message.startswith(_OF_LAMBDA) else "INFO"
    # No field of the answer is promised, not even the id.
    name = event.get("eventId") or f"{event.get('logStreamName')}:{event['timestamp']}:{message}"
    return Line(name, event["timestamp"], level, text, _about(text))


def _about(text: str) -> Mapping[str, Any]:
    first = text.partition("\n")[0]  # a traceback may follow
    try:
        found = json.loads(first) if first.startswith("{") else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
