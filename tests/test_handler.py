"""Lambda's front door: what is answered to whom, and how long we think we have."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from tocsin.handler import NotDelivered, answer, doors, lambda_handler
from tocsin.pipeline import Outcome

SQS = {"Records": [{"eventSource": "aws:sqs", "messageId": "a"}, {"eventSource": "aws:sqs", "messageId": "b"}]}
SNS = {"Records": [{"EventSource": "aws:sns"}]}


def test_sqs_gets_a_partial_batch_response() -> None:
    """Only the records that failed come again."""
    assert answer(SQS, Outcome(2)) == {"batchItemFailures": []}
    assert answer(SQS, Outcome(2, (("b", "ratelimited"),))) == {"batchItemFailures": [{"itemIdentifier": "b"}]}


@pytest.mark.parametrize("event", [SNS, {"source": "aws.ec2"}, "text", None, {"Records": []}])
def test_everybody_else_gets_an_error(event: Any) -> None:
    """What is not delivered is an error of the function, so that Lambda retries and counts it."""
    with pytest.raises(NotDelivered, match=r"1 record\(s\) not delivered: no_service"):
        answer(event, Outcome(1, (("", "no_service"),)))


def test_a_failed_record_without_an_id_fails_the_batch() -> None:
    """SQS cannot be told of a record that has no id: then all come again rather than one being lost."""
    with pytest.raises(NotDelivered):
        answer(SQS, Outcome(2, (("", "x"),)))


@pytest.mark.parametrize(
    "event",
    [
        {"requestContext": {"http": {"method": "POST", "path": "/"}}, "body": "{}", "isBase64Encoded": False},
        {"requestContext": {"accountId": "1"}, "httpMethod": "POST", "resource": "/", "body": "{}"},
        {"requestContext": {"elb": {"targetGroupArn": "x"}}, "httpMethod": "GET"},
    ],
)
def test_no_http_request_gets_past_the_door(event: Any) -> None:
    """Function URL, API Gateway, load balancer: 401 without a valid signature, and without reading any setting."""
    assert lambda_handler(event, None) == {"statusCode": 401, "body": ""}


def test_time_left_is_lambdas_own() -> None:
    """The function's own clock says how long may be waited; called by hand there is a sane default."""

    class Context:
        def get_remaining_time_in_millis(self) -> int:
            return 4_500

    assert doors(Context()).left() == 4.5
    assert 0 < doors(None).left() <= 30


READY = """
import sys
from tocsin.handler import connections, lambda_handler, parts
print(parts.cache_info().currsize, connections.cache_info().currsize, "tocsin.kinds.cloudwatch_alarm" in sys.modules)
try:
    lambda_handler({}, None)
except Exception as error:
    print(type(error).__name__)
"""


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        pytest.param({"AWS_LAMBDA_FUNCTION_NAME": "f", "HOOK_URL": "https://127.0.0.1:9/"}, "1 1 True", id="in Lambda"),
        pytest.param({"AWS_LAMBDA_FUNCTION_NAME": "f"}, "0 0 False ConfigError", id="in Lambda, without settings"),
        pytest.param({"HOOK_URL": "https://127.0.0.1:9/"}, "0 0 False", id="elsewhere"),
    ],
)
def test_what_an_alarm_needs_is_ready_when_lambda_has_loaded_the_function(settings: dict[str, str], says: str) -> None:
    """Settings that cannot work never fail the import, but each invocation; elsewhere an import does nothing."""
    environ = {"PATH": os.environ["PATH"], **settings}
    done = subprocess.run([sys.executable, "-c", READY], capture_output=True, text=True, env=environ, timeout=30)
    assert " ".join(done.stdout.split()).startswith(says), done.stderr
