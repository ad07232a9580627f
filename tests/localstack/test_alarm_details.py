"""A second AWS, of another make, understands what is asked about an alarm, and is understood."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace

import boto3
import pytest

import emulator
from tocsin.aws.client import Client
from tocsin.aws.enrich import AlarmEnricher
from tocsin.destinations.http import Connections
from tocsin.model import Phrase, Signal

REGION, ACCOUNT, NAME = "eu-west-1", "123456789012", "결제 오류"
METRIC = {"MetricName": "Errors", "Dimensions": [{"Name": "shop", "Value": "서울"}]}


def test_an_alarm_is_described_and_charted(localstack: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its rule, whom it tells and the five minutes before, from another region than our own."""
    for name, value in emulator.environment(localstack, REGION).items():
        monkeypatch.setenv(name, value)
    minute = int(time.time()) // 60
    data = [{**METRIC, "Value": float(n), "Timestamp": (minute - n) * 60} for n in range(1, 6)]
    rule = {"Statistic": "Average", "Period": 60, "EvaluationPeriods": 1, "Threshold": 4, "Namespace": "Shop"}
    compared = {
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": [f"arn:aws:sns:{REGION}:{ACCOUNT}:on-call"],
    }
    with closing(boto3.client("cloudwatch")) as cloudwatch:
        cloudwatch.put_metric_data(Namespace="Shop", MetricData=data)
        cloudwatch.put_metric_alarm(AlarmName=NAME, **METRIC, **rule, **compared)
        (alarm,) = cloudwatch.describe_alarms(AlarmNames=[NAME])["MetricAlarms"]
    signal = Signal(
        "cloudwatch_alarm",
        "condition",
        f"aws:{ACCOUNT}:{REGION}:{alarm['AlarmArn']}",
        Phrase("words.text", {"text": NAME}),
        state="firing",
        at=minute * 60_000,
        word="ALARM",
        account=ACCOUNT,
        region=REGION,
    )
    with closing(Connections()) as connections:
        client = Client(replace(emulator.access(localstack), region="us-east-1"), connections)
        more = AlarmEnricher(client, ACCOUNT).more(signal, 30.0)
    with closing(boto3.client("cloudwatch")) as cloudwatch:  # the other stories have no alarm that nobody watches
        cloudwatch.delete_alarms(AlarmNames=[NAME])

    told = {fact.label.key.partition(".")[2]: fact.value for fact in more.signal.facts}
    assert more.whole and more.signal.series
    assert [value for _, value in more.signal.series.points] == [5, 4, 3, 2, 1]
    assert more.signal.series.threshold == 4
    assert told["actions"] == (Phrase("cloudwatch_alarm.action", {"name": "on-call", "service": "SNS"}),)
    assert told["datapoints"] == Phrase("cloudwatch_alarm.m_of_n", {"m": 1, "n": 1})
