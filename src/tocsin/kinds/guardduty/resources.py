"""Which of the account's things a finding is about: its noun for the title, and the facts that identify it."""

from __future__ import annotations

from typing import NamedTuple

from tocsin.model import Phrase, Value
from tocsin.reading import arns, fields


class Sort(NamedTuple):
    """The phrase that names it, where its details stand, and the fields that may hold its name."""

    phrase: str
    details: str
    names: tuple[str, ...]


# docs.aws.amazon.com/guardduty/latest/APIReference/API_Resource.html
_SORTS = {
    "Instance": Sort("guardduty.instance", "instanceDetails", ("instanceId",)),
    "AccessKey": Sort("guardduty.key", "accessKeyDetails", ("userName", "principalId", "accessKeyId")),
    "S3Bucket": Sort("guardduty.bucket", "s3BucketDetails", ("name", "arn")),
    "S3Object": Sort("guardduty.bucket", "s3BucketDetails", ("name", "arn")),
    "EKSCluster": Sort("guardduty.eks", "eksClusterDetails", ("name", "arn")),
    "KubernetesCluster": Sort("guardduty.eks", "eksClusterDetails", ("name", "arn")),
    "ECSCluster": Sort("guardduty.ecs", "ecsClusterDetails", ("name", "arn")),
    "Container": Sort("guardduty.container", "containerDetails", ("name", "id", "image")),
    "Lambda": Sort("guardduty.function", "lambdaDetails", ("functionName", "functionArn")),
    "RDSDBInstance": Sort("guardduty.database", "rdsDbInstanceDetails", ("dbInstanceIdentifier",)),
    "RDSLimitlessDB": Sort("guardduty.database", "rdsLimitlessDbDetails", ("dbShardGroupIdentifier",)),
    "EBSSnapshot": Sort("guardduty.snapshot", "ebsSnapshotDetails", ("snapshotArn",)),
    "EC2Image": Sort("guardduty.image", "ec2ImageDetails", ("imageArn",)),
    "RecoveryPoint": Sort("guardduty.backup", "recoveryPointDetails", ("recoveryPointArn",)),
}


def sort(finding: fields.Json) -> str:
    """GuardDuty's own word for the sort of resource, or a guess from the details that are there."""
    resource = fields.mapping(finding, "resource")
    said = fields.text(resource, "resourceType")
    if said:
        return said
    return next((word for word, known in _SORTS.items() if _details(resource, known)), "")


def noun(finding: fields.Json, account: str) -> Value:
    """The resource as people say it: "EC2 instance i-0abc"; for an attack sequence the first of its resources, the
    account where nothing is named."""
    resource = fields.mapping(finding, "resource")
    known = _SORTS.get(sort(finding))
    name = fields.text(_details(resource, known), *known.names) if known else ""
    if known and name:
        return Phrase(known.phrase, {"name": arns.name(name)})
    several = tuple(_names(finding))
    if several:
        shown: dict[str, Value] = {"shown": several[0], "n": len(several) - 1}
        return Phrase("words.more", shown) if len(several) > 1 else several[0]
    return sort(finding) or Phrase("guardduty.account", {"name": fields.text(finding, "accountId") or account})


def facts(finding: fields.Json) -> tuple[tuple[str, Value | None], ...]:
    """What identifies the resource beyond its name, as rows for plainly.facts."""
    resource = fields.mapping(finding, "resource")
    machine, key = fields.mapping(resource, "instanceDetails"), fields.mapping(resource, "accessKeyDetails")
    faces = fields.items(machine, "networkInterfaces")
    pod = fields.mapping(fields.mapping(resource, "kubernetesDetails"), "kubernetesWorkloadDetails")
    person = fields.mapping(fields.mapping(resource, "kubernetesDetails"), "kubernetesUserDetails")
    login = fields.mapping(resource, "rdsDbUserDetails")
    thing = fields.first(_details(resource, _SORTS["S3Object"]), "s3ObjectDetails")
    return (
        ("guardduty.name_tag", _tag(machine, "Name")),
        ("guardduty.instance_type", fields.text(machine, "instanceType")),
        ("guardduty.public_ip", next((ip for face in faces if (ip := fields.text(face, "publicIp"))), "")),
        ("guardduty.role", arns.name(fields.text(fields.mapping(machine, "iamInstanceProfile"), "arn"))),
        ("words.actor", _who(key) if key else _login(login) or fields.text(person, "username")),
        ("guardduty.key_id", fields.text(key, "accessKeyId")),
        ("guardduty.object", fields.text(thing, "key", "objectArn")),
        ("guardduty.access", fields.text(_permission(resource), "effectivePermission")),
        ("guardduty.workload", "/".join(filter(None, (fields.text(pod, "namespace"), fields.text(pod, "name"))))),
        ("guardduty.image_name", fields.text(fields.mapping(resource, "containerDetails"), "image")),
    )


def _names(finding: fields.Json) -> list[str]:
    """An attack sequence's resources, by name."""
    detection = fields.mapping(fields.mapping(finding, "service"), "detection")
    listed = fields.items(fields.mapping(detection, "sequence"), "resources")
    found = (fields.text(one, "name") or arns.name(fields.text(one, "uid", "id")) for one in listed)
    return [name for name in found if name]


def _details(resource: fields.Json, known: Sort) -> fields.Json:
    """S3's details are a list, all the others an object."""
    return fields.first(resource, known.details) or fields.mapping(resource, known.details)


def _permission(resource: fields.Json) -> fields.Json:
    return fields.mapping(_details(resource, _SORTS["S3Bucket"]), "publicAccess")


def _tag(machine: fields.Json, name: str) -> str:
    tags = fields.items(machine, "tags")
    return next((fields.text(tag, "value") for tag in tags if fields.text(tag, "key") == name), "")


def _who(key: fields.Json) -> Value:
    kind, name = fields.text(key, "userType"), fields.text(key, "userName", "principalId")
    return name if kind == name else " ".join(filter(None, (kind, name)))


def _login(login: fields.Json) -> str:
    return "@".join(filter(None, (fields.text(login, "user"), fields.text(login, "database"))))
