"""Writes docs/cost.md: what an idle month and a thousand alarms cost, line by line, out of the stack's template."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tocsin.aws.heartbeat import METRICS
from tocsin_cli.stack.bundle import TEMPLATE

TARGET = Path(__file__).with_suffix(".md")

# US dollars in us-east-1, as AWS's price pages list them.
ALARM = 0.10  # a standard alarm, a month: aws.amazon.com/cloudwatch/pricing
METRIC = 0.30  # a custom metric, a month
LOG_GB, LOG_KEPT_GB = 0.50, 0.03  # written; kept for a month
REQUEST, GB_SECOND = 0.20e-6, 13.3334e-6  # aws.amazon.com/lambda/pricing, arm64
SQS, SNS = 0.40e-6, 0.50e-6  # a request; a publication (its delivery to SQS is free)
READ, WRITE = 0.125e-6, 0.625e-6  # aws.amazon.com/dynamodb/pricing/on-demand, units of 4 KB and 1 KB
KEY, KEY_USED = 1.00, 0.03e-4  # a key of one's own, a month; a request to it: aws.amazon.com/kms/pricing
EVENT = 1.00e-6  # one that goes to another region or account: aws.amazon.com/eventbridge/pricing
POINTS, DETAIL = 0.01e-3, 0.01e-3  # a metric requested by GetMetricData; any other request to CloudWatch

# What was counted or measured: under Lambda's own runtime client, with the table in an emulator.
TICK_SECONDS, TICK_LOG_KB, TICK_READS = 0.06, 0.8, 1.5  # three looks into an index
POLLS_A_MINUTE = 15  # Lambda asks an idle queue with five hands, 20 s each
SECONDS_A_CHANGE, LOG_KB_A_CHANGE = 0.4, 2.0
# Incident and message, of 3 and 5 KB (with what was found out), written together, which counts twice; then the message,
# when it is taken up and when it is shown
READS_A_CHANGE, WRITES_A_CHANGE = 8, 2 * (3 + 5) + 5 + 5
CHANGES = 2  # an alarm fires, and is over
METRICS_A_CHANGE, DETAILS_A_CHANGE = 1, 2  # what an alarm's own message does not say: a chart; its setting and its tags
ROADS = 2  # the topic and EventBridge; what comes second is known

MINUTES = 730 * 60

HEAD = """# What it costs

Written by `make docs` from the stack's template; a test computes it again. US dollars, before tax and without any free
tier, in us-east-1 (elsewhere some lines are up to half more). Prices change: those used here stand at the top of
docs/cost.py.
"""
TAIL = """
Counted: a tick takes {tick:.0f} ms and writes {log} KB of log; a change of an alarm takes {change:.0f} ms by each of
its two roads, reads {reads} units of the table and writes {writes}. Lambda asks an idle queue {polls} times a minute.
Storage of the table, its backups and the package is less than a cent.

Most accounts pay less: ten alarms, ten custom metrics, a million requests each of Lambda and SQS, and 5 GB of log are
free every month, as long as the account does not use them otherwise. Your own alarms cost what they cost without
tocsin.

Optional: a key for the topics (`EncryptTopics`) costs {key:.2f} a month, and {used:.2f} for 10,000 requests, of which a
publication takes a few. A spoke in another region or account costs nothing while it idles, and {event:.2f} for a
million changes of alarms that it hands on. What is asked about alarms (`AlarmDetails`) is counted for alarms of one
metric; metric math is asked about with each of its metrics, ten at most, and whatever would search for metrics not at
all.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill."""

    what: str
    count: str
    dollars: float


def idle() -> list[Line]:
    """A month in which nothing happens."""
    alarms, ticks, memory = _count("AWS::CloudWatch::Alarm"), MINUTES // _tick_minutes(), _memory_gb()
    log_gb = ticks * TICK_LOG_KB / 1e6
    return [
        Line("CloudWatch alarms about tocsin, and the canary", f"{alarms}", alarms * ALARM),
        Line("CloudWatch metrics", f"{len(METRICS)}", len(METRICS) * METRIC),
        Line("SQS: Lambda asks the empty queue", f"{POLLS_A_MINUTE * MINUTES:,}", POLLS_A_MINUTE * MINUTES * SQS),
        Line("Lambda: ticks", f"{ticks:,}", ticks * (REQUEST + TICK_SECONDS * memory * GB_SECOND)),
        Line("CloudWatch Logs: ticks", f"{log_gb * 1000:.0f} MB", log_gb * (LOG_GB + LOG_KEPT_GB)),
        Line("DynamoDB: ticks look what is due", f"{ticks * TICK_READS:,.0f} reads", ticks * TICK_READS * READ),
    ]


def alarms(number: int) -> list[Line]:
    """What so many alarms cost on top: each fires, and is over, and comes by both roads."""
    changes, memory = number * CHANGES, _memory_gb()
    told = changes * ROADS
    log_gb = told * LOG_KB_A_CHANGE / 1e6
    seconds = told * SECONDS_A_CHANGE
    table = changes * (READS_A_CHANGE * READ + WRITES_A_CHANGE * WRITE) + changes * READS_A_CHANGE * READ
    return [
        Line("SNS: publications", f"{changes:,}", changes * SNS),
        Line("SQS: sent, received, deleted", f"{told * 3:,}", told * 3 * SQS),
        Line("Lambda", f"{told:,}", told * REQUEST + seconds * memory * GB_SECOND),
        Line("DynamoDB", f"{changes * WRITES_A_CHANGE:,} writes", table),
        Line("CloudWatch Logs", f"{log_gb * 1000:.0f} MB", log_gb * (LOG_GB + LOG_KEPT_GB)),
        Line(
            "CloudWatch: asked about alarms",
            f"{changes * (METRICS_A_CHANGE + DETAILS_A_CHANGE):,}",
            changes * (METRICS_A_CHANGE * POINTS + DETAILS_A_CHANGE * DETAIL),
        ),
        Line("EventBridge: events of AWS's own", f"{changes:,}", 0.0),
    ]


def page() -> str:
    """The whole page as Markdown."""
    parts = [HEAD, *_table("An idle month", idle()), *_table("A thousand alarms, fired and over", alarms(1000))]
    numbers = {"tick": TICK_SECONDS * 1000, "change": SECONDS_A_CHANGE * 1000, "log": TICK_LOG_KB, "key": KEY}
    extras = {"used": KEY_USED * 1e4, "event": EVENT * 1e6}
    counts = {"reads": READS_A_CHANGE, "writes": WRITES_A_CHANGE, "polls": POLLS_A_MINUTE}
    return "\n".join(parts) + TAIL.format(**numbers, **counts, **extras)


def _table(title: str, lines: list[Line]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| what | how many | USD |\n|---|---:|---:|"
    for line in lines:
        yield f"| {line.what} | {line.count} | {line.dollars:.4f} |"
    yield f"| **all** | | **{sum(line.dollars for line in lines):.2f}** |\n"


def _count(sort: str) -> int:
    return _read(rf"^    Type: {sort}$", len)


def _tick_minutes() -> int:
    return _read(r"ScheduleExpression: rate\((\d+) minutes?\)", lambda found: int(found[0]))


def _memory_gb() -> float:
    return _read(r"MemorySize: (\d+)", lambda found: int(found[0])) / 1024


def _read(pattern: str, count: Callable[[list[str]], int]) -> int:
    return count(re.findall(pattern, TEMPLATE.read_text("utf-8"), re.MULTILINE))


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
