"""Looks into many regions at once, as one after the other would take a minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Generic, TypeVar

from tocsin_cli.cloud import Cloud
from tocsin_cli.refusals import code_of

_AT_ONCE = 8

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Seen(Generic[T]):
    """What a region has; ``refused``: in AWS's words why it could not be looked at, ``found`` is None then."""

    region: str
    found: T | None
    refused: str = ""


def enabled_regions(cloud: Cloud) -> tuple[str, ...]:
    """The regions that the account has enabled, sorted. Errors as boto3 raises them."""
    return tuple(sorted(each["RegionName"] for each in cloud.client("ec2").describe_regions()["Regions"]))


def known_regions(cloud: Cloud) -> tuple[str, ...]:
    """This region and whichever else the account has enabled; this one alone where AWS does not tell us."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        others = enabled_regions(cloud)
    except (ClientError, BotoCoreError):
        others = ()
    return tuple(sorted({cloud.region, *others}))


def look_into(
    cloud: Cloud, regions: Sequence[str], services: Sequence[str], look: Callable[[Cloud], T]
) -> Iterator[Seen[T]]:
    """What ``look`` finds in each region, as it comes. ``services``: those whose clients it asks for.

    What one region refuses does not end the others.
    """
    there = [cloud.elsewhere(region) for region in regions]
    for each in there:  # boto3 makes clients in one thread only; made ones may be used in any
        for service in services:
            each.client(service)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for done in as_completed([pool.submit(_looked, each, look) for each in there]):
            yield done.result()


def _looked(cloud: Cloud, look: Callable[[Cloud], T]) -> Seen[T]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return Seen(cloud.region, look(cloud))
    except ClientError as error:
        return Seen(cloud.region, None, f"{error.operation_name}: {code_of(error)}")
    except BotoCoreError as error:
        return Seen(cloud.region, None, type(error).__name__)
