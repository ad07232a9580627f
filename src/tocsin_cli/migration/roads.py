"""How events reach a function: topics, rules, alarms that act on it, and topics behind a queue that it reads."""

from __future__ import annotations

import io
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tocsin_cli.alarms_there import Alarm, alarms
from tocsin_cli.cloud import Cloud
from tocsin_cli.wiring.topics import is_there

_LARGEST = 1_000_000  # bytes of a package whose code is looked at: a tutorial's is a few thousand
_SOURCES = (".py", ".js", ".mjs", ".cjs", ".ts")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A topic, and the subscription by which it reaches the function (or a queue that the function reads)."""

    topic: str
    arn: str


@dataclass(frozen=True, slots=True)
class Rule:
    """An EventBridge rule, and the ids of its targets that are the function."""

    name: str
    arn: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Roads:
    """Everything that leads to one function. ``alarms`` act on it directly, as DescribeAlarms tells of them;
    ``trial`` is an alarm that acts on its topics and on nothing else, "" where there is none. ``readers`` are the ids
    of the mappings by which it reads the queues behind ``queued``."""

    topics: tuple[Subscription, ...]
    queued: tuple[Subscription, ...]
    rules: tuple[Rule, ...]
    alarms: tuple[Mapping[str, Any], ...]
    trial: str
    readers: tuple[str, ...] = ()

    @property
    def are_none(self) -> bool:
        """Whether nothing leads to it."""
        return not (self.topics or self.queued or self.rules or self.alarms or self.readers)


@dataclass(frozen=True, slots=True)
class Wires:
    """All subscriptions and alarms of a region, read once for all functions, as AWS tells of them."""

    subscriptions: tuple[Mapping[str, Any], ...]
    alarms: tuple[Mapping[str, Any], ...]

    def topics(self, arn: str) -> tuple[Subscription, ...]:
        """The topics that lead straight to a function."""
        return self._subscribed("lambda", lambda endpoint: is_function(endpoint, arn))

    def behind(self, queues: set[str]) -> tuple[Subscription, ...]:
        """The topics that lead to queues."""
        return self._subscribed("sqs", lambda endpoint: endpoint in queues)

    def acting(self, arn: str) -> tuple[Mapping[str, Any], ...]:
        """The alarms that act on a function."""
        return tuple(each for each in self.alarms if any(is_function(action, arn) for action in _actions(each)))

    def trial(self, topics: set[str]) -> str:
        """An alarm that is OK and acts on these topics and on nothing else; "" without."""
        fit = (each for each in self.alarms if topics.intersection(each.get("AlarmActions", ())))
        return min((str(each["AlarmName"]) for each in fit if _actions(each) <= topics and each["StateValue"] == "OK"),
                   default="")  # fmt: skip

    def _subscribed(self, protocol: str, fits: Callable[[str], bool]) -> tuple[Subscription, ...]:
        found = (each for each in self.subscriptions if each["Protocol"] == protocol and fits(each["Endpoint"]))
        return tuple(Subscription(each["TopicArn"], each["SubscriptionArn"]) for each in found if is_there(each))


def wires(cloud: Cloud) -> Wires:
    """The region's. Errors as boto3 raises them."""
    found = tuple(alarm.definition for alarm in alarms(cloud))
    return Wires(tuple(cloud.listed("sns", "list_subscriptions", "Subscriptions")), found)


def code(cloud: Cloud, function: Mapping[str, Any]) -> bytes:
    """The text of a small function's code; b"" for a large one, one that is no zip, or one that cannot be fetched."""
    if function.get("PackageType", "Zip") != "Zip" or function.get("CodeSize", 0) > _LARGEST:
        return b""
    place = cloud.client("lambda").get_function(FunctionName=function["FunctionName"])["Code"].get("Location", "")
    if not place.startswith(("https://", "http://")):
        return b""
    try:
        with urllib.request.urlopen(place, timeout=20) as answer:
            return _sources(answer.read(_LARGEST + 1))
    except OSError:
        return b""


def roads(cloud: Cloud, all_wires: Wires, arn: str) -> Roads:
    """What leads to the function of this ARN, from this region. Errors as boto3 raises them."""
    read = cloud.listed("lambda", "list_event_source_mappings", "EventSourceMappings", FunctionName=arn)
    mappings = [each for each in read if ":sqs:" in each.get("EventSourceArn", "")]
    topics = all_wires.topics(arn)
    queued = all_wires.behind({each["EventSourceArn"] for each in mappings})
    trial = all_wires.trial({each.topic for each in (*topics, *queued)})
    readers = tuple(str(each["UUID"]) for each in mappings)
    return Roads(topics, queued, tuple(_rules(cloud, arn)), all_wires.acting(arn), trial, readers)


def is_function(endpoint: str, arn: str) -> bool:
    """Whether it is the function, or a version or alias of it."""
    return endpoint == arn or endpoint.startswith(f"{arn}:")


def _rules(cloud: Cloud, arn: str) -> Iterator[Rule]:
    events = cloud.client("events")
    for name in cloud.listed("events", "list_rule_names_by_target", "RuleNames", TargetArn=arn):
        targets = events.list_targets_by_rule(Rule=name)["Targets"]
        ids = tuple(each["Id"] for each in targets if is_function(each["Arn"], arn))
        yield Rule(name, events.describe_rule(Name=name)["Arn"], ids)


def _actions(alarm: Mapping[str, Any]) -> set[str]:
    return set(Alarm(alarm).actions())


def _sources(package: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            small = [
                each for each in archive.infolist() if each.filename.endswith(_SOURCES) and each.file_size < _LARGEST
            ]
            return b"\n".join(archive.read(each) for each in small[:50])
    except zipfile.BadZipFile:
        return b""
