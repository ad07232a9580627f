"""What is read out of CloudWatch Logs: our own lines taken apart, a test alarm's hops, and what people see of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from json_page import unknown
from tocsin.ports import ConfigError
from tocsin_cli.cloud import Cloud
from tocsin_cli.commands.logs import _json, _said, _seconds
from tocsin_cli.commands.test import Proof, _document
from tocsin_cli.function_log import lines
from tocsin_cli.hops import Probe, Trace, told
from tocsin_cli.stack.seen import Seen
from tocsin_cli.stack.standing import Stack

NOW = 1_795_435_200_000
STACK = Stack("tocsin", "CREATE_COMPLETE", "", {"CanaryName": "tocsin-canary", "LogGroupName": "/x"}, {})


@dataclass
class Aws:
    """A log, and a canary in the state that it was set to; ``on_set`` is logged when it is set."""

    messages: list[tuple[int, str]] = field(default_factory=list)
    on_set: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    state: str = "OK"
    history: tuple[str, ...] = ()
    denied: ClientError | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_paginator(self, _: str) -> Aws:
        return self

    def paginate(self, **wanted: Any) -> Iterator[dict[str, Any]]:
        self.asked.append(wanted)
        if self.denied:
            raise self.denied
        if "HistoryItemType" in wanted:
            yield {"AlarmHistoryItems": [{"HistorySummary": summary} for summary in self.history]}
            return
        found = [each for each in self.messages if each[0] >= wanted["startTime"]]
        events = [{"timestamp": at, "message": text, "logStreamName": "s"} for at, text in found]
        yield {"events": events[:1]}
        yield {"events": events[1:]}

    def describe_alarms(self, **_: Any) -> dict[str, Any]:
        return {"MetricAlarms": [{"StateValue": self.state}]}

    def set_alarm_state(self, StateValue: str, **_: Any) -> None:
        self.state = StateValue
        self.messages += self.on_set.pop(StateValue, [])


def _cloud(aws: Aws) -> Cloud:
    return Cloud("123456789012", "eu-north-1", lambda *_: aws)


def _logged(did: str, level: str = "INFO", **about: object) -> str:
    """A line as Lambda's Python runtime writes it."""
    return f"[{level}]\t2026-11-24T12:00:00.123Z\t8f5c\t{json.dumps({'did': did, **about})}\n"


def _taken(reason: str, at: int, *messages: str) -> str:
    times = {"at": at, "source": None, "sns": at + 20, "sqs": at + 50, "received": at + 80}
    return _logged("taken in", via="sns-sqs", subject="a:tocsin-canary", reason=reason, messages=messages, times=times)


def test_only_lines_with_the_word_are_read() -> None:
    """Also where CloudWatch Logs, or what stands for it, passes over the pattern."""
    texts = (_logged("shown", message="a:tocsin-canary#1"), _logged("shown", message="b"), "tocsin-canary")
    cloud = _cloud(Aws([(NOW, text) for text in texts]))

    assert [line.text for line in lines(cloud, "/x", NOW, "tocsin-canary")] == [
        '{"did": "shown", "message": "a:tocsin-canary#1"}',
        "tocsin-canary",
    ]
    assert len(list(lines(cloud, "/x", NOW))) == 3


def test_each_line_is_taken_apart() -> None:
    """Ours by what they did, a traceback with its line, Lambda's own lines without a level, and any other text."""
    failed = _logged("store failed", "ERROR", code="down").rstrip("\n") + "\nTraceback …\n"
    texts = ("START RequestId: 1\n", _logged("shown", version=2), failed, "[WARNING]\tt\t1\tbeware", '{"did": "beat"}')
    found = list(lines(_cloud(Aws([(NOW, text) for text in texts])), "/x", NOW))

    assert [line.level for line in found] == ["", "INFO", "ERROR", "WARNING", "INFO"]
    assert [line.did for line in found] == ["", "shown", "store failed", "", "beat"]
    assert len({line.id for line in found}) == len(texts)
    assert _said(found[1]) == "2026-11-23 12:00:00 shown: version=2"
    assert _said(found[2]).endswith("ERROR store failed: code=down\nTraceback …")
    assert _said(found[3]).endswith("WARNING beware")
    told = [json.loads(_json(line)) for line in found]
    assert unknown("logs", told) == set() and told[1]["about"] == {"version": 2} and told[3]["text"] == "beware"
    assert (told[2]["level"], told[2]["did"], told[2]["text"]) == ("ERROR", "store failed", "Traceback …")


def test_a_word_is_looked_for_as_it_stands() -> None:
    """What is looked for is quoted, so that CloudWatch takes a dash for a dash."""
    aws = Aws()
    list(lines(_cloud(aws), "/x", NOW, "tocsin-canary"))

    assert aws.asked == [{"logGroupName": "/x", "startTime": NOW, "filterPattern": '"tocsin-canary"'}]


def _probe(aws: Aws, patience: float = 5) -> Probe:
    ticks = iter(range(1000))
    return Probe(_cloud(aws), STACK, patience, clock=lambda: NOW / 1000 + next(ticks), sleep=lambda _: None)


