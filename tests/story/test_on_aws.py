"""The main job on AWS: rows in DynamoDB, the secret in a parameter, several containers, ticks, wakes and poison.

The AWS is an emulator on loopback, Slack is the local one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

import emulator
from door_posts import shapes
from story.tellings import ACCOUNT, QUEUE, REGION, by_bus, by_queue, change
from tocsin.aws.calls import Call
from tocsin.config import read_config
from tocsin.destinations.http import Connections
from tocsin.doors import Doors
from tocsin.handler import Parts, answer, assembled
from tocsin_local.lambda_runtime import Environment
from tocsin_local.slack import HookState, LocalSlack, Message, VirtualClock
from tocsin_local.slack.clicks import click, signed
from tocsin_local.slack.faults import outage

RED, GREEN = "#D92D20", "#12B76A"
START = 1_795_435_200.0
TICK = {
    "id": "1", "source": "aws.events", "detail-type": "Scheduled Event", "detail": {},
    "resources": ["arn:aws:events:ap-northeast-2:123456789012:rule/tocsin-tick"],
}  # fmt: skip
SOURCES = Path(__file__).parents[2] / "src"
EVENTS = Path(__file__).parents[1] / "events"


class Home:
    """One account's home: table, queue and parameter, and as many containers of the function as are asked for."""

    def __init__(self, endpoint: str, slack: LocalSlack, clock: VirtualClock, hanging: ExitStack) -> None:
        self.slack, self.clock, self.hanging = slack, clock, hanging
        self.client = hanging.enter_context(emulator.client(endpoint))
        name = uuid4().hex
        self.queue_url = self.client.call(Call("sqs", "CreateQueue", "queue", ()), {"QueueName": name})["QueueUrl"]
        self.parameter = f"/tocsin/{name}/webhook"
        self.settings = {
            "TOCSIN_STORE": f"dynamodb:{emulator.make_table(self.client)}",
            "TOCSIN_SLACK_WEBHOOK_PARAMETER": self.parameter,
            "TOCSIN_QUEUE_URL": self.queue_url,
            "TOCSIN_MAX_RECEIVES": "5",
            "TOCSIN_AWS_ENDPOINT_URL": endpoint,
        }
        self.account = {
            "AWS_REGION": self.client.aws.region,
            "AWS_ACCESS_KEY_ID": self.client.aws.key_id,
            "AWS_SECRET_ACCESS_KEY": self.client.aws.secret,
        }

    def keep_secret(self, value: str) -> None:
        put = {"Name": self.parameter, "Value": value, "Type": "SecureString", "Overwrite": True}
        self.client.call(Call("ssm", "PutParameter", "parameter", ()), put)

    def keep_signing_secret(self) -> str:
        """A new one, in the parameter that the function is told."""
        name, secret = f"{self.parameter}-signing", uuid4().hex
        put = {"Name": name, "Value": secret, "Type": "SecureString", "Overwrite": True}
        self.client.call(Call("ssm", "PutParameter", "signing", ()), put)
        self.settings["TOCSIN_SLACK_SIGNING_SECRET_PARAMETER"] = name
        return secret

    def container(self, settings: Mapping[str, str] | None = None) -> Container:
        """A new one: it remembers nothing."""
        connections = Connections()
        self.hanging.callback(connections.close)
        config = read_config({**self.settings, **self.account, **(settings or {})})
        return Container(assembled(config, connections), self.clock)

    def by_bot(self) -> Container:
        """A new one that speaks as a bot."""
        return self.container(
            {
                "TOCSIN_SLACK_BOT_TOKEN": self.slack.bot_token,
                "TOCSIN_SLACK_CHANNEL": self.slack.channel.name,
                "TOCSIN_SLACK_API_URL": self.slack.api_url,
            }
        )

    def received(self) -> list[dict[str, Any]]:
        """What waits in the function's queue, as the function is handed it."""
        asked = {"QueueUrl": self.queue_url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 5}
        found = self.client.call(Call("sqs", "ReceiveMessage", "queue", ()), asked).get("Messages", [])
        return [
            {"messageId": one["MessageId"], "eventSource": "aws:sqs", "eventSourceARN": QUEUE, "body": one["Body"]}
            for one in found
        ]

    def rows(self) -> int:
        """How many rows the table holds."""
        table = self.settings["TOCSIN_STORE"].removeprefix("dynamodb:")
        return int(self.client.call(Call("dynamodb", "Scan", "table", ()), {"TableName": table})["Count"])

    @property
    def seen(self) -> list[Message]:
        return self.slack.messages()


class Container:
    def __init__(self, made: Parts, clock: VirtualClock) -> None:
        self.parts, self.clock = made, clock

    def __call__(self, event: Any) -> dict[str, Any]:
        doors = Doors(lambda: int(self.clock() * 1000), self.clock.advance, lambda: 30.0, lambda: 0.0)
        return answer(event, self.parts.handle(event, doors))


@pytest.fixture
def home(aws: str) -> Iterator[Home]:
    clock = VirtualClock(START)
    with ExitStack() as hanging, LocalSlack(clock=clock, burst=100) as slack:
        yield Home(aws, slack, clock, hanging)


