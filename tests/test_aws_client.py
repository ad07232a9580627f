"""Our own client for AWS, judged by botocore, by bytes on a real socket, and by what an error says and does not say."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import create_parser
from botocore.regions import EndpointResolver
from hypothesis import given
from hypothesis import strategies as st

from raw_server import RawServer, Say, http
from tocsin.aws.calls import BATCH_GET, CALLS, GET_PARAMETER, PUT, SEND_MESSAGE, TRANSACT
from tocsin.aws.client import Client, endpoint
from tocsin.aws.errors import KINDS, AwsError, failure
from tocsin.aws.signing import signed
from tocsin.config import Aws
from tocsin.destinations.http import Answer, Connections
from tocsin.ports import ConfigError

KEY_ID, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "FwoGZXIvYXdzEXAMPLETOKEN//////"
AWS = Aws("ap-northeast-2", KEY_ID, SECRET, TOKEN)
SESSION = botocore.session.Session()
NOW = 1_795_435_200.0


class Meeting:
    """A client against bytes that a test chooses, on a clock that only its own pauses move."""

    def __init__(self, server: RawServer, patience: float) -> None:
        self.pauses: list[float] = []
        self.seconds = 1000.0
        self.connections = Connections(clock=lambda: self.seconds)
        aws = Aws("eu-west-1", KEY_ID, SECRET, TOKEN, f"http://127.0.0.1:{server.port}")
        self.client = Client(aws, self.connections, patience, lambda: NOW, self._sleep, lambda: 1.0)

    def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.seconds += seconds


@contextmanager
def meeting(*said: Say, patience: float = 5.0) -> Iterator[tuple[Meeting, RawServer]]:
    """A client, and a server that says these answers in turn, the last one for ever."""
    with RawServer(lambda n: said[min(n, len(said)) - 1]) as server:
        met = Meeting(server, patience)
        try:
            yield met, server
        finally:
            met.connections.close()


def refusal(status: int, code: str, **more: object) -> Say:
    return http(status, json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **more}).encode())


@pytest.mark.parametrize("token", [TOKEN, ""])
@given(body=st.binary(), host=st.sampled_from(["dynamodb.eu-west-1.amazonaws.com", "127.0.0.1:4566", "[::1]:4566"]))
def test_a_request_is_signed_as_botocore_signs_it(token: str, body: bytes, host: str) -> None:
    """The same request at the same instant has the same signature."""
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.Query"}
    request = AWSRequest("POST", f"https://{host}/", headers, body)
    SigV4Auth(Credentials(KEY_ID, SECRET, token or None), "dynamodb", "eu-west-1").add_auth(request)
    stamp = request.context["timestamp"]
    now = _seconds(stamp)

    ours = signed(Aws("eu-west-1", KEY_ID, SECRET, token), "dynamodb", host, headers, body, now)

    assert ours == dict(request.headers.items())


def _seconds(stamp: str) -> float:
    return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.action)
def test_each_call_speaks_its_services_protocol(call: Any) -> None:
    """Target, version of the protocol and action are what the service's own model says."""
    model = SESSION.get_service_model(call.service)
    with meeting(http(200, b"{}")) as (met, server):
        met.client.call(call, {})
    head = server.heard[0].head
    assert f"X-Amz-Target: {model.metadata['targetPrefix']}.{call.action}\r\n" in head
    assert f"Content-Type: application/x-amz-json-{model.metadata['jsonVersion']}\r\n" in head
    assert f"/eu-west-1/{model.signing_name}/aws4_request" in head
    assert call.action in model.operation_names


@pytest.mark.parametrize("service", sorted({call.service for call in CALLS}))
def test_every_region_has_its_address(service: str) -> None:
    """For each region of each partition the address is the one that botocore knows."""
    resolver = EndpointResolver(SESSION.get_data("endpoints"))
    name = SESSION.get_service_model(service).endpoint_prefix
    known = {
        region: resolver.construct_endpoint(name, region)["hostname"]
        for partition in SESSION.get_available_partitions()
        for region in SESSION.get_available_regions(service, partition)
    }
    assert len(known) > 30
    assert {region: urlsplit(endpoint(Aws(region), service)).hostname for region in known} == known


