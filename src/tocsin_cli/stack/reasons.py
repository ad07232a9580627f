"""Why CloudFormation will not make a change: what it says at first may only name the check that failed."""

from __future__ import annotations

from typing import Any

from tocsin_cli.cloud import Cloud

# Something of that name is there already, say. The reason of the change set does not tell what:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
_VALIDATION = "EarlyValidation"
_NAMED = 3


def why_not(cloud: Cloud, change_set: str, stated: str) -> str:
    """What keeps a change set from being made: ``stated`` is its own reason. Each part that is in the way is named
    where that can be asked: boto3 has to know the question, and its right is a separate one."""
    cloudformation = cloud.client("cloudformation")
    if _VALIDATION not in stated or "DescribeEvents" not in cloudformation.meta.service_model.operation_names:
        return stated
    try:
        found = cloudformation.describe_events(ChangeSetName=change_set, Filters={"FailedEvents": True})
    except cloudformation.exceptions.ClientError:
        return stated
    named = [_said(each) for each in found["OperationEvents"] if each.get("ValidationStatusReason")]
    more = [f"and {len(named) - _NAMED} more"] if len(named) > _NAMED else []
    return "; ".join((*named[:_NAMED], *more)) or stated


def _said(event: dict[str, Any]) -> str:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_OperationEvent.html"""
    return f"{event.get('LogicalResourceId', 'the stack')}: {event['ValidationStatusReason']}"
