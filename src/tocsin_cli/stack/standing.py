"""Where tocsin stands in an account: the stack of CloudFormation's, or what the Terraform module made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.functions import found_elsewhere, is_tocsin, variables

# The alarms about tocsin itself: NAME-…
WATCHES = ("dead-letters", "failed-invocations", "function-errors", "oldest-event", "oldest-due", "heartbeat")

Maker = Literal["CloudFormation", "Terraform"]
_WAYS_ON: dict[Maker, str] = {
    "CloudFormation": "`tocsin deploy` goes on, `tocsin destroy` removes it",
    "Terraform": "`terraform apply` goes on, `terraform destroy` removes it",
}
_BY_TERRAFORM = "made by Terraform"
_BROKEN = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


@dataclass(frozen=True, slots=True)
class Stack:
    """``status`` is CloudFormation's word, or says that Terraform made it. ``outputs`` and ``parameters`` by the names
    that they have in the template, whoever made it; both are empty while CloudFormation has made only half of it."""

    name: str
    status: str
    reason: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]
    maker: Maker = "CloudFormation"

    @property
    def is_busy(self) -> bool:
        """Whether CloudFormation is at work on it."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    @property
    def is_made(self) -> bool:
        """Whether it was made once, whatever became of later updates."""
        return self.status.startswith(("UPDATE", "IMPORT")) or self.status in ("CREATE_COMPLETE", _BY_TERRAFORM)

    @property
    def is_whole(self) -> bool:
        """Whether the names of its parts are known, so that there is something to work with."""
        return self.is_made and "FunctionName" in self.outputs

    @property
    def is_broken(self) -> bool:
        """Whether making or deleting it failed: CloudFormation updates none of these, so what is left has to go."""
        return self.status in _BROKEN

    @property
    def is_stuck(self) -> bool:
        """Whether an update could neither be made nor be taken back, so that no other can be."""
        return self.status == "UPDATE_ROLLBACK_FAILED"

    @property
    def is_foreign(self) -> bool:
        """Whether it is somebody else's: one of ours has been asked for Slack, as far as it tells what it was asked."""
        return (self.is_made or bool(self.parameters)) and "SlackMode" not in self.parameters

    @property
    def way_on(self) -> str:
        """What makes the rest of it, and what takes it away."""
        return _WAYS_ON[self.maker]


def proper(name: str) -> str:
    """The name, if a stack of ours can have it: its table, queues and topics are called after it. ConfigError."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{2,49}", name):
        return name
    raise ConfigError(
        f"a stack cannot be called {name!r}", "3 to 50 letters, digits and dashes, of which the first is a letter"
    )


def find(cloud: Cloud, name: str) -> Stack | None:
    """CloudFormation's stack of this name, None if there is none. Errors as boto3 raises them."""
    cloudformation = cloud.client("cloudformation")
    try:
        (found,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except cloudformation.exceptions.ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    if found["StackStatus"] == "DELETE_COMPLETE":
        return None
    return Stack(
        name,
        found["StackStatus"],
        found.get("StackStatusReason", ""),
        {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())},
        {each["ParameterKey"]: each.get("ParameterValue", "") for each in found.get("Parameters", ())},
    )


def standing(cloud: Cloud, name: str) -> Stack | None:
    """The tocsin of this name, whoever made it; None if there is none. ConfigError where another stack has its name;
    other errors as boto3 raises them."""
    stack = find(cloud, name)
    if stack is not None and stack.is_foreign:
        raise ConfigError(
            f"the stack {name} in {cloud.where} is not tocsin's, and is left alone", "name another one with --stack"
        )
    return stack or _by_terraform(cloud, name)


def made(cloud: Cloud, name: str) -> Stack:
    """The tocsin of this name; ConfigError where there is none, or only half of one."""
    stack = standing(cloud, proper(name))
    if stack is None:
        raise absent(cloud, name)
    if not stack.is_whole:
        raise ConfigError(f"the stack {name} is half-made ({stack.status})", stack.way_on)
    return stack


