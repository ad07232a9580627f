"""Slack's secrets on their way into the account: typed unseen, or from a file or the environment; never an argument."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import click

from tocsin.destinations.http import address
from tocsin.ports import ConfigError
from tocsin_cli import slack_target
from tocsin_cli.cloud import Cloud

Mode = Literal["webhook", "bot"]
Sort = Literal["webhook", "bot", "signing"]
SORTS: tuple[Sort, ...] = ("webhook", "bot", "signing")
_NAMES: dict[Sort, str] = {"webhook": "slack-webhook", "bot": "slack-bot-token", "signing": "slack-signing-secret"}
_PROMPTS: dict[Sort, str] = {
    "webhook": "Slack incoming webhook's URL",
    "bot": "Slack bot's token (xoxb-…)",
    "signing": "Signing secret of your Slack app (Basic Information)",
}
_BY_MODE = "hand it over by --slack-webhook-url-file PATH, TOCSIN_SLACK_WEBHOOK_URL or TOCSIN_SLACK_BOT_TOKEN"
_WAYS: dict[Sort, str] = {
    "webhook": _BY_MODE,
    "bot": _BY_MODE,
    "signing": "hand it over by --slack-signing-secret-file PATH or TOCSIN_SLACK_SIGNING_SECRET",
}
# As Slack makes them, and as its own documentation has one; a token, an address or a sentence is none.
_SIGNING = re.compile(r"[0-9A-Za-z]{32}")
OPENED, CLOSED = "SlackButtons=yes", "SlackButtons=no"


@dataclass(frozen=True, slots=True)
class Vault:
    """The SecureString of one of a stack's secrets: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-securestring.html"""

    cloud: Cloud
    stack: str
    sort: Sort

    @property
    def name(self) -> str:
        """As the template has it."""
        return f"/tocsin/{self.stack}/{_NAMES[self.sort]}"

    def is_filled(self) -> bool:
        """Whether there is a secret; it is not decrypted."""
        ssm = self.cloud.client("ssm")
        try:
            ssm.get_parameter(Name=self.name)
        except ssm.exceptions.ParameterNotFound:
            return False
        return True

    def fill(self, secret: str) -> None:
        """Keep the secret, in place of an older one."""
        described = f"{'Slack signing' if self.sort == 'signing' else 'Slack'} secret of the stack {self.stack}"
        self.cloud.client("ssm").put_parameter(
            Name=self.name, Value=secret, Type="SecureString", Overwrite=True, Description=described
        )

    def empty(self) -> None:
        """Forget the secret."""
        self.cloud.client("ssm").delete_parameters(Names=[self.name])


def given(mode: Mode, file: str | None) -> str:
    """The secret that a file or the environment hands over, "" where none does. ConfigError if it cannot be one."""
    if mode == "bot":
        known = os.environ.get("TOCSIN_SLACK_BOT_TOKEN", "").strip()
        return _checked(mode, slack_target.content(file, "the bot's token") if file else known)
    config = slack_target.target(file, None)
    return _checked(mode, config.webhook_url if config else "")


def signing(vault: Vault, settings: Sequence[str], path: str | None, may_ask: bool) -> str:
    """The signing secret that is to be kept, "" where none is new: from a file or the environment; else, where
    ``settings`` open the Slack door and none is kept, typed if ``may_ask``. ConfigError if it cannot be one, or
    where the door is closed with it.
    """
    known = os.environ.get("TOCSIN_SLACK_SIGNING_SECRET", "").strip()
    secret = _checked("signing", slack_target.content(path, "the signing secret") if path else known)
    if secret and CLOSED in settings:
        raise ConfigError(
            f"a signing secret opens the Slack door, and --set {CLOSED} closes it",
            "leave one of the two out; TOCSIN_SLACK_SIGNING_SECRET may be set in this shell",
        )
    if secret or OPENED not in settings or not may_ask or vault.is_filled():
        return secret
    return asked("signing")


def asked(sort: Sort) -> str:
    """The secret, typed without being shown. ConfigError where nobody can be asked."""
    if not sys.stdin.isatty():
        what = "signing secret" if sort == "signing" else "secret"
        raise ConfigError(f"the Slack {what} is missing, and nobody can be asked for it", _WAYS[sort])
    return _checked(sort, str(click.prompt(f"{_PROMPTS[sort]} (not shown)", hide_input=True)).strip())


def _checked(sort: Sort, secret: str) -> str:
    if secret and sort == "webhook":
        address(secret)
    if secret and sort == "bot" and not secret.startswith("xoxb-"):
        raise ConfigError("this is no bot's token", "it begins with xoxb-: in your Slack app under OAuth & Permissions")
    if secret and sort == "signing" and not is_signing_secret(secret):
        raise ConfigError(
            "this is no signing secret", "it has 32 letters and digits: in your Slack app under Basic Information"
        )
    return secret


def is_signing_secret(secret: str) -> bool:
    """Whether it can be one."""
    return _SIGNING.fullmatch(secret) is not None
