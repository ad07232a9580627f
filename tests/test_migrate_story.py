"""The steps that `tocsin migrate` prints, done one after the other in a small AWS: at no moment is anything unheard."""

from __future__ import annotations

import io
import json
import re
import shlex
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from aws_home import REGION, Home, deployed, obey, run

ACCOUNT = "123456789012"
TOCSIN = f"arn:aws:sns:{REGION}:{ACCOUNT}:tocsin"
OLD = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:cloudwatch-to-slack"
NEW = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:tocsin"
PAGER = f"arn:aws:sns:{REGION}:{ACCOUNT}:pager"
ALARM = {
    "AlarmName": "주문 실패", "Namespace": "Shop", "MetricName": "Errors", "Statistic": "Sum", "Period": 60,
    "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold",
    "AlarmActions": [OLD, PAGER], "OKActions": [OLD],
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """tocsin, and a tutorial's function behind a topic, a rule and an alarm that acts on it directly."""
    with deployed(tmp_path_factory.mktemp("aws")) as there:
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.writestr("index.py", "def handler(event, context): pass")
        there.client("lambda").create_function(
            FunctionName="cloudwatch-to-slack", Runtime="python3.13", Role=f"arn:aws:iam::{ACCOUNT}:role/x",
            Handler="index.handler", Code={"ZipFile": package.getvalue()},
            Environment={"Variables": {"HOOK_URL": "https://hooks.slack.com/services/T/B/x"}},
        )  # fmt: skip
        topic = there.client("sns").create_topic(Name="alarms")["TopicArn"]
        there.client("sns").subscribe(TopicArn=topic, Protocol="lambda", Endpoint=OLD)
        there.client("events").put_rule(Name="findings", EventPattern='{"source":["aws.guardduty"]}')
        there.client("events").put_targets(Rule="findings", Targets=[{"Id": "1", "Arn": OLD}])
        there.client("cloudwatch").put_metric_alarm(**ALARM)
        yield there


def heard(home: Home) -> dict[str, list[str]]:
    """Who is told, by each of the three roads."""
    sns, topic = home.client("sns"), f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"
    subscriptions = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    (alarm,) = home.client("cloudwatch").describe_alarms(AlarmNames=[ALARM["AlarmName"]])["MetricAlarms"]
    return {
        "topic": sorted(each["Endpoint"].rsplit(":", 1)[-1] for each in subscriptions),
        "rule": sorted(each["Arn"] for each in home.client("events").list_targets_by_rule(Rule="findings")["Targets"]),
        "alarm": alarm["AlarmActions"],
        "ok": alarm["OKActions"],
    }


def steps() -> dict[str, list[str]]:
    """The commands that are printed, by the number of their step, without those that would undo it."""
    code, output = run("migrate")
    assert code == 0 and output.startswith("cloudwatch-to-slack is a tutorial's function")
    found = re.split(r"^(\d)\. ", output, flags=re.MULTILINE)[1:]
    return {
        number: [line.strip(" $") for line in text.split("To undo it:")[0].splitlines() if line.startswith("   $ ")]
        for number, text in zip(found[::2], found[1::2], strict=True)
    }


def done(home: Home, commands: list[str]) -> None:
    """Each as a shell would: tocsin's own, or the AWS command line's, whose short form of a list is one of JSON."""
    for command in commands:
        program, *words = shlex.split(command)
        if program == "tocsin":
            assert run(*words, "--yes")[0] == 0
        else:
            obey(home.cloud, shlex.join([program, *(_as_json(word) for word in words)]))


def _as_json(word: str) -> str:
    pairs: dict[str, Any] = dict(pair.split("=", 1) for pair in word.split(",")) if word.startswith("Id=") else {}
    return json.dumps([pairs]) if pairs else word


def test_nothing_is_unheard_at_any_step(home: Home) -> None:
    """Between the third step and the fifth both are told; after it tocsin alone, and the alarm's other action is kept;
    the function can be removed then, and there is nothing more to move."""
    printed = steps()
    done(home, printed["3"])
    both = heard(home)
    done(home, printed["5"])
    after = heard(home)
    done(home, printed["6"])

    assert both == {
        "topic": ["cloudwatch-to-slack", "tocsin"],
        "rule": sorted([OLD, NEW]),
        "alarm": [OLD, PAGER, TOCSIN],
        "ok": [OLD, TOCSIN],
    }
    assert after == {"topic": ["tocsin"], "rule": [NEW], "alarm": [PAGER, TOCSIN], "ok": [TOCSIN]}
    assert "cloudwatch-to-slack" not in str(home.client("lambda").list_functions()["Functions"])