def test_hops_are_told_with_their_times() -> None:
    """From the state change to Slack's yes, each hop with what it took; the slower road is told too, as a duplicate."""
    first = [
        (NOW + 120, _taken("first", NOW, "tocsin-canary#1")),
        (NOW + 400, _logged("shown", message="tocsin-canary#1")),
    ]
    aws = Aws(on_set={"ALARM": [*first, (NOW + 500, _taken("none-duplicate", NOW))]})
    trace = _probe(aws).follow("ALARM")
    said = [" ".join(line.split()) for line in told(trace)]

    assert trace.arrived
    assert said == [
        "ALARM: set in CloudWatch, on its way by sns-sqs",
        "SNS +20 ms",
        "queue +30 ms",
        "function +30 ms",
        "stored (first) +40 ms",
        "ALARM: set in CloudWatch, on its way by sns-sqs",
        "SNS +20 ms",
        "queue +30 ms",
        "function +30 ms",
        "stored (none-duplicate) +420 ms",
        "Slack accepted it 400 ms after it was set",
    ]


def test_programs_get_each_hop_of_each_road() -> None:
    """What is told to people, with its instants; where nothing came, or Slack has not accepted it, that is missing."""
    logged = [
        (NOW + 120, _taken("first", NOW, "tocsin-canary#1")),
        (NOW + 400, _logged("shown", message="tocsin-canary#1")),
    ]
    later = NOW + 60_000
    probe = _probe(Aws(on_set={"ALARM": logged, "OK": [(later, _taken("resolved", later, "tocsin-canary#1"))]}))
    proof = Proof((probe.follow("ALARM"), probe.follow("OK"), Trace("OK", NOW)), (Seen("function", "off", "$"),))
    document = _document(probe.cloud, STACK, proof)
    arrived, unseen, unheard = document["changes"]

    assert unknown("test", document) == set() and not document["arrives"]
    assert arrived["set_at"] == "2026-11-23T12:00:00.000Z" and arrived["missing"] is None
    assert arrived["slack"] == {"at": "2026-11-23T12:00:00.400Z", "ms": 400}
    assert [(each["by"], each["reason"]) for each in arrived["roads"]] == [("sns-sqs", "first")]
    assert [(each["hop"], each["ms"]) for each in arrived["roads"][0]["hops"]] == [
        ("SNS", 20), ("queue", 30), ("function", 30), ("stored", 40),
    ]  # fmt: skip
    assert (unseen["missing"], unseen["slack"], unheard["missing"], unheard["roads"]) == ("Slack", None, "function", [])
    assert document["parts"] == [{"what": "function", "trouble": "off", "mend": "$", "known": True}]


def test_what_was_logged_before_is_no_proof() -> None:
    """An older test's lines do not count: patience ends without a word of success."""
    aws = Aws(
        [
            (NOW - 90_000, _taken("first", NOW - 90_000, "tocsin-canary#1")),
            (NOW + 10, _logged("shown", message="tocsin-canary#1")),
        ]
    )
    trace = _probe(aws).follow("ALARM")

    assert not trace.arrived and trace.taken == () and list(told(trace)) == []


@pytest.mark.parametrize(
    ("history", "what", "trouble"),
    [
        ((), "CloudWatch", "it has taken no action"),
        (("Failed to execute action arn:t. Received error: x",), "CloudWatch", "Failed to execute action arn:t."),
        (("Successfully executed action arn:t",), "CloudWatch: Successfully executed action arn:t", ""),
    ],
)
def test_where_nothing_arrives_the_alarms_history_says_who_is_at_fault(
    history: tuple[str, ...], what: str, trouble: str
) -> None:
    """CloudWatch did nothing, was refused, or has done its part: then the fault is further down the road."""
    seen = _probe(Aws(history=history)).acted(Trace("ALARM", NOW))

    assert seen.what == what and seen.trouble.startswith(trouble) and bool(seen.trouble) == bool(trouble)


def test_a_history_that_may_not_be_looked_at_hides_nothing_else() -> None:
    """What went wrong further down the road is looked at all the same."""
    denied = ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeAlarmHistory")
    seen = _probe(Aws(denied=denied)).acted(Trace("ALARM", NOW))

    assert not seen.is_known and seen.trouble == "it could not be looked at: DescribeAlarmHistory is denied"


def test_a_canary_that_still_fires_is_put_to_rest_first() -> None:
    """CloudWatch acts on changes alone, and a test that was interrupted may have left it in ALARM."""
    aws = Aws(state="ALARM", on_set={"OK": [(NOW, _taken("resolved", NOW, "m")), (NOW, _logged("shown"))]})
    _probe(aws).rest()

    assert aws.state == "OK"


@pytest.mark.parametrize(("since", "seconds"), [("30s", 30), ("5m", 300), ("2h", 7200), ("1d", 86400)])
def test_a_span_of_time_is_a_number_and_a_unit(since: str, seconds: int) -> None:
    """As people write it."""
    assert _seconds(since) == seconds


@pytest.mark.parametrize("since", ["", "1w", "h", "-1h", "1 h", "9999999d"])
def test_any_other_span_is_refused(since: str) -> None:
    """With an example of one that is understood."""
    with pytest.raises(ConfigError) as caught:
        _seconds(since)
    assert "6h" in caught.value.hint
