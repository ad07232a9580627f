"""The Slack secret on its way into the account: typed unseen, or from a file or the environment; never an argument."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Literal

import click

from tocsin.destinations.http import address
from tocsin.ports import ConfigError
from tocsin_cli import slack_target
from tocsin_cli.cloud import Cloud

Mode = Literal["webhook", "bot"]
_NAMES: dict[Mode, str] = {"webhook": "slack-webhook", "bot": "slack-bot-token"}


@dataclass(frozen=True, slots=True)
class Vault:
    """The SecureString of a stack's secret: https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-securestring.html"""

    cloud: Cloud
    stack: str
    mode: Mode

    @property
    def name(self) -> str:
        """As the template has it."""
        return f"/tocsin/{self.stack}/{_NAMES[self.mode]}"

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
        described = f"Slack secret of the stack {self.stack}"
        self.cloud.client("ssm").put_parameter(
            Name=self.name, Value=secret, Type="SecureString", Overwrite=True, Description=described
        )

    def empty(self) -> None:
        """Forget the secret."""
        self.cloud.client("ssm").delete_parameters(Names=[self.name])


def given(mode: Mode, webhook_file: str | None) -> str:
    """The secret that a file or the environment hands over, "" where none does. ConfigError if it cannot be one."""
    if mode == "bot":
        return _checked(mode, os.environ.get("TOCSIN_SLACK_BOT_TOKEN", "").strip())
    config = slack_target.target(webhook_file, None)
    return _checked(mode, config.webhook_url if config else "")


def asked(mode: Mode) -> str:
    """The secret, typed without being shown. ConfigError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise ConfigError(
            "the Slack secret is missing, and nobody can be asked for it",
            "hand it over by --slack-webhook-url-file PATH, TOCSIN_SLACK_WEBHOOK_URL or TOCSIN_SLACK_BOT_TOKEN",
        )
    what = "Slack incoming webhook's URL" if mode == "webhook" else "Slack bot's token (xoxb-…)"
    return _checked(mode, str(click.prompt(f"{what} (not shown)", hide_input=True)).strip())


def _checked(mode: Mode, secret: str) -> str:
    if secret and mode == "webhook":
        address(secret)
    if secret and mode == "bot" and not secret.startswith("xoxb-"):
        raise ConfigError("this is no bot's token", "it begins with xoxb-: in your Slack app under OAuth & Permissions")
    return secret
