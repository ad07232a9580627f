"""Wraps what is published to a topic exactly as SNS delivers it to a function, a queue and a web server.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html, …/lambda/latest/dg/with-sqs.html,
https://docs.aws.amazon.com/sns/latest/dg/http-notification-json.html,
https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tocsin_local.state_change import Change, RandomBytes, compact, sns_message, subject

_SIGNATURE_BYTES = 256  # an RSA signature with a 2048 bit key: shorter ones mark a hand-made test event
_CERTIFICATE = "SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"


@dataclass(frozen=True, slots=True)
class Attribute:
    """A message attribute: type String, String.Array, Number or Binary (then the value is base64)."""

    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Content:
    """What is handed to Publish."""

    message: str
    subject: str | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notification:
    """One published message, as SNS keeps it: the same id and signature for every subscriber."""

    topic_arn: str
    content: Content
    at_ms: int
    message_id: str
    signature: str


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A POST: headers and the text of the body."""

    headers: Mapping[str, str]
    body: str


def alarm_content(change: Change) -> Content:
    """What CloudWatch publishes for a change of state; it sets no attributes."""
    return Content(compact(sns_message(change)), subject(change))


def publish(topic_arn: str, content: Content, at_ms: int, random_bytes: RandomBytes) -> Notification:
    """Gives a message its id and a signature of real length (it is random: nobody could verify it)."""
    signature = base64.b64encode(random_bytes(_SIGNATURE_BYTES)).decode("ascii")
    return Notification(topic_arn, content, at_ms, _message_id(random_bytes), signature)


def event(*records: dict[str, Any]) -> dict[str, Any]:
    """What Lambda hands to a function: records of SNS (always one in practice) or of SQS (up to a batch)."""
    return {"Records": list(records)}


def lambda_record(notification: Notification, subscription_arn: str) -> dict[str, Any]:
    """The record that a subscribed function gets: `Url` where other roads say `URL`, null where they leave out."""
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": subscription_arn,
        "Sns": {
            "Type": "Notification",
            "MessageId": notification.message_id,
            "TopicArn": notification.topic_arn,
            "Subject": notification.content.subject,
            "Message": notification.content.message,
            "Timestamp": _timestamp(notification.at_ms),
            "SignatureVersion": "1",
            "Signature": notification.signature,
            "SigningCertUrl": _certificate_url(notification.topic_arn),
            "UnsubscribeUrl": _unsubscribe_url(subscription_arn),
            "MessageAttributes": _attributes(notification),
        },
    }


def envelope(notification: Notification, subscription_arn: str) -> str:
    """The JSON text that a queue gets as body and a web server as request, in SNS's own spacing."""
    attributes = _attributes(notification)
    title = notification.content.subject
    fields = {
        "Type": "Notification",
        "MessageId": notification.message_id,
        "TopicArn": notification.topic_arn,
        **({"Subject": title} if title is not None else {}),
        "Message": notification.content.message,
        "Timestamp": _timestamp(notification.at_ms),
        "SignatureVersion": "1",
        "Signature": notification.signature,
        "SigningCertURL": _certificate_url(notification.topic_arn),
        "UnsubscribeURL": _unsubscribe_url(subscription_arn),
        **({"MessageAttributes": attributes} if attributes else {}),
    }
    return json.dumps(fields, ensure_ascii=False, indent=2, separators=(",", " : "))


def sqs_record(body: str, queue_arn: str, at_ms: int, random_bytes: RandomBytes) -> dict[str, Any]:
    """The record that a function behind a queue gets for any body: `envelope(…)`, or an EventBridge event's JSON."""
    return {
        "messageId": str(uuid.UUID(bytes=random_bytes(16), version=4)),
        "receiptHandle": base64.b64encode(random_bytes(144)).decode("ascii"),
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(at_ms),
            "SenderId": "AIDAEXAMPLESENDEROFSNS",
            "ApproximateFirstReceiveTimestamp": str(at_ms),
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode("utf-8"), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }


def sqs_raw_record(notification: Notification, queue_arn: str, random_bytes: RandomBytes) -> dict[str, Any]:
    """The same with raw delivery: the message is the body, its attributes become SQS attributes, the rest is lost."""
    record = sqs_record(notification.content.message, queue_arn, notification.at_ms, random_bytes)
    return {**record, "messageAttributes": {n: _sqs_attribute(a) for n, a in notification.content.attributes.items()}}


def http_request(notification: Notification, subscription_arn: str) -> HttpRequest:
    """The POST that a web server gets (JSON, although the content type denies it)."""
    return HttpRequest(_http_headers(notification, subscription_arn), envelope(notification, subscription_arn))


def http_raw_request(notification: Notification, subscription_arn: str) -> HttpRequest:
    """The same with raw delivery: the message alone, and a header that says so."""
    headers = {**_http_headers(notification, subscription_arn), "x-amz-sns-rawdelivery": "true"}
    return HttpRequest(headers, notification.content.message)


def _http_headers(notification: Notification, subscription_arn: str) -> dict[str, str]:
    return {
        "x-amz-sns-message-type": "Notification",
        "x-amz-sns-message-id": notification.message_id,
        "x-amz-sns-topic-arn": notification.topic_arn,
        "x-amz-sns-subscription-arn": subscription_arn,
        "Content-Type": "text/plain; charset=UTF-8",
        "User-Agent": "Amazon Simple Notification Service Agent",
    }


def _attributes(notification: Notification) -> dict[str, dict[str, str]]:
    return {name: {"Type": a.type, "Value": a.value} for name, a in notification.content.attributes.items()}


def _sqs_attribute(attribute: Attribute) -> dict[str, Any]:
    key = "binaryValue" if attribute.type == "Binary" else "stringValue"
    return {key: attribute.value, "stringListValues": [], "binaryListValues": [], "dataType": attribute.type}


def _message_id(random_bytes: RandomBytes) -> str:
    return str(uuid.UUID(bytes=random_bytes(16), version=5))  # the ids that SNS gives say version 5


def _timestamp(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{at_ms % 1000:03d}Z"


def _host(arn: str) -> str:
    _, partition, _, region, *_ = arn.split(":")
    return f"https://sns.{region}.amazonaws.com{'.cn' if partition == 'aws-cn' else ''}"


def _certificate_url(topic_arn: str) -> str:
    return f"{_host(topic_arn)}/{_CERTIFICATE}"


def _unsubscribe_url(subscription_arn: str) -> str:
    return f"{_host(subscription_arn)}/?Action=Unsubscribe&SubscriptionArn={subscription_arn}"
