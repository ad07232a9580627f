"""Looks at the stack's two rules, that for all alarms and the minute's: whether they are on and reach their target."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tocsin_cli.doctor.finding import Finding
from tocsin_cli.doctor.mending import made_again
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.policies import Asked, allows, parsed
from tocsin_cli.wiring.queues import queue


def rule(scene: Scene) -> Iterator[Finding]:
    """The rule for all alarms is on, matches alarms and ends in the queue."""
    name, events = scene.stack.outputs["AllAlarmsRule"], scene.cloud.client("events")
    found = events.describe_rule(Name=name)
    if not found["State"].startswith("ENABLED"):
        yield _off(scene, name, "alarms that act on no topic of ours do not arrive")
    event, pattern = json.dumps(_change(scene)), found.get("EventPattern")  # none where it was made a schedule
    if not pattern or not events.test_event_pattern(EventPattern=pattern, Event=event)["Result"]:
        yield Finding(
            "broken",
            f"the rule {name} does not match alarms any more",
            "its pattern was changed: alarms that act on no topic of ours do not arrive",
            made_again(scene),
        )
    arn = queue(scene.cloud, scene.stack).arn
    yield from _target(scene, name, arn, "alarms that act on no topic of ours do not arrive")


def tick(scene: Scene) -> Iterator[Finding]:
    """The minute's schedule is on and reaches the function."""
    name, events = scene.stack.outputs["TickRule"], scene.cloud.client("events")
    means = "what Slack did not take at once is not tried again, and nobody sees whether tocsin lives"
    if not events.describe_rule(Name=name)["State"].startswith("ENABLED"):
        yield _off(scene, name, means)
    function = scene.cloud.client("lambda").get_function_configuration(FunctionName=scene.stack.outputs["FunctionName"])
    yield from _target(scene, name, function["FunctionArn"], means)
    yield from _may_invoke(scene, name, function["FunctionArn"], means)


def _may_invoke(scene: Scene, rule: str, function: str, means: str) -> Iterator[Finding]:
    """EventBridge is refused without a word otherwise: …/eventbridge/latest/userguide/eb-use-resource-based.html"""
    client = scene.cloud.client("lambda")
    source = f"arn:{scene.partition}:events:{scene.cloud.region}:{scene.cloud.account}:rule/{rule}"
    try:
        policy = parsed(client.get_policy(FunctionName=function)["Policy"])
    except client.exceptions.ResourceNotFoundException:
        policy = {}
    known = {"aws:sourcearn": source, "aws:sourceaccount": scene.cloud.account}
    if not allows([policy], Asked("lambda:InvokeFunction", function, "events.amazonaws.com", known)):
        yield Finding(
            "broken",
            f"the rule {rule} may not invoke the function",
            means,
            scene.aws("lambda", "add-permission", "--function-name", function, "--statement-id", rule, "--action",
                      "lambda:InvokeFunction", "--principal", "events.amazonaws.com", "--source-arn", source),
            lambda: client.add_permission(
                FunctionName=function, StatementId=rule, Action="lambda:InvokeFunction",
                Principal="events.amazonaws.com", SourceArn=source,
            ),
        )  # fmt: skip


def _off(scene: Scene, name: str, means: str) -> Finding:
    return Finding(
        "broken",
        f"the rule {name} is switched off",
        means,
        scene.aws("events", "enable-rule", "--name", name),
        lambda: scene.cloud.client("events").enable_rule(Name=name),
    )


def _target(scene: Scene, rule: str, arn: str, means: str) -> Iterator[Finding]:
    events = scene.cloud.client("events")
    if arn in [each["Arn"] for each in events.list_targets_by_rule(Rule=rule)["Targets"]]:
        return
    target: dict[str, Any] = {"Id": arn.split(":")[2], "Arn": arn}
    if target["Id"] == "sqs":
        target["DeadLetterConfig"] = {"Arn": queue(scene.cloud, scene.stack, "DeadLettersUrl").arn}
    yield Finding(
        "broken",
        f"the rule {rule} does not lead to {arn}",
        means,
        scene.aws("events", "put-targets", "--rule", rule, "--targets", json.dumps([target])),
        lambda: events.put_targets(Rule=rule, Targets=[target]),
    )


def _change(scene: Scene) -> dict[str, Any]:
    """An event as CloudWatch sends it: …/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""
    return {
        "id": "1",
        "version": "0",
        "account": scene.cloud.account,
        "source": "aws.cloudwatch",
        "time": "2026-01-01T00:00:00Z",
        "region": scene.cloud.region,
        "resources": [],
        "detail-type": "CloudWatch Alarm State Change",
        "detail": {"alarmName": "any", "state": {"value": "ALARM"}},
    }
