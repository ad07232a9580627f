"""Keeps secrets off the screen: what looks like one is never echoed, and never taken from the command line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tocsin.ports import ConfigError

# A webhook's path (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks) and Slack's token prefixes
# (docs.slack.dev/authentication/tokens). A stand-in's webhooks have the same path.
_WEBHOOK = re.compile(r"(?P<kept>(?:/services|/workflows|/triggers)/)[A-Za-z0-9_]+/[A-Za-z0-9_]+(?:/[A-Za-z0-9_-]+)*")
# A signing secret looks like any number: it is known only where it stands alone.
_SIGNING = re.compile(r"(?:--[a-z-]+=)?[0-9a-f]{32}")
_TOKEN = re.compile(r"\b(?P<kept>xox[a-z]-|xapp-|xoxe\.xox[a-z]-)[A-Za-z0-9-]{8,}")


def redact(text: str) -> str:
    """The text without webhooks and tokens."""
    return _TOKEN.sub(r"\g<kept>[secret]", _WEBHOOK.sub(r"\g<kept>[secret]", text))


def refuse_secrets(arguments: Sequence[str]) -> None:
    """Stop if an argument holds a secret: it is in the process list and the shell's history by now. ConfigError."""
    for argument in arguments:
        if redact(argument) != argument:
            raise _shown("webhook or token", "--slack-webhook-url-file", "TOCSIN_SLACK_WEBHOOK_URL")
        if _SIGNING.fullmatch(argument):
            raise _shown("signing secret", "--slack-signing-secret-file", "TOCSIN_SLACK_SIGNING_SECRET")


def _shown(what: str, option: str, variable: str) -> ConfigError:
    return ConfigError(
        f"an argument looks like a Slack {what}; it was not used, and is not repeated here",
        "it shows in the process list and the shell's history: revoke it in Slack, make a new one, and hand "
        f"it over by {option} PATH (or - for standard input) or {variable}",
    )
