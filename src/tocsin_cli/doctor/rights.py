"""Looks at what the function may do: its role, who may use that, and the key of its secret."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from tocsin.aws.calls import CALLS, Resource
from tocsin.aws.table import DUE_INDEX, OF_INDEX
from tocsin_cli.doctor.finding import Finding, Severity
from tocsin_cli.doctor.keys import GONE, read_key
from tocsin_cli.doctor.mending import enabled, told_the_secret
from tocsin_cli.doctor.scene import Scene
from tocsin_cli.policies import Asked, Policy, allows, parsed
from tocsin_cli.stack.functions import variables
from tocsin_cli.wiring.queues import queue

_USUAL_KEY = "alias/aws/ssm"


def rights(scene: Scene) -> Iterator[Finding]:
    """The function's role may be used by Lambda, and allows what the function does."""
    found = scene.cloud.client("lambda").get_function_configuration(FunctionName=scene.stack.outputs["FunctionName"])
    role = _role(found)
    yield from _trust(scene, role)
    policies = list(_policies(scene, role))
    asks: tuple[tuple[Severity, str, str, Iterator[tuple[str, str]]], ...] = (
        ("broken", "the function fails where it needs that: alarms become dead letters", "tocsin-mended",
         _needs(scene, found)),
        ("risk", "messages lack what CloudWatch knows of an alarm, or what an account is called", "tocsin-more",
         _likes(scene, found)),
    )  # fmt: skip
    for severity, means, name, asked in asks:
        lacking = [(action, on) for action, on in asked if not allows(policies, Asked(action, on))]
        if lacking:
            what = f"the role {role} does not allow {', '.join(sorted({action for action, _ in lacking}))}"
            yield Finding(severity, what, means, _granting(scene, role, name, lacking))


def _trust(scene: Scene, role: str) -> Iterator[Finding]:
    found = scene.cloud.client("iam").get_role(RoleName=role)["Role"].get("AssumeRolePolicyDocument", {})
    if not allows([_document(found)], Asked("sts:AssumeRole", "*", "lambda.amazonaws.com")):
        statement = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        yield Finding(
            "broken",
            f"Lambda may not use the role {role}",
            "the function cannot be started: alarms wait in the queue for four days, and are then lost",
            scene.aws("iam", "update-assume-role-policy", "--role-name", role, "--policy-document",
                      json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))),
        )  # fmt: skip


def secret_key(scene: Scene) -> Iterator[Finding]:
    """The Slack secret is encrypted, with a key that the function may use.

    https://docs.aws.amazon.com/kms/latest/developerguide/services-parameter-store.html
    """
    name = scene.stack.outputs["SecretName"]
    wanted = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    for found in scene.cloud.client("ssm").describe_parameters(ParameterFilters=wanted)["Parameters"]:
        if found["Type"] != "SecureString":
            yield Finding(
                "risk",
                f"the parameter {name} is a {found['Type']}, not a SecureString",
                "whoever may list parameters reads Slack's secret, and may post in its place",
                f"{scene.aws('ssm', 'delete-parameter', '--name', name)} && {told_the_secret(scene)}",
            )
        elif found.get("KeyId", _USUAL_KEY) != _USUAL_KEY:
            yield from _key(scene, found["KeyId"])


def _key(scene: Scene, id: str) -> Iterator[Finding]:
    key = read_key(scene.cloud, id)
    found = scene.cloud.client("lambda").get_function_configuration(FunctionName=scene.stack.outputs["FunctionName"])
    arn = f"arn:{scene.partition}:kms:{scene.cloud.region}:{scene.cloud.account}:key/{key.id.rpartition('/')[2]}"
    means = "the function cannot read the secret: alarms are stored and wait for it; then all are shown"
    if key.state != "Enabled":
        mend = told_the_secret(scene) if key.state == GONE else enabled(scene, key)
        yield Finding("broken", f"the key of the Slack secret is {key.state}", means, mend)
    elif found["Role"] not in json.dumps(key.policy) and not allows(
        _policies(scene, _role(found)), Asked("kms:Decrypt", arn)
    ):
        yield Finding(
            "broken",
            f"the role {_role(found)} may not decrypt the Slack secret: it is encrypted with {key.id}",
            means,
            _granting(scene, _role(found), "tocsin-secret-key", [("kms:Decrypt", arn)]),
        )


def _granting(scene: Scene, role: str, name: str, rights: list[tuple[str, str]]) -> str:
    statements = [{"Effect": "Allow", "Action": action, "Resource": on} for action, on in rights]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
    return scene.aws("iam", "put-role-policy", "--role-name", role, "--policy-name", name,
                     "--policy-document", document)  # fmt: skip


def _role(function: Mapping[str, Any]) -> str:
    return str(function["Role"]).rsplit("/", 1)[-1]


def _policies(scene: Scene, role: str) -> Iterator[Policy]:
    iam = scene.cloud.client("iam")
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in page["PolicyNames"]:
            yield _document(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=role):
        for each in page["AttachedPolicies"]:
            arn = each["PolicyArn"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            yield _document(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])


def _document(found: Any) -> Policy:
    return parsed(unquote(found)) if isinstance(found, str) else found


def _needs(scene: Scene, found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each action with what it is needed on: what the code calls, and what Lambda does in its name."""
    there, outputs = f"{scene.cloud.region}:{scene.cloud.account}", scene.stack.outputs
    table = f"arn:{scene.partition}:dynamodb:{there}:table/{outputs['TableName']}"
    mine = queue(scene.cloud, scene.stack).arn
    on: dict[Resource, str] = {
        "table": table,
        "parameter": f"arn:{scene.partition}:ssm:{there}:parameter{outputs['SecretName']}",
        "queue": mine,
    }
    if signing := variables(found).get("TOCSIN_SLACK_SIGNING_SECRET_PARAMETER"):  # the Slack door is open
        on["signing"] = f"arn:{scene.partition}:ssm:{there}:parameter{signing}"
    yield from _called(on)
    for index in (DUE_INDEX, OF_INDEX):
        yield from _called({"index": f"{table}/index/{index}"})
    for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
        yield f"sqs:{action}", mine
    log = f"arn:{scene.partition}:logs:{there}:log-group:{outputs['LogGroupName']}:log-stream:any"
    yield "logs:PutLogEvents", log


def _likes(scene: Scene, found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What it can do without."""
    there, settings = f"{scene.cloud.region}:{scene.cloud.account}", variables(found)
    on: dict[Resource, str] = {}
    if settings.get("TOCSIN_ENRICH", "on") != "off":
        on |= {"any": "*", "alarm": f"arn:{scene.partition}:cloudwatch:{there}:alarm:any"}
    if names := settings.get("TOCSIN_ACCOUNT_NAMES"):
        on["name"] = f"arn:{scene.partition}:ssm:{there}:parameter{names}/{scene.cloud.account}"
    yield from _called(on)


def _called(on: Mapping[Resource, str]) -> Iterator[tuple[str, str]]:
    for call in CALLS:
        for action in call.permissions if call.resource in on else ():
            yield action, on[call.resource]
