"""Takes Amazon resource names apart; partition, account and region of a signal come from here."""

from __future__ import annotations

import re
from typing import NamedTuple

_REGION = re.compile(r"[a-z]{2,5}(-[a-z]+)+-\d\Z")


class Arn(NamedTuple):
    """`arn:partition:service:region:account:resource`, where the resource may hold more colons."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    def __str__(self) -> str:
        return ":".join(("arn", *self))


def parse(text: str) -> Arn | None:
    """The parts of an ARN, or None when the text is none."""
    parts = text.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or not parts[1] or not parts[5]:
        return None
    return Arn(*parts[1:])


def name(text: str) -> str:
    """What people call the thing: its ARN without account and sort ("role/deploy" is "deploy"); no ARN stays itself."""
    arn = parse(text)
    if arn is None or arn.service == "s3":
        return arn.resource if arn else text
    return re.split("[:/]", arn.resource, maxsplit=1)[-1] or arn.resource


def is_region(text: str) -> bool:
    """Whether this is a region's code ("eu-west-1") and not a name for people ("EU (Ireland)")."""
    return _REGION.match(text) is not None


def partition_of(region: str) -> str:
    """The partition that a region's code belongs to."""
    for start, partition in (
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-isob-", "aws-iso-b"),
        ("us-isof-", "aws-iso-f"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-iso-", "aws-iso"),
        ("eusc-", "aws-eusc"),
    ):
        if region.startswith(start):
            return partition
    return "aws"
