"""What connecting or disconnecting would change, one sentence each, and the doing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tocsin.ports import ConfigError
from tocsin_cli.alarms_there import Alarm, alarms, own
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.standing import Stack
from tocsin_cli.wiring import acting, topics


@dataclass(frozen=True, slots=True)
class Change:
    """``said``: what it does; ``do`` does it."""

    said: str
    do: Callable[[], object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wiring:
    """The stack and what is to be joined to it or taken from it."""

    cloud: Cloud
    stack: Stack

    def connecting(self, names: Sequence[str], everything: bool) -> list[Change]:
        """The changes that are still needed. ConfigError for a name that is none, or cannot be connected."""
        found = [self._topic_in(name) for name in names if topics.is_topic(name)]
        found += [self._alarm_in(alarm) for alarm in self._named(names)]
        found += [self._alarm_in(alarm) for alarm in self._unheard()] if everything else []
        return list({change.said: change for change in found if change is not None}.values())

    def disconnecting(self, names: Sequence[str], everything: bool) -> list[Change]:
        """The changes that take it apart: what is not connected needs none."""
        connected = topics.connected(self.cloud, self.stack)
        wanted = connected if everything else {name: connected[name] for name in names if name in connected}
        chosen = [*alarms(self.cloud)] if everything else self._named(names)
        taken = [self._alarm_out(alarm) for alarm in chosen if alarm.name not in own(self.stack)]
        return [*(self._topic_out(arn, subscription) for arn, subscription in wanted.items()), *filter(None, taken)]

    def _topic_in(self, arn: str) -> Change | None:
        topics.check(self.cloud, self.stack, arn)
        if topics.is_joined(self.cloud, self.stack, arn):
            return None
        return Change(
            f"topic {arn}: {self.stack.name}'s queue subscribes to it, and lets it in{self._for_how_long}",
            lambda: topics.join(self.cloud, self.stack, arn),
        )

    @property
    def _for_how_long(self) -> str:
        """Terraform writes the queue's whole policy; the subscription stays, so that the doctor misses the topic."""
        taken = " until the next `terraform apply`, after which `tocsin doctor --fix` lets it in again"
        return taken if self.stack.maker == "Terraform" else ""

    def _topic_out(self, arn: str, subscription: str) -> Change:
        return Change(
            f"topic {arn}: {self.stack.name}'s queue is no longer subscribed to it, nor lets it in",
            lambda: topics.part(self.cloud, self.stack, arn, subscription),
        )

    def _alarm_in(self, alarm: Alarm) -> Change | None:
        topic = self.stack.outputs["TopicArn"]
        missing = acting.missing(alarm, topic)
        if not missing:
            return None
        return Change(
            f"alarm {alarm.name}: {' and '.join(missing)} get {topic}",
            lambda: acting.act(self.cloud, alarm, topic),
        )

    def _alarm_out(self, alarm: Alarm) -> Change | None:
        topic = self.stack.outputs["TopicArn"]
        if topic not in alarm.actions():
            return None
        return Change(f"alarm {alarm.name}: no longer acts on {topic}", lambda: acting.desist(self.cloud, alarm, topic))

    def _named(self, names: Sequence[str]) -> list[Alarm]:
        wanted = [acting.name_of(name) for name in names if not topics.is_topic(name)]
        if not wanted:
            return []
        there = {alarm.name: alarm for alarm in alarms(self.cloud)}
        for name in wanted:
            if name not in there:
                raise ConfigError(
                    f"there is no alarm {name} in {self.cloud.where}",
                    "its name is spelled as in the console; --region names another region",
                )
        return [there[name] for name in wanted]

    def _unheard(self) -> Iterator[Alarm]:
        """The alarms that no topic brings to the queue yet; what steers machines is left alone."""
        heard = {self.stack.outputs["TopicArn"], *topics.connected(self.cloud, self.stack)}
        for alarm in alarms(self.cloud):
            if alarm.name not in own(self.stack) and not alarm.is_control and not heard.intersection(alarm.topics):
                yield alarm
