"""Which topic an alarm acts on: the one that was named, the stack's, or another that its queue reads in that region."""

from __future__ import annotations

from tocsin.ports import ConfigError
from tocsin_cli import pasted
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.standing import made, standing
from tocsin_cli.wiring.queues import queue
from tocsin_cli.wiring.topics import read_by


def topic_for(home: Cloud, here: Cloud, stack: str, named: str) -> str:
    """The ARN of a topic in ``here``, where the alarm will be; the stack is in ``home``. Raises ConfigError.

    An alarm's topic is in the alarm's own region, so an alarm far from the stack needs one there.
    """
    if named:
        return _checked(named, here)
    if here.region == home.region:
        return made(home, stack).outputs["TopicArn"]
    near = standing(here, stack)
    topic = near.outputs.get("TopicArn", "") if near else ""
    topic = topic or min(read_by(here, queue(home, made(home, stack)).arn), default="")
    if topic:
        return topic
    create, connect = pasted.aws(here, "sns", "create-topic", "--name", stack), pasted.tocsin(home, stack, "connect")
    raise ConfigError(
        f"this alarm can only live in {here.region}, and tocsin reads no topic there",
        f"{create}, then {connect} with the ARN that it answers, then this again; or name one with --topic",
    )


def _checked(arn: str, here: Cloud) -> str:
    parts = arn.split(":")
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != "sns":
        raise ConfigError(f"{arn} is no topic's ARN", "it looks like arn:aws:sns:REGION:ACCOUNT:NAME")
    if parts[3] != here.region:
        raise ConfigError(
            f"the topic is in {parts[3]}, the alarm in {here.region}: CloudWatch takes topics of its own region only",
            f"name one that is in {here.region}",
        )
    return arn