def colour(message: Message) -> str:
    return str(message.attachments[0]["color"])


def test_containers_share_one_message(home: Home) -> None:
    """By queue and by bus, each into another container, the alarm is one message, which a third turns green."""
    home.by_bot()(by_queue(change("ALARM", 0)))
    home.by_bot()(by_bus(change("ALARM", 0)))
    assert [colour(one) for one in home.seen] == [RED]
    home.by_bot()(by_queue(change("OK", 720, before="ALARM")))
    card, line = home.seen
    assert (colour(card), line.thread_ts) == (GREEN, card.ts)


def test_an_event_waits_for_the_secret(home: Home) -> None:
    """Until the parameter exists the record succeeds and its message is due; with the next tick it is shown."""
    container = home.container()
    assert container(by_queue(change("ALARM", 0))) == {"batchItemFailures": []}
    assert home.seen == []
    home.keep_secret(home.slack.webhook_url)
    home.clock.advance(60)
    container(TICK)
    assert len(home.seen) == 1


def test_the_secret_is_rotated_without_a_deployment(home: Home) -> None:
    """The old webhook is removed, the parameter holds a new one: the same container goes on with that."""
    home.keep_secret(home.slack.webhook_url)
    container = home.container()
    container(by_queue(change("ALARM", 0, name="first")))
    home.slack.set_hook_state(HookState.REMOVED)
    home.keep_secret(home.slack.url_of(home.slack.add_hook(home.slack.channel)))
    container(by_queue(change("ALARM", 5, name="second")))
    assert [one.text.split(" · ")[1] for one in home.seen] == ["first", "second"]


def test_a_wake_brings_what_slack_did_not_take(home: Home) -> None:
    """Slack is away for a moment: the function sends itself a wake, and shows the message when that comes."""
    home.keep_secret(home.slack.webhook_url)
    home.slack.inject(outage(), times=2)
    container = home.container()
    assert container(by_queue(change("ALARM", 0))) == {"batchItemFailures": []}
    assert home.seen == []
    home.clock.advance(1)
    wakes = home.received()
    assert container({"Records": wakes}) == {"batchItemFailures": []}
    assert (len(wakes), len(home.seen)) == (1, 1)


def test_a_wake_between_events_hides_none(home: Home) -> None:
    """In one batch with an alarm the wake is left out, and the alarm is shown."""
    home.keep_secret(home.slack.webhook_url)
    batch = by_queue(change("ALARM", 0))
    batch["Records"].insert(0, {"messageId": "w", "eventSource": "aws:sqs", "body": '{"tocsin": "wake"}'})
    assert home.container()(batch) == {"batchItemFailures": []}
    assert len(home.seen) == 1


