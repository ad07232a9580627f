"""On one machine an alarm's chart has the points that its own alarm was evaluated on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest

from story.tellings import RANDOM
from tocsin.config import Config
from tocsin.destinations.http import Connections
from tocsin.doors import Doors
from tocsin.envelope import unwrap
from tocsin.handler import destination
from tocsin.kinds import read
from tocsin.pipeline import Pipeline
from tocsin.ports import More
from tocsin.stores.memory import MemoryStore
from tocsin_local import stage as local
from tocsin_local.alarms.files import Entry
from tocsin_local.metrics import Datapoint
from tocsin_local.slack import LocalSlack, VirtualClock
from tocsin_local.stage import Stage, Told
from tocsin_local.stage_enricher import StageEnricher
from tocsin_local.state_change import Change, eventbridge_event

START = 1_795_435_200.0
ALARM = {
    "AlarmName": "busy", "Namespace": "AWS/EC2", "MetricName": "CPUUtilization", "Statistic": "Average", "Period": 10,
    "EvaluationPeriods": 1, "Threshold": 50, "ComparisonOperator": "GreaterThanThreshold",
    "AlarmActions": [f"arn:aws:sns:us-east-1:{local.ACCOUNT}:tocsin"], "Tags": [{"Key": "team", "Value": "web"}],
}  # fmt: skip


def staged(tell: Callable[[Told], None], clock: VirtualClock, value: Callable[[int], float]) -> Stage:
    """A stage that runs only when it is told to."""

    def metrics(now: int) -> tuple[Datapoint, ...]:
        return (Datapoint("AWS/EC2", "CPUUtilization", (("InstanceId", "here"),), now, value(now), "Percent"),)

    doors = local.Doors(metrics, tell, lambda: None, lambda: int(clock() * 1000))
    stage = Stage(lambda event: None, doors)
    stage.put_alarms([Entry("busy", ALARM, "a test")])
    return stage


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_chart_of_a_local_alarm_has_its_own_datapoints(language: str) -> None:
    """An alarm over one period says one datapoint; its message shows those before it too, and whose it is."""
    clock, enricher, told = VirtualClock(START), StageEnricher(), []
    stage = enricher.stage = staged(told.append, clock, lambda now: 90.0 if now >= (START + 60) * 1000 else 20.0)
    with LocalSlack(clock=clock, burst=100) as slack, closing(Connections()) as connections:
        config = Config(language, bot_token=slack.bot_token, channel=slack.channel.name, api_url=slack.api_url)
        pipeline = Pipeline((destination(config, connections),), MemoryStore(), enrichers=(enricher,))
        for _ in range(90):
            clock.advance(1)
            stage.beat()
        change = next(one for one in told if isinstance(one, Change) and one.after.value == "ALARM")
        doors = Doors(lambda: int(clock() * 1000), clock.advance, lambda: 30.0, lambda: 0.0)
        assert not pipeline.run(eventbridge_event(change, RANDOM), doors).failed
        (card,) = slack.messages()
    (chart,) = (block["chart"] for block in card.blocks if block["type"] == "data_visualization")
    values = [point["value"] for point in chart["series"][0]["data"]]
    assert values[-1] == 90 and values[:-1] == [20.0] * (len(values) - 1) and len(values) > 3
    fields = [field["text"] for field in card.attachments[0]["blocks"][0]["fields"]]
    assert "*team*\nweb" in fields
    assert {"en": "*Actions*\ntocsin (SNS)", "ko": "*작업*\ntocsin (SNS)"}[language] in fields


def test_what_the_stage_does_not_know_is_as_it_was() -> None:
    """Another account's alarm, an event that is none, and a stage that is not there yet add nothing."""
    enricher = StageEnricher()
    foreign = {"AlarmName": "busy", "NewStateValue": "ALARM", "AWSAccountId": "999999999999", "Region": "us-east-1"}
    clock = VirtualClock(START)
    for stage in (None, staged(lambda told: None, clock, lambda now: 1.0)):
        enricher.stage = stage
        for event in (foreign, {"hello": "there"}):
            (envelope,) = unwrap(event)
            (signal,) = read(envelope)
            assert enricher.more(signal, 0.1) == More(signal)
