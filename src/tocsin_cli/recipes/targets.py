"""What there is to watch in an account: each thing with the dimensions of its metrics, found by asking AWS."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.recipes.recipe import Pattern

_GIB = 1024**3
# Of a disk's dimensions, those that say which disk: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-collected-by-CloudWatch-agent.html
_WHICH_DISK = ("path", "device")
_NO_DISKS = {"tmpfs", "devtmpfs", "overlay", "squashfs"}
# How people call a queue for what a function, a rule or a topic could not deliver: no queue names it as its own.
_DEAD = re.compile(r"dlq|dead[-_.]?letter|[-_.]dead\b", re.IGNORECASE)
_AT_ONCE = 8  # calls
# SQS has no second page for those who do not say how long one is:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
_QUEUES_A_PAGE = {"PageSize": 1000}


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to watch. ``sizes`` are what a threshold can be a part of, in the metric's unit. ``rarely``: its
    datapoints come every five minutes (EC2's basic monitoring). ``within``: ids and names of what it is a part of."""

    sort: str
    id: str
    label: str
    dimensions: tuple[tuple[str, str], ...]
    sizes: Mapping[str, float] = field(default_factory=dict)
    rarely: bool = False
    within: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """As people know it: ``web-1 (i-0abc)``, ``orders``."""
        return f"{self.label} ({self.id})" if self.label and self.label != self.id else self.id

    def is_called(self, given: str) -> bool:
        """Whether somebody who says so means it: by its own id or name, or by that of what it is a part of."""
        return given in (self.id, self.label, *self.within)


def targets(cloud: Cloud, pattern: Pattern) -> tuple[Target, ...]:
    """All things of the pattern's sort in this region, by name. ConfigError where that is no sort; boto3's errors."""
    if pattern.sort not in _FINDERS:
        raise ConfigError(f"{pattern.sort} is no sort of thing", f"there are: {', '.join(SORTS)}")
    return tuple(sorted(_FINDERS[pattern.sort](cloud, pattern), key=lambda each: (each.label, each.id)))


