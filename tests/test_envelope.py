"""What a record was wrapped in comes off, whatever the road, and nothing is lost on the way."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.envelope import Envelope, unwrap

ALARM = {"AlarmName": "cpu", "NewStateValue": "ALARM", "NewStateReason": "too hot"}
EVENT = {
    "version": "0",
    "id": "c4c1c1c9-6542-e61b-6ef0-8c4d36933a92",
    "detail-type": "CloudWatch Alarm State Change",
    "source": "aws.cloudwatch",
    "account": "123456789012",
    "time": "2019-10-02T17:04:40Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {},
}
ACTION = {"source": "aws.cloudwatch", "alarmArn": "arn:x", "time": "2026-09-14T05:45:02.890+0000", "alarmData": {}}
TOPIC = "arn:aws:sns:us-west-2:123456789012:alarms"
REAL = base64.b64encode(bytes(range(256))).decode()


def sns(message: object, **more: object) -> dict[str, object]:
    return {
        "Type": "Notification",
        "MessageId": "d75362d0-0a5d-5a2d-86e5-01fe38f45db9",
        "TopicArn": TOPIC,
        "Subject": "hello",
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": "2026-09-23T20:02:49.564Z",
        "Signature": REAL,
        "MessageAttributes": {"team": {"Type": "String", "Value": "web"}},
        **more,
    }


def by_lambda(*envelopes: object) -> dict[str, object]:
    return {"Records": [{"EventSource": "aws:sns", "EventSubscriptionArn": TOPIC + ":1", "Sns": e} for e in envelopes]}


def by_sqs(*bodies: object) -> dict[str, object]:
    return {
        "Records": [
            {
                "messageId": f"message-{index}",
                "eventSource": "aws:sqs",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {"SentTimestamp": "1573251510774", "ApproximateFirstReceiveTimestamp": "1573251510775"},
                "messageAttributes": {"team": {"stringValue": "db", "dataType": "String"}},
            }
            for index, body in enumerate(bodies)
        ]
    }


def one(raw: object, http: bool = False) -> Envelope:
    (envelope,) = unwrap(raw, http=http)
    return envelope


@pytest.mark.parametrize(
    ("road", "raw", "body"),
    [
        ("sns-lambda", by_lambda(sns(ALARM)), ALARM),
        ("sns-sqs", by_sqs(sns(ALARM)), ALARM),
        ("sqs-raw", by_sqs(ALARM), ALARM),
        ("eventbridge", EVENT, EVENT),
        ("eventbridge-sqs", by_sqs(EVENT), EVENT),
        ("eventbridge-sns", by_lambda(sns(EVENT)), EVENT),
        ("eventbridge-sns", by_sqs(sns(EVENT)), EVENT),
        ("alarm-action", ACTION, ACTION),
        ("bare", ALARM, ALARM),
        ("bare", json.dumps(ALARM), ALARM),
        ("sns-lambda", by_lambda(sns(json.dumps(json.dumps(ALARM)))), ALARM),
        ("sns-sqs", by_sqs(by_lambda(sns(ALARM))), ALARM),
    ],
)
def test_every_road_leads_to_the_message(road: str, raw: object, body: object) -> None:
    """The same message comes out of every wrapper, and the road is named. (A dead-letter queue wraps whole events.)"""
    envelope = one(raw)
    assert envelope.body == body
    assert envelope.road == road


def test_wrappers_leave_their_ids_and_times() -> None:
    """Each wrapper's own time, id, subject, topic and attributes are kept."""
    envelope = one(by_sqs(sns(EVENT)))
    assert envelope.via == ("sqs", "sns", "eventbridge")
    assert envelope.event_id == EVENT["id"]
    assert (envelope.record, envelope.subject, envelope.topic_arn) == ("message-0", "hello", TOPIC)
    assert envelope.attributes == {"team": "web"}
    assert envelope.times.source == 1_570_035_880_000
    assert envelope.times.sns == 1_790_193_769_564
    assert (envelope.times.sqs, envelope.times.received) == (1_573_251_510_774, 1_573_251_510_775)
    assert one(by_sqs(ALARM)).attributes == {"team": "db"}


