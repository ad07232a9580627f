"""Looks into the other regions: where there are alarms or running machines, and nothing of tocsin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tocsin_cli.alarms_there import alarms
from tocsin_cli.cloud import Cloud
from tocsin_cli.doctor.finding import Finding
from tocsin_cli.doctor.mending import watched
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.everywhere import Seen, enabled_regions, look_into

_SERVICES = ("events", "cloudwatch", "ec2")


@dataclass(frozen=True, slots=True)
class Held:
    """What a region has; alarms that only steer machines do not count."""

    is_watched: bool = False
    alarms: int = 0
    machines: int = 0


def regions(scene: Scene) -> Iterator[Finding]:
    """No other region has alarms or running machines that nobody watches."""
    others = [name for name in enabled_regions(scene.cloud) if name != scene.cloud.region]
    yield from judged(scene, look_into(scene.cloud, others, _SERVICES, _look))


def judged(scene: Scene, seen: Iterable[Seen[Held]]) -> Iterator[Finding]:
    """What the regions' holdings mean."""
    found = sorted(seen, key=lambda each: each.region)
    for region, held in ((each.region, each.found) for each in found):
        if held is not None and not held.is_watched and (held.alarms or held.machines):
            yield Finding(
                "risk",
                f"nobody watches {region}, with {held.alarms} alarms and {held.machines} running machines",
                "its alarms do not reach tocsin" if held.alarms else "nobody would see what they do, or cost",
                watched(scene, region),
            )
    yield from unseen(found, "whether anything runs there is not known")


def unseen(regions: Sequence[Seen[Any]], means: str) -> Iterator[Finding]:
    """Those that could not be looked at, together by the reason."""
    for reason in sorted({each.refused for each in regions if each.refused}):
        names = [each.region for each in regions if each.refused == reason]
        yield Finding(
            "unseen",
            f"{', '.join(names)} could not be looked at: {reason}",
            means,
            "ask for the rights of AWS's policy ReadOnlyAccess, or use another profile with --profile",
        )


def _look(cloud: Cloud) -> Held:
    if _is_watched(cloud):
        return Held(is_watched=True)
    heard = sum(1 for alarm in alarms(cloud) if not alarm.is_control)
    return Held(alarms=heard, machines=_machines(cloud))


def _is_watched(cloud: Cloud) -> bool:
    """Whether a rule there hands on the state changes of alarms: a stack's, or one that leads to a stack."""
    return any(_hands_on(rule) for rule in cloud.listed("events", "list_rules", "Rules"))


def _hands_on(rule: dict[str, Any]) -> bool:
    pattern = rule.get("EventPattern", "")
    return rule["State"].startswith("ENABLED") and "CloudWatch Alarm State Change" in pattern


def _machines(cloud: Cloud) -> int:
    running = [{"Name": "instance-state-name", "Values": ["running", "pending"]}]
    found = cloud.listed("ec2", "describe_instances", "Reservations", Filters=running)
    return sum(len(each["Instances"]) for each in found)
