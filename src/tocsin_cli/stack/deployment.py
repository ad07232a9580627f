"""Brings the stack into an account: what is wanted, as parameters; then the package, the change, the secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field

from tocsin.ports import ConfigError
from tocsin_cli.artefacts.lambda_zip import RUNTIME, package, zipped
from tocsin_cli.cloud import Cloud
from tocsin_cli.refusals import code_of
from tocsin_cli.stack.bucket import bucket_of, clear, key_of, upload
from tocsin_cli.stack.bundle import TEMPLATE
from tocsin_cli.stack.changes import Changes, Plan, Step
from tocsin_cli.stack.slack_secret import Mode
from tocsin_cli.stack.standing import Stack
from tocsin_local.lambda_runtime import find_python


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks for; "" leaves it as it is, or as the template has it. ``settings``: NAME=VALUE."""

    mode: Mode
    channel: str = ""
    language: str = ""
    email: str = ""
    settings: tuple[str, ...] = ()

    def parameters(self, before: Stack | None) -> dict[str, str]:
        """The stack's parameters: those that it has, but for what is wished. ConfigError where they make no sense."""
        wished = {"SlackChannel": self.channel, "Language": self.language, "OpsEmail": self.email}
        kept = {name: value for name, value in (before.parameters if before else {}).items() if name in _KEPT}
        named = dict(_named(setting) for setting in self.settings)
        found = kept | {name: value for name, value in wished.items() if value} | named | {"SlackMode": self.mode}
        if self.mode == "bot" and not found.get("SlackChannel"):
            raise ConfigError("a bot needs the id of its channel", f"name it: --channel {_CHANNEL}")
        if not re.fullmatch(r"[A-Z0-9]*", found.get("SlackChannel", "")):
            raise ConfigError("a channel is named by its id, not by its name", f"--channel {_CHANNEL}")
        if not re.fullmatch(r"([^@\s]+@[^@\s]+)?", found.get("OpsEmail", "")):  # else SNS says so half-way
            raise ConfigError(f"{found['OpsEmail']} is no e-mail address", "one alone: --email you@example.com")
        return found


_SETTABLE = (
    "SlackChannel",
    "Language",
    "TimeZone",
    "OpsEmail",
    "AlarmDetails",
    "LogRetentionDays",
    "EncryptTopics",
    "SlackButtons",
)
_CHANNEL = "C0123456789, as it stands at the bottom of the channel's details in Slack"
_KEPT = (*_SETTABLE, "Accounts", "OrganizationId")
_OPTIONS = {
    "SlackChannel": "--channel",
    "Language": "--lang",
    "OpsEmail": "--email",
    "Accounts": "--accounts",
    "OrganizationId": "--organization",
}
# As the template has them
_USUAL = {
    "Language": "en",
    "AlarmDetails": "yes",
    "LogRetentionDays": "30",
    "EncryptTopics": "no",
    "SlackButtons": "no",
}


def options(parameters: Mapping[str, str]) -> tuple[str, ...]:
    """What `tocsin deploy` must be told where there is no stack, so that it makes one with these ``parameters``."""
    found = ["--bot"] if parameters.get("SlackMode") == "bot" else []
    for name in _KEPT:
        value = parameters.get(name, "")
        if value and value != _USUAL.get(name):
            found += [_OPTIONS[name], value] if name in _OPTIONS else ["--set", f"{name}={value}"]
    return tuple(found)


def _named(setting: str) -> tuple[str, str]:
    name, _, value = setting.partition("=")
    if name not in _SETTABLE or not value:
        named = ", ".join(_SETTABLE)
        raise ConfigError(f"--set {setting} names no parameter", f"NAME=VALUE, where NAME is one of {named}")
    return name, value


@dataclass(frozen=True, slots=True)
class Deployment:
    """One package on its way into one stack."""

    cloud: Cloud
    changes: Changes
    data: bytes = field(repr=False)
    digest: str

    def plan(self, parameters: Mapping[str, str]) -> Plan:
        """What would change. Nothing is uploaded for it."""
        code = {
            "CodeBucket": bucket_of(self.cloud),
            "CodeKey": key_of(self.changes.name, self.data),
            "CodeDigest": self.digest,
        }
        return self.changes.plan(TEMPLATE.read_text("utf-8"), {**parameters, **code})

    def carry_out(self, plan: Plan) -> None:
        """Upload the package, do what was planned, and forget older packages."""
        with ExitStack() as failing:
            failing.callback(self.changes.drop, plan)
            upload(self.cloud, self.changes.name, self.data)
            failing.pop_all()
        self.changes.carry_out(plan)
        self._clear()

    def _clear(self) -> None:
        """The change is made by then: older packages that may not be removed are told, and end nothing."""
        from botocore.exceptions import ClientError

        try:
            clear(self.cloud, self.changes.name, keep=key_of(self.changes.name, self.data))
        except ClientError as error:
            why = f"{error.operation_name} is refused ({code_of(error)})"
            self.changes.hear(Step("of before", "AWS::S3::Object", "DELETE_FAILED", why))


def deployment(cloud: Cloud, changes: Changes) -> Deployment:
    """With the package of this version, compiled ahead where a Python of Lambda's version is at hand."""
    made = package(find_python(RUNTIME))
    return Deployment(cloud, changes, zipped(made), made.digest)