def _account(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    yield Target(pattern.sort, cloud.account, "", (("Currency", "USD"),))


def _instances(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    states = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    for reservation in cloud.listed("ec2", "describe_instances", "Reservations", Filters=states):
        for each in reservation["Instances"]:
            name = _name(each)
            # "disabled" is basic monitoring:
            # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Monitoring.html
            rarely = bool(pattern.rarely) and each["Monitoring"]["State"] != "enabled"
            id = each["InstanceId"]
            yield Target(pattern.sort, id, name, (("InstanceId", id),), rarely=rarely)


def _name(instance: Mapping[str, Any]) -> str:
    """Its Name tag: EC2 takes any text, the name of an alarm does not."""
    name = next((str(tag["Value"]) for tag in instance.get("Tags", ()) if tag["Key"] == "Name"), "")
    return name if name.isprintable() else ""


def _names(cloud: Cloud) -> dict[str, str]:
    """The names of instances by id; none where they may not be listed."""
    try:
        found = [*cloud.listed("ec2", "describe_instances", "Reservations")]
    except cloud.client("ec2").exceptions.ClientError:
        return {}
    return {each["InstanceId"]: _name(each) for reservation in found for each in reservation["Instances"]}


def _agent_metrics(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    """Which dimensions the agent sends is a matter of its configuration: those of each metric are taken as they are.

    Where it sends a value with several sets of them, the fullest says best what it is about.
    """
    found: dict[str, Target] = {}
    names = _names(cloud)
    for dimensions in _listed(cloud, pattern, RecentlyActive="PT3H"):
        host = dimensions.get("InstanceId") or dimensions.get("host")
        if host and dimensions.get("fstype") not in _NO_DISKS:
            disk = [dimensions[name] for name in _WHICH_DISK if name in dimensions][:1]
            called = names.get(host, "")
            id, label = (" ".join((each, *disk)) if each else "" for each in (host, called))
            target = Target("instance", id, label, tuple(dimensions.items()), within=(host, called))
            known = found.setdefault(target.id, target)
            if len(known.dimensions) < len(target.dimensions):
                found[target.id] = target
    yield from found.values()


def _metrics(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    """Whatever published the metric in the last two weeks with just the dimensions that the pattern names."""
    for dimensions in _listed(cloud, pattern):
        if set(dimensions) == set(pattern.dimensions):
            shown = " ".join(dimensions[name] for name in pattern.dimensions)
            yield Target(pattern.sort, shown or str(pattern.alarm["MetricName"]), "", tuple(dimensions.items()))


def _listed(cloud: Cloud, pattern: Pattern, **only: str) -> Iterator[dict[str, str]]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html"""
    asked = {"Namespace": pattern.alarm["Namespace"], "MetricName": pattern.alarm["MetricName"], **only}
    for each in cloud.listed("cloudwatch", "list_metrics", "Metrics", **asked):
        yield {one["Name"]: one["Value"] for one in each["Dimensions"]}


def _functions(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    for each in cloud.listed("lambda", "list_functions", "Functions"):
        name = each["FunctionName"]
        sizes = {"timeout": each["Timeout"] * 1000.0}
        yield Target(pattern.sort, name, "", (("FunctionName", name),), sizes)


def _queues(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    """Those that somebody works on."""
    yield from (_queue(pattern, name) for name, dead in _by_name(cloud) if not dead)


def _dead_letters(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    """Those that hold what could not be processed: other queues, or functions, hand it on, or their names say so."""
    yield from (_queue(pattern, name) for name, dead in _by_name(cloud) if dead)


def _queue(pattern: Pattern, name: str) -> Target:
    return Target(pattern.sort, name, "", (("QueueName", name),))


def _by_name(cloud: Cloud) -> Iterator[tuple[str, bool]]:
    """Each queue of the region, and whether it is one for dead letters."""
    urls = [*cloud.listed("sqs", "list_queues", "QueueUrls", PaginationConfig=_QUEUES_A_PAGE)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        targets = {*pool.map(lambda url: _hands_on_to(cloud, url), urls), *_from_functions(cloud)}
    for name in (url.rsplit("/", 1)[-1] for url in urls):
        yield name, name in targets or bool(_DEAD.search(name))


def _from_functions(cloud: Cloud) -> set[str]:
    """The names of what functions hand failed events to; none where they may not be listed."""
    try:
        functions = [*cloud.listed("lambda", "list_functions", "Functions")]
    except cloud.client("lambda").exceptions.ClientError:
        return set()
    return {each.get("DeadLetterConfig", {}).get("TargetArn", "").rsplit(":", 1)[-1] for each in functions}


def _hands_on_to(cloud: Cloud, url: str) -> str:
    """The name of a queue's own dead-letter queue, "" without one, and where the queue is gone by now."""
    sqs = cloud.client("sqs")
    try:
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
    except sqs.exceptions.QueueDoesNotExist:
        return ""
    policy = json.loads(answer.get("Attributes", {}).get("RedrivePolicy", "{}"))
    return str(policy.get("deadLetterTargetArn", "")).rsplit(":", 1)[-1]


def _databases(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    for each in cloud.listed("rds", "describe_db_instances", "DBInstances"):
        name = each["DBInstanceIdentifier"]
        # Aurora's storage belongs to the cluster, and grows by itself.
        aurora = each.get("Engine", "").startswith("aurora")
        if not (aurora and pattern.share):
            sizes = {"storage": float(each.get("AllocatedStorage", 0) * _GIB)}
            yield Target(pattern.sort, name, "", (("DBInstanceIdentifier", name),), sizes)


def _load_balancers(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    for each in cloud.listed("elbv2", "describe_load_balancers", "LoadBalancers"):
        if each["Type"] == "application":
            dimension = each["LoadBalancerArn"].split("loadbalancer/", 1)[1]
            yield Target(pattern.sort, each["LoadBalancerName"], "", (("LoadBalancer", dimension),))


def _container_services(cloud: Cloud, pattern: Pattern) -> Iterator[Target]:
    for cluster in cloud.listed("ecs", "list_clusters", "clusterArns"):
        group = cluster.rsplit("/", 1)[-1]
        for arn in cloud.listed("ecs", "list_services", "serviceArns", cluster=cluster):
            name = arn.rsplit("/", 1)[-1]
            yield Target(pattern.sort, f"{group}/{name}", "", (("ClusterName", group), ("ServiceName", name)))


_FINDERS: Mapping[str, Callable[[Cloud, Pattern], Iterator[Target]]] = {
    "account": _account,
    "container-service": _container_services,
    "database": _databases,
    "dead-letter-queue": _dead_letters,
    "function": _functions,
    "instance": _instances,
    "instance-with-agent": _agent_metrics,
    "load-balancer": _load_balancers,
    "metric": _metrics,
    "queue": _queues,
}
SORTS = tuple(sorted(_FINDERS))  # what a recipe can be about
