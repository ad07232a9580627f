"""What happened in a finding, and from where: the call, the connection, the login, the malware, the attack's steps."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.model import Phrase, Value
from tocsin.reading import fields

_ACTIONS = (
    "awsApiCallAction", "networkConnectionAction", "portProbeAction", "kubernetesApiCallAction",
    "rdsLoginAttemptAction", "dnsRequestAction",
)  # fmt: skip
_SHOWN = 5


def facts(service: fields.Json) -> tuple[tuple[str, Value | None], ...]:
    """Rows for plainly.facts; see /guardduty/latest/APIReference/API_Action.html, API_Sequence.html."""
    action = fields.mapping(fields.mapping(service, "action"), *_ACTIONS)
    probe = fields.first(action, "portProbeDetails", "rdsLoginAttempts", "loginAttributes")
    remote = fields.mapping(action, "remoteIpDetails") or fields.mapping(probe, "remoteIpDetails")
    sequence = fields.mapping(fields.mapping(service, "detection"), "sequence")
    return (
        ("guardduty.call", _call(action)),
        ("guardduty.domain", fields.text(action, "domain")),
        ("guardduty.port", _port(action, probe)),
        ("guardduty.remote", _ip(remote) or _listed(_ips(sequence))),
        ("guardduty.place", ", ".join(_place(remote))),
        ("guardduty.blocked", Phrase("guardduty.yes") if fields.yes(action, "blocked") else None),
        ("guardduty.error", fields.text(action, "errorCode")),
        ("guardduty.threats", _listed(_threats(service))),
        ("guardduty.process", fields.text(_process(service), "executablePath", "name")),
        ("words.actor", _listed(_actors(sequence))),
        ("guardduty.steps", _listed(_texts(sequence, "signals", "name", "type"))),
        ("guardduty.signs", _listed(_texts(sequence, "sequenceIndicators", "title", "key"))),
    )


def _listed(found: Iterator[str]) -> Value | None:
    """The first few of what was found, each once, and how many more there are."""
    several = tuple(dict.fromkeys(one for one in found if one))
    if len(several) <= _SHOWN:
        return several or None
    return Phrase("words.more", {"shown": several[:_SHOWN], "n": len(several) - _SHOWN})


def _call(action: fields.Json) -> str:
    """The API call with its service, or the Kubernetes request."""
    api, name = fields.text(action, "api"), fields.text(action, "serviceName")
    if api:
        return f"{api} ({name})" if name else api
    return " ".join(filter(None, (fields.text(action, "verb"), fields.text(action, "requestUri"))))


def _port(action: fields.Json, probe: fields.Json) -> str:
    way = fields.text(action, "connectionDirection", "protocol")
    side = "remotePortDetails" if way == "OUTBOUND" else "localPortDetails"
    local = fields.mapping(action, side) or fields.mapping(probe, "localPortDetails")
    port, name = fields.text(local, "port"), fields.text(local, "portName")
    return " ".join(filter(None, (port, name if name.lower() != "unknown" else "", way))) if port else ""


def _ip(remote: fields.Json) -> str:
    return fields.text(remote, "ipAddressV4", "ipAddressV6")


def _place(remote: fields.Json) -> Iterator[str]:
    """City, country and who runs the network, as far as GuardDuty knows."""
    for part, name in (("city", "cityName"), ("country", "countryName"), ("organization", "org")):
        if found := fields.text(fields.mapping(remote, part), name, "asnOrg"):
            yield found


def _threats(service: fields.Json) -> Iterator[str]:
    """Names of malware, of EBS scans, S3 scans and of lists of known threats."""
    scans = (fields.mapping(service, "ebsVolumeScanDetails"), fields.mapping(service, "malwareScanDetails"))
    for scan in scans:
        detections = fields.mapping(scan, "scanDetections")
        yield from _texts(fields.mapping(detections, "threatDetectedByName"), "threatNames", "name")
        yield from _texts(scan, "threats", "name")
    for one in fields.items(fields.mapping(service, "evidence"), "threatIntelligenceDetails"):
        yield from fields.texts(one, "threatNames")


def _process(service: fields.Json) -> fields.Json:
    return fields.mapping(fields.mapping(service, "runtimeDetails"), "process")


def _actors(sequence: fields.Json) -> Iterator[str]:
    for actor in fields.items(sequence, "actors"):
        yield fields.text(fields.mapping(actor, "user"), "name", "uid") or fields.text(actor, "id")


def _ips(sequence: fields.Json) -> Iterator[str]:
    for endpoint in fields.items(sequence, "endpoints"):
        place = fields.text(fields.mapping(endpoint, "location"), "country")
        ip = fields.text(endpoint, "ip", "domain")
        yield f"{ip} ({place})" if ip and place else ip


def _texts(source: fields.Json, name: str, *names: str) -> Iterator[str]:
    for one in fields.items(source, name):
        yield fields.text(one, *names)