def test_an_answer_is_what_the_service_said() -> None:
    """200 with an object is success; names and text of any script come through."""
    with meeting(http(200, '{"Item": "결제"}'.encode())) as (met, server):
        assert met.client.call(PUT, {"TableName": "표"}) == {"Item": "결제"}
    assert json.loads(server.heard[0].body) == {"TableName": "표"}


def test_an_answer_of_a_whole_batch_is_read() -> None:
    """Sixteen megabytes of rows, as many as a batch can have, are no torn answer."""
    rows = json.dumps({"Responses": {"t": ["x" * 1_000_000] * 16}}).encode()
    with meeting(http(200, rows)) as (met, server):
        assert len(met.client.call(BATCH_GET, {})["Responses"]["t"]) == 16
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ConditionalCheckFailedException", "condition"),
        ("TransactionConflictException", "conflict"),
        ("AccessDeniedException", "denied"),
        ("UnrecognizedClientException", "credentials"),
        ("ExpiredTokenException", "credentials"),
        ("ResourceNotFoundException", "absent"),
        ("ParameterNotFound", "absent"),
        ("ValidationException", "refused"),
        ("SomethingNewException", "refused"),
    ],
)
def test_what_trying_again_cannot_help_is_raised_at_once(code: str, kind: str) -> None:
    """Each refusal is told apart by its word, and made no second time."""
    with meeting(refusal(400, code)) as (met, server), pytest.raises(AwsError) as refused:
        met.client.call(PUT, {})
    assert (refused.value.kind, refused.value.code, len(server.heard), met.pauses) == (kind, code, 1, [])


@pytest.mark.parametrize(
    "first",
    [
        refusal(400, "ProvisionedThroughputExceededException"),
        refusal(400, "ThrottlingException"),
        refusal(400, "TransactionInProgressException"),
        refusal(500, "InternalServerError"),
        http(503, b"<html>"),
        http(200, b"[]"),
        http(200, b'{"torn":'),
        Say(b"HTTP/1.1 200 OK\r\nContent-Le", then="reset"),
    ],
)
def test_what_passes_is_tried_again_and_signed_again(first: Say) -> None:
    """Throttling, a fault of theirs and a lost answer cost a pause; the same request is heard twice."""
    with meeting(first, http(200, b'{"a": 1}')) as (met, server):
        assert met.client.call(TRANSACT, {"ClientRequestToken": "t"}) == {"a": 1}
    assert len({heard.body for heard in server.heard}) == 1
    assert (len(server.heard), met.pauses) == (2, [0.025])


def test_patience_ends() -> None:
    """The pauses double, up to a second, and together stay within the time that one call may take."""
    with meeting(refusal(400, "ThrottlingException"), patience=4.0) as (met, _), pytest.raises(AwsError) as refused:
        met.client.call(PUT, {})
    assert refused.value.kind == "throttled"
    assert met.pauses == [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


def test_who_was_silent_is_not_waited_for_as_long_again() -> None:
    """After five seconds in vain a call waits one, for 25 s or until the service answers; others are not concerned."""
    said = [refusal(400, "ThrottlingException")]
    with RawServer(lambda _: said[0]) as server, closing((met := Meeting(server, 5.0)).connections):
        waited = [_waited(met, PUT) for _ in range(2)]
        other = _waited(met, SEND_MESSAGE)
        met.seconds += 25
        waited.append(_waited(met, PUT))
        said.insert(0, http(200, b"{}"))
        met.client.call(PUT, {})
        del said[0]
        waited.append(_waited(met, PUT))
    assert [4 < one <= 5 for one in (waited[0], other, *waited[2:])] == [True] * 4
    assert waited[1] <= 1


def _waited(met: Meeting, call: Any) -> float:
    """Seconds until it was given up."""
    begun = met.seconds
    with pytest.raises(AwsError):
        met.client.call(call, {})
    return met.seconds - begun


def test_nobody_there_is_told_from_a_refusal() -> None:
    """Without an answer the error says how far the call got."""
    with meeting(http(200), patience=0.0) as (met, _):
        pass
    with pytest.raises(AwsError, match="ssm:GetParameter: connect") as down:
        met.client.call(GET_PARAMETER, {})
    assert down.value.kind == "down"


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        (("None", "ConditionalCheckFailed"), "condition"),
        (("TransactionConflict", "None"), "conflict"),
        (("TransactionConflict", "ConditionalCheckFailed"), "condition"),
        (("ThrottlingError", "None"), "throttled"),
        (("ProvisionedThroughputExceeded", "TransactionConflict"), "conflict"),
        (("ConditionalCheckFailed", "ValidationError"), "refused"),
        (("None", "ItemCollectionSizeLimitExceeded"), "refused"),
        ((), "refused"),
    ],
)
def test_a_cancelled_transaction_is_what_its_gravest_reason_is(codes: tuple[str, ...], kind: str) -> None:
    """A failed condition, a rival and throttling are told apart by the reasons, one for each row."""
    answer = Answer(400, {}, json.dumps(
        {"__type": "x#TransactionCanceledException", "CancellationReasons": [{"Code": code} for code in codes]}
    ).encode())  # fmt: skip
    error = failure(TRANSACT, answer)
    assert (error.kind, error.reasons) == (kind, codes)


