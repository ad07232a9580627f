"""Which function in the account is one of those that post alarms to Slack, told by its handler, names and code. Pure.

Of environment variables only the names are told, and whether a webhook can be read; no value is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tocsin.config import WEBHOOK_NAMES
from tocsin_cli.stack.functions import is_tocsin, variables

NOTIFY_SLACK = "terraform-aws-notify-slack"
AWS_TO_SLACK = "aws-to-slack"
BLUEPRINT = "AWS's blueprint cloudwatch-alarm-to-slack"
TUTORIAL = "a tutorial's function"

# The variables of a webhook by those that tutorials use beside our own names; the last three hold it encrypted.
_WEBHOOKS = (*WEBHOOK_NAMES, "webhook", "WEBHOOK", "SLACK_WEBHOOK_URI", "slackWebhookUrl",
             "kmsEncryptedHookUrl", "KMS_ENCRYPTED_HOOK_URL", "ENCRYPTED_HOOK_URL")  # fmt: skip
_IN_CODE = {
    b"hooks.slack.com": "a Slack webhook stands in its code",
    b"chat.postMessage": "its code posts by Slack's API",
}


@dataclass(frozen=True, slots=True)
class Webhook:
    """The variable that holds the webhook; ``is_plain``: whether its value is a URL as it stands."""

    variable: str
    is_plain: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What a function was recognised as, and by what."""

    what: str
    because: tuple[str, ...]
    webhook: Webhook | None


def known(function: Mapping[str, Any], code: bytes = b"") -> Known | None:
    """What ``function`` (GetFunctionConfiguration's answer) is, with the text of its code where that was read.

    None for tocsin itself and for whatever gives no sign. Signs: the handler and variables of
    https://github.com/terraform-aws-modules/terraform-aws-notify-slack and https://github.com/arabold/aws-to-slack.
    """
    if is_tocsin(function):
        return None
    handler, settings = str(function.get("Handler", "")), variables(function)
    webhook = _webhook(settings)
    has = (f"it has the variable {webhook.variable}",) if webhook else ()
    by_handler = f"its handler is {handler}"
    if handler == "notify_slack.lambda_handler" or {"SLACK_WEBHOOK_URL", "SLACK_USERNAME", "LOG_EVENTS"} <= set(
        settings
    ):
        return Known(NOTIFY_SLACK, (by_handler, *has), webhook)
    if handler == "src/index.handler" and "SLACK_HOOK_URL" in settings:
        return Known(AWS_TO_SLACK, (by_handler, *has), webhook)
    if webhook and webhook.variable == "kmsEncryptedHookUrl" and "slackChannel" in settings:
        return Known(BLUEPRINT, has, webhook)
    if webhook:
        return Known(TUTORIAL, has, webhook)
    because = next((why for text, why in _IN_CODE.items() if text in code), "")
    return Known(TUTORIAL, (because,), None) if because else None


def _webhook(settings: Mapping[str, str]) -> Webhook | None:
    by_value = (each for each, value in settings.items() if "hooks.slack.com/" in value)
    name = next((each for each in _WEBHOOKS if settings.get(each)), None) or next(by_value, None)
    return Webhook(name, settings[name].startswith(("https://", "http://"))) if name else None