def test_the_event_id_is_the_innermost_that_there_is() -> None:
    """EventBridge's id goes before the SNS MessageId, that before the SQS one, and without any a hash stands in."""
    assert one(by_lambda(sns(EVENT))).event_id == EVENT["id"]
    assert one(by_sqs(sns(ALARM))).event_id == sns(ALARM)["MessageId"]
    assert one(by_sqs(ALARM)).event_id == "message-0"
    assert one(ALARM).event_id == one(json.dumps(ALARM)).event_id
    assert one(ALARM).event_id != one({**ALARM, "NewStateValue": "OK"}).event_id


def test_every_record_counts_and_a_bad_one_hurts_nobody() -> None:
    """Many records become as many envelopes; what is no record at all stands among them, each with its message id."""
    raw = by_sqs(sns(ALARM), "{broken", EVENT)
    raw["Records"] = [*raw["Records"], 7, None, {"eventSource": "aws:sqs", "messageId": "no-body"}]  # type: ignore[misc]
    envelopes = unwrap(raw)
    assert [e.record for e in envelopes] == ["message-0", "message-1", "message-2", "", "", "no-body"]
    assert [e.road for e in envelopes[:3]] == ["sns-sqs", "sqs-raw", "eventbridge-sqs"]
    assert [e.body for e in envelopes[1:5]] == ["{broken", EVENT, "7", "null"]


@pytest.mark.parametrize(
    "raw",
    [
        by_lambda(sns(EVENT))["Records"],
        by_sqs(EVENT)["Records"],
        by_sqs(sns(EVENT))["Records"],
        [EVENT],
        by_lambda(sns(EVENT))["Records"][0],  # type: ignore[index]
        by_sqs(EVENT)["Records"][0],  # type: ignore[index]
        {"Sns": {"Message": json.dumps(EVENT)}},
        {**EVENT, "detail": "{}"},
    ],
)
def test_a_batch_needs_no_records_around_it(raw: object) -> None:
    """EventBridge Pipes hands over a bare list; one record alone, and a detail that became text, are read as well."""
    (envelope,) = unwrap(raw)
    assert envelope.body == EVENT
    assert len(unwrap([raw, raw] if isinstance(raw, dict) else [*raw, *raw])) == 2  # type: ignore[misc]


def test_a_detail_alone_is_taken_out() -> None:
    """People copy a detail without its event; beside anything else it stays where it is."""
    assert one({"detail": ALARM}).body == ALARM
    assert one({"detail": ALARM, "more": 1}).body == {"detail": ALARM, "more": 1}


def test_records_of_one_wrapper_are_not_taken_for_duplicates() -> None:
    """Records that share one SQS message have event ids of their own and the same receipt."""
    inner = {"Records": [{"eventSource": "aws:s3", "n": 1}, {"eventSource": "aws:s3", "n": 2}]}
    first, second = unwrap(by_sqs(inner))
    assert first.record == second.record == "message-0"
    assert first.event_id != second.event_id
    assert second.body == {"eventSource": "aws:s3", "n": 2}


@pytest.mark.parametrize(
    "raw",
    [
        {"Records": []},
        {"Records": "none"},
        {"Records": [1, 2]},
        {"Records": {"EventSource": "aws:sns"}},
        {},
        [],
        [ALARM],
        "hello",
        "",
        "{broken",
        42,
        None,
        True,
        3.5,
        "x" * 256_000,
        b"\xff\xfe",
        {"detail-type": 7, "source": "aws.ec2"},
        {"a": float("nan")},
    ],
)
def test_what_nobody_knows_stays_whole(raw: object) -> None:
    """Anything else is one envelope that still holds all of it."""
    envelope = one(raw)
    assert envelope.road == "bare" and envelope.raw is raw
    assert envelope.body == raw or isinstance(envelope.body, str)
    assert envelope.event_id


