"""The stack as it stands in the account."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud

# The alarms about tocsin itself: NAME-…
WATCHES = ("dead-letters", "failed-invocations", "function-errors", "oldest-due", "heartbeat")


@dataclass(frozen=True, slots=True)
class Stack:
    """``status`` is CloudFormation's word; ``outputs`` and ``parameters`` are empty while it is half-made."""

    name: str
    status: str
    reason: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]

    @property
    def is_busy(self) -> bool:
        """Whether CloudFormation is at work on it."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    @property
    def is_made(self) -> bool:
        """Whether it was made once, whatever became of later updates."""
        return self.status.startswith(("UPDATE", "IMPORT")) or self.status == "CREATE_COMPLETE"


def proper(name: str) -> str:
    """The name, if a stack of ours can have it: its table, queues and topics are called after it. ConfigError."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{2,49}", name):
        return name
    raise ConfigError(
        f"a stack cannot be called {name!r}", "3 to 50 letters, digits and dashes, of which the first is a letter"
    )


def find(cloud: Cloud, name: str) -> Stack | None:
    """The stack of this name, None if there is none. Errors as boto3 raises them."""
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


def made(cloud: Cloud, name: str) -> Stack:
    """The stack of this name; ConfigError where there is none, or only half of one."""
    stack = find(cloud, name)
    if stack is None:
        raise ConfigError(
            f"there is no stack {name} in {cloud.where}",
            "name its region with --region and its name with --stack, or make it: tocsin deploy",
        )
    if not stack.is_made or "FunctionName" not in stack.outputs:
        raise ConfigError(
            f"the stack {name} is half-made ({stack.status})", "`tocsin deploy` goes on, `tocsin destroy` removes it"
        )
    return stack
