"""What docs/cost.md says, computed again from the template as data."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from stack_template import parsed, resources, template
from tocsin.aws.calls import CALLS
from tocsin.aws.heartbeat import METRICS
from tocsin_cli.commands.deploy import IDLE_MONTH
from tocsin_cli.stack.bundle import TEMPLATE

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "cost.md").read_text("utf-8")


def _line(words: str) -> tuple[str, float]:
    """How many of something the page counts, and what it makes of that."""
    found = re.search(rf"^\| {re.escape(words)}[^|]* \| ([^|]+) \| ([\d.]+) \|$", PAGE, re.MULTILINE)
    assert found, f"no line begins with {words}"
    return found[1], float(found[2])


def test_the_page_is_current() -> None:
    """docs/cost.md is what its program writes now."""
    page = cast(Callable[[], str], runpy.run_path(str(DOCS / "cost.py"))["page"])

    assert page() == PAGE, "run: make docs"


def test_each_alarm_and_metric_of_the_stack_is_paid_for() -> None:
    """As many alarms and metrics as there are, at their price; each metric that an alarm of ours looks at is known."""
    alarms = resources("CloudWatch::Alarm")
    ours = [each for each in alarms.values() if each["Namespace"] not in ("AWS/SQS", "AWS/Lambda")]
    looked_at = {each["MetricName"] for each in ours} - {"Canary"}

    assert _line("CloudWatch alarms") == (str(len(alarms)), pytest.approx(0.10 * len(alarms)))
    assert _line("CloudWatch metrics") == (str(len(METRICS)), pytest.approx(0.30 * len(METRICS)))
    assert looked_at <= set(METRICS)


def test_the_ticks_of_a_month_are_paid_for() -> None:
    """One a minute for 730 hours, each for 60 ms of the function's memory."""
    (function,) = resources("Lambda::Function").values()
    assert resources("Events::Rule")["Tick"]["ScheduleExpression"] == "rate(1 minute)"
    dollars = 43_800 * (0.20e-6 + 0.06 * function["MemorySize"] / 1024 * 13.3334e-6)

    assert _line("Lambda: ticks") == ("43,800", pytest.approx(dollars, abs=0.00005))


def test_what_is_asked_about_alarms_is_paid_for() -> None:
    """Two changes of a thousand alarms: each a request for the alarm, one for its tags, and a metric of one."""
    dollars = 2 * 1000 * (0.01e-3 + 0.01e-3 + 0.01e-3)
    asked = {call.action for call in CALLS if call.service == "cloudwatch"}

    assert asked == {"DescribeAlarms", "ListTagsForResource", "GetMetricData"}
    assert _line("CloudWatch: asked about alarms") == ("6,000", pytest.approx(dollars))


def test_nothing_that_costs_by_the_hour_is_left_out() -> None:
    """The stack has no resource that costs while it idles but those that the page counts."""
    free = {"SNS::Topic", "SNS::TopicPolicy", "SNS::Subscription", "Events::Rule", "SQS::Queue", "SQS::QueuePolicy"}
    free |= {
        "Events::EventBusPolicy",
        "IAM::Role",
        "IAM::Policy",
        "Lambda::Function",
        "Lambda::Permission",
        "Lambda::Url",
    }
    free |= {"Lambda::EventInvokeConfig"}
    counted = {"CloudWatch::Alarm", "KMS::Key", "Lambda::EventSourceMapping", "DynamoDB::Table", "Logs::LogGroup"}
    assert {each["Type"].removeprefix("AWS::") for each in template()["Resources"].values()} == free | counted


def test_a_deployment_names_the_price() -> None:
    """What `deploy` says before it makes a stack is no less than the page's sum, and no dollar more."""
    total = float(re.findall(r"\*\*([\d.]+)\*\*", PAGE)[0])
    assert IDLE_MONTH - 1 < total < IDLE_MONTH


def test_a_spoke_costs_nothing_while_it_idles() -> None:
    """It has a rule, a role and a queue that nobody asks; its events are paid for one by one, as the page says."""
    spoke = parsed((TEMPLATE.parent / "spoke.yaml").read_text("utf-8"))
    sorts = {each["Type"].removeprefix("AWS::") for each in spoke["Resources"].values()}

    assert sorts <= {"Events::Rule", "IAM::Role", "SQS::Queue", "SQS::QueuePolicy"}
    assert "1.00 for a million changes of alarms" in PAGE.replace("\n", " ")


def test_the_sums_are_sums() -> None:
    """Each table's last line is the sum of its lines."""
    for table in PAGE.split("\n## ")[1:]:
        lines = [float(found) for found in re.findall(r"\| ([\d.]+) \|$", table, re.MULTILINE)]
        (total,) = re.findall(r"\*\*([\d.]+)\*\*", table)
        assert float(total) == pytest.approx(sum(lines), abs=0.0051)
