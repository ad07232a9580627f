"""An alarm's change of state in the words of each road out of CloudWatch: SNS, EventBridge, direct Lambda action.

Metric alarms with one metric and composite alarms, with the field order and the quirks of captured messages. Sources:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html (SNS),
…/cloudwatch-and-eventbridge.html (EventBridge), …/alarms-and-actions-Lambda.html (Lambda action).
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tocsin_local import regions

RandomBytes = Callable[[int], bytes]
"""os.urandom, or random.Random(seed).randbytes where output must be repeatable."""

_SUBJECT_LIMIT = 100  # https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
_UPPER_STATISTIC = {"SampleCount": "SAMPLE_COUNT"}


@dataclass(frozen=True, slots=True)
class State:
    """OK, ALARM or INSUFFICIENT_DATA since `at_ms` (milliseconds since 1970), and why; reason_data is a JSON string."""

    value: str
    at_ms: int
    reason: str
    reason_data: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One alarm's way from one state to another.

    `alarm` is a definition in CloudWatch's own field names, as put-metric-alarm or put-composite-alarm takes it or
    describe-alarms shows it; `AlarmRule` in it makes it a composite. `configured_ms` is when it was last put, if known.
    """

    alarm: Mapping[str, Any]
    before: State
    after: State
    account: str
    region: str
    configured_ms: int | None = None

    @property
    def arn(self) -> str:
        """The alarm's own ARN, built where the definition has none."""
        built = f"arn:{regions.partition(self.region)}:cloudwatch:{self.region}:{self.account}:alarm:{self.name}"
        return str(self.alarm.get("AlarmArn") or built)

    @property
    def name(self) -> str:
        """AlarmName."""
        return str(self.alarm["AlarmName"])


