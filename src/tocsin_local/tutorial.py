"""The test event of the well-known tutorials: the Lambda console's SNS template around an alarm message.

Made after its shape, with an alarm message as CloudWatch wrote it at the time (no ARN, no action lists). Its
signature is no real one, by which a test event is told from a real notification.
"""

from typing import Any

from tocsin_local.state_change import compact


def tutorial_event() -> dict[str, Any]:
    """The event for a function behind a topic; a new object each time."""
    topic_arn = "arn:aws:sns:us-east-1:123456789012:ExampleTopic"
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": f"{topic_arn}:00000000-0000-0000-0000-000000000000",
                "Sns": {
                    "Type": "Notification",
                    "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
                    "TopicArn": topic_arn,
                    "Subject": 'ALARM: "Example alarm name" in US East (N. Virginia)',
                    "Message": compact(_alarm_message()),
                    "Timestamp": "2017-01-12T16:30:42.318Z",
                    "SignatureVersion": "1",
                    "Signature": "Cg==",
                    "SigningCertUrl": "EXAMPLE",
                    "UnsubscribeUrl": "EXAMPLE",
                    "MessageAttributes": {},
                },
            }
        ]
    }


def _alarm_message() -> dict[str, Any]:
    reason = "Threshold Crossed: 1 datapoint [93.4 (12/01/17 16:25:00)] was greater than the threshold (80.0)."
    return {
        "AlarmName": "Example alarm name",
        "AlarmDescription": "Example alarm description.",
        "AWSAccountId": "123456789012",
        "NewStateValue": "ALARM",
        "NewStateReason": reason,
        "StateChangeTime": "2017-01-12T16:30:42.236+0000",
        "Region": "US East (N. Virginia)",
        "OldStateValue": "OK",
        "Trigger": {
            "MetricName": "CPUUtilization",
            "Namespace": "AWS/EC2",
            "Statistic": "AVERAGE",
            "Unit": None,
            "Dimensions": [{"name": "InstanceId", "value": "i-0123456789abcdef0"}],
            "Period": 300,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 80.0,
        },
    }
