"""Who may put something into the stack's queues, as their policies say it."""

from __future__ import annotations

import json

import pytest

from tocsin_cli.wiring.queues import Queue, admitting, sender

ACCOUNT = "123456789012"
SNS = "sns.amazonaws.com"


def _topic(region: str) -> str:
    return f"arn:{'aws-cn' if region.startswith('cn-') else 'aws'}:sns:{region}:{ACCOUNT}:pages"


def _queue(region: str) -> Queue:
    return Queue("https://queue", {"QueueArn": _topic(region).replace(":sns:", ":sqs:")})


@pytest.mark.parametrize(
    ("topic", "queue", "name"),
    [
        ("eu-north-1", "eu-north-1", SNS),
        ("us-east-1", "eu-north-1", SNS),
        ("ap-east-1", "ap-east-1", SNS),
        ("ap-east-1", "us-east-1", "sns.ap-east-1.amazonaws.com"),
        ("us-east-1", "eu-south-2", "sns.eu-south-2.amazonaws.com"),
        ("ap-east-1", "eu-south-2", "sns.eu-south-2.amazonaws.com"),
        ("cn-north-1", "cn-northwest-1", SNS),
    ],
)
def test_a_topic_is_let_in_by_the_name_that_its_region_goes_by(topic: str, queue: str, name: str) -> None:
    """Where one of the two regions has to be enabled, SNS is called after it, and would be refused by its usual name
    without a word (the table on the page "Sending Amazon SNS messages to an Amazon SQS queue … in a different Region").
    """
    shut, source = _queue(queue), _topic(topic)
    policy = json.dumps(admitting(shut, [source]))
    admitted = Queue(shut.url, {**shut.attributes, "Policy": policy})
    usual = Queue(shut.url, {**shut.attributes, "Policy": policy.replace(f', "{name}"', "")})

    assert sender(source, shut.arn) == name
    assert admitted.takes_from(source, ACCOUNT) and not shut.takes_from(source, ACCOUNT)
    assert usual.takes_from(source, ACCOUNT) == (name == SNS)


def test_a_rule_has_one_name_everywhere() -> None:
    """EventBridge puts nothing into queues of other regions."""
    assert sender(f"arn:aws:events:ap-east-1:{ACCOUNT}:rule/tocsin", _queue("ap-east-1").arn) == "events.amazonaws.com"
