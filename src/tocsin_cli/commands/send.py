"""`tocsin send`: hands events to a running stage, or what they say to a real Slack."""

from __future__ import annotations

import json
import logging
import sys
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from tocsin.config import Config
from tocsin.destinations.http import Connections
from tocsin.handler import destination, doors
from tocsin.logbook import log
from tocsin.pipeline import Pipeline
from tocsin.ports import ConfigError
from tocsin_cli import slack_target, ui
from tocsin_cli.stage_address import running_stage

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PATIENCE = 60.0  # seconds: the stage tries three times


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="EVENT_FILE...")
@click.option("--to", "address", metavar="URL", help="Address of the stage (default: the one that runs here).")
@slack_target.LANGUAGE
@slack_target.webhook_option
def send(files: tuple[str, ...], address: str | None, lang: str | None, webhook_file: str | None) -> None:
    """Hand the events in EVENT_FILE... (- is standard input) to a running stage, or post them to your Slack.

    With --to, or with a stage running on this machine (`tocsin demo`), the events go to its function. With a webhook
    (--slack-webhook-url-file, or TOCSIN_SLACK_WEBHOOK_URL) they are posted there, each change once. Exit code 1 if an
    event was not taken, 2 if a file cannot be opened or there is nobody to send to.
    """
    deliver = _deliver(address, lang, webhook_file)
    unopened = failed = 0
    for name in files:
        try:
            content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as error:
            ui.error(f"{name} cannot be opened: {error.strerror}", "check the path; the other files are still sent")
            unopened += 1
            continue
        problem = deliver(content)
        if problem:
            failed += 1
            ui.error(f"{name} was not taken: {problem}")
        else:
            ui.line(f"{name}: taken")
    sys.exit(2 if unopened else 1 if failed else 0)


def _deliver(address: str | None, language: str | None, webhook_file: str | None) -> Any:
    """A function that takes an event's bytes and says what went wrong, or nothing."""
    real = None if address else slack_target.target(webhook_file, language)
    if webhook_file and address:
        raise ConfigError("--to and --slack-webhook-url-file exclude each other", "name one of them")
    if real is not None:
        log.addHandler(logging.NullHandler())  # what goes wrong is told in our own words, once
        return lambda content: _to_slack(content, real)
    found = address or running_stage()
    if not found:
        raise ConfigError(
            "there is nobody to send to",
            "start `tocsin demo` in another terminal, or name a webhook with --slack-webhook-url-file PATH",
        )
    return lambda content: _to_stage(content, _checked(found))


def _to_slack(content: bytes, config: Config) -> str:
    with closing(Connections()) as connections:
        outcome = Pipeline((destination(config, connections),)).run(
            content.decode("utf-8-sig", "replace"), doors(None), http=True
        )
    return ", ".join(sorted({code for _, code in outcome.failed}))


def _to_stage(content: bytes, url: str) -> str:
    request = urllib.request.Request(f"{url}/events", content, {"Content-Type": "application/json"}, method="POST")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return _reason(error.read(), error.code)
    except OSError as error:
        why = error.reason if isinstance(error, urllib.error.URLError) else error
        return f"no stage answers at {url} ({why})"
    return ""


def _reason(body: bytes, status: int) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return f"the stage answered {status}"


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme != "http" or host not in LOOPBACK:
        raise ConfigError(f"{url} is not the address of a stage", "it is http://127.0.0.1:PORT, as the stage prints it")
    return url.rstrip("/")
