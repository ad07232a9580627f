"""What connecting or disconnecting would change, one sentence each, and the doing of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from tocsin.ports import ConfigError
from tocsin_cli import pasted
from tocsin_cli.alarms_there import Alarm, alarms, own
from tocsin_cli.cloud import Cloud
from tocsin_cli.stack.standing import Stack
from tocsin_cli.wiring import acting, topics


@dataclass(frozen=True, slots=True)
class Change:
    """``said``: what it does; ``do`` does it. ``about``: a topic's ARN, an alarm's name, "" for the queue alone."""

    said: str
    do: Callable[[], object] = field(repr=False)
    about: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What the user should know beside the changes, and the command that would mend it, "" without one."""

    said: str
    command: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, and what the user should know beside that: what is left out, what will tell nobody."""

    changes: tuple[Change, ...]
    notes: tuple[Note, ...] = ()

    def told(self) -> dict[str, Any]:
        """As programs read it."""
        return {
            "changes": [{"about": each.about, "what": each.said} for each in self.changes],
            "notes": [{"what": each.said, "mend": each.command} for each in self.notes],
        }


@dataclass(frozen=True, slots=True)
class Wiring:
    """The stack and what is to be joined to it or taken from it."""

    cloud: Cloud
    stack: Stack

    def connecting(self, names: Sequence[str], everything: bool) -> Plan:
        """The changes that are still needed. ConfigError for a name that is none, or cannot be connected."""
        arns = [name for name in dict.fromkeys(names) if topics.is_topic(name)]
        named = self._named(names)
        for alarm in named:
            self._refuse(alarm)
        unheard = list(self._unheard()) if everything else []
        room = [alarm for alarm in unheard if not acting.full(alarm, self._topic)]
        changes = [*self._topics_in(arns), *map(self._alarm_in, (*named, *room))]
        notes = (
            *(note for arn in arns for note in self._filtered(arn)),
            *(
                Note(f"left out: alarm {alarm.name} ({self._why_full(alarm)})")
                for alarm in unheard
                if alarm not in room
            ),
            *(self._switched_off(alarm) for alarm in (*named, *room) if not alarm.is_enabled),
        )
        return Plan(_once(changes), tuple(dict.fromkeys(notes)))

    def disconnecting(self, names: Sequence[str], everything: bool) -> Plan:
        """The changes that take it apart: what is not connected needs none."""
        some = everything or any(map(topics.is_topic, names))
        connected = topics.connected(self.cloud, self.stack) if some else {}
        wanted = connected if everything else {name: connected[name] for name in names if name in connected}
        chosen = [*alarms(self.cloud)] if everything else self._named(names)
        taken = [self._alarm_out(alarm) for alarm in chosen if alarm.name not in own(self.stack)]
        return Plan(_once([*self._topics_out(wanted), *taken]))

    @property
    def _topic(self) -> str:
        return self.stack.outputs["TopicArn"]

    def _topics_in(self, arns: Sequence[str]) -> Iterator[Change]:
        """First the queue lets all of them in, then it subscribes to each."""
        for arn in arns:
            topics.check(self.cloud, self.stack, arn)
        missing = [arn for arn in arns if not topics.is_joined(self.cloud, self.stack, arn)]
        shut = [arn for arn in missing if not topics.is_let_in(self.cloud, self.stack, arn)]
        if shut:
            said = f"{self.stack.name}'s queue lets in {_topics(shut)}{self._for_how_long}"
            yield Change(said, lambda: topics.let_in(self.cloud, self.stack, shut))
        for arn in missing:
            said = f"topic {arn}: {self.stack.name}'s queue subscribes to it"
            yield Change(said, partial(topics.subscribe, self.cloud, self.stack, arn), arn)

    @property
    def _for_how_long(self) -> str:
        """Terraform writes the queue's whole policy; the subscription stays, so that the doctor misses the topic."""
        taken = " until the next `terraform apply`, after which `tocsin doctor --fix` lets it in again"
        return taken if self.stack.maker == "Terraform" else ""

    def _topics_out(self, wanted: Mapping[str, str]) -> Iterator[Change]:
        for arn, subscription in wanted.items():
            if subscription:
                said = f"topic {arn}: {self.stack.name}'s queue is no longer subscribed to it"
                yield Change(said, partial(topics.unsubscribe, self.cloud, arn, subscription), arn)
        if wanted:
            said = f"{self.stack.name}'s queue no longer lets in {_topics(wanted)}"
            yield Change(said, lambda: topics.keep_out(self.cloud, self.stack, wanted))

    def _filtered(self, arn: str) -> Iterator[Note]:
        """A subscription that was there before keeps the filter that somebody gave it."""
        subscription = topics.filtered(self.cloud, self.stack, arn)
        if subscription:
            command = pasted.aws(
                self.cloud.elsewhere(topics.region_of(arn)), "sns", "set-subscription-attributes",
                "--subscription-arn", subscription, "--attribute-name", "FilterPolicy", "--attribute-value", "{}",
            )  # fmt: skip
            yield Note(
                f"topic {arn}: its subscription has a filter policy, which throws alarms away; without:", command
            )

    def _alarm_in(self, alarm: Alarm) -> Change | None:
        missing = acting.missing(alarm, self._topic)
        if not missing:
            return None
        return Change(
            f"alarm {alarm.name}: {' and '.join(missing)} get {self._topic}",
            lambda: acting.act(self.cloud, alarm.name, self._topic),
            alarm.name,
        )

    def _alarm_out(self, alarm: Alarm) -> Change | None:
        named = acting.named(alarm, self._topic)
        if not named:
            return None
        return Change(
            f"alarm {alarm.name}: {' and '.join(named)} lose {self._topic}{self._what_stays(alarm)}",
            lambda: acting.desist(self.cloud, alarm.name, self._topic),
            alarm.name,
        )

    def _what_stays(self, alarm: Alarm) -> str:
        if self._topic in alarm.actions("InsufficientDataActions"):
            return "; InsufficientDataActions, which connect never fills, keep it"
        return "" if set(alarm.actions()) > {self._topic} else "; it acts on nothing then"

    def _refuse(self, alarm: Alarm) -> None:
        if alarm.name in own(self.stack):
            raise ConfigError(
                f"the alarm {alarm.name} is tocsin's own, and acts on what it has to", "connect another one"
            )
        if acting.full(alarm, self._topic):
            raise ConfigError(
                f"the alarm {alarm.name} has {self._why_full(alarm)}, and CloudWatch takes no more",
                "connect one of the topics that it acts on instead: tocsin connect TOPIC_ARN",
            )

    def _why_full(self, alarm: Alarm) -> str:
        return f"{acting.MOST} {' and '.join(acting.full(alarm, self._topic))} already"

    def _switched_off(self, alarm: Alarm) -> Note:
        command = pasted.aws(self.cloud, "cloudwatch", "enable-alarm-actions", "--alarm-names", alarm.name)
        return Note(
            f"alarm {alarm.name}: its actions are switched off, so it tells nobody; to switch them on:", command
        )

    def _named(self, names: Sequence[str]) -> list[Alarm]:
        wanted = [acting.name_of(self.cloud, name) for name in names if not topics.is_topic(name)]
        if not wanted:
            return []
        there = {alarm.name: alarm for alarm in alarms(self.cloud)}
        for name in wanted:
            if name not in there:
                raise ConfigError(
                    f"there is no alarm {name} in {self.cloud.where}",
                    "its name is spelled as in the console (log alarms come by EventBridge alone); --region names "
                    "another region",
                )
        return [there[name] for name in wanted]

    def _unheard(self) -> Iterator[Alarm]:
        """The alarms that no topic brings to the queue yet; what steers machines is left alone."""
        heard = {self._topic, *topics.read_here(self.cloud, self.stack)}
        for alarm in alarms(self.cloud):
            told = heard.intersection(alarm.actions("AlarmActions"))
            if not told and not alarm.is_control and alarm.name not in own(self.stack):
                yield alarm


def _once(changes: Iterable[Change | None]) -> tuple[Change, ...]:
    """Each once, whatever it was named by."""
    return tuple({change.said: change for change in changes if change is not None}.values())


def _topics(arns: Collection[str]) -> str:
    return min(arns) if len(arns) == 1 else f"{len(arns)} topics"
