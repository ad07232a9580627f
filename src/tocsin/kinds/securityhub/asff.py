"""Reads the AWS Security Finding Format.

docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
"""

from __future__ import annotations

from tocsin.kinds.securityhub.finding import Finding, Nature, Resource
from tocsin.model import Severity, State
from tocsin.reading import arns, console, fields, instants, severities

_NATURES: tuple[tuple[str, Nature], ...] = (
    ("software and configuration checks/vulnerabilities", "vulnerability"),
    ("software and configuration checks", "setting"),
    ("ttps", "threat"),
    ("unusual behaviors", "threat"),
    ("effects", "threat"),
    ("sensitive data", "data"),
)
_OVER = {"RESOLVED", "SUPPRESSED"}
_FOUND = "#/findings?search=Id%3D%255Coperator%255C%253AEQUALS%255C%253A"


def is_finding(one: object) -> bool:
    """Whether this has what makes a finding: a name, and whose it is or how bad."""
    named = fields.text(one, "Id", "GeneratorId", "Title")
    return bool(named and fields.either(one, "ProductArn", "AwsAccountId", "Resources", "Severity"))


def read(raw: fields.Json) -> Finding:
    """Account and region are the finding's own: an administrator's event tells of members and of other regions."""
    identity, product = _identity(raw), arns.parse(fields.text(raw, "ProductArn"))
    known = arns.parse(identity) or product
    region = fields.text(raw, "Region") or (known.region if known else "")
    partition = known.partition if known else arns.partition_of(region)
    compliance = fields.mapping(raw, "Compliance")
    advice = fields.mapping(fields.mapping(raw, "Remediation"), "Recommendation")
    types = _types(raw)
    return Finding(
        id=identity,
        title=fields.text(raw, "Title", "GeneratorId", "Id"),
        state=_state(raw, fields.text(compliance, "Status")),
        severity=_severity(raw),
        grade=_grade(raw),
        about=fields.text(raw, "Description"),
        product=_product(raw, product),
        nature=_nature(types, compliance),
        resources=tuple(_resources(raw)),
        control=fields.text(compliance, "SecurityControlId") or _control(raw),
        compliance=fields.text(compliance, "Status"),
        workflow="ARCHIVED" if _archived(raw) else _workflow(raw),
        types=types,
        fix=fields.text(advice, "Text"),
        fix_url=fields.text(advice, "Url") or fields.text(raw, "SourceUrl"),
        at=instants.written(raw.get("UpdatedAt")) or instants.written(raw.get("CreatedAt")),
        first=instants.written(raw.get("FirstObservedAt")),
        last=instants.written(raw.get("LastObservedAt")),
        partition=partition,
        account=fields.text(raw, "AwsAccountId"),
        account_name=fields.text(raw, "AwsAccountName"),
        region=region,
        url=console.page(partition, region, "securityhub/home", _FOUND + console.quoted(console.quoted(identity))),
        more=(
            ("securityhub.remote", _remote(raw)),
            ("securityhub.packages", _packages(raw)),
            ("securityhub.malware", tuple(_texts(raw, "Malware", "Name"))),
        ),
    )


def _identity(raw: fields.Json) -> str:
    """Its own id; without one, which rule found what on which thing."""
    own = fields.text(raw, "Id") or fields.text(fields.mapping(raw, "ProductFields"), "aws/securityhub/FindingId")
    thing = fields.text(fields.first(raw, "Resources"), "Id")
    parts = (fields.text(raw, "GeneratorId"), fields.text(raw, "Title"), thing)
    return own or ":".join(filter(None, parts))


def _state(raw: fields.Json, compliance: str) -> State:
    """It is over when it was archived, resolved or suppressed, or when the check has passed."""
    if _archived(raw) or _workflow(raw).upper() in _OVER or compliance.upper() == "PASSED":
        return "ok"
    return "unknown" if compliance.upper() == "NOT_AVAILABLE" else "firing"


def _archived(raw: fields.Json) -> bool:
    return fields.text(raw, "RecordState").upper() == "ARCHIVED"


def _workflow(raw: fields.Json) -> str:
    return fields.text(fields.mapping(raw, "Workflow"), "Status") or fields.text(raw, "WorkflowState")


def _graded(raw: fields.Json) -> fields.Json:
    given = fields.mapping(fields.mapping(raw, "FindingProviderFields"), "Severity")
    return fields.mapping(raw, "Severity") or given


def _severity(raw: fields.Json) -> Severity:
    """The label; in old findings a number from 0 to 100 (90 is critical, 70 high, 40 medium)."""
    score = fields.number(_graded(raw), "Normalized")
    by_score = severities.by_score(None if score is None else score / 10)
    return severities.by_word(fields.text(_graded(raw), "Label", "Original"), by_score)


def _grade(raw: fields.Json) -> str:
    return fields.text(_graded(raw), "Label", "Original", "Normalized")


def _types(raw: fields.Json) -> tuple[str, ...]:
    given = fields.mapping(raw, "FindingProviderFields")
    return fields.texts(raw, "Types") or fields.texts(given, "Types")


def _nature(types: tuple[str, ...], compliance: fields.Json) -> Nature:
    said = [one.lower() for one in types]
    found = (nature for start, nature in _NATURES if any(one.startswith(start) for one in said))
    return next(found, "setting" if compliance else "other")


def _product(raw: fields.Json, arn: arns.Arn | None) -> str:
    named = fields.text(raw, "ProductName") or fields.text(
        fields.mapping(raw, "ProductFields"), "aws/securityhub/ProductName"
    )
    return named or (arn.resource.rpartition("/")[2] if arn else "")


def _control(raw: fields.Json) -> str:
    return fields.text(fields.mapping(raw, "ProductFields"), "ControlId", "RuleId")


def _resources(raw: fields.Json) -> list[Resource]:
    """`AWS::::Account:123456789012` and `AwsIamUser:…` stand where a thing has no ARN."""
    return [
        Resource(arns.name(fields.text(one, "Id")).removeprefix("AWS::::Account:"), fields.text(one, "Type"))
        for one in fields.items(raw, "Resources")
        if fields.text(one, "Id")
    ]


def _remote(raw: fields.Json) -> str:
    action = fields.mapping(raw, "Action")
    call = fields.mapping(action, "AwsApiCallAction", "NetworkConnectionAction", "PortProbeAction")
    remote = fields.mapping(call, "RemoteIpDetails")
    return fields.text(remote, "IpAddressV4") or fields.text(fields.mapping(raw, "Network"), "SourceIpV4")


def _packages(raw: fields.Json) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(fields.text(one, "Id") for one in fields.items(raw, "Vulnerabilities") if fields.text(one, "Id"))
    )


def _texts(raw: fields.Json, name: str, field: str) -> list[str]:
    return [text for one in fields.items(raw, name) if (text := fields.text(one, field))]
