"""CloudFormation's words as a colleague would say them: what a plan changes, and what just became of a resource."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin_cli.stack.changes import Plan, Step

_THINGS = {
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::DynamoDB::Table": "table",
    "AWS::Events::EventBusPolicy": "permission",
    "AWS::Events::Rule": "rule",
    "AWS::IAM::Policy": "policy",
    "AWS::IAM::Role": "role",
    "AWS::KMS::Key": "key",
    "AWS::Lambda::EventInvokeConfig": "settings for direct invocations",
    "AWS::Lambda::EventSourceMapping": "connection from queue to function",
    "AWS::Lambda::Function": "function",
    "AWS::Lambda::Permission": "permission",
    "AWS::Lambda::Url": "public address",
    "AWS::Logs::LogGroup": "log",
    "AWS::S3::Object": "package",
    "AWS::SNS::Subscription": "subscription",
    "AWS::SNS::Topic": "topic",
    "AWS::SNS::TopicPolicy": "policy",
    "AWS::SQS::Queue": "queue",
    "AWS::SQS::QueuePolicy": "policy",
    "AWS::CloudFormation::Stack": "stack",
}
_DONE = {"CREATE_COMPLETE": "made", "UPDATE_COMPLETE": "changed", "DELETE_COMPLETE": "removed"}
_DOES = {"Add": "+ make", "Modify": "~ change", "Remove": "- remove"}


def planned(plan: Plan) -> Iterator[str]:
    """A line per change; what would be replaced says so."""
    for change in sorted(plan.changes, key=lambda each: (each.action, each.sort, each.name)):
        line = f"  {_DOES.get(change.action, change.action):<9} {thing(change.sort)} {change.name}"
        if change.action == "Modify" and change.what:
            line += f": {', '.join(change.what)}"
        yield line + (" (a new one; the old one goes, with what it holds)" if change.replaces else "")


def plan_lines(plan: Plan, where: str) -> Iterator[str]:
    """A plan with its heading, also where nothing changes."""
    yield f"Stack {plan.stack} in {where}:"
    yield from planned(plan) if plan.changes else ("  nothing to change",)


def done(step: Step) -> str:
    """What a step means, "" for what need not be told."""
    if step.status.endswith("FAILED") and step.reason:  # the stack itself fails with its parts
        return f"  ✗ {thing(step.sort)} {step.name}: {step.reason}"
    if "ROLLBACK_IN_PROGRESS" in step.status:
        return f"  ↩ going back {step.reason}".rstrip()
    word = _DONE.get(step.status)
    return f"  ✓ {word}: {thing(step.sort)} {step.name}" if word and step.sort != "AWS::CloudFormation::Stack" else ""


def thing(sort: str) -> str:
    """What a type is in one word."""
    return _THINGS.get(sort, sort)
