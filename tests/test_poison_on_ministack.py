"""Poison in the stack's own queue, beside records that are well: announced, kept, and brought back.

This AWS cannot move messages as `tocsin redrive` asks it to; tests/localstack shows that on one that can.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

from aws_home import REGION, Home, deployed
from story.tellings import by_bus, change
from tocsin.aws.items import key_text
from tocsin.envelope import unwrap
from tocsin.grouping import incident_key
from tocsin.kinds import read
from tocsin_cli.app import cli
from tocsin_local.state_change import Change

NAMES = ("before", "spoilt", "behind")
SEEN = ["ApproximateNumberOfMessages"]  # those that nobody looks at just now


def test_poison_is_announced_kept_and_brought_back_and_hurts_no_neighbour(tmp_path: Path) -> None:
    """Three alarms come twice each, in one batch, one of them on a row that nobody can read. The others are shown once;
    that one is told plainly, announced as lost and kept. Once its row is mended it can be brought back."""
    with deployed(tmp_path) as home:
        queue, dead = (home.stack.outputs[name] for name in ("QueueUrl", "DeadLettersUrl"))
        home.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
        table, row = home.client("dynamodb"), {"pk": {"S": key_text(_key("spoilt"))}}
        table.put_item(TableName="tocsin", Item={**row, "tag": {"S": "t"}, "ver": {"N": "1"}, "body": {"S": "{}"}})
        bodies = [json.dumps(by_bus(_alarm(name))) for name in NAMES for _ in range(2)]
        batch = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        home.client("sqs").send_message_batch(QueueUrl=queue, Entries=batch)
        home.slack.wait_for(lambda each: "could not be processed" in each.text, timeout=60)
        _until(lambda: _held(home, dead) == 2 and _held(home, queue) == 0)
        plainly = _shown(home)
        table.delete_item(TableName="tocsin", Key=row)
        listed = CliRunner().invoke(cli, ["redrive"]).output  # nobody agrees to more
        _move(home, dead, queue)
        _until(lambda: _held(home, dead) == _held(home, queue) == 0 and _shown(home) != plainly)

        assert (plainly["before"], plainly["behind"]) == (1, 1) and plainly["spoilt"] >= 1
        assert _shown(home) == {**plainly, "spoilt": plainly["spoilt"] + 1}
        assert "tocsin-dead: 2 could not be processed" in listed and "spoilt" in listed


def _alarm(name: str) -> Change:
    return replace(change("ALARM", 0, name=name), region=REGION)


def _key(name: str) -> str:
    (signal,) = read(unwrap(by_bus(_alarm(name)))[0])
    return incident_key(signal)


def _shown(home: Home) -> dict[str, int]:
    """How often each alarm is shown; announcements quote it but do not name it first."""
    texts = [each.text for each in home.slack.messages()]
    return {name: sum(f"ALARM · {name} " in text for text in texts) for name in NAMES}


def _held(home: Home, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = home.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def _move(home: Home, source: str, target: str) -> None:
    sqs = home.client("sqs")
    _until(lambda: int(sqs.get_queue_attributes(QueueUrl=source, AttributeNames=SEEN)["Attributes"][SEEN[0]]) == 2)
    for one in sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=10)["Messages"]:
        sqs.send_message(QueueUrl=target, MessageBody=one["Body"])
        sqs.delete_message(QueueUrl=source, ReceiptHandle=one["ReceiptHandle"])


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to that"
        os.sched_yield()
