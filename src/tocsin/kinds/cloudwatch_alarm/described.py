"""Adds to an alarm's signal what AWS knows of the alarm itself: what DescribeAlarms and ListTagsForResource answer.

What the event said stays: AWS may say something else by now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tocsin.kinds.cloudwatch_alarm import condition, reasons, shapes
from tocsin.kinds.cloudwatch_alarm.alarm import Alarm, Composite, Moment
from tocsin.kinds.cloudwatch_alarm.facts import facts
from tocsin.kinds.cloudwatch_alarm.links import links
from tocsin.kinds.cloudwatch_alarm.reasons import Why
from tocsin.kinds.cloudwatch_alarm.severity import told
from tocsin.merging import richer
from tocsin.model import Fact, Phrase, Severity, Signal, State, Value
from tocsin.reading import arns, fields
from tocsin.reading.arns import Arn

Tags = tuple[tuple[str, str], ...]

# Which of an alarm's three lists of actions a state takes.
_ACTIONS: Mapping[State, str] = {"firing": "AlarmActions", "ok": "OKActions", "unknown": "InsufficientDataActions"}
# What an action is, by the service in its ARN: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/
# API_PutMetricAlarm.html
_SERVICES = {
    "sns": "SNS",
    "automate": "EC2",
    "swf": "EC2",
    "autoscaling": "Auto Scaling",
    "ssm": "Systems Manager",
    "ssm-incidents": "Incident Manager",
    "lambda": "Lambda",
}
_DESCRIPTION = Phrase("cloudwatch_alarm.description")


def arn_of(signal: Signal) -> Arn | None:
    """The ARN of the alarm that this signal is about; None for what is no alarm, or names none."""
    if signal.kind != "cloudwatch_alarm":
        return None
    whole = signal.part_of or signal.subject
    return arns.parse(whole.removeprefix(f"{signal.partition}:{signal.account}:{signal.region}:"))


def named_so(found: object, arn: Arn) -> fields.Json:
    """The alarm with this ARN in an answer of DescribeAlarms; an alarm of the same name elsewhere is not it."""
    alarms = fields.items(found, "MetricAlarms") + fields.items(found, "CompositeAlarms")
    alike = (one for one in alarms if isinstance(one, dict) and one.get("AlarmArn") == str(arn))
    return next(alike, {})


def tags(found: object) -> Tags:
    """The tags in an answer of ListTagsForResource."""
    return shapes.pairs(fields.items(found, "Tags"))


def described(signal: Signal, found: fields.Json, tagged: Tags) -> Signal:
    """The signal with what ``found`` (one alarm of DescribeAlarms; empty: not known) and its tags add."""
    arn = arn_of(signal)
    if arn is None:
        return signal
    why = reasons.understand(signal.quote, {})
    alarm = _alarm(signal, arn, found, tagged, why)
    said = [link.label for link in signal.links]
    more = replace(
        signal,
        facts=(*facts(alarm, why), *_told(signal, found)),
        links=tuple(link for link in links(alarm) if link.label not in said),
        summary=condition.summary(alarm, why),
        labels=dict(tagged),
    )
    return replace(richer(signal, more), severity=_severity(signal, alarm))


def _alarm(signal: Signal, arn: Arn, found: fields.Json, tagged: Tags, why: Why) -> Alarm:
    """The alarm as DescribeAlarms tells it, whose fields are those of an SNS message; in the signal's state."""
    rule = shapes.rule(found)
    return Alarm(
        name=arn.resource.removeprefix("alarm:"),
        arn=arn,
        now=Moment(value=signal.word, reason=signal.quote, at=signal.at),
        description=fields.text(found, "AlarmDescription"),
        queries=shapes.queries(found),
        rule=replace(
            rule,
            operator=why.operator or rule.operator,
            threshold=rule.threshold if why.threshold is None else why.threshold,
            periods=why.periods or rule.periods,
            needed=why.needed or rule.needed,
        ),
        composite=Composite(
            rule=fields.text(found, "AlarmRule"),
            suppressor=fields.text(found, "ActionsSuppressor"),
        ),
        contributor=signal.subject.removeprefix(f"{signal.part_of}#") if signal.part_of else "",
        tags=tagged,
    )


def _severity(signal: Signal, alarm: Alarm) -> Severity:
    """By the tags, those of the event first; else as the event says, if it has a description; else by the alarm's."""
    owner = {**dict(alarm.tags), **signal.labels}
    described_there = any(fact.label == _DESCRIPTION for fact in signal.facts)
    return told(owner.items(), "" if described_there else alarm.description) or signal.severity


def _told(signal: Signal, found: fields.Json) -> tuple[Fact, ...]:
    """Whom or what this state sets in motion, and whether nobody: a fact of each firing that is described."""
    if not found or signal.state is None:
        return ()
    actions = fields.texts(found, _ACTIONS[signal.state])
    value: Value = tuple(_action(one) for one in actions)
    if found.get("ActionsEnabled") is False:
        value = Phrase("cloudwatch_alarm.actions_off")
    elif not actions:
        value = Phrase("cloudwatch_alarm.actions_none")
    return (Fact(Phrase("cloudwatch_alarm.actions"), value, detail=signal.state != "firing"),)


def _action(text: str) -> Value:
    arn = arns.parse(text)
    if arn is None:
        return text
    name = arn.resource.rpartition("/")[2] if arn.service == "autoscaling" else arns.name(text)
    if arn.service == "swf":  # action/actions/AWS_EC2.InstanceId.Stop/1.0
        name = arn.resource.rpartition("/")[0].rpartition(".")[2] or name
    return Phrase("cloudwatch_alarm.action", {"name": name, "service": _SERVICES.get(arn.service, arn.service)})
