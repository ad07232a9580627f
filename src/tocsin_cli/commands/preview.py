"""`tocsin preview`: what would be posted for an event, without network and without state."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from tocsin.config import Config
from tocsin.decide import alone
from tocsin.destinations.slack import SlackWebhook
from tocsin.destinations.slack.answers import Verdict
from tocsin.destinations.slack.api import Payload
from tocsin.destinations.slack.blocks import Look
from tocsin.envelope import unwrap
from tocsin.grouping import message_id
from tocsin.kinds import read
from tocsin.model import Message, Signal, Value
from tocsin.outbox import behind, shown
from tocsin.words import plain
from tocsin_cli import drawing, slack_target, ui


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="EVENT_FILE...")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON per signal, with the exact Slack payloads.")
@slack_target.LANGUAGE
def preview(files: tuple[str, ...], as_json: bool, lang: str | None) -> None:
    """Show what would be posted for the events in EVENT_FILE... (- is standard input).

    An event is whatever AWS hands over: SNS or SQS records, an EventBridge event, an alarm action, a bare message, an
    SNS request over HTTP (its body, or {"headers", "body"}); anything else is shown as well as it can be. Nothing is
    sent and nothing is stored. Exit code 2 if a file cannot be opened; the others are still shown.
    """
    config, unopened = slack_target.local(None, lang), 0
    for name in files:
        try:
            text = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            ui.error(f"{name} cannot be opened: {error.strerror}", "check the path; the other files are still shown")
            unopened += 1
            continue
        for seen in previews(text, config):
            _show(name, seen, as_json, config)
    if unopened:
        sys.exit(2)


@dataclass(frozen=True, slots=True)
class Preview:
    """A signal, the road that it came by, and what a webhook would be sent for it."""

    road: str
    signal: Signal
    messages: tuple[dict[str, Any], ...]


def previews(content: bytes, config: Config) -> Iterator[Preview]:
    """Every signal in a file's content, in order."""
    for envelope in unwrap(_event(content), http=True):
        for signal in read(envelope):
            yield Preview(envelope.road, signal, _messages(signal, config))


def as_line(name: str, seen: Preview, config: Config) -> str:
    """The signal as one line of JSON."""

    def say(value: Value) -> str:
        return plain(value, config.language, config.zone)

    signal = seen.signal
    found = {
        "file": name,
        "kind": signal.kind,
        "via": seen.road,
        "severity": signal.severity,
        "title": say(signal.title),
        "facts": [[say(fact.label), say(fact.value)] for fact in signal.facts],
        "text": seen.messages[0]["text"],
        "messages": seen.messages,
    }
    return json.dumps(found, ensure_ascii=False, allow_nan=False)


def _event(content: bytes) -> Any:
    text = content.decode("utf-8-sig", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


@dataclass(slots=True)
class _Notebook:
    """A webhook that writes down what it is sent."""

    sent: list[dict[str, Any]] = field(default_factory=list)

    def within(self, seconds: float) -> Callable[[Payload], Verdict]:
        return self._take

    def _take(self, payload: Payload) -> Verdict:
        self.sent.append(dict(payload))
        return Verdict("ok", "ok")


def _messages(signal: Signal, config: Config) -> tuple[dict[str, Any], ...]:
    """What the stateless handler posts: the very destination that it uses, writing into a notebook."""
    notebook = _Notebook()
    slack = SlackWebhook("slack", notebook, Look(config.language, config.zone))
    for show in alone(signal).shows:
        message = Message(slack.name, message_id(show.view), show.view, notices=show.notices)
        while behind(message):
            message = shown(message, slack.show(message, (show.view,), message.receipt))
    return tuple(notebook.sent)


def _show(name: str, seen: Preview, as_json: bool, config: Config) -> None:
    if as_json:
        ui.line(as_line(name, seen, config))
        return
    ui.line(f"{name}: {seen.signal.kind} by {seen.road}, severity {seen.signal.severity}")
    for payload in seen.messages:
        ui.show(drawing.message(payload))
