"""An alarm's message with what the alarm itself knows: asked of an emulator of AWS, shown in the local Slack."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import boto3
import pytest

import emulator
from story.tellings import ACCOUNT, RANDOM, REGION
from story.tellings import definition as described
from tocsin.config import read_config
from tocsin.destinations.http import Connections
from tocsin.doors import Doors
from tocsin.enriching import AGAIN
from tocsin.handler import Parts, assembled
from tocsin_local.slack import LocalSlack, Message, VirtualClock
from tocsin_local.state_change import Change, State, eventbridge_event

MINUTE = 60_000
WIKI = "https://wiki.example.com/5xx"
TAGS = {"owner": "결제팀", "severity": "P1", "runbook-url": WIKI, "team": "@channel"}


def definition(name: str = "api-cpu") -> dict[str, Any]:
    """Its runbook is in its tags alone."""
    return {**described(name), "AlarmDescription": "CPU of the API."}


@dataclass
class Home:
    """A function with its table here, and an alarm of ours in another region; ``noon`` is a whole minute (ms)."""

    slack: LocalSlack
    clock: VirtualClock
    cloud: Any
    settings: dict[str, str]
    hanging: ExitStack
    noon: int
    name: str

    def container(self, **settings: str) -> Parts:
        connections = self.hanging.enter_context(closing(Connections()))
        return assembled(read_config({**self.settings, **settings}), connections)

    def tell(self, parts: Parts, value: str, at: int, was: float) -> None:
        """CloudWatch's own event of a change, which has no threshold and no action in it."""
        date = datetime.fromtimestamp(at // MINUTE * 60 - 60, UTC).strftime("%d/%m/%y %H:%M:%S")
        word = "was" if value == "ALARM" else "was not"
        reason = f"Threshold Crossed: 1 datapoint [{was} ({date})] {word} greater than the threshold (80.0)."
        other = "OK" if value == "ALARM" else "ALARM"
        told = Change(
            definition(self.name), State(other, self.noon - MINUTE, "before"), State(value, at, reason), ACCOUNT, REGION
        )
        self.clock.advance(max(0.0, at / 1000 - self.clock()))
        self.bring(parts, told)

    def bring(self, parts: Parts, told: Change) -> None:
        """The change, and the time in which is asked again what a busy machine did not answer in time."""
        parts.handle(eventbridge_event(told, RANDOM), self.doors)
        for wait in AGAIN:
            self.clock.advance(wait / 1000)
            parts.pipeline.catch_up(self.doors)

    @property
    def doors(self) -> Doors:
        return Doors(lambda: int(self.clock() * 1000), self.clock.advance, lambda: 30.0, lambda: 0.0)

    def measure(self, *values: float, until: int) -> None:
        """A value a minute, the last one for the minute before ``until``."""
        metric = {name: definition()[name] for name in ("MetricName", "Dimensions", "Unit")}
        data = [
            {
                **metric,
                "Value": value,
                "Timestamp": datetime.fromtimestamp(until / 1000 - 60 * (len(values) - place), UTC),
            }
            for place, value in enumerate(values)
        ]
        self.cloud.put_metric_data(Namespace=definition()["Namespace"], MetricData=data)

    @property
    def card(self) -> Message:
        (card,) = (one for one in self.slack.messages() if not one.thread_ts)
        return card


@pytest.fixture
def home(aws: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    noon = int(time.time()) // 60 * MINUTE - 60 * MINUTE
    clock = VirtualClock(noon / 1000)
    with ExitStack() as hanging, LocalSlack(clock=clock, burst=100) as slack:
        client = hanging.enter_context(emulator.client(aws))
        for name, value in emulator.environment(aws, REGION).items():
            monkeypatch.setenv(name, value)
        there = hanging.enter_context(closing(boto3.client("cloudwatch")))
        settings = {
            "TOCSIN_STORE": f"dynamodb:{emulator.make_table(client)}",
            "TOCSIN_AWS_ENDPOINT_URL": aws,
            "TOCSIN_CANARY": f"arn:aws:cloudwatch:eu-north-1:{ACCOUNT}:alarm:tocsin-canary",
            "TOCSIN_SLACK_BOT_TOKEN": slack.bot_token,
            "TOCSIN_SLACK_CHANNEL": slack.channel.name,
            "TOCSIN_SLACK_API_URL": slack.api_url,
            "AWS_REGION": client.aws.region,
            "AWS_ACCESS_KEY_ID": client.aws.key_id,
            "AWS_SECRET_ACCESS_KEY": client.aws.secret,
        }
        home = Home(slack, clock, there, settings, hanging, noon, f"api-cpu-{uuid4().hex[:8]}")
        tags = [{"Key": key, "Value": value} for key, value in TAGS.items()]
        there.put_metric_alarm(**definition(home.name), Tags=tags)
        yield home


def fields(card: Message) -> dict[str, str]:
    told = [one["text"] for block in card.attachments[0]["blocks"] for one in block.get("fields", ())]
    return {label.strip("*"): value for label, _, value in (each.partition("\n") for each in told)}


def drawn(card: Message) -> list[float]:
    (chart,) = (block["chart"] for block in card.blocks if block["type"] == "data_visualization")
    return [point["value"] for point in chart["series"][0]["data"]]


def test_an_alarm_says_whose_it_is_and_how_it_came(home: Home) -> None:
    """Owner, actions, runbook and twenty minutes before it; its end by another container has a chart that goes on."""
    home.measure(*range(30, 60), 93.4, until=home.noon)
    home.tell(home.container(), "ALARM", home.noon + 5_000, 93.4)
    card = home.card
    assert fields(card)["owner"] == "결제팀"
    assert fields(card)["Actions"] == "alarms (SNS)"
    assert WIKI in json.dumps(card.attachments)
    assert fields(card)["team"] != "@channel" and "channel" in fields(card)["team"]
    assert drawn(card) == [*range(41, 60), 93.4]

    home.measure(20, 10, until=home.noon + 2 * MINUTE)
    home.tell(home.container(), "OK", home.noon + 2 * MINUTE + 5_000, 10.0)
    assert home.card.ts == card.ts and "OK" in home.card.text
    assert drawn(home.card) == [*range(43, 60), 93.4, 20, 10]


def test_an_alarm_set_by_hand_still_says_its_rule(home: Home) -> None:
    """Its reason has no number in it, and EventBridge tells no threshold: the alarm does."""
    alarm = definition(home.name)
    by_hand = Change(alarm, State("OK", home.noon, ""), State("ALARM", home.noon, "trying"), ACCOUNT, REGION)
    home.bring(home.container(), by_hand)
    assert "CPUUtilization average &gt; 80 %, 3 of 3 datapoints of 1 min" in home.card.text


def test_switched_off_nothing_is_asked(home: Home) -> None:
    """TOCSIN_ENRICH=off: the message says what the event says, and no more."""
    home.measure(*range(30, 60), 93.4, until=home.noon)
    home.tell(home.container(TOCSIN_ENRICH="off"), "ALARM", home.noon + 5_000, 93.4)
    assert "owner" not in fields(home.card) and "Actions" not in fields(home.card)


def test_an_alarm_that_is_gone_is_shown_as_it_was_told(home: Home) -> None:
    """Deleted since it fired: what the event says is shown at once, and nobody waits for more."""
    home.cloud.delete_alarms(AlarmNames=[home.name])
    home.tell(home.container(), "ALARM", home.noon + 5_000, 93.4)
    assert home.card.text.endswith(f"{ACCOUNT}/{REGION}") and "Actions" not in fields(home.card)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_what_people_read(home: Home, language: str) -> None:
    """The words for an alarm that tells nobody else, in both languages."""
    home.cloud.put_metric_alarm(**{**definition(home.name), "AlarmActions": []})
    home.tell(home.container(TOCSIN_LANGUAGE=language), "ALARM", home.noon + 5_000, 93.4)
    words = {
        "en": ("Actions", "none: this alarm tells nobody else"),
        "ko": ("작업", "없음: 이 경보는 다른 곳에 알리지 않음"),
    }
    assert words[language] in fields(home.card).items()
