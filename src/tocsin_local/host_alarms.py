"""Two alarms that any machine can have, for whoever brings none: its CPU is busy, its memory is full."""

from __future__ import annotations

from typing import Any

from tocsin_local.alarms.files import Entry

WHERE = "tocsin up"


def host_alarms(topic_arn: str) -> tuple[Entry, ...]:
    """Alarms on this host's CPUUtilization and mem_used_percent, told by the topic."""
    return (
        _alarm(
            topic_arn,
            AlarmName="cpu-busy",
            AlarmDescription="This machine's CPU is busy. The process list says which program it is.",
            Namespace="AWS/EC2",
            MetricName="CPUUtilization",
            Period=10,
            EvaluationPeriods=3,
            DatapointsToAlarm=2,
            Threshold=80.0,
        ),
        _alarm(
            topic_arn,
            AlarmName="memory-full",
            AlarmDescription="This machine is about to run out of memory. The process list says what holds it.",
            Namespace="CWAgent",
            MetricName="mem_used_percent",
            Period=60,
            EvaluationPeriods=2,
            DatapointsToAlarm=2,
            Threshold=90.0,
        ),
    )


def _alarm(topic_arn: str, **fields: Any) -> Entry:
    given = {
        **fields,
        "Statistic": "Average",
        "Unit": "Percent",
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "missing",
        "AlarmActions": [topic_arn],
        "OKActions": [topic_arn],
    }
    return Entry(str(fields["AlarmName"]), given, WHERE)