def compact(value: Any) -> str:
    """JSON as AWS writes it into strings: no blanks, no escapes for what UTF-8 can say."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def subject(change: Change) -> str:
    """`ALARM: "name" in US East (N. Virginia)`: ASCII, at most 100 characters, a long name cut with `...`."""
    name = re.sub(r"[^\x20-\x7e]+", "_", change.name)
    head, tail = f'{change.after.value}: "', f'" in {regions.display_name(change.region)}'
    room = _SUBJECT_LIMIT - len(head) - len(tail)
    return head + (name if len(name) <= room else name[: room - 3] + "...") + tail


def sns_message(change: Change) -> dict[str, Any]:
    """What CloudWatch publishes to a topic, before SNS wraps it."""
    return _composite_message(change) if "AlarmRule" in change.alarm else _metric_message(change)


def eventbridge_event(change: Change, random_bytes: RandomBytes) -> dict[str, Any]:
    """The event "CloudWatch Alarm State Change". It holds neither threshold nor operator, as on AWS."""
    return {
        "version": "0",
        "id": _unmarked_id(random_bytes),
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": change.account,
        "time": _instant(change.after.at_ms).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": change.region,
        "resources": [change.arn],
        "detail": _detail(change, random_bytes),
    }


def lambda_action(change: Change, random_bytes: RandomBytes) -> dict[str, Any]:
    """What a function gets that an alarm invokes directly, without SNS."""
    return {
        "source": "aws.cloudwatch",
        "alarmArn": change.arn,
        "accountId": change.account,
        "time": _stamp(change.after.at_ms),
        "region": change.region,
        "alarmData": _detail(change, random_bytes),
    }


def _metric_message(change: Change) -> dict[str, Any]:
    configured = change.configured_ms
    return {
        **_opening(change),
        **({"AlarmConfigurationUpdatedTimestamp": _stamp(configured)} if configured is not None else {}),
        **_news(change),
        "OldStateValue": change.before.value,
        "ActionExecutedAfterMuteWindow": False,
        **_actions(change),
        "Trigger": _trigger(change.alarm),
    }


def _composite_message(change: Change) -> dict[str, Any]:
    return {
        **_opening(change),
        **_news(change),
        **_actions(change),
        "ActionExecutedAfterMuteWindow": False,
        "OldStateValue": change.before.value,
        "AlarmRule": change.alarm["AlarmRule"],
        "TriggeringChildren": _triggering_children(change.after.reason_data),
    }


def _opening(change: Change) -> dict[str, Any]:
    return {
        "AlarmName": change.name,
        "AlarmDescription": change.alarm.get("AlarmDescription") or None,
        "AWSAccountId": change.account,
    }


def _news(change: Change) -> dict[str, Any]:
    return {
        "NewStateValue": change.after.value,
        "NewStateReason": change.after.reason,
        "StateChangeTime": _stamp(change.after.at_ms),
        "Region": regions.display_name(change.region),
        "AlarmArn": change.arn,
    }


def _actions(change: Change) -> dict[str, list[str]]:
    names = ("OKActions", "AlarmActions", "InsufficientDataActions")
    return {name: list(change.alarm.get(name) or ()) for name in names}


def _trigger(alarm: Mapping[str, Any]) -> dict[str, Any]:
    to_alarm = alarm.get("DatapointsToAlarm")
    return {
        "MetricName": alarm["MetricName"],
        "Namespace": alarm["Namespace"],
        **_statistic(alarm),
        "Unit": alarm.get("Unit"),
        "Dimensions": [{"value": one["Value"], "name": one["Name"]} for one in alarm.get("Dimensions") or ()],
        "Period": alarm["Period"],
        "EvaluationPeriods": alarm["EvaluationPeriods"],
        **({"DatapointsToAlarm": to_alarm} if to_alarm is not None else {}),
        "ComparisonOperator": alarm["ComparisonOperator"],
        "Threshold": float(alarm["Threshold"]),
        "TreatMissingData": alarm.get("TreatMissingData") or "",
        "EvaluateLowSampleCountPercentile": alarm.get("EvaluateLowSampleCountPercentile") or "",
    }


def _statistic(alarm: Mapping[str, Any]) -> dict[str, str]:
    if extended := alarm.get("ExtendedStatistic"):
        return {"StatisticType": "ExtendedStatistic", "ExtendedStatistic": extended}
    plain = str(alarm["Statistic"])
    return {"StatisticType": "Statistic", "Statistic": _UPPER_STATISTIC.get(plain, plain.upper())}


def _triggering_children(reason_data: str | None) -> list[dict[str, Any]]:
    children = json.loads(reason_data).get("triggeringAlarms", []) if reason_data else []
    return [
        {"Arn": one["arn"], "State": {"Value": one["state"]["value"], "Timestamp": one["state"]["timestamp"]}}
        for one in children
    ]


def _detail(change: Change, random_bytes: RandomBytes) -> dict[str, Any]:
    return {
        "alarmName": change.name,
        "configuration": _configuration(change.alarm, random_bytes),
        "previousState": _state(change.before),
        "state": _state(change.after),
    }


def _state(state: State) -> dict[str, str]:
    data = {"reasonData": state.reason_data} if state.reason_data is not None else {}
    return {"reason": state.reason, **data, "timestamp": _stamp(state.at_ms), "value": state.value}


def _configuration(alarm: Mapping[str, Any], random_bytes: RandomBytes) -> dict[str, Any]:
    description = {"description": alarm["AlarmDescription"]} if alarm.get("AlarmDescription") else {}
    if "AlarmRule" in alarm:
        suppressor = ("ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")
        kept = {name[0].lower() + name[1:]: alarm[name] for name in suppressor if name in alarm}
        return {"alarmRule": alarm["AlarmRule"], **kept, **description}
    metric = {
        "dimensions": {one["Name"]: one["Value"] for one in alarm.get("Dimensions") or ()},
        "name": alarm["MetricName"],
        "namespace": alarm["Namespace"],
    }
    unit = {"unit": alarm["Unit"]} if alarm.get("Unit") else {}
    stat = alarm.get("ExtendedStatistic") or alarm["Statistic"]
    watched = {"metric": metric, "period": alarm["Period"], "stat": stat, **unit}
    # CloudWatch gives the only metric of a plain alarm an id of its own making.
    return {**description, "metrics": [{"id": _unmarked_id(random_bytes), "metricStat": watched, "returnData": True}]}


def _unmarked_id(random_bytes: RandomBytes) -> str:
    return str(uuid.UUID(bytes=random_bytes(16)))  # these ids carry no version, unlike those of SNS


def _stamp(at_ms: int) -> str:
    at = _instant(at_ms)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}+0000"


def _instant(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, UTC)
