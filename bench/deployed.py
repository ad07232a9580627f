"""tocsin as the stack deploys it, and an AWS on loopback that answers at once what an emulator answered before.

The emulator's own time would be measured else; and answers made up here might ask less of tocsin than AWS's do.
"""

from __future__ import annotations

import json
import runpy
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from sink import Certificate, Reply, listening

from tocsin.aws.calls import Call
from tocsin.aws.client import Client
from tocsin.config import Aws

EMULATOR = runpy.run_path(str(Path(__file__).parents[1] / "tests" / "emulator.py"))
REGION = "us-east-1"  # of the event
SECRET = "/tocsin/tocsin/slack-webhook"
PASSED_ON = ("Content-Type", "X-Amz-Target", "X-Amz-Date", "X-Amz-Security-Token", "Authorization")
FIRED = 1_789_384_732  # the event's alarm, in seconds

Handle = Callable[[Mapping[str, str]], None]


@dataclass(slots=True)
class Recording:
    """Asks ``upstream`` and keeps its answers, until they are ``played``: then each question has its own in their
    order, over and over, since every alarm asks the same."""

    upstream: str
    answers: dict[str, list[Reply]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    played: bool = False

    @property
    def calls(self) -> Counter[str]:
        """How often an alarm asks for each action."""
        found: Counter[str] = Counter()
        for question, answers in self.answers.items():
            found[question.partition(" ")[0]] += len(answers)
        return found

    def reply(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """What is asked by name, as parameters are, is a question of its own."""
        service, _, action = headers["X-Amz-Target"].partition(".")
        question = f"{action} {json.loads(body).get('Name', '')}".rstrip()
        answers = self.answers.setdefault(question, [])
        if not self.played:
            answers.append(self._heard(service, headers, body))
        if not answers:
            return Reply(b'{"__type": "NeverRecorded"}', 400)
        self.asked[question] += 1
        return answers[(self.asked[question] - 1) % len(answers)]

    def _heard(self, service: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """On AWS each service has a host of its own. Here all have one, so others than DynamoDB hang up, and its next
        call opens a connection: as many as on AWS, or one more where one service is asked twice in a row."""
        passed = {name: headers[name] for name in PASSED_ON if name in headers}
        last = not service.startswith("DynamoDB")
        try:
            with urlopen(Request(self.upstream, body, passed)) as answer:
                return Reply(answer.read(), last=last)
        except HTTPError as refused:
            with refused:
                return Reply(refused.read(), refused.code, last)


@dataclass(frozen=True, slots=True)
class Deployed:
    """The settings of a function on AWS, and the recording that answers it."""

    settings: Mapping[str, str]
    recording: Recording


@contextmanager
def deployed(folder: Path, shown: Certificate, webhook: str, handle: Handle) -> Iterator[Deployed]:
    """``handle`` has a function with these settings handle an alarm: that is recorded, and played from then on."""
    with ExitStack() as closing:
        with EMULATOR["running"](folder) as upstream, EMULATOR["client"](upstream) as elsewhere:
            client = replace(elsewhere, aws=replace(elsewhere.aws, region=REGION))
            _furnish(client, webhook)
            recording = Recording(upstream)
            endpoint = closing.enter_context(listening(shown, recording.reply))
            settings = _settings(endpoint, EMULATOR["make_table"](client), client.aws)
            handle(settings)
        recording.played, recording.asked = True, Counter()
        yield Deployed(settings, recording)


def _furnish(client: Client, webhook: str) -> None:
    """The secret, and the alarm that is told of, as its owner has set it, with the datapoints before."""

    def call(service: str, action: str, **payload: Any) -> None:
        client.call(Call(service, action, "any", ()), payload)

    metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization"}
    dimensions = [{"Name": "InstanceId", "Value": "i-0abc1234567890def"}]
    call("ssm", "PutParameter", Name=SECRET, Value=webhook, Type="SecureString")
    call(
        "cloudwatch", "PutMetricAlarm", AlarmName="web-cpu-high", **metric, Dimensions=dimensions, Statistic="Average",
        Period=60, EvaluationPeriods=3, Threshold=80.0, ComparisonOperator="GreaterThanThreshold",
        Tags=[{"Key": "owner", "Value": "web team"}],
    )  # fmt: skip
    points = [
        {"MetricName": metric["MetricName"], "Dimensions": dimensions, "Timestamp": FIRED - 60 * n, "Value": 95.0 - n}
        for n in range(20)
    ]
    call("cloudwatch", "PutMetricData", Namespace=metric["Namespace"], MetricData=points)


def _settings(endpoint: str, table: str, aws: Aws) -> dict[str, str]:
    return {
        "TOCSIN_STORE": f"dynamodb:{table}",
        "TOCSIN_QUEUE_URL": f"{endpoint}/queue",
        "TOCSIN_MAX_RECEIVES": "5",
        "TOCSIN_SLACK_WEBHOOK_PARAMETER": SECRET,
        "TOCSIN_METRICS_NAMESPACE": "tocsin/tocsin",
        "TOCSIN_CANARY": f"arn:aws:cloudwatch:{REGION}:123456789012:alarm:tocsin-canary",
        "TOCSIN_ACCOUNT_NAMES": "/tocsin/tocsin/accounts",
        "TOCSIN_ENRICH": "on",
        "TOCSIN_AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": aws.region,
        "AWS_ACCESS_KEY_ID": aws.key_id,
        "AWS_SECRET_ACCESS_KEY": aws.secret,
    }
