"""An alarm that is written back loses nothing: CloudWatch forgets whatever is left out."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tocsin.ports import ConfigError
from tocsin_cli.alarms_there import Alarm
from tocsin_cli.cloud import Cloud
from tocsin_cli.wiring.rewriting import rewrite, whole

MODEL = boto3.Session().client("cloudwatch", region_name="eu-north-1").meta.service_model
TOPIC = "arn:aws:sns:eu-north-1:123456789012:tocsin"


def _value(shape: Any) -> Any:
    """Something of this shape, all its members filled in: false and 0 where they are allowed, which are easily lost."""
    match shape.type_name:
        case "structure":
            return {name: _value(member) for name, member in shape.members.items()}
        case "list":
            return [_value(shape.member)]
        case "map":
            return {"key": _value(shape.value)}
        case "boolean":
            return False
        case "integer" | "long" | "double" | "float":
            return 0
        case kind:
            return f"a {kind}"


@pytest.mark.parametrize(
    ("described", "operation"), [("MetricAlarms", "PutMetricAlarm"), ("CompositeAlarms", "PutCompositeAlarm")]
)
def test_every_field_is_written_back(described: str, operation: str) -> None:
    """Whatever an alarm is told with and can be put with, be it metric math, an anomaly band, PromQL, a suppressor or
    false, is put again as it was; only tags, which stay by themselves, are not told."""
    given = _value(MODEL.operation_model("DescribeAlarms").output_shape.members[described].member)
    fields = set(MODEL.operation_model(operation).input_shape.members)
    put = whole(given, fields, {"AlarmActions": [TOPIC], "OKActions": []})

    assert fields - set(put) == {"Tags"} and put["AlarmActions"] == [TOPIC] and put["OKActions"] == []
    assert {name: value for name, value in put.items() if name not in ("AlarmActions", "OKActions")} == {
        name: given[name] for name in fields - {"Tags", "AlarmActions", "OKActions"}
    }


class Old:
    """A client of a boto3 that knows no field of the last years; it writes down what it puts."""

    def __init__(self) -> None:
        self.meta = self.service_model = self.input_shape = self
        self.members = {"AlarmName": "", "AlarmActions": []}
        self.put: list[dict[str, Any]] = []

    def operation_model(self, name: str) -> Old:
        return self

    def put_metric_alarm(self, **given: Any) -> None:
        self.put.append(given)


def test_a_boto3_that_would_forget_a_field_is_refused() -> None:
    """It would neither show nor write back what AWS added since: nothing is written, and the way out is named."""
    old = Old()
    alarm = Alarm({"AlarmName": "cpu", "AlarmActions": []})
    with pytest.raises(ConfigError, match="would take them from cpu") as refused:
        rewrite(Cloud("123456789012", "eu-north-1", lambda service, region: old), alarm, {"AlarmActions": [TOPIC]})

    assert old.put == [] and refused.value.hint == "python -m pip install --upgrade boto3"
