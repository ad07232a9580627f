"""A CloudWatch alarm changed its state: metric, math, anomaly, Insights, PromQL, log or composite, by whatever road."""

from __future__ import annotations

from dataclasses import replace

from tocsin.envelope import Envelope
from tocsin.kinds.cloudwatch_alarm import condition, reasons, shapes
from tocsin.kinds.cloudwatch_alarm.alarm import Alarm
from tocsin.kinds.cloudwatch_alarm.facts import facts
from tocsin.kinds.cloudwatch_alarm.links import links
from tocsin.kinds.cloudwatch_alarm.reasons import Why
from tocsin.kinds.cloudwatch_alarm.series import series
from tocsin.kinds.cloudwatch_alarm.severity import severity
from tocsin.kinds.cloudwatch_alarm.words import WORDS as WORDS
from tocsin.model import Phrase, Signal, State
from tocsin.reading.plainly import named

PARTS = 30  # seconds that a contributor's own event may take longer than that of its alarm
STATES: dict[str, State] = {"ALARM": "firing", "OK": "ok", "INSUFFICIENT_DATA": "unknown"}


def read(envelope: Envelope) -> tuple[Signal, ...]:
    """One condition. Raises ValueError when there is no name or no state that CloudWatch knows."""
    alarm = shapes.read(envelope)
    why = reasons.understand(alarm.now.reason, alarm.now.data)
    before = alarm.before
    state = STATES[alarm.now.value]
    bill = state == "firing" and alarm.metric.name == "EstimatedCharges"
    return (
        Signal(
            kind="cloudwatch_alarm",
            sort="condition",
            subject=subject(alarm),
            title=named(alarm.name),
            state=state,
            at=alarm.now.at,
            old=STATES.get(before.value) if before else None,
            old_at=before.at if before else None,
            period=alarm.period,
            muted=bool(alarm.mute.by or alarm.now.suppressed_by or _in_parts(alarm, why)),
            muted_until=_muted_until(alarm, why),
            part_of=subject(replace(alarm, contributor="")) if alarm.contributor else "",
            unmuted=alarm.after_mute,
            tell=state == "unknown" and _wanted(alarm, envelope.topic_arn),
            severity=severity(alarm.tags, alarm.description, alarm.metric.name),
            word=alarm.now.value,
            summary=condition.summary(alarm, why),
            quote=alarm.now.reason,
            facts=facts(alarm, why),
            meaning=(Phrase("cloudwatch_alarm.bill"),) if bill else (),
            advice=(Phrase("cloudwatch_alarm.bill_find"), Phrase("cloudwatch_alarm.bill_stop")) if bill else (),
            links=links(alarm),
            series=series(alarm, why),
            labels=_labels(alarm),
            partition=alarm.arn.partition,
            account=alarm.arn.account,
            region=alarm.arn.region,
        ),
    )


def subject(alarm: Alarm) -> str:
    """What stays the same while the state changes: the alarm's ARN in its account and region, and its contributor."""
    arn = alarm.arn
    whole = f"{arn.partition}:{arn.account}:{arn.region}:{arn}"
    return f"{whole}#{alarm.contributor}" if alarm.contributor else whole


def _muted_until(alarm: Alarm, why: Why) -> int | None:
    """When AWS will let it be heard (ms), where that can be told: how long a suppressor stays in ALARM cannot.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html
    """
    if alarm.mute.by:
        return alarm.mute.end
    longest = {
        "WaitPeriod": alarm.composite.wait,
        "ExtensionPeriod": alarm.composite.extension,
        "": PARTS if _in_parts(alarm, why) else None,
    }
    seconds = longest.get(alarm.now.suppressed_by)
    return None if seconds is None or alarm.now.at is None else alarm.now.at + seconds * 1000


def _in_parts(alarm: Alarm, why: Why) -> bool:
    """Whether its time series have events of their own: then this one, which counts them, waits a little for theirs.

    An action is taken for each of them, and never for the alarm as a whole.
    """
    return why.series is not None and not alarm.contributor and not alarm.action


def _wanted(alarm: Alarm, topic_arn: str) -> bool:
    """Whether somebody asked to hear of missing data by this road. An action that ran without saying where it stands
    was asked for: CloudWatch sends only to the targets of the new state."""
    targets = alarm.no_data_targets
    if targets is None:
        return alarm.action
    return topic_arn in targets if topic_arn else bool(targets)


def _labels(alarm: Alarm) -> dict[str, str]:
    metric = alarm.metric
    own = {"alarmname": alarm.name, "namespace": metric.namespace, "metric": metric.name}
    return {**dict(alarm.tags), **own}
