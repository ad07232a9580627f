"""Reads the Open Cybersecurity Schema Framework, the format of "Findings Imported V2".

docs.aws.amazon.com/securityhub/latest/userguide/securityhub-ocsf.html and schema.ocsf.io (classes 2002 to 2006)
"""

from __future__ import annotations

from tocsin.kinds.securityhub.finding import Finding, Nature, Resource
from tocsin.model import Severity, State
from tocsin.reading import arns, console, fields, instants, severities

_CLASSES: dict[int, Nature] = {2002: "vulnerability", 2003: "setting", 2004: "threat", 2006: "data"}
_GRADES: dict[int, Severity] = {1: "info", 2: "low", 3: "medium", 4: "high", 5: "critical", 6: "critical"}
_OVER = {"suppressed", "resolved", "archived", "deleted", "closed"}


def is_finding(one: object) -> bool:
    """Whether this is an OCSF finding."""
    return isinstance(one, dict) and bool(fields.mapping(one, "finding_info") or fields.whole(one, "class_uid"))


def read(raw: fields.Json) -> Finding:
    """Account and region are those of the resource's cloud."""
    info, meta, cloud = (fields.mapping(raw, name) for name in ("finding_info", "metadata", "cloud"))
    compliance, remedy = fields.mapping(raw, "compliance"), fields.mapping(raw, "remediation")
    owner, identity = fields.mapping(cloud, "account"), fields.text(info, "uid") or fields.text(meta, "uid")
    known = arns.parse(identity)
    region = fields.text(cloud, "region") or fields.text(fields.first(raw, "resources"), "region")
    partition = fields.text(cloud, "cloud_partition") or (known.partition if known else arns.partition_of(region))
    product = fields.text(fields.mapping(meta, "product"), "name")
    title = fields.text(info, "title", "desc") or fields.text(raw, "class_name", "type_name") or identity
    return Finding(
        id=identity or title,
        title=title,
        state=_state(raw, fields.text(compliance, "status")),
        severity=_severity(raw),
        grade=fields.text(raw, "severity") or fields.text(fields.mapping(raw, "vendor_attributes"), "severity"),
        about=fields.text(info, "desc"),
        product=product,
        nature="exposure"
        if "exposure" in product.lower()
        else _CLASSES.get(fields.whole(raw, "class_uid") or 0, "other"),
        resources=tuple(_resources(raw)),
        control=fields.text(compliance, "control"),
        compliance=fields.text(compliance, "status"),
        workflow=fields.text(raw, "status"),
        types=fields.texts(info, "types"),
        fix=fields.text(remedy, "desc"),
        fix_url=next(iter(fields.texts(remedy, "references")), ""),
        at=_at(info, "modified_time") or _at(raw, "time"),
        first=_at(info, "first_seen_time") or _at(info, "created_time"),
        last=_at(info, "last_seen_time"),
        partition=partition,
        account=fields.text(owner, "uid"),
        account_name=fields.text(owner, "name"),
        region=region,
        url=console.page(partition, region, "securityhub/v2/home", "#/findings"),
        more=(
            ("securityhub.packages", _vulnerabilities(raw)),
            ("securityhub.related", _related(info)),
            ("words.count", fields.whole(raw, "count")),
        ),
    )


def _state(raw: fields.Json, compliance: str) -> State:
    """By its status, the check's result, and whether the event closes it (activity 3)."""
    over = fields.text(raw, "status").lower() in _OVER or fields.whole(raw, "status_id") in (3, 4)
    closed = fields.text(raw, "activity_name").lower() == "close" or fields.whole(raw, "activity_id") == 3
    return "ok" if over or closed or compliance.lower() in ("pass", "passed") else "firing"


def _nature(raw: fields.Json, product: str) -> Nature:
    return "exposure" if "exposure" in product.lower() else _CLASSES.get(fields.whole(raw, "class_uid") or 0, "other")


def _severity(raw: fields.Json) -> Severity:
    """OCSF's number, since 99 ("Other") has words of its own."""
    word = fields.text(raw, "severity") or fields.text(fields.mapping(raw, "vendor_attributes"), "severity")
    return _GRADES.get(fields.whole(raw, "severity_id") or 0) or severities.by_word(word)


def _at(source: fields.Json, name: str) -> int | None:
    """A time stands as text under `…_dt`, or as milliseconds under its plain name."""
    return instants.written(source.get(f"{name}_dt")) or instants.epoch_ms(source.get(name))


def _resources(raw: fields.Json) -> list[Resource]:
    return [
        Resource(arns.name(name), fields.text(one, "type"))
        for one in fields.items(raw, "resources")
        if (name := fields.text(one, "name", "uid", "uid_alt"))
    ]


def _vulnerabilities(raw: fields.Json) -> tuple[str, ...]:
    found = (fields.text(fields.mapping(one, "cve"), "uid") for one in fields.items(raw, "vulnerabilities"))
    return tuple(dict.fromkeys(one for one in found if one))


def _related(info: fields.Json) -> tuple[str, ...]:
    found = (fields.text(one, "title", "type") for one in fields.items(info, "related_events"))
    return tuple(dict.fromkeys(one for one in found if one))[:5]
