"""A client for the few AWS calls that the function makes: signs, sends, tries again where that is safe, and tells
errors apart. Why not boto3: docs/decisions, "An own client for AWS"."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tocsin.aws.calls import Call
from tocsin.aws.errors import AwsError, failure
from tocsin.aws.signing import signed
from tocsin.config import Aws
from tocsin.destinations.http import Answer, Connections, NoAnswer, Timeout, address
from tocsin.reading.arns import partition_of
from tocsin.stores.attempt import chance

# Each service's name for its JSON protocol, and that protocol's version.
_PROTOCOLS = {
    "dynamodb": ("DynamoDB_20120810", "1.0"),
    "ssm": ("AmazonSSM", "1.1"),
    "sqs": ("AmazonSQS", "1.0"),
    "cloudwatch": ("GraniteServiceVersion20100801", "1.0"),
}
# A service's name in its address and in a signature, where that is not its own.
_CALLED = {"cloudwatch": "monitoring"}
_DOMAINS = {
    "aws-cn": "amazonaws.com.cn",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
    "aws-eusc": "amazonaws.eu",
}
_CONNECT, _READ = 2.0, 3.0
_CAP = 17 * 1024 * 1024  # a batch of rows is 16 MB at most
_FIRST_PAUSE, _LONGEST_PAUSE = 0.025, 1.0
# Who was in vain waited for once gets less time (s) for a while: a batch of ten would else wait until it is cut off.
_AGAIN, _WHILE = 1.0, 25.0


@dataclass(frozen=True, slots=True)
class Client:
    """Calls AWS as ``aws`` says. ``patience``: seconds for one call, all its tries together; less for a while after a
    call to which a service had no answer in that time.

    ``clock``: seconds since 1970; ``sleep`` takes seconds; ``chance`` gives a number in [0, 1). Raises ConfigError if
    the endpoint is none that may be called.
    """

    aws: Aws
    connections: Connections = field(repr=False)
    patience: float = 5.0
    clock: Callable[[], float] = field(default=time.time, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    chance: Callable[[], float] = field(default=chance, repr=False)
    _silent: dict[str, Callable[[], float]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        address(endpoint(self.aws, "sqs"))

    def call(self, call: Call, payload: Mapping[str, object]) -> Mapping[str, Any]:
        """What the service answers. Raises AwsError.

        A call that was throttled, or got no answer, is made again: so it must be one that may be made twice. Reads
        may; DynamoDB's writes may if their conditions or tokens show a repeat (see ``dynamodb_store``).
        """
        body = json.dumps(payload, allow_nan=False, separators=(",", ":")).encode("ascii")
        left = self.connections.countdown(self._patience(call.service))
        pause = _FIRST_PAUSE
        while True:
            try:
                found = self._once(call, body, left())
            except AwsError as error:
                wait = self.chance() * pause
                if error.kind not in ("throttled", "down"):
                    raise
                if wait >= left():
                    self._silent[call.service] = self.connections.countdown(_WHILE)
                    raise
            else:
                self._silent.pop(call.service, None)
                return found
            self.sleep(wait)
            pause = min(_LONGEST_PAUSE, pause * 2)

    def _patience(self, service: str) -> float:
        silent = self._silent.get(service)
        return min(self.patience, _AGAIN) if silent is not None and silent() > 0 else self.patience

    def _once(self, call: Call, body: bytes, left: float) -> Mapping[str, Any]:
        answer = self._post(call, body, left)
        if answer.status != 200:
            raise failure(call, answer)
        try:
            found = json.loads(answer.body)
        except ValueError:
            raise AwsError(call, "down", "bad_answer") from None
        if not isinstance(found, dict):
            raise AwsError(call, "down", "bad_answer")
        return found

    def _post(self, call: Call, body: bytes, left: float) -> Answer:
        url = endpoint(self.aws, call.service)
        target, version = _PROTOCOLS[call.service]
        headers = {
            "Content-Type": f"application/x-amz-json-{version}",
            "X-Amz-Target": f"{target}.{call.action}",
        }
        sent = signed(self.aws, _called(call.service), address(url).authority, headers, body, self.clock())
        try:
            return self.connections.post(url, body, sent, Timeout(_CONNECT, _READ, left), _CAP)
        except NoAnswer as error:
            raise AwsError(call, "down", error.code) from None


def endpoint(aws: Aws, service: str) -> str:
    """Where a service listens: https://docs.aws.amazon.com/general/latest/gr/rande.html, or where ``aws`` says."""
    if aws.endpoint:
        return aws.endpoint
    return f"https://{_called(service)}.{aws.region}.{_DOMAINS.get(partition_of(aws.region), 'amazonaws.com')}/"


def _called(service: str) -> str:
    return _CALLED.get(service, service)
