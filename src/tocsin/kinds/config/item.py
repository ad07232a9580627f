"""A resource was made, changed or deleted. What may be secret (environment, user data, policies) is only named."""

from __future__ import annotations

import re

from tocsin.envelope import Envelope
from tocsin.model import Link, Phrase, Signal, Value
from tocsin.reading import arns, console, fields, instants, plainly
from tocsin.reading.content import cut

_TITLES = {"CREATE": "config.created", "UPDATE": "config.updated", "DELETE": "config.deleted"}
_SECRET = re.compile(
    r"environ|secret|password|passwd|token|credential|key|userdata|user-data|parameter|policy|variables", re.I
)
_SHOWN, _LEAVES, _LONG = 5, 4, 60


def signal(envelope: Envelope, detail: fields.Json) -> Signal:
    """One happening; raises ValueError when the resource has no name at all."""
    item = fields.mapping(detail, "configurationItem", "configurationItemSummary")
    diff = fields.mapping(detail, "configurationItemDiff")
    where, arn = plainly.origin(envelope), arns.parse(fields.text(item, "ARN", "arn"))
    sort, identity = fields.text(item, "resourceType"), fields.text(item, "resourceId")
    name = fields.text(item, "resourceName") or arns.name(identity) or (arn.resource if arn else "")
    if not name:
        raise ValueError("a change of a resource without a name")
    region = fields.text(item, "awsRegion") or (arn.region if arn else "") or where.region
    account = fields.text(item, "awsAccountId") or where.account
    partition = arn.partition if arn else arns.partition_of(region)
    change = fields.text(diff, "changeType") or fields.text(item, "changeType")
    stored = fields.mapping(detail, "s3DeliverySummary")
    unstored = bool(fields.text(stored, "errorCode"))
    place = f"#/resources/timeline?resourceId={console.quoted(identity)}&resourceType={console.quoted(sort)}"
    url = console.page(partition, region, "config/home", place)
    changes = fields.mapping(diff, "changedProperties")
    return Signal(
        kind="config",
        sort="happening",
        subject=f"{partition}:{account}:{region}:{arn or f'{sort}:{identity}'}",
        story=f"{partition}:{account}:{region}:{sort}:{identity}:{change}",
        title=Phrase(
            "config.oversized_failed" if unstored else _title(change, fields.text(item, "configurationItemStatus")),
            {"resource": name, "sort": sort},
        ),
        at=instants.written(item.get("configurationItemCaptureTime"))
        or instants.written(detail.get("notificationCreationTime"))
        or plainly.moment(envelope),
        severity="low" if change == "DELETE" or unstored else "info",
        facts=plainly.facts(
            ("words.resource", name),
            ("words.type", sort),
            *_rows(changes),
            ("config.more", max(0, len(changes) - _SHOWN) or None),
            ("words.status", fields.text(item, "configurationItemStatus")),
            ("config.stored", fields.text(stored, "s3BucketLocation")),
            ("config.error", fields.text(stored, "errorMessage", "errorCode")),
            details=(("config.id", identity), ("config.zone", fields.text(item, "availabilityZone"))),
        ),
        links=(Link(Phrase("config.open_resource"), url),) if url and identity else (),
        labels={"resourcetype": sort, "change": change},
        partition=partition,
        account=account,
        region=region,
    )


def _title(change: str, status: str) -> str:
    if status == "ResourceDiscovered":
        return "config.discovered"
    return _TITLES.get("DELETE" if status.startswith("ResourceDeleted") else change, "config.recorded")


def _rows(changes: fields.Json) -> tuple[tuple[str, Value | None], ...]:
    return tuple(("config.changed", _row(fields.clean(path), changes[path])) for path in list(changes)[:_SHOWN])


def _row(path: str, change: object) -> Value:
    """A property's path and what became of it."""
    known: dict[str, Value] = {"path": path.removeprefix("Configuration."), "how": fields.text(change, "changeType")}
    if _SECRET.search(path):
        return Phrase("config.hidden", known)
    old = _said(fields.either(change, "previousValue"))
    new = _said(fields.either(change, "updatedValue"))
    if not (old or new):
        return Phrase("config.property", known)
    return Phrase("config.value", {**known, "old": old or "-", "new": new or "-"})


def _said(value: object) -> str:
    """A value's first leaves ("fromPort 22, toPort 22"), none of which may be secret."""
    found: list[str] = []
    _leaves("", value, found, 4)
    return cut(", ".join(found), _LONG)[0]


def _leaves(name: str, value: object, found: list[str], depth: int) -> None:
    if len(found) >= _LEAVES or _SECRET.search(name) or not depth:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            _leaves(str(key), inner, found, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            _leaves(name, inner, found, depth - 1)
    elif value is not None and (text := fields.text({"it": str(value)}, "it")):
        found.append(f"{fields.clean(name)} {text}".strip())
