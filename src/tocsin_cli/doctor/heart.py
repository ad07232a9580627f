"""Looks at who watches tocsin itself: heartbeat, own alarms, and the e-mail that tells of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from tocsin_cli.doctor.finding import Finding
from tocsin_cli.doctor.mending import made_again, mailed, rewritten
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.stack.heartbeat import SILENCE, is_unread, lives
from tocsin_cli.stack.standing import WATCHES
from tocsin_cli.wiring.acting import act, missing

_UNTOLD = "when Slack cannot be reached, or the function does not run, nobody is told"
_ALIVE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")


def stack(scene: Scene) -> Iterator[Finding]:
    """CloudFormation is done with the stack."""
    found = scene.stack
    if found.maker == "CloudFormation" and found.status not in _ALIVE and not found.is_busy:
        yield Finding(
            "risk",
            f"the stack {found.name} is {found.status}" + (f": {found.reason}" if found.reason else ""),
            "parts of it may be older or newer than others, and it cannot be updated as it is",
            scene.aws("cloudformation", "continue-update-rollback", "--stack-name", found.name),
        )


def heartbeat(scene: Scene) -> Iterator[Finding]:
    """The function lives, and reaches its table."""
    if not lives(scene.cloud, scene.stack, scene.now):
        yield Finding(
            "broken",
            f"no heartbeat for {SILENCE} minutes",
            "the function does not run, or cannot reach its table: what is due is not shown",
            scene.tocsin("logs", "--since", "1h", "--all"),
        )


def watches(scene: Scene) -> Iterator[Finding]:
    """The alarms about tocsin itself are there, act, and are quiet."""
    there = {alarm.name: alarm for alarm in scene.alarms()}
    ops = scene.stack.outputs["OpsTopicArn"]
    for name in (f"{scene.stack.name}-{each}" for each in WATCHES):
        alarm = there.get(name)
        if alarm is None:
            yield Finding(
                "risk",
                f"the alarm {name} is gone",
                "nobody is told when that goes wrong",
                made_again(scene),
            )
        elif not alarm.is_enabled:
            yield Finding(
                "risk",
                f"the actions of the alarm {name} are switched off",
                "nobody is told when that goes wrong",
                scene.aws("cloudwatch", "enable-alarm-actions", "--alarm-names", name),
                partial(scene.cloud.client("cloudwatch").enable_alarm_actions, AlarmNames=[name]),
            )
        elif ops not in alarm.actions("AlarmActions"):
            yield Finding(
                "risk",
                f"the alarm {name} does not act on {ops}",
                "nobody is told when that goes wrong",
                rewritten(scene, alarm, {each: [*alarm.actions(each), ops] for each in missing(alarm, ops)}),
                partial(act, scene.cloud, name, ops),
            )
        elif alarm.state == "ALARM" and name.endswith("-heartbeat") and is_unread(scene.cloud, scene.stack, scene.now):
            yield Finding(
                "note",
                f"the alarm {name} fires, though the function lives",
                "CloudWatch has not read the heartbeat out of the log yet, as in the first minutes of a new stack",
                scene.tocsin("doctor", "watches", "heartbeat"),
            )
        elif alarm.state == "ALARM":
            means = str(alarm.definition.get("AlarmDescription", "tocsin is in trouble"))
            yield Finding("broken", f"the alarm {name} fires", means, scene.tocsin("status"))


def email(scene: Scene) -> Iterator[Finding]:
    """Somebody gets an e-mail when tocsin itself is in trouble."""
    arn = scene.stack.outputs["OpsTopicArn"]
    if (topic := scene.topic(arn)) is None:
        yield Finding("risk", f"the topic {arn} is gone", _UNTOLD, made_again(scene))
    else:
        yield from reading(scene, topic.subscriptions, topic.is_read)


def reading(scene: Scene, subscriptions: Sequence[Mapping[str, Any]], is_read: bool) -> Iterator[Finding]:
    """What ListSubscriptionsByTopic says of the ops topic."""
    if is_read:
        return
    if not subscriptions:
        yield Finding("risk", "nobody is told when tocsin itself is in trouble", _UNTOLD, mailed(scene))
    for each in subscriptions:
        again = scene.aws("sns", "subscribe", "--topic-arn", scene.stack.outputs["OpsTopicArn"], "--protocol",
                          each["Protocol"], "--notification-endpoint", each["Endpoint"])  # fmt: skip
        yield Finding(
            "risk",
            f"{each['Endpoint']} has not confirmed",
            f"{_UNTOLD}: click the link in the mail from AWS; the command has it sent again",
            again,
        )
