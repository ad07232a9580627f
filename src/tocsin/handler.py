"""Lambda's front door, and the only file in this package that names concrete parts.

Point an existing function at ``tocsin.handler.lambda_handler``: its webhook setting is understood as it is.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from tocsin.config import Config, read_config
from tocsin.destinations.http import Connections
from tocsin.destinations.slack import SlackBot, SlackWebhook
from tocsin.destinations.slack.api import Bot, Webhook
from tocsin.destinations.slack.blocks import Look
from tocsin.pipeline import Doors, Outcome, Pipeline
from tocsin.ports import Destination, Store
from tocsin.stores.attempt import chance

log = logging.getLogger("tocsin")

WITHOUT_CONTEXT = 30.0  # seconds we take for ourselves where nobody says how long we have


class NotDelivered(Exception):
    """Some records must come again; raised so that Lambda retries, counts an error and keeps the event."""


def lambda_handler(event: Any, context: Any) -> dict[str, Any]:
    """Handle whatever AWS hands in. Raises ConfigError where none could be delivered, NotDelivered to be retried."""
    if _is_http(event):
        # The Slack door: without a valid Slack signature nobody gets in, and nothing is parsed. None can be valid yet.
        return {"statusCode": 401, "body": ""}
    if "AWS_LAMBDA_LOG_LEVEL" not in os.environ:  # nobody chose: Lambda would leave out what went well
        log.setLevel(logging.INFO)
    config = read_config(os.environ)
    for warning in config.warnings:
        log.warning("%s", warning)
    return answer(event, pipeline(config).run(event, doors(context)))


@cache
def pipeline(config: Config) -> Pipeline:
    """The parts, put together once per container and configuration."""
    return Pipeline((destination(config, Connections()),), _store(config.store))


def doors(context: Any) -> Doors:
    """Time as Lambda tells it, or our own where the handler is called by hand."""
    return Doors(clock=lambda: time.time_ns() // 1_000_000, sleep=time.sleep, left=_left(context), chance=chance)


def answer(event: Any, outcome: Outcome) -> dict[str, Any]:
    """For SQS a partial batch response (docs: services-sqs-errorhandling), for everybody else all or an exception."""
    if not outcome.failed:
        return {"batchItemFailures": []} if _is_sqs(event) else {"signals": outcome.signals}
    if _is_sqs(event) and all(record for record, _ in outcome.failed):
        return {"batchItemFailures": [{"itemIdentifier": record} for record, _ in outcome.failed]}
    codes = ", ".join(sorted({code for _, code in outcome.failed}))
    raise NotDelivered(f"{len(outcome.failed)} record(s) not delivered: {codes}")


def destination(config: Config, connections: Connections) -> Destination:
    """The Slack that the settings name. Raises ConfigError if its address is none that may be called."""
    look = Look(config.language, config.zone)
    if config.bot_token:
        return SlackBot("slack", Bot(config.bot_token, config.channel, connections, config.api_url), look)
    return SlackWebhook("slack", Webhook(config.webhook_url, connections), look)


def _store(name: str) -> Store | None:
    if name == "memory":
        from tocsin.stores.memory import MemoryStore

        return MemoryStore()
    if name.startswith("sqlite:"):
        from tocsin.stores.sqlite import SqliteStore

        return SqliteStore(name.removeprefix("sqlite:"))
    return None


def _left(context: Any) -> Callable[[], float]:
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    if remaining is not None:
        return lambda: float(remaining()) / 1000
    end = time.monotonic() + WITHOUT_CONTEXT
    return lambda: end - time.monotonic()


def _is_http(event: Any) -> bool:
    """A Function URL's or an API Gateway's request."""
    request = event.get("requestContext") if isinstance(event, dict) else None
    return isinstance(request, dict) and ("http" in request or "httpMethod" in event)


def _is_sqs(event: Any) -> bool:
    records = event.get("Records") if isinstance(event, dict) else None
    if not isinstance(records, list) or not records:
        return False
    return all(isinstance(one, dict) and one.get("eventSource") == "aws:sqs" for one in records)
