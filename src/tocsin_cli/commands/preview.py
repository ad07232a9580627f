"""`tocsin preview`: what would be posted for an event, without network and without state."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from tocsin.config import Config
from tocsin.model import Value
from tocsin.ports import ConfigError
from tocsin.words import plain
from tocsin_cli import drawing, slack_target, ui
from tocsin_cli.previews import Preview, previews


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="EVENT_FILE...")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON per signal, with the exact Slack payloads.")
@click.option("--html", "page", metavar="OUT", help="Write one page to OUT that shows each message as Slack does.")
@slack_target.LANGUAGE
def preview(files: tuple[str, ...], as_json: bool, page: str | None, lang: str | None) -> None:
    """Show what would be posted for the events in EVENT_FILE... (- is standard input).

    An event is whatever AWS hands over: SNS or SQS records, an EventBridge event, an alarm action, a bare message, an
    SNS request over HTTP (its body, or {"headers", "body"}); anything else is shown as well as it can be. Nothing is
    sent and nothing is stored. Exit code 2 if a file cannot be opened; the others are still shown. The page of --html
    is one file that loads nothing; it also holds each event as it came in.
    """
    if as_json and page:
        raise click.UsageError("--json and --html are two ways of showing: choose one")
    config = slack_target.local(lang)
    contents = list(_contents(files))
    if page:
        _write(page, contents, config)
    else:
        for name, content in contents:
            for seen in previews(content, config):
                _show(name, seen, as_json, config)
    if len(contents) < len(files):
        sys.exit(2)


def _contents(files: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file that can be opened; of the others, an error is told."""
    for name in files:
        try:
            yield name, sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            ui.error(f"{name} cannot be opened: {error.strerror}", "check the path; the other files are still shown")


def _write(page: str, contents: list[tuple[str, bytes]], config: Config) -> None:
    from tocsin_cli.exhibits import exhibit
    from tocsin_local.web.render.documents import exhibits
    from tocsin_local.web.render.view import View

    shown = [exhibit(name, content, config) for name, content in contents]
    try:
        Path(page).write_text(exhibits("tocsin preview", shown, View(config.language, config.zone)), "utf-8")
    except OSError as error:
        raise ConfigError(f"{page} cannot be written: {error.strerror}", "name a file in a folder of yours") from error
    signals = sum(len(one.findings) for one in shown)
    ui.line(f"{page}: {_counted(signals, 'signal')} of {_counted(len(shown), 'file')}, drawn as Slack shows them")


def _counted(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"


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


def _show(name: str, seen: Preview, as_json: bool, config: Config) -> None:
    if as_json:
        ui.line(as_line(name, seen, config))
        return
    ui.line(f"{name}: {seen.signal.kind} by {seen.road}, severity {seen.signal.severity}")
    for payload in seen.messages:
        ui.show(drawing.message(payload))
