"""Where to click: the alarm in the console, the logs behind its metric, the runbook that its owner names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tocsin.kinds.cloudwatch_alarm.alarm import Alarm, Query
from tocsin.model import Link, Phrase
from tocsin.reading import console

# Log groups that a service names itself: namespace, dimension, name. docs.aws.amazon.com/lambda/latest/dg/
# monitoring-cloudwatchlogs-loggroups.html, /codebuild/latest/userguide/change-project.html and
# /AmazonCloudWatch/latest/monitoring/Container-Insights-reference.html
_GROUPS = {
    "AWS/Lambda": ("FunctionName", "/aws/lambda/{}"),
    "LambdaInsights": ("function_name", "/aws/lambda/{}"),
    "AWS/CodeBuild": ("ProjectName", "/aws/codebuild/{}"),
    "AWS/Logs": ("LogGroupName", "{}"),
    "ECS/ContainerInsights": ("ClusterName", "/aws/ecs/containerinsights/{}/performance"),
    "ContainerInsights": ("ClusterName", "/aws/containerinsights/{}/application"),
}
_URL = re.compile(r"https?://[^\s<>\"'`|]+")
_RUNBOOK = re.compile(r"runbook[-_ ]?(url)?", re.IGNORECASE)
_LABELLED = re.compile(r"(?:runbook|playbook)\W{0,5}" + _URL.pattern, re.IGNORECASE)


def links(alarm: Alarm) -> tuple[Link, ...]:
    """At most three links."""
    arn = alarm.arn
    found = [
        Link(Phrase("cloudwatch_alarm.open"), console.alarm(arn.partition, arn.region, alarm.name)),
        Link(Phrase("cloudwatch_alarm.logs"), _logs(alarm)),
        Link(Phrase("words.runbook"), runbook(alarm.tags, alarm.description)),
    ]
    return tuple(link for link in found if link.url)


def runbook(tags: Iterable[tuple[str, str]], description: str) -> str:
    """The URL in the tag ``runbook`` or ``runbook-url``, however it is spelled, else in the description (one that is
    called a runbook first); "" without."""
    for name, value in tags:
        if _RUNBOOK.fullmatch(name) and _URL.fullmatch(value.strip()):
            return value.strip()
    found = _LABELLED.search(description) or _URL.search(description)
    url = _URL.search(found[0]) if found else None
    return _trimmed(url[0]) if url else ""


def _trimmed(url: str) -> str:
    """Without the stop or the bracket that the sentence, not the URL, ends with."""
    shorter = url.rstrip(".,;:!?")
    closed = shorter.endswith(")") and shorter.count(")") > shorter.count("(")
    return _trimmed(shorter[:-1]) if closed else shorter.rstrip("]}")


def _logs(alarm: Alarm) -> str:
    groups = [*alarm.logs.groups, *filter(None, map(_group, alarm.queries))]
    return console.log_group(alarm.arn.partition, alarm.arn.region, groups[0]) if groups else ""


def _group(query: Query) -> str:
    dimension, name = _GROUPS.get(query.namespace, ("", ""))
    value = dict(query.dimensions).get(dimension, "")
    return name.format(value) if value else ""
