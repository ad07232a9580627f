"""What runs an event on a stage: tocsin in this process or under Lambda's runtime, and which Slack hears of it."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from tocsin.config import zone_of
from tocsin.destinations.http import Connections
from tocsin.destinations.slack import SlackBot
from tocsin.destinations.slack.api import Bot
from tocsin.destinations.slack.blocks import Look
from tocsin.handler import answer, destination, doors
from tocsin.pipeline import Pipeline
from tocsin.ports import Destination, Enricher, Store
from tocsin.stores.memory import MemoryStore
from tocsin.stores.sqlite import SqliteStore
from tocsin_cli.rig_plan import Plan
from tocsin_cli.runtime import function_under_runtime
from tocsin_local.journal.lines import happened
from tocsin_local.slack import LocalSlack

Invoke = Callable[[Any], Any]


def function(
    stack: ExitStack, plan: Plan, slack: LocalSlack, hear: Callable[[str], None], enricher: Enricher
) -> tuple[Invoke, Callable[[], None]]:
    """What runs an event, and what lets be shown what is due; never both at once, or a message might come twice.

    ``enricher``: asked in this process alone; a function under Lambda's runtime cannot reach the stage.
    """
    folder = plan.folder
    if folder is None and plan.runtime:  # two processes share what they know through a file
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-")))
    connections = stack.enter_context(closing(Connections()))
    ours = _stand_in("page" if plan.real else "slack", plan, slack, connections)
    shown = (destination(plan.config, connections), ours) if plan.real else (ours,)
    if plan.runtime:
        handler, pipelines = _under_runtime(stack, plan, slack, shown, folder, hear)
    else:
        stack.enter_context(_overheard(hear))
        store = _store(stack, _file(folder, "-real" if plan.real else ""))
        pipeline = Pipeline(shown, store, enrichers=(enricher,))
        handler, pipelines = _running(pipeline), (pipeline,)
    busy = threading.Lock()

    def invoke(event: Any) -> Any:
        with busy:
            return handler(event)

    def tick() -> None:
        if busy.acquire(blocking=False):
            try:
                for pipeline in pipelines:
                    pipeline.catch_up(doors(None))
            finally:
                busy.release()

    return invoke, tick


def _stand_in(name: str, plan: Plan, slack: LocalSlack, connections: Connections) -> Destination:
    """The stand-in always takes part, as the page shows what stands in it."""
    bot = Bot(slack.bot_token, slack.channel.name, connections, slack.api_url)
    return SlackBot(name, bot, Look(plan.config.language, plan.config.zone))


def _file(folder: Path | None, whose: str) -> Path | None:
    """One for the stand-in and one for the real Slack: what each of them shows are other messages. The function under
    Lambda's runtime works in another folder."""
    return folder.absolute() / f"incidents{whose}.sqlite" if folder else None


def _store(stack: ExitStack, path: Path | None) -> Store:
    return stack.enter_context(SqliteStore(path)) if path else MemoryStore()


def _running(pipeline: Pipeline) -> Invoke:
    return lambda event: answer(event, pipeline.run(event, doors(None), http=True))


def _under_runtime(
    stack: ExitStack,
    plan: Plan,
    slack: LocalSlack,
    shown: tuple[Destination, ...],
    folder: Path | None,
    hear: Callable[[str], None],
) -> tuple[Invoke, tuple[Pipeline, ...]]:
    """The function in a process of its own tells the first destination; what that took is copied to the other."""
    stack.enter_context(_overheard(_without_events(hear)))
    path = _file(folder, "-real" if plan.real else "")
    function = stack.enter_context(function_under_runtime(_settings(plan, slack, path), hear))
    pipeline = Pipeline(shown[:1], _store(stack, path))
    if not shown[1:]:
        return function, (pipeline,)
    copy = Pipeline(shown[1:], _store(stack, _file(folder, "-copy")))

    def both(event: Any) -> Any:
        answered = function(event)
        copy.run(event, doors(None), http=True)
        return answered

    return both, (pipeline, copy)


def _settings(plan: Plan, slack: LocalSlack, path: Path | None) -> dict[str, str]:
    config = plan.config
    where = (
        {"TOCSIN_SLACK_WEBHOOK_URL": config.webhook_url}
        if config.webhook_url
        else {
            "TOCSIN_SLACK_BOT_TOKEN": config.bot_token or slack.bot_token,
            "TOCSIN_SLACK_CHANNEL": config.channel or slack.channel.name,
            "TOCSIN_SLACK_API_URL": config.api_url if config.bot_token else slack.api_url,
        }
    )
    zone = str(config.zone).removeprefix("UTC") or "UTC"  # an offset calls itself UTC+09:00
    named = {} if config.zone == zone_of(config.language) else {"TOCSIN_TIMEZONE": zone}
    return {**where, **named, "TOCSIN_LANGUAGE": config.language, "TOCSIN_STORE": f"sqlite:{path}"}


def _without_events(hear: Callable[[str], None]) -> Callable[[str], None]:
    """What became of an event is the function's to tell: its copy to the page must not tell it again."""

    def hear_rest(line: str) -> None:
        told = happened(line)
        if told is None or told["did"] not in ("taken in", "failed"):
            hear(line)

    return hear_rest


@contextmanager
def _overheard(hear: Callable[[str], None]) -> Iterator[None]:
    """tocsin's log goes to ``hear`` alone: what goes wrong is told there, and by whoever runs the stage."""
    log = logging.getLogger("tocsin")
    level, propagate, silent = log.level, log.propagate, logging.NullHandler()

    def overhear(record: logging.LogRecord) -> bool:
        hear(record.getMessage())
        return True

    log.addFilter(overhear)
    log.addHandler(silent)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield
    finally:
        log.removeFilter(overhear)
        log.removeHandler(silent)
        log.setLevel(level)
        log.propagate = propagate