def test_a_cancelled_transaction_is_tried_again_only_if_it_was_throttled() -> None:
    """The same token makes the second try safe."""
    cancelled = refusal(400, "TransactionCanceledException", CancellationReasons=[{"Code": "ThrottlingError"}])
    with meeting(cancelled, http(200, b"{}")) as (met, server):
        assert met.client.call(TRANSACT, {}) == {}
    assert len(server.heard) == 2


_WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=40)
_AROUND = st.sampled_from(["{}", "com.amazonaws.dynamodb.v20120810#{}", "aws.x#{}:http://internal/coral/#x", "{}:x"])


@given(word=_WORDS | st.sampled_from(sorted(KINDS)), around=_AROUND, status=st.sampled_from([400, 403, 500, 503]))
def test_error_words_are_read_as_botocore_reads_them(word: str, around: str, status: int) -> None:
    """Namespaces and addresses around an error's word are no part of it."""
    body = json.dumps({"__type": around.format(word), "message": "m"}).encode()
    shape = SESSION.get_service_model("dynamodb").operation_model("PutItem").output_shape
    theirs = create_parser("json").parse({"status_code": status, "headers": {}, "body": body}, shape)
    assert failure(PUT, Answer(status, {}, body)).code == theirs["Error"]["Code"]


@given(body=st.binary(max_size=60) | st.sampled_from([b"null", b"[1]", b'{"__type": 5}', b'{"__type": ""}']))
def test_any_refusal_is_an_error_with_a_word(body: bytes) -> None:
    """What is no JSON, or another's page, is named by its status."""
    assert failure(PUT, Answer(404, {}, body)).code in ("http_404", *KINDS)
    assert failure(PUT, Answer(404, {"x-amzn-errortype": "AccessDenied:http://x/"}, b"")).kind == "denied"


def test_no_secret_is_repeated() -> None:
    """AWS quotes what was signed, token included, when a signature is wrong; neither errors nor settings repeat it."""
    quoted = f"The Canonical String should have been 'x-amz-security-token:{TOKEN}' {SECRET}"
    said = [
        failure(PUT, Answer(400, {}, json.dumps({"__type": code, "message": quoted}).encode()))
        for code in (*KINDS, "InvalidSignatureException", "Unheard")
        if KINDS.get(code) != "denied"
    ]
    shown = " ".join([*map(str, said), *map(repr, said), repr(Client(AWS, Connections())), repr(AWS)])
    assert not re.search("|".join(map(re.escape, (TOKEN, SECRET, KEY_ID))), shown)


def test_a_denial_says_what_is_missing() -> None:
    """Who was denied what is what the human has to mend."""
    body = json.dumps({"__type": "AccessDeniedException", "Message": "no sqs:sendmessage on queue"}).encode()
    assert str(failure(SEND_MESSAGE, Answer(400, {}, body))) == (
        "sqs:SendMessage: AccessDeniedException: no sqs:sendmessage on queue"
    )


def test_an_address_that_may_not_be_called_is_refused_before_any_call() -> None:
    """Credentials go nowhere by plain http but to this machine."""
    with pytest.raises(ConfigError):
        Client(Aws("eu-west-1", KEY_ID, SECRET, "", "http://10.0.0.1:4566"), Connections())