def ours(cloud: Cloud, name: str) -> Stack | None:
    """CloudFormation's stack of this name, None where it may be made. ConfigError for one that Terraform made."""
    stack = standing(cloud, proper(name))
    if stack is not None and stack.maker == "Terraform":
        raise ConfigError(
            f"the tocsin {name} in {cloud.where} was made by Terraform, which would undo what is done behind its back",
            "`terraform apply` brings it up to date, `terraform destroy` removes it: docs/terraform.md",
        )
    return stack


def absent(cloud: Cloud, name: str) -> ConfigError:
    """That there is none of this name here, and where there is one instead."""
    others = found_elsewhere(cloud)
    if not others:
        return ConfigError(
            f"there is no stack {name} in {cloud.where}, nor in another region that could be looked at",
            "make it: tocsin deploy; another account is named with --profile",
        )
    shown = ", ".join(f"{other} in {region}" for other, region in others[:5])
    more = f" and {len(others) - 5} more" if len(others) > 5 else ""
    same = [each for each in others if each[0] == name] or others
    options = " ".join((*([] if same[0][0] == name else [f"--stack {same[0][0]}"]), f"--region {same[0][1]}"))
    return ConfigError(f"there is no stack {name} in {cloud.where}; there is {shown}{more}", f"name it: {options}")


def _by_terraform(cloud: Cloud, name: str) -> Stack | None:
    """What deploy/terraform made: all its names are given, so its function (or, before that, its rule) tells of it."""
    functions, events = cloud.client("lambda"), cloud.client("events")
    try:
        found = functions.get_function_configuration(FunctionName=name)
    except functions.exceptions.ResourceNotFoundException:
        try:
            rule = events.describe_rule(Name=f"{name}-all-alarms")
        except events.exceptions.ResourceNotFoundException:
            return None
        return Stack(name, "its function is missing", "", _outputs(cloud, name, rule["Arn"], {}), {}, "Terraform")
    settings = variables(found)
    if not is_tocsin(found) or "TOCSIN_QUEUE_URL" not in settings:
        return None  # somebody else's, or the plain package in a function of one's own
    wished = {
        "SlackMode": "bot" if "TOCSIN_SLACK_BOT_TOKEN_PARAMETER" in settings else "webhook",
        "SlackChannel": settings.get("TOCSIN_SLACK_CHANNEL", ""),
        "Language": settings.get("TOCSIN_LANGUAGE", ""),
        "CodeDigest": _digest(functions, found["FunctionArn"]),
    }
    outputs = _outputs(cloud, name, found["FunctionArn"], settings)
    return Stack(name, _BY_TERRAFORM, "", outputs, wished, "Terraform")


def _outputs(cloud: Cloud, name: str, arn: str, settings: Mapping[str, str]) -> dict[str, str]:
    """The names that the module gives, by the template's words. ``arn``: of any part."""
    sns = f"arn:{arn.split(':')[1]}:sns:{cloud.region}:{cloud.account}:{name}"
    queue = f"{cloud.client('sqs').meta.endpoint_url.rstrip('/')}/{cloud.account}/{name}"
    secret = "slack-bot-token" if "TOCSIN_SLACK_BOT_TOKEN_PARAMETER" in settings else "slack-webhook"
    signing = settings.get("TOCSIN_SLACK_SIGNING_SECRET_PARAMETER")
    return {
        **({"SigningSecretName": signing} if signing else {}),
        "TopicArn": sns,
        "OpsTopicArn": f"{sns}-ops",
        "QueueUrl": queue,
        "DeadLettersUrl": f"{queue}-dead",
        "FailedInvocationsUrl": f"{queue}-failed",
        "FunctionName": name,
        "LogGroupName": f"/aws/lambda/{name}",
        "TableName": name,
        "CanaryName": f"{name}-canary",
        "AllAlarmsRule": f"{name}-all-alarms",
        "TickRule": f"{name}-tick",
        "SecretName": f"/tocsin/{name}/{secret}",
    }


def _digest(functions: Any, arn: str) -> str:
    """What its tag says; "" where there is none, or it may not be read."""
    try:
        return str(functions.list_tags(Resource=arn)["Tags"].get("tocsin:digest", ""))
    except functions.exceptions.ClientError:
        return ""
