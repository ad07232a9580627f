"""One record of CloudTrail as it came, taken apart: the call, who made it, from where, and how it ended.

Fields: docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tocsin.envelope import Envelope
from tocsin.reading import arns, fields, instants, plainly

Outcome = Literal["done", "denied", "failed", "dry"]

# Lambda's calls carry the date of their API: CreateFunction20150331, UpdateFunctionCode20150331v2.
_DATED = re.compile(r"\d{8}(v\d+)?\Z")
# What EC2 puts around lists, and around single values of its newer calls ({"tag": 1, "content": "fl-1"}).
WRAPPERS = ("items", "item", "content")
_DENIED = re.compile(
    r"access_?denied|unauthori[sz]ed|not_?authori[sz]ed|forbidden|authfailure|authorizationerror", re.I
)


@dataclass(frozen=True, slots=True)
class Record:
    """``service`` is the first word of eventSource ("iam"), ``kind`` the eventType ("AwsApiCall"). ``request`` is what
    a service says by itself (serviceEventDetails) where nothing was requested. ``whole`` is the record."""

    service: str
    name: str
    kind: str
    identity: fields.Json
    request: fields.Json
    response: fields.Json
    extra: fields.Json
    partition: str
    account: str
    region: str
    ip: str
    agent: str
    error: str
    message: str
    at: int | None
    event_id: str
    whole: fields.Json

    @property
    def outcome(self) -> Outcome:
        """ "denied": AWS refused for want of permission. "dry": it would have worked, and was only a trial."""
        if not self.error and not self.message:
            # Sign-ins fail in their answer alone; it has also been seen as a bare word.
            return (
                "failed"
                if self.service == "signin" and "Failure" in str(self.whole.get("responseElements"))
                else "done"
            )
        if "DryRunOperation" in self.error:
            return "dry"
        return "denied" if _DENIED.search(self.error) else "failed"

    def read_only(self) -> bool:
        """Whether the call can have changed nothing. Records before 2018 do not say: the name does."""
        if self.whole.get("readOnly") is None:
            return self.name.startswith(("Get", "List", "Describe", "Head", "Lookup", "BatchGet"))
        return fields.yes(self.whole, "readOnly")

    def asked(self, *paths: str) -> list[str]:
        """The texts at the first of these paths of the request where there are any, however they are listed."""
        return texts(self.request, *paths)


def read(envelope: Envelope) -> Record:
    """The record in an EventBridge event, in an answer of LookupEvents, or by itself. Raises ValueError when it names
    no call."""
    inner = "detail" if "eventbridge" in envelope.via else "CloudTrailEvent"
    event = _object(envelope.body, inner) or envelope.body
    name = fields.text(event, "eventName")
    if not isinstance(event, dict) or not name:
        raise ValueError("a CloudTrail record without an eventName")
    partition, account, region = plainly.origin(envelope)
    identity = _object(event, "userIdentity")
    region = fields.text(event, "awsRegion") or region
    said = arns.parse(fields.text(identity, "arn"))
    return Record(
        service=(fields.text(event, "eventSource") or fields.text(envelope.body, "source").removeprefix("aws.")
                 ).partition(".")[0],
        name=_DATED.sub("", name),
        kind=fields.text(event, "eventType"),
        identity=identity,
        request=_object(event, "requestParameters") or _object(event, "serviceEventDetails"),
        response=_object(event, "responseElements"),
        extra=_object(event, "additionalEventData"),
        partition=arns.partition_of(region) if region else said.partition if said else partition,
        account=fields.text(event, "recipientAccountId") or account or fields.text(identity, "accountId"),
        region=region,
        ip=fields.text(event, "sourceIPAddress", "sourceIpAddress"),
        agent=fields.text(event, "userAgent"),
        error=fields.text(event, "errorCode"),
        message=fields.text(event, "errorMessage"),
        at=_moment(event, envelope),
        event_id=fields.text(event, "eventID", "eventId"),
        whole=event,
    )  # fmt: skip


def texts(source: object, *paths: str) -> list[str]:
    """The texts and numbers at the first of these dotted paths where there are any. Lists, and the "items" that EC2
    wraps them in, are walked through; "*" is any name, "**" any number of them; upper and lower case are one."""
    for path in paths:
        found = list(dict.fromkeys(_walk(source, path.lower().split("."))))
        if found:
            return found
    return []


def _walk(value: object, names: list[str]) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _walk(one, names)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            low = str(key).lower()
            if names and names[0] == "**":
                yield from _walk(inner, names[2:] if low == names[1] else names)
            elif names and names[0] in (low, "*"):
                yield from _walk(inner, names[1:])
            elif low in WRAPPERS:
                yield from _walk(inner, names)
    elif not names and isinstance(value, bool):
        yield "true" if value else "false"
    elif not names and (text := fields.text({"": value}, "")):
        yield text


def _object(source: object, name: str) -> fields.Json:
    """An object, also where somebody on the way has made a text of it."""
    value = fields.parsed(source.get(name)) if isinstance(source, Mapping) else None
    return value if isinstance(value, dict) else {}


def _moment(event: Mapping[str, object], envelope: Envelope) -> int | None:
    at = instants.iso(event.get("eventTime"))
    return plainly.moment(envelope) if at is None else at
