"""Looks into the other regions: where there are alarms or running machines, and nothing of tocsin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from tocsin_cli.alarms_there import alarms
from tocsin_cli.cloud import Cloud
from tocsin_cli.doctor.finding import Finding
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.stack.spokes import spoke_regions

_AT_ONCE = 8
_SERVICES = ("events", "cloudwatch", "ec2")


@dataclass(frozen=True, slots=True)
class Region:
    """What a region has; alarms that only steer machines do not count.

    ``unseen``: why it could not be looked at, "" where it could.
    """

    name: str
    is_watched: bool = False
    alarms: int = 0
    machines: int = 0
    unseen: str = ""


def regions(scene: Scene) -> Iterator[Finding]:
    """No other region has alarms or running machines that nobody watches."""
    found = scene.cloud.client("ec2").describe_regions()["Regions"]
    names = sorted(each["RegionName"] for each in found if each["RegionName"] != scene.cloud.region)
    there = [scene.cloud.elsewhere(name) for name in names]
    for cloud in there:  # boto3 makes clients in one thread only; made ones may be used in any
        for client in _SERVICES:
            cloud.client(client)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from judged(scene, list(pool.map(_look, there)))


def judged(scene: Scene, found: Sequence[Region]) -> Iterator[Finding]:
    """What the regions' holdings mean."""
    spokes = spoke_regions(scene.cloud, scene.stack.name)
    for region in found:
        if not region.is_watched and (region.alarms or region.machines):
            yield Finding(
                "risk",
                f"nobody watches {region.name}, with {region.alarms} alarms and {region.machines} running machines",
                "its alarms do not reach tocsin" if region.alarms else "nobody would see what they do, or cost",
                _watch(scene, region.name, region.name in spokes),
            )
    for reason in sorted({region.unseen for region in found if region.unseen}):
        names = [region.name for region in found if region.unseen == reason]
        yield Finding(
            "unseen",
            f"{', '.join(names)} could not be looked at: {reason}",
            "whether anything runs there is not known",
            "ask for the rights of AWS's policy ReadOnlyAccess, or use another profile with --profile",
        )


def _watch(scene: Scene, region: str, made: bool) -> str:
    """How it comes to be watched. CloudFormation does not see that somebody else took away what it has ``made``."""
    make = scene.tocsin("deploy", "--regions", region)
    return f"{scene.tocsin('deploy', '--without', region)} && {make}" if made else make


def _look(cloud: Cloud) -> Region:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        if _is_watched(cloud):
            return Region(cloud.region, is_watched=True)
        heard = sum(1 for alarm in alarms(cloud) if not alarm.is_control)
        return Region(cloud.region, alarms=heard, machines=_machines(cloud))
    except ClientError as error:
        return Region(cloud.region, unseen=f"{error.operation_name}: {error.response.get('Error', {}).get('Code')}")
    except BotoCoreError as error:
        return Region(cloud.region, unseen=type(error).__name__)


def _is_watched(cloud: Cloud) -> bool:
    """Whether a rule there hands on the state changes of alarms: a stack's, or one that leads to a stack."""
    pages = cloud.client("events").get_paginator("list_rules").paginate()
    return any(_hands_on(rule) for page in pages for rule in page["Rules"])


def _hands_on(rule: dict[str, Any]) -> bool:
    pattern = rule.get("EventPattern", "")
    return rule["State"].startswith("ENABLED") and "CloudWatch Alarm State Change" in pattern


def _machines(cloud: Cloud) -> int:
    running = [{"Name": "instance-state-name", "Values": ["running", "pending"]}]
    pages = cloud.client("ec2").get_paginator("describe_instances").paginate(Filters=running)
    return sum(len(each["Instances"]) for page in pages for each in page["Reservations"])
