"""What there is to watch in an account: each thing with the dimensions of its metrics, found by asking AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin_cli.cloud import Cloud
from tocsin_cli.recipes.recipe import Pattern

_GIB = 1024**3
# Of a disk's dimensions, those that say which disk: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-collected-by-CloudWatch-agent.html
_WHICH_DISK = ("path", "device")
_NO_DISKS = {"tmpfs", "devtmpfs", "overlay", "squashfs"}


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to watch. ``sizes`` are what a threshold can be a part of, in the metric's unit. ``rarely``: its
    datapoints come every five minutes (EC2's basic monitoring)."""

    sort: str
    id: str
    label: str
    dimensions: tuple[tuple[str, str], ...]
    sizes: Mapping[str, float] = field(default_factory=dict)
    rarely: bool = False

    @property
    def shown(self) -> str:
        """As people know it: ``web-1 (i-0abc)``, ``orders``."""
        return f"{self.label} ({self.id})" if self.label and self.label != self.id else self.id


def targets(cloud: Cloud, pattern: Pattern) -> tuple[Target, ...]:
    """All things of the pattern's sort in this region, by name. Errors as boto3 raises them."""
    return tuple(sorted(_FINDERS[pattern.sort](cloud, pattern), key=lambda each: (each.label, each.id)))


def _account(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    yield Target(pattern.sort, cloud.account, "", (("Currency", "USD"),))


def _instances(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    states = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    for reservation in _all(cloud, "ec2", "describe_instances", "Reservations", Filters=states):
        for each in reservation["Instances"]:
            name = next((tag["Value"] for tag in each.get("Tags", ()) if tag["Key"] == "Name"), "")
            # "disabled" is basic monitoring:
            # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Monitoring.html
            rarely = bool(pattern.rarely) and each["Monitoring"]["State"] != "enabled"
            id = each["InstanceId"]
            yield Target(pattern.sort, id, name, (("InstanceId", id),), rarely=rarely)


def _agent_metrics(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    """Which dimensions the agent sends is a matter of its configuration: those of each metric are taken as they are.

    Where it sends a value with several sets of them, the fullest says best what it is about.
    """
    found: dict[str, Target] = {}
    asked = {"Namespace": pattern.alarm["Namespace"], "MetricName": pattern.alarm["MetricName"]}
    for each in _all(cloud, "cloudwatch", "list_metrics", "Metrics", **asked, RecentlyActive="PT3H"):
        dimensions = {one["Name"]: one["Value"] for one in each["Dimensions"]}
        host = dimensions.get("InstanceId") or dimensions.get("host")
        if host and dimensions.get("fstype") not in _NO_DISKS:
            disk = [dimensions[name] for name in _WHICH_DISK if name in dimensions][:1]
            target = Target("instance", " ".join((host, *disk)), "", tuple(dimensions.items()))
            known = found.setdefault(target.id, target)
            if len(known.dimensions) < len(target.dimensions):
                found[target.id] = target
    yield from found.values()


def _functions(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    for each in _all(cloud, "lambda", "list_functions", "Functions"):
        name = each["FunctionName"]
        sizes = {"timeout": each["Timeout"] * 1000.0}
        yield Target(pattern.sort, name, "", (("FunctionName", name),), sizes)


def _queues(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    for url in _all(cloud, "sqs", "list_queues", "QueueUrls"):
        name = url.rsplit("/", 1)[-1]
        yield Target(pattern.sort, name, "", (("QueueName", name),))


def _databases(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    for each in _all(cloud, "rds", "describe_db_instances", "DBInstances"):
        name = each["DBInstanceIdentifier"]
        # Aurora's storage belongs to the cluster, and grows by itself.
        aurora = each.get("Engine", "").startswith("aurora")
        if not (aurora and pattern.share):
            sizes = {"storage": float(each.get("AllocatedStorage", 0) * _GIB)}
            yield Target(pattern.sort, name, "", (("DBInstanceIdentifier", name),), sizes)


def _load_balancers(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    for each in _all(cloud, "elbv2", "describe_load_balancers", "LoadBalancers"):
        if each["Type"] == "application":
            dimension = each["LoadBalancerArn"].split("loadbalancer/", 1)[1]
            yield Target(pattern.sort, each["LoadBalancerName"], "", (("LoadBalancer", dimension),))


def _container_services(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    for cluster in _all(cloud, "ecs", "list_clusters", "clusterArns"):
        group = cluster.rsplit("/", 1)[-1]
        for arn in _all(cloud, "ecs", "list_services", "serviceArns", cluster=cluster):
            name = arn.rsplit("/", 1)[-1]
            yield Target(pattern.sort, f"{group}/{name}", "", (("ClusterName", group), ("ServiceName", name)))


def _all(cloud: Cloud, service: str, operation: str, key: str, **asked: Any) -> Iterator[Any]:
    for page in cloud.client(service).get_paginator(operation).paginate(**asked):
        yield from page.get(key, ())


_FINDERS: Mapping[str, Callable[[Cloud, Pattern], Iterator[Target]]] = {
    "account": _account,
    "container-service": _container_services,
    "database": _databases,
    "function": _functions,
    "instance": _instances,
    "instance-with-agent": _agent_metrics,
    "load-balancer": _load_balancers,
    "queue": _queues,
}
