"""Lambda's front door, and the only file in this package that names concrete parts.

Point an existing function at ``tocsin.handler.lambda_handler``: its webhook setting is understood as it is.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tocsin.config import Config, read_config, read_door
from tocsin.delivery import CALL
from tocsin.destinations.http import Connections
from tocsin.destinations.slack import SlackBot, SlackWebhook
from tocsin.destinations.slack.api import Bot, Webhook
from tocsin.destinations.slack.blocks import Look
from tocsin.doors import Doors
from tocsin.farewell import Farewells
from tocsin.logbook import trouble
from tocsin.pipeline import Outcome, Pipeline
from tocsin.ports import Destination, Enricher, Store
from tocsin.stores.attempt import chance
from tocsin.summons import is_tick, without_wakes

if TYPE_CHECKING:  # what only some settings ask for is imported only then: it costs every cold start otherwise
    from tocsin.aws.client import Client
    from tocsin.aws.wake import Waker
    from tocsin.destinations.slack.clicks import Door

log = logging.getLogger("tocsin")

WITHOUT_CONTEXT = 30.0  # seconds we take for ourselves where nobody says how long we have


class NotDelivered(Exception):
    """Some records must come again; raised so that Lambda retries, counts an error and keeps the event."""


def lambda_handler(event: Any, context: Any) -> dict[str, Any]:
    """Handle whatever AWS hands in. Raises ConfigError where none could be delivered, NotDelivered to be retried."""
    if "AWS_LAMBDA_LOG_LEVEL" not in os.environ:  # nobody chose: Lambda would leave out what went well
        log.setLevel(logging.INFO)
    if _is_http(event):  # without a valid Slack signature nobody gets in, and nothing is parsed
        return {"statusCode": slack_door(read_door(os.environ)).answer(event, time.time()), "body": ""}
    config = read_config(os.environ)
    for warning in config.warnings:
        log.warning("%s", warning)
    return answer(event, parts(config).handle(event, doors(context)))


@dataclass(frozen=True, slots=True)
class Parts:
    """What one container is made of: ``waker`` where there is a queue to be woken by; ``metrics``: their namespace."""

    pipeline: Pipeline
    store: Store | None
    farewells: Farewells
    waker: Waker | None
    metrics: str

    def handle(self, event: Any, doors: Doors) -> Outcome:
        """Take in what happened, show what is due, and see to it that what remains is looked at again."""
        happened, outcome = without_wakes(event), Outcome(0)
        if happened is None or is_tick(event):
            self.pipeline.catch_up(doors)
        else:
            outcome = self.pipeline.run(happened, doors)
            self._take_leave(event, outcome, doors)
        if self.waker is not None:
            self.waker.arrange(doors.clock(), behind=doors.left() <= CALL)
        if is_tick(event):
            self._beat(doors)
        return outcome

    def _beat(self, doors: Doors) -> None:
        from tocsin.aws.heartbeat import beat

        try:
            beat(self.store, doors.clock(), self.metrics)
        except Exception:  # its silence is the alarm: an error would only make this tick a dead letter
            trouble("no heartbeat", {"next": "with the next tick"}, bug=True)

    def _take_leave(self, event: Any, outcome: Outcome, doors: Doors) -> None:
        """Say what will not come again, as well as that can be said; its record fails all the same."""
        signal = self.farewells.of(event, [record for record, _ in outcome.failed], doors.clock())
        if signal is not None:
            try:
                self.pipeline.tell(signal, doors)
            except Exception:  # whatever it is: the other records of this batch have been handled
                trouble("farewell not shown", {"record": signal.event_id}, bug=True)


@cache
def parts(config: Config) -> Parts:
    """The parts, put together once per container and configuration."""
    return assembled(config, connections())


@cache
def slack_door(config: Config) -> Door:
    """The Slack door, with the signing secret that the settings name; without one it opens to nobody."""
    from tocsin.destinations.slack.clicks import Door

    if config.signing_parameter:
        from tocsin.aws.signing_secret import PATIENCE, SigningSecret

        client = replace(_aws(config, connections()), patience=PATIENCE)
        return Door(SigningSecret(config.signing_parameter, client).other_than)
    return Door(lambda tried: "" if tried else config.signing_secret)


@cache
def connections() -> Connections:
    """This container's."""
    return Connections()


def prepare() -> None:
    """Do what the first alarm would wait for while the function is loaded, which may be before there is an alarm
    (https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html). Whatever fails is the invocation's to say.
    """
    try:
        parts(read_config(os.environ))
        connections().prepare()
        import_module("tocsin.kinds.cloudwatch_alarm")
    except Exception:  # it is met again there: an import that fails would show people nothing at all
        return


def assembled(config: Config, connections: Connections) -> Parts:
    """The parts that the settings ask for. Raises ConfigError if they cannot work."""
    store = _store(config, connections)
    shown, more = destination(config, connections), _enrichers(config, connections)
    pipeline = Pipeline((shown,), store, canary=config.canary, enrichers=more)
    return Parts(pipeline, store, Farewells(config.receives), _waker(config, store, connections), config.metrics)


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

    def bot(token: str) -> Destination:
        return SlackBot("slack", Bot(token, config.channel, connections, config.api_url), look)

    def webhook(url: str) -> Destination:
        return SlackWebhook("slack", Webhook(url, connections), look)

    parameter = config.bot_parameter or config.webhook_parameter
    if parameter:
        from tocsin.aws.secrets import Unlocked

        return Unlocked("slack", parameter, _aws(config, connections), bot if config.bot_parameter else webhook)
    return bot(config.bot_token) if config.bot_token else webhook(config.webhook_url)


def _store(config: Config, connections: Connections) -> Store | None:
    sort, _, place = config.store.partition(":")
    if sort == "memory":
        from tocsin.stores.memory import MemoryStore

        return MemoryStore()
    if sort == "sqlite":
        from tocsin.stores.sqlite import SqliteStore

        return SqliteStore(place, late=True)  # one that cannot be opened must not keep an alarm from people
    if sort == "dynamodb":
        from tocsin.aws.dynamodb_store import DynamoStore

        return DynamoStore(_aws(config, connections), place)
    return None


def _enrichers(config: Config, connections: Connections) -> tuple[Enricher, ...]:
    asked: list[Enricher] = []
    if config.account_names:  # the first, because it is the quickest
        from tocsin.aws.account_names import AccountNames

        asked.append(AccountNames(_aws(config, connections), config.account_names))
    if config.enrich:
        from tocsin.aws.enrich import AlarmEnricher
        from tocsin.reading.arns import parse

        canary = parse(config.canary)  # an alarm of this account, and the one place where the settings name that
        asked.append(AlarmEnricher(_aws(config, connections), canary.account if canary else ""))
    return tuple(asked)


def _waker(config: Config, store: Store | None, connections: Connections) -> Waker | None:
    if store is None or not config.queue_url:
        return None
    from tocsin.aws.wake import Waker

    return Waker(_aws(config, connections), config.queue_url, store)


def _aws(config: Config, connections: Connections) -> Client:
    from tocsin.aws.client import Client

    return Client(config.aws, connections)


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


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    prepare()
