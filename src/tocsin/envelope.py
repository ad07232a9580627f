"""Peels off what an event was wrapped in (SQS, SNS, EventBridge, alarm action, HTTP): one envelope per record."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tocsin.reading import content, fields, instants

Body = dict[str, object] | list[object] | str

# No honest road wraps deeper: SQS > text > SNS > text > EventBridge is five.
_DEPTH = 12
_SIGNATURE_BYTES = 256


@dataclass(frozen=True, slots=True)
class Times:
    """When each wrapper was made, in milliseconds: the source's event, SNS, SQS, and its first receipt from SQS."""

    source: int | None = None
    sns: int | None = None
    sqs: int | None = None
    received: int | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One record without its wrappers.

    ``via`` names the wrappers from the outside in: "http", "sqs", "sns", then "eventbridge" or "alarm-action".
    ``event_id``: EventBridge's id, else the SNS or SQS message id, else a hash of the content.
    ``record``: the SQS messageId for the partial batch response. ``raw``: the record as it was handed in.
    """

    body: Body
    via: tuple[str, ...] = ()
    event_id: str = ""
    record: str = ""
    test: bool = False
    subject: str | None = None
    topic_arn: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    times: Times = Times()
    raw: object = None

    @property
    def road(self) -> str:
        """The road in one word: sns-lambda, sns-sqs, sqs-raw, eventbridge, eventbridge-sqs, eventbridge-sns,
        alarm-action, http or bare."""
        if "http" in self.via:
            return "http"
        if "alarm-action" in self.via:
            return "alarm-action"
        if "eventbridge" in self.via:
            return "eventbridge-sns" if "sns" in self.via else "eventbridge-sqs" if "sqs" in self.via else "eventbridge"
        if "sns" in self.via:
            return "sns-sqs" if "sqs" in self.via else "sns-lambda"
        return "sqs-raw" if "sqs" in self.via else "bare"


def unwrap(raw: object, *, http: bool = False) -> tuple[Envelope, ...]:
    """One envelope per record of what was handed in, however deeply wrapped. Never empty, never raises.

    ``http`` opens the road of SNS over HTTP (a POST's body, or ``{"headers", "body"}``): only for callers that are no
    public door. Order of recognition and shapes: docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html,
    /lambda/latest/dg/with-sqs.html and /AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    return tuple(_named(envelope) for envelope in _peel(Envelope(_body(raw), raw=raw), http, _DEPTH))


def _peel(envelope: Envelope, http: bool, depth: int) -> tuple[Envelope, ...]:
    if depth == 0:
        return (envelope,)
    body = envelope.body
    if isinstance(body, str):
        inner = _inside(body)
        return (envelope,) if inner is None else _peel(replace(envelope, body=inner), http, depth - 1)
    records = _records(body)
    if records:
        whole = [_record(_numbered(envelope, index), record) for index, record in enumerate(records)]
        return tuple(done for one in whole for done in _peel(one, http, depth - 1))
    if isinstance(body, list):
        return (envelope,)
    if http and not envelope.via and "body" in body and isinstance(body.get("headers"), dict):
        return _peel(_posted(envelope, body), http, depth - 1)
    if (http or envelope.via) and "Type" in body and "TopicArn" in body and "Message" in body:
        return _notified(envelope, body, http, depth)
    if body.get("source") == "aws.cloudwatch" and "alarmData" in body:
        return (_timed(envelope, body, "alarm-action"),)
    if _is_event(body):
        return (_event(envelope, body),)
    if set(body) == {"detail"} and isinstance(body["detail"], dict):
        return _peel(replace(envelope, body=body["detail"]), http, depth - 1)
    return (envelope,)


def _event(envelope: Envelope, body: dict[str, object]) -> Envelope:
    """An EventBridge event; where a target's template has made a text of its detail, that is an object again."""
    detail = fields.parsed(body.get("detail"))
    whole = {**body, "detail": detail} if isinstance(detail, dict) else body
    timed = replace(_timed(envelope, body, "eventbridge"), body=whole)
    return replace(timed, event_id=fields.text(body, "id") or envelope.event_id)


def _from_eventbridge(body: Mapping[str, object]) -> bool:
    """It has a source; what people copy without one still has a detail."""
    return isinstance(body.get("source"), str) or isinstance(body.get("detail"), dict)


def _records(body: Body) -> list[object]:
    """A batch's records: Lambda's `Records`, one of them alone, or the bare list that EventBridge Pipes hands over
    (docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html). Empty: this is no batch."""
    if isinstance(body, list):
        return body if any(_source(one) or _is_event(one) for one in body) else []
    if isinstance(body, dict):
        records = body.get("Records")
        if isinstance(records, list) and any(_source(record) for record in records):
            return records
        if isinstance(body.get("Sns"), dict) or (_source(body) == "aws:sqs" and "body" in body):
            return [body]
    return []


def _is_event(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("detail-type"), str) and _from_eventbridge(value)


def _numbered(outer: Envelope, index: int) -> Envelope:
    """Records that share a wrapper share its id: the second would pass for a redelivery of the first."""
    return replace(outer, event_id=f"{outer.event_id}#{index}") if index and outer.event_id else outer


def _source(record: object) -> str:
    """Which service wrote this record; "" when it does not say."""
    if isinstance(record, dict) and isinstance(record.get("Sns"), dict):
        return "aws:sns"
    return fields.text(record, "EventSource", "eventSource")


def _record(outer: Envelope, record: object) -> Envelope:
    kind = _source(record)
    if isinstance(record, dict) and kind == "aws:sns":
        return _sns_record(outer, record)
    if isinstance(record, dict) and kind == "aws:sqs":
        return _sqs_record(outer, record)
    return replace(outer, body=_body(record), raw=record)


def _sns_record(outer: Envelope, record: Mapping[str, object]) -> Envelope:
    sns = fields.mapping(record, "Sns")
    arn, _, _ = fields.text(record, "EventSubscriptionArn").rpartition(":")
    return replace(
        _from_sns(outer, sns, raw=record),
        body=_body(sns["Message"]) if sns.get("Message") is not None else sns or dict(record),
        topic_arn=fields.text(sns, "TopicArn") or arn,
        test=not _is_signature(sns.get("Signature")),
    )


def _sqs_record(outer: Envelope, record: Mapping[str, object]) -> Envelope:
    attributes = fields.mapping(record, "attributes")
    message_id = fields.text(record, "messageId")
    return replace(
        outer,
        body=_body(record["body"]) if record.get("body") is not None else dict(record),
        via=(*outer.via, "sqs"),
        event_id=message_id or outer.event_id,
        record=message_id or outer.record,
        attributes=_attributes(fields.mapping(record, "messageAttributes"), "stringValue"),
        times=replace(
            outer.times,
            sqs=instants.epoch_ms(attributes.get("SentTimestamp")),
            received=instants.epoch_ms(attributes.get("ApproximateFirstReceiveTimestamp")),
        ),
        raw=record,
    )


def _notified(envelope: Envelope, body: dict[str, object], http: bool, depth: int) -> tuple[Envelope, ...]:
    via = envelope if envelope.via else replace(envelope, via=("http",))
    taken = _from_sns(via, body, raw=envelope.raw)
    if body["Type"] != "Notification" or body["Message"] is None:
        return (taken,)  # a confirmation: the message is the envelope itself, with its link
    return _peel(replace(taken, body=_body(body["Message"])), http, depth - 1)


def _posted(envelope: Envelope, request: Mapping[str, object]) -> Envelope:
    headers = {str(name).lower(): value for name, value in fields.mapping(request, "headers").items()}
    posted = request["body"]
    if fields.yes(request, "isBase64Encoded") and isinstance(posted, str):
        posted = _decoded(posted) or posted
    return replace(
        envelope,
        body=_body(posted),
        via=("http",),
        event_id=fields.text(headers, "x-amz-sns-message-id"),
        topic_arn=fields.text(headers, "x-amz-sns-topic-arn"),
    )


def _from_sns(outer: Envelope, sns: Mapping[str, object], raw: object) -> Envelope:
    return replace(
        outer,
        body=dict(sns),
        via=(*outer.via, "sns"),
        event_id=fields.text(sns, "MessageId") or outer.event_id,
        subject=fields.text(sns, "Subject") or None,
        topic_arn=fields.text(sns, "TopicArn") or outer.topic_arn,
        attributes={**outer.attributes, **_attributes(fields.mapping(sns, "MessageAttributes"), "Value")},
        times=replace(outer.times, sns=instants.iso(sns.get("Timestamp"))),
        raw=raw,
    )


def _timed(envelope: Envelope, body: Mapping[str, object], road: str) -> Envelope:
    times = replace(envelope.times, source=instants.iso(body.get("time")))
    return replace(envelope, via=(*envelope.via, road), times=times)


def _attributes(found: Mapping[str, object], name: str) -> dict[str, str]:
    return {fields.clean(str(key)): fields.text(value, name) for key, value in found.items()}


def _body(value: object) -> Body:
    """What was handed in, as an object, a list or text; a number or null becomes the text that JSON has for it."""
    if isinstance(value, (dict, list)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "replace")
    return fields.clean(value if isinstance(value, str) else content.dump(value))


def _inside(text: str) -> Body | None:
    """The object, list or text that a text of JSON holds; None when the text is only itself."""
    start = text.lstrip()[:1]
    found = fields.parsed(text) if start and start in '{["' else None
    return found if isinstance(found, (dict, list, str)) else None


def _is_signature(value: object) -> bool:
    """Whether SNS can have signed this: its RSA signatures are 256 bytes, console and tutorial samples are not."""
    try:
        return isinstance(value, str) and len(base64.b64decode(value, validate=True)) == _SIGNATURE_BYTES
    except (binascii.Error, ValueError):
        return False


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _named(envelope: Envelope) -> Envelope:
    if envelope.event_id:
        return envelope
    from hashlib import sha256  # only for what came without an id, so not at every cold start

    digest = sha256(content.dump(envelope.body).encode()).hexdigest()
    return replace(envelope, event_id=digest[:32])
