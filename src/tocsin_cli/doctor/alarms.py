"""Looks at your alarms: those that act on nothing, are switched off, know nothing, or acted in vain."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from tocsin_cli.alarms_there import Alarm, acted
from tocsin_cli.doctor.finding import Finding, some
from tocsin_cli.doctor.scene import Scene

_DAY = 86_400_000
_FAILED = "Failed to execute action"
_PASTED = 50  # names in one command
_TOLD = 5  # alarms that have a finding of their own


def silent(scene: Scene) -> Iterator[Finding]:
    """Each alarm acts on something; what a composite is made of need not."""
    rules = " ".join(alarm.definition["AlarmRule"] for alarm in scene.theirs() if alarm.is_composite)
    found = [alarm.name for alarm in scene.theirs() if not alarm.actions() and alarm.name not in rules]
    if found:
        yield Finding(
            "note",
            f"{_count(found)} on nothing: {some(found)}",
            "what they tell comes to Slack by EventBridge alone: by one road, with fewer details",
            scene.connect(*found) if len(found) <= _PASTED else scene.tocsin("connect", "--all"),
        )


def disabled(scene: Scene) -> Iterator[Finding]:
    """No alarm has its actions switched off."""
    found = [alarm.name for alarm in scene.theirs() if alarm.actions() and not alarm.is_enabled]
    if found:
        yield Finding(
            "risk",
            f"the actions of alarms are switched off: {some(found)}",
            "somebody wanted quiet, for a while perhaps; now they tell no topic of anything",
            scene.aws("cloudwatch", "enable-alarm-actions", "--alarm-names", *found[:_PASTED]),
        )


def _count(names: list[str]) -> str:
    return "1 alarm acts" if len(names) == 1 else f"{len(names)} alarms act"


def ignorant(scene: Scene) -> Iterator[Finding]:
    """No alarm has been without data for long."""
    found = [
        alarm
        for alarm in scene.theirs()
        if alarm.state == "INSUFFICIENT_DATA" and not alarm.is_composite and 0 < alarm.since < scene.now - _long(alarm)
    ]
    yield from (_one_ignorant(scene, alarm) for alarm in found[:_TOLD])
    if more := [alarm.name for alarm in found[_TOLD:]]:
        yield Finding(
            "risk",
            f"{len(more)} more alarms have had no data for long: {some(more)}",
            "what they watch is gone, or misspelt: they will never fire",
            scene.aws("cloudwatch", "describe-alarms", "--state-value", "INSUFFICIENT_DATA"),
        )


def _one_ignorant(scene: Scene, alarm: Alarm) -> Finding:
    since = datetime.datetime.fromtimestamp(alarm.since / 1000, datetime.UTC).date()
    return Finding(
        "risk",
        f"the alarm {alarm.name} has had no data since {since}",
        "what it watches is gone, or its namespace, metric or dimensions are misspelt: it will never fire",
        scene.aws("cloudwatch", "list-metrics", *_metric(alarm)),
    )


def _long(alarm: Alarm) -> int:
    """A day, or three times what the alarm looks at (ms)."""
    window = int(alarm.definition.get("Period", 60)) * int(alarm.definition.get("EvaluationPeriods", 1))
    return max(_DAY, 3 * window * 1000)


def _metric(alarm: Alarm) -> list[str]:
    found = alarm.definition
    if "MetricName" not in found:
        return []
    return ["--namespace", found["Namespace"], "--metric-name", found["MetricName"]]


def in_vain(scene: Scene) -> Iterator[Finding]:
    """In the last week CloudWatch carried out each action of an alarm.

    The history's words: https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
    """
    failed: dict[str, list[str]] = {}
    for item in acted(scene.cloud, scene.now - 7 * _DAY):
        if item.get("HistorySummary", "").startswith(_FAILED):
            failed.setdefault(item["AlarmName"], []).append(item["HistorySummary"])
    for name, summaries in failed.items():
        yield Finding(
            "broken",
            f"CloudWatch could not carry out an action of {name}, {len(summaries)} times in a week",
            f"the newest: {summaries[0][:400]}",
            scene.aws("cloudwatch", "describe-alarm-history", "--alarm-name", name, "--history-item-type", "Action"),
        )
