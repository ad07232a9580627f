"""Finds the Slack that a command should post to: a webhook from a file or the environment, never from an argument."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tocsin.config import WEBHOOK_NAMES, Config, read_config, read_manner
from tocsin.ports import ConfigError

LANGUAGE = click.option("--lang", type=click.Choice(["en", "ko"]), help="Language of the messages (TOCSIN_LANGUAGE).")


def webhook_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option by which a webhook's URL is handed over: it is a secret, so only by file or standard input."""
    return click.option(
        "--slack-webhook-url-file",
        "webhook_file",
        metavar="PATH|-",
        help="File with the URL of a Slack incoming webhook, or - for standard input. Or set TOCSIN_SLACK_WEBHOOK_URL.",
    )(command)


def target(webhook_file: str | None, language: str | None) -> Config | None:
    """The settings of the real Slack that was named, None if none was. Raises ConfigError."""
    environ = dict(os.environ)
    if language:
        environ["TOCSIN_LANGUAGE"] = language
    if webhook_file:
        environ = {name: value for name, value in environ.items() if name not in _slack_names()}
        environ["TOCSIN_SLACK_WEBHOOK_URL"] = content(webhook_file, "the webhook")
    elif not any(environ.get(name, "").strip() for name in _slack_names()):
        return None
    return read_config(environ)


def local(language: str | None) -> Config:
    """Settings without any Slack in them, in the language that was asked for."""
    return read_manner(os.environ | ({"TOCSIN_LANGUAGE": language} if language else {}))


def _slack_names() -> tuple[str, ...]:
    return (*WEBHOOK_NAMES, "TOCSIN_SLACK_BOT_TOKEN")


def content(path: str, what: str) -> str:
    """The secret in a file, or on standard input for "-", unseen where that is a terminal. ``what`` it is, for the
    ConfigError where it is not there."""
    if path == "-" and sys.stdin.isatty():
        return str(click.prompt(f"{what[0].upper()}{what[1:]} (not shown)", hide_input=True)).strip()
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigError(f"cannot read {what} from {path}: {why}", f"the file holds {what} and nothing else") from None
    if not text.strip():
        raise ConfigError(f"{path} is empty", f"the file holds {what} and nothing else")
    return text.strip()
