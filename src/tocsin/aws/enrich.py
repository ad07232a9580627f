"""Asks CloudWatch what an alarm's own message does not say: how it is set, its tags, how its metric went before.

Log lines are left out on purpose: they may hold secrets, and reading them is a broad permission.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tocsin.aws.calls import DESCRIBE_ALARMS, GET_METRIC_DATA, LIST_TAGS
from tocsin.aws.client import Client
from tocsin.aws.errors import AwsError
from tocsin.kinds.cloudwatch_alarm import described, history
from tocsin.logbook import trouble
from tocsin.model import Signal
from tocsin.ports import More
from tocsin.reading.arns import Arn, is_region

KEPT = 300.0  # seconds for which an answer about an alarm is good enough
_MOST = 300  # answers that a container keeps
_LEAST = 0.02  # seconds with which no call is begun
_SHARE = 0.75  # of the time that is left, for one call and its tries: so that one in trouble leaves some to the next
# What trying again a little later cannot help.
_FINAL = ("denied", "absent", "refused")

Ask = Callable[[Client], Any]


@dataclass(slots=True, eq=False)
class AlarmEnricher:
    """An Enricher for the alarms of one ``account`` ("": of whatever account answers), each asked in its own region.

    The calls are made in the order of their worth, and what came in time is kept. Raises nothing that AWS does.
    """

    client: Client
    account: str = ""
    _kept: dict[tuple[str, str], tuple[float, Any]] = field(default_factory=dict, init=False, repr=False)
    _denied: set[str] = field(default_factory=set, init=False, repr=False)

    def more(self, signal: Signal, seconds: float) -> More:
        arn = described.arn_of(signal)
        if arn is None or not is_region(arn.region) or (self.account and arn.account != self.account):
            return More(signal)
        asking = _Asking(self, arn, self.client.connections.countdown(seconds))
        alarm = described.named_so(asking.of("alarm", _alarm(arn)), arn)
        tags = described.tags(asking.of("tags", _tags(arn)))
        wanted = history.asked_for(signal, alarm)
        answer = asking.of(f"points until {signal.state} at {signal.at}", _points(wanted)) if wanted else {}
        series = history.drawn(signal, alarm, answer) or signal.series
        return More(replace(described.described(signal, alarm, tags), series=series), asking.whole)

    def recall(self, key: tuple[str, str]) -> Any:
        """What was answered before, None where that is not known or too old."""
        until, answer = self._kept.get(key, (0.0, None))
        return answer if self.client.clock() < until else None

    def keep(self, key: tuple[str, str], answer: Any) -> None:
        if len(self._kept) >= _MOST:
            self._kept.clear()
        self._kept[key] = (self.client.clock() + KEPT, answer)

    def complain(self, arn: Arn, error: AwsError) -> None:
        """Say why something was not found out; that a permission is missing only once."""
        if error.kind != "denied" or error.action not in self._denied:
            trouble("not enriched", {"alarm": str(arn), "why": str(error)})
        if error.kind == "denied":
            self._denied.add(error.action)


@dataclass(slots=True, eq=False)
class _Asking:
    """One alarm's turn: ``left`` seconds; ``whole`` until something is not answered that may be later."""

    enricher: AlarmEnricher
    arn: Arn
    left: Callable[[], float]
    whole: bool = True

    def of(self, what: str, ask: Ask) -> Any:
        """The answer, remembered or new; an empty one where there is none."""
        key = (str(self.arn), what)
        known = self.enricher.recall(key)
        if known is not None:
            return known
        left = self.left() * _SHARE
        if left < _LEAST:
            self.whole = False
            return {}
        client = self.enricher.client
        try:
            answer = ask(replace(client, aws=replace(client.aws, region=self.arn.region), patience=left))
        except AwsError as error:
            self.enricher.complain(self.arn, error)
            if error.kind not in _FINAL:
                self.whole = False
                return {}
            answer = {}
        self.enricher.keep(key, answer)
        return answer


def _alarm(arn: Arn) -> Ask:
    # Who does not name the types is told of metric alarms alone.
    wanted = {"AlarmNames": [arn.resource.removeprefix("alarm:")], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    return lambda client: client.call(DESCRIBE_ALARMS, wanted)


def _tags(arn: Arn) -> Ask:
    return lambda client: client.call(LIST_TAGS, {"ResourceARN": str(arn)})


def _points(wanted: dict[str, object]) -> Ask:
    return lambda client: client.call(GET_METRIC_DATA, wanted)