def test_a_tick_is_nothing_to_see(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """It posts nothing, and leaves one line of metrics."""
    home.keep_secret(home.slack.webhook_url)
    home.container()(TICK)
    assert home.slack.received == []
    assert json.loads(capsys.readouterr().out)["Heartbeat"] == 1


def test_without_its_table_the_function_has_no_heartbeat(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    """A tick that cannot look into the store succeeds, and its silence is what CloudWatch's alarm is about."""
    home.keep_secret(home.slack.webhook_url)
    assert home.container({"TOCSIN_STORE": "dynamodb:no-such-table"})(TICK) == {"signals": 0}
    assert capsys.readouterr().out == ""


def test_poison_is_announced_before_it_is_a_dead_letter(home: Home) -> None:
    """The table is away: the alarm is shown plainly, the record comes again; the last time that is said, once."""
    home.keep_secret(home.slack.webhook_url)
    container = home.container({"TOCSIN_STORE": "dynamodb:no-such-table"})
    event = by_queue(change("ALARM", 0), change("ALARM", 0, name="other"))
    ids = [record["messageId"] for record in event["Records"]]
    failures = {"batchItemFailures": [{"itemIdentifier": one} for one in ids]}
    for count in range(1, 6):
        for record in event["Records"]:
            record["attributes"]["ApproximateReceiveCount"] = str(count)
        assert container(event) == failures
    *plain, last = home.seen
    assert len(plain) == 2
    assert "2 events could not be processed; they are kept in the dead-letter queue" in last.text
    assert "api-cpu" in json.dumps(last.blocks)


def test_nobody_gets_in_by_the_door_without_slacks_signature(home: Home) -> None:
    """Every event of the corpus, posted by one front end after the other, with a signature that is another secret's,
    that is Slack's but too old, or none: 401, nothing stored, nothing posted. The same function shows what comes by the
    queue, and takes what Slack signed, which changes nothing either."""
    home.keep_secret(home.slack.webhook_url)
    signing = home.keep_signing_secret()
    with Environment(SOURCES, "tocsin.handler.lambda_handler", settings=home.settings | home.account) as function:
        events = [path.read_bytes() for path in EVENTS.glob("*/*.json") if not path.name.endswith(".snap.json")]
        forged = (event for turn, body in enumerate(events) for event in _forged(body, signing, turn))
        answers = [function.invoke(event).payload for event in forged]
        taken = [function.invoke(event).payload for event in shapes(*_signed(events[0], signing, 0))]
        stored, asked = home.rows(), list(home.slack.received)
        function.invoke(by_queue(change("ALARM", 0)))
    assert len(answers) == 3 * len(events) > 1000
    assert all(answer == {"statusCode": 401, "body": ""} for answer in answers)
    assert taken == [{"statusCode": 200, "body": ""}] * 5
    assert (stored, asked) == (0, [])
    assert len(home.seen) == 1 and home.rows() > 0


def _forged(body: bytes, signing: str, turn: int) -> Iterator[dict[str, Any]]:
    """The body as strangers may post it, each time by the next front end."""
    for headers in ({}, _signed(body, "f" * 32, 0)[0], _signed(body, signing, 301)[0]):
        doors = list(shapes(headers, body))
        yield doors[turn % len(doors)]


def _signed(body: bytes, signing: str, age: float) -> tuple[Mapping[str, str], bytes]:
    """``age``: how many seconds ago."""
    return signed(body, signing, time.time() - age).headers, body


def test_a_click_is_answered_by_the_function_as_deployed(home: Home) -> None:
    """Slack posts a click on a message's button: 200 with the secret out of Parameter Store, also with a new one."""
    home.keep_secret(home.slack.webhook_url)
    home.container()(by_queue(change("ALARM", 0)))
    (message,) = home.seen
    body = click(message, "link-0", time.time())
    first = home.keep_signing_secret()
    with Environment(SOURCES, "tocsin.handler.lambda_handler", settings=home.settings | home.account) as function:
        answers = [function.invoke(event) for event in shapes(*_signed(body, first, 0))]
    second = home.keep_signing_secret()
    with Environment(SOURCES, "tocsin.handler.lambda_handler", settings=home.settings | home.account) as function:
        answers += [function.invoke(event) for event in shapes(*_signed(body, second, 0))]
        refused = function.invoke(next(shapes(*_signed(body, first, 0))))
    assert [answer.payload["statusCode"] for answer in answers] == [200] * 10
    assert refused.payload["statusCode"] == 401
    assert first not in str(answers) and second not in str(answers)
    assert len(home.slack.messages()) == 1


@pytest.mark.parametrize(("language", "mark"), [("en", "TEST · "), ("ko", "시험 · ")])
def test_every_word_of_the_canary_says_that_it_is_a_test(home: Home, language: str, mark: str) -> None:
    """Three tests in a minute, each change by both roads: six messages, all marked; an alarm of that name elsewhere is
    real."""
    home.keep_secret(home.slack.webhook_url)
    canary = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:tocsin-canary"
    container = home.container({"TOCSIN_CANARY": canary, "TOCSIN_LANGUAGE": language})
    for second in (0, 20, 40):
        for after, before, at in (("ALARM", "OK", second), ("OK", "ALARM", second + 10)):
            one = change(after, at, before=before, name="tocsin-canary")
            container(by_queue(one))
            container(by_bus(one))
    drills = [one.text for one in home.seen]
    assert len(drills) == 6 and all(text.startswith(mark) for text in drills)
    container(by_queue(replace(change("ALARM", 60, name="tocsin-canary"), region="eu-north-1")))
    assert len(home.seen) == 7 and not home.seen[-1].text.startswith(mark)


def test_what_a_bot_says_of_the_canary_is_marked_too(home: Home) -> None:
    """The card of each test, edited to green, and the line in its thread."""
    canary = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:tocsin-canary"
    home.settings["TOCSIN_CANARY"] = canary
    for second in (0, 20):
        home.by_bot()(by_queue(change("ALARM", second, name="tocsin-canary")))
        home.by_bot()(by_queue(change("OK", second + 10, before="ALARM", name="tocsin-canary")))
    cards = [one for one in home.seen if not one.thread_ts]
    assert [colour(one) for one in cards] == [GREEN, GREEN]
    assert len(home.seen) == 4 and all(one.text.startswith("TEST · ") for one in home.seen)


def test_it_runs_as_lambda_runs_it(home: Home) -> None:
    """Under AWS's runtime client, from the sources alone: stored, shown, within 128 MB; a tick's line is the log's."""
    home.keep_secret(home.slack.webhook_url)
    settings = {**home.settings, **home.account}
    with Environment(SOURCES, "tocsin.handler.lambda_handler", settings=settings, memory=128) as function:
        taken = function.invoke(by_queue(change("ALARM", 0)))
        again = function.invoke(by_queue(change("ALARM", 0)))
        tick = function.invoke(TICK)
    assert [taken.payload, again.payload] == [{"batchItemFailures": []}] * 2
    assert len(home.seen) == 1
    assert tick.ok and [json.loads(line)["Heartbeat"] for line in tick.logs if '"_aws"' in line] == [1]
    assert not [line for line in (*taken.logs, *again.logs, *tick.logs) if home.slack.webhook_url in line]