@pytest.mark.parametrize("message", [None, 5, ALARM, ["x"], ""])
def test_a_message_that_is_no_text_is_still_read(message: object) -> None:
    """SNS's Message may be anything: an object is taken as the message, its absence leaves the wrapper itself."""
    envelope = one(by_lambda({**sns(""), "Message": message}))
    assert envelope.road == "sns-lambda"
    expected = {None: {**sns(""), "Message": None}, 5: "5", "": ""}
    assert envelope.body == (message if isinstance(message, (dict, list)) else expected[message])  # type: ignore[index]


@pytest.mark.parametrize(
    ("signature", "test"),
    [(REAL, False), ("Cg==", True), ("EXAMPLE", True), (None, True), ("FAKE", True), ("TEST!", True), (5, True)],
)
def test_only_a_real_signature_is_no_test(signature: object, test: bool) -> None:
    """A record by SNS to Lambda whose signature is not 256 bytes is a test event; on other roads it is not."""
    assert one(by_lambda({**sns(ALARM), "Signature": signature})).test is test
    assert one(by_sqs({**sns(ALARM), "Signature": signature})).test is False
    assert one(ALARM).test is False


def test_http_is_a_road_only_where_it_is_opened() -> None:
    """A request or an SNS envelope that was posted is peeled only when asked to; else it stays a bare message."""
    envelope = {**sns(ALARM), "SignatureVersion": "1"}
    request = {"headers": {"X-Amz-Sns-Message-Type": "Notification"}, "body": json.dumps(envelope)}
    for raw in (envelope, request):
        assert (one(raw).road, one(raw).body) == ("bare", raw)
        assert (one(raw, http=True).road, one(raw, http=True).body) == ("http", ALARM)
    coded = {**request, "body": base64.b64encode(json.dumps(envelope).encode()).decode(), "isBase64Encoded": True}
    assert one(coded, http=True).body == ALARM


def test_raw_http_delivery_keeps_topic_and_id_from_its_headers() -> None:
    """With raw delivery the body is the message and the headers say where it came from."""
    headers = {"x-amz-sns-rawdelivery": "true", "x-amz-sns-topic-arn": TOPIC, "x-amz-sns-message-id": "m-1"}
    envelope = one({"headers": headers, "body": json.dumps(ALARM)}, http=True)
    assert (envelope.road, envelope.topic_arn, envelope.event_id, envelope.body) == ("http", TOPIC, "m-1", ALARM)


def test_a_confirmation_keeps_its_link() -> None:
    """A SubscriptionConfirmation is handed on whole: its link is for a human, nobody here follows it."""
    confirmation = {
        **sns("You have chosen to subscribe"),
        "Type": "SubscriptionConfirmation",
        "SubscribeURL": "https://x",
    }
    assert one(by_sqs(confirmation)).body == confirmation
    assert one(confirmation, http=True).body == confirmation


def test_a_hall_of_mirrors_has_an_end() -> None:
    """Wrappers within wrappers are peeled to a bound and handed on as they are beyond it."""
    text = json.dumps(ALARM)
    for _ in range(40):
        text = json.dumps({"Records": [{"eventSource": "aws:sqs", "messageId": "m", "body": text}]})[:2_000_000]
        if len(text) > 1_000_000:
            break
    assert len(unwrap(text)) == 1
    deep = "[" * 100_000 + "]" * 100_000
    assert one(deep).body == deep
    nest: object = []
    for _ in range(3_000):
        nest = [nest]
    assert one(nest).body is nest


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["Records", "Sns", "Message", "body", "EventSource", "Type", "TopicArn", "headers", "source"]
            )
            | st.text(),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON, st.booleans())
def test_nothing_is_ever_refused(raw: object, http: bool) -> None:
    """Whatever is handed in: at least one envelope, each with an id and a body."""
    for wrapped in (raw, by_lambda(raw), by_sqs(json.dumps(raw))):
        envelopes = unwrap(wrapped, http=http)
        assert envelopes
        assert all(e.event_id and isinstance(e.body, (dict, list, str)) and e.road for e in envelopes)
